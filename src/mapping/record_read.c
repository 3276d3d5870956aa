/* record_read: print the people of a file that record_write made, by mapping
   it read-only. The two programs share nothing but the file and record.h.

   A reader believes nothing that it has not checked: a load behind the end of
   the file would be SIGBUS. Give it any file, whole, cut or foreign: it reads
   or it says what is wrong. To break it, believe in a size that the file does
   not have: --break=short.

     $ record_write people Ada 1815; record_read people; rm people
     writer: stored 1 person in people
     writer: stored the magic: they may be read
     reader: Ada has the id 1815

   See also: mmap(2), fstat(2); POSIX, mmap(): references "to whole pages
   following the end of an object" are SIGBUS. Next: mapping/named_region.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "record.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct args about = {
    .name = "record_read",
    .idea = "Read a record in a mapped file from a program not known.",
    .operands = "FILE",
    .least = 1,
    .most = 1,
    .breaks =
        {
            {"short", "a page more than the file has is mapped, and read"},
        },
};

/* The file's own size, which bounds all the rest. */
static size_t size;

/* PROT_READ asks for no more than main opened the file for, O_RDONLY. */
static const struct record *
map_file(int fd, size_t bytes)
{
    const void *mapped = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);

    if (mapped == MAP_FAILED)
        die("mmap %s", args_operand(0));
    return mapped;
}

/* The magic first. Acquire, the other half of the writer's release: where it
   is there, so is all that was stored before it. Then, from what is certain
   to what follows from it: the version tells what the other members mean,
   the size of a person and the count where the file must end. */
static void
check(const struct record *record)
{
    uint32_t magic =
        atomic_load_explicit(&record->magic, memory_order_acquire);

    promise(magic != 0,
            "the magic in %s, seen: 0, its writer was killed or is not ready",
            args_operand(0));
    promise(magic == RECORD_MAGIC,
            "the magic %#x in %s, seen: %#x, it is foreign",
            (unsigned)RECORD_MAGIC, args_operand(0), (unsigned)magic);
    promise(record->version == RECORD_VERSION, "version %d in %s, seen: %u",
            RECORD_VERSION, args_operand(0), (unsigned)record->version);
    promise(record->size == sizeof *record->people,
            "people of %zu bytes in %s, seen: %u", sizeof *record->people,
            args_operand(0), (unsigned)record->size);
    promise((size - sizeof *record) / sizeof *record->people ==
                    record->count &&
                (size - sizeof *record) % sizeof *record->people == 0,
            "%u people in %s, seen: a file of %zu bytes",
            (unsigned)record->count, args_operand(0), size);
    for (uint32_t i = 0; i < record->count; i++)
        promise(memchr(record->people[i].name, '\0', RECORD_NAME) != NULL,
                "the end of name %u in %s, seen: none", (unsigned)i + 1,
                args_operand(0));
}

/* A child loads: whoever cuts the file meanwhile takes the pages away, and the
   next load there is SIGBUS. With `short' it maps one page more than the file
   has. The rest of the last page is zeros, and the page behind it is mapped,
   too; but there is nothing that could be loaded from it. */
static _Noreturn void
reader(int fd, size_t behind)
{
    bool beyond = args_broken("short");
    const struct record *record = map_file(fd, beyond ? behind + 1 : size);

    child_may_crash();
    check(record);
    for (uint32_t i = 0; i < record->count && !beyond; i++)
        say("%s has the id %u", record->people[i].name,
            (unsigned)record->people[i].id);
    _exit(beyond ? ((const volatile char *)record)[behind] : EXIT_HELD);
}

static void
judge(int status, size_t behind)
{
    bool bus = WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS;
    char words[64];

    child_words(status, words, sizeof words);
    promise(bus == args_broken("short") && (bus || status == 0),
            "%s to stay as it is, seen: the reader %s", args_operand(0),
            words);
    if (bus)
        say("%s at byte %zu: it was mapped, but the file has %zu", words,
            behind, size);
}

int
main(int argc, char **argv)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), behind;
    struct stat status;
    pid_t pid;
    int fd;

    args_parse(&about, argc, argv);
    say_as("reader");
    fd = args_file(0, O_RDONLY, 0, &status);
    size = (size_t)status.st_size;
    if ((off_t)size != status.st_size)
        die_code(EOVERFLOW, "map all of %s", args_operand(0));
    promise(size >= sizeof(struct record),
            "%zu bytes or more in %s, seen: %zu", sizeof(struct record),
            args_operand(0), size);
    behind = (size + page - 1) / page * page;
    pid = child_fork_mortal("reader");
    if (pid == 0)
        reader(fd, behind);
    judge(child_reap(pid), behind);
    close(fd);
    return EXIT_HELD;
}
