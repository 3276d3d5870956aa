/* copy_file: copy a file by mapping both: a load reads one, a store writes
   the other. Through windows, lest it want as much address space as the file
   is long; holes are skipped, so that a sparse file stays sparse.

   A load or a store fails by a signal, not by an error return: so a child
   copies, the parent explains. To break it, leave DST empty: --break=nogrow.

     $ printf 'by mapping' >a; copy_file a b; cmp a b; rm a b
     parent: copied 10 bytes

   See also: mmap(2), ftruncate(2), lseek(2). Next: mapping/record_write.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static long long window = 16 << 10;

static const struct args about = {
    .name = "copy_file",
    .idea = "Copy a file by mapping: no read, no write; errors are SIGBUS.",
    .operands = "SRC DST",
    .least = 2,
    .most = 2,
    .breaks = {{"nogrow", "DST is left empty: a store there is SIGBUS"}},
    .options = {ARGS_NUMBER("window", "PAGES", &window, 1, 256 << 10,
                            "map so many at once, up to 256K (16K)")},
    .deadline = ARGS_NEVER,
};

static int in, out;
static struct stat source, target; /* as they were at first */

/* Whatever ends this process early, SIGINT too, a half DST does not stay. The
   name may be another file's by now, or a symbolic link that somebody needs:
   then only the bytes go. */
static void
discard(void)
{
    static const char done[] = "copy_file: removed the unfinished DST\n";

    if (ftruncate(out, 0) == 0 && args_remove(1, &target))
        (void)!write(STDERR_FILENO, done, sizeof done - 1);
}

/* DST is opened for reading, too: no mapping is without it. It loses its old
   bytes only when we know that it is not SRC by another name. Then it gets
   its full size, as one hole: stores fill a file, they do not lengthen it. */
static void
open_both(void)
{
    in = args_file(0, O_RDONLY, 0, &source);
    if (source.st_size == 0 && read(in, &(char){0}, 1) == 1)
        args_wrong("SRC has bytes but no size: it cannot be mapped");
    child_hold();
    /* What is to be broken must be a new file: it is removed in the end. */
    out = args_file(1, O_RDWR | O_CREAT | (args_broken("nogrow") ? O_EXCL : 0),
                    source.st_mode & 0777, &target);
    if (target.st_dev == source.st_dev && target.st_ino == source.st_ino)
        args_wrong("SRC and DST are the same file");
    child_at_end(discard);
    child_go_on();
    if (ftruncate(out, 0) == -1 ||
        (!args_broken("nogrow") && ftruncate(out, source.st_size) == -1))
        die("ftruncate %s", args_operand(1));
}

/* Where the next data or hole (WHENCE) at or behind AT begins. UNKNOWN where
   the file system does not tell: all is data. */
#ifndef SEEK_HOLE
enum { SEEK_DATA = -1, SEEK_HOLE = -2 };
#endif
static off_t
find(off_t at, int whence, off_t unknown)
{
    off_t found = lseek(in, at, whence);

    if (found == -1 && errno != ENXIO)
        return unknown;
    return found == -1 || found > source.st_size ? source.st_size : found;
}

/* On Linux what is stored is in the file for all readers at once; msync, as in
   poke_file, would also have it on the disk. */
static void
copy(off_t at, size_t size)
{
    void *from = mmap(NULL, size, PROT_READ, MAP_SHARED, in, at);
    void *to = mmap(NULL, size, PROT_WRITE, MAP_SHARED, out, at);

    if (from == MAP_FAILED || to == MAP_FAILED)
        die("mmap %zu bytes of %s", size, from == MAP_FAILED ? "SRC" : "DST");
    memcpy(to, from, size);
    munmap(from, size);
    munmap(to, size);
}

/* A mapping begins at a whole page of its file, so each window does. */
static _Noreturn void
copier(void)
{
    off_t page = sysconf(_SC_PAGESIZE), most = window * page, at, end = 0;

    child_may_crash();
    while ((at = find(end, SEEK_DATA, end)) < source.st_size) {
        end = find(at, SEEK_HOLE, source.st_size);
        for (at -= at % page; at < end; at += most) {
            off_t to = end - at < most ? end : at + most;
            copy(at, (size_t)(to - at));
            if (isatty(STDERR_FILENO) && !args_quiet())
                dprintf(STDERR_FILENO, "copy_file: %3.0f%%\r",
                        100.0 * (double)to / (double)source.st_size);
        }
    }
    _exit(EXIT_HELD);
}

/* SIGBUS is what a load gets behind the end of a file that was cut meanwhile,
   and a store for which there is no room on the disk, or none in the file. */
static void
judge(int status)
{
    bool bus = WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS;
    bool broken = args_broken("nogrow");
    struct stat now;
    char words[64];

    child_words(status, words, sizeof words);
    promise(fstat(in, &now) != -1 && now.st_size >= source.st_size,
            "SRC whole, seen: it was cut; copier %s", words);
    if (broken && bus)
        say("the copier %s: no store lengthens an empty DST", words);
    else if (broken || status != 0)
        die_promise("expected %s, seen: the copier %s%s",
                    broken ? "SIGBUS" : "a whole copy", words,
                    bus ? ": DST was cut, or its disk is full" : "");
}

int
main(int argc, char **argv)
{
    pid_t pid;

    args_parse(&about, argc, argv);
    open_both();
    pid = child_fork_mortal("copier");
    if (pid == 0)
        copier();
    judge(child_reap(pid));
    child_at_end(NULL);
    if (args_broken("nogrow"))
        discard();
    else
        say("copied %lld bytes", (long long)source.st_size);
    close(in);
    close(out);
    return EXIT_HELD;
}
