/* page_ends: a mapping is made of whole pages, a file is not.

   Seven letters are mapped for 2P+1 bytes, P being a page: that makes three
   pages. A child loads the byte at each offset, while the parent changes the
   size of the file and stores an x at P. Look at what is there: a letter; 0 in
   the rest of the last page; BUS (SIGBUS) past that page; SEGV (SIGSEGV) past
   the mapping. Break it: --break=nogrow makes no room for the x.

     $ page_ends
     parent: offset      6     7   P-1     P  2P-1    2P  3P-1    3P
     parent: 7 bytes     k     0     0   BUS   BUS   BUS   BUS  SEGV
     parent: P+1         k     0     0     x     0   BUS   BUS  SEGV
     parent: empty     BUS   BUS   BUS   BUS   BUS   BUS   BUS  SEGV
     parent: P+1         0     0     0     0     0   BUS   BUS  SEGV
     parent: a t stored at 2P-1 is there in memory, not in the file

   See also: POSIX, mmap(): "whole pages following the end of an object";
   ftruncate(2). Next: mapping/inherit.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "say.h"
#include "scratch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct args about = {
    .name = "page_ends",
    .idea = "A mapping is whole pages: zeros, then SIGBUS, then SIGSEGV.",
    .breaks =
        {
            {"nogrow", "the file is not made longer before the store"},
        },
};

static off_t page;          /* its size in bytes: machines differ */
static volatile char *base; /* the mapping; volatile: each load counts */

/* Four pages are reserved first, without any access, and three of
   them then mapped over: what lies behind a mapping is otherwise left to
   chance, and may be some other memory; here it is certain to fault. */
static int
map_file(void)
{
    int fd = scratch_file(0);
    char *room;

    if (say_write(fd, "mapfork", 7) == -1)
        die("write to a temporary file");
    room = mmap(NULL, (size_t)(4 * page), PROT_NONE, MAP_SHARED, fd, 0);
    if (room == MAP_FAILED)
        die("mmap a temporary file");
    base = mmap(room, (size_t)(2 * page + 1), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_FIXED, fd, 0);
    if (base == MAP_FAILED)
        die("mmap a temporary file again");
    return fd;
}

/* Load the byte at OFFSET; first store STORED there, if that is not 0. A child
   does it, for it may die of it; its exit status is the byte. Returns 'B' for
   SIGBUS, 'S' for SIGSEGV, '0' for a zero byte, else the byte. */
static char
touch(off_t offset, char stored)
{
    pid_t pid = child_fork_doomed("child");
    int status;

    if (pid == 0) {
        child_may_crash();
        if (stored != 0)
            base[offset] = stored;
        _exit(base[offset]);
    }
    status = child_reap(pid);
    if (WIFEXITED(status))
        return WEXITSTATUS(status) == 0 ? '0' : (char)WEXITSTATUS(status);
    return WTERMSIG(status) == SIGBUS    ? 'B'
           : WTERMSIG(status) == SIGSEGV ? 'S'
                                         : '?';
}

/* A line of the table: the file has SIZE; what is at each offset? */
static void
show(const char *size, const char *expected)
{
    const off_t offsets[] = {
        6, 7, page - 1, page, 2 * page - 1, 2 * page, 3 * page - 1, 3 * page};
    char seen[9] = "", line[80] = "";

    for (size_t i = 0, used = 0; i < 8; i++) {
        seen[i] = touch(offsets[i], 0);
        used += (size_t)snprintf(line + used, sizeof line - used, " %5s",
                                 seen[i] == 'B'   ? "BUS"
                                 : seen[i] == 'S' ? "SEGV"
                                                  : (char[]){seen[i], 0});
    }
    say("%-7s%s", size, line);
    promise(strcmp(seen, expected) == 0, "%s of %s, seen: %s", expected, size,
            seen);
}

static void
store(char byte, off_t offset, char expected)
{
    char seen = touch(offset, byte);

    promise(seen == expected, "%c of a store, seen: %c", expected, seen);
}

int
main(int argc, char **argv)
{
    /* What a file loses when it is cut is gone: it grows again with zeros. */
    static const struct {
        const char *size, *expected;
        int pages, bytes;
    } sizes[] = {{"7 bytes", "k00BBBBS", 0, 7},
                 {"P+1", "k00x0BBS", 1, 1},
                 {"empty", "BBBBBBBS", 0, 0},
                 {"P+1", "00000BBS", 1, 1}};
    int fd, count;
    char byte;

    args_parse(&about, argc, argv);
    page = (off_t)sysconf(_SC_PAGESIZE);
    fd = map_file();
    say("offset      6     7   P-1     P  2P-1    2P  3P-1    3P");
    count = args_broken("nogrow") ? 1 : 4;
    for (int i = 0; i < count; i++) {
        if (ftruncate(fd, sizes[i].pages * page + sizes[i].bytes) == -1)
            die("ftruncate to %s", sizes[i].size);
        if (i == 1)
            store('x', page, 'x');
        show(sizes[i].size, sizes[i].expected);
    }
    if (args_broken("nogrow")) {
        store('x', page, 'B');
        say("an x stored at P: SIGBUS; a store makes no file longer");
    } else {
        /* The rest of the last page is memory like any other but no part of
           the file: what is stored there is never written back. */
        store('t', 2 * page - 1, 't');
        promise(pread(fd, &byte, 1, 2 * page - 1) == 0,
                "no byte at 2P-1 in the file, seen: one");
        say("a t stored at 2P-1 is there in memory, not in the file");
    }
    close(fd);
    return EXIT_HELD;
}
