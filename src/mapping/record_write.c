/* record_write: leave a record in a file for a program that is not our child
   and runs at another time. The two know each other only by the file and by
   its layout, record.h.

   The file gets its size before it is mapped: a store never makes it longer.
   The magic number is stored last; who finds it finds a whole record. Break
   it: --break=short leaves the file empty, and the first store is a SIGBUS.

     $ record_write card 'Ada Lovelace' 1815; record_read card; rm card
     parent: stored Ada Lovelace, 1815, in 48 bytes of card
     parent: card holds Ada Lovelace, 1815

   See also: mapping/record.h, the layout; ftruncate(2), msync(2). Next:
   mapping/record_read.c, which is the other half. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "record.h"
#include "say.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct args about = {
    .name = "record_write",
    .idea = "Leave a record in a mapped file, for an unrelated program to "
            "read.",
    .operands = "FILE NAME ID",
    .least = 3,
    .most = 3,
    .breaks = {{"short", "the file is not made long enough before"}},
};

static struct person
read_operands(void)
{
    struct person person = {.name = ""};
    const char *name = args_operand(1);

    if (strlen(name) >= sizeof person.name)
        args_wrong("NAME '%s' is too long; give at most %zu bytes", name,
                   sizeof person.name - 1);
    strcpy(person.name, name);
    person.id = (uint64_t)args_number("ID", args_operand(2), 0, LLONG_MAX);
    return person;
}

/* A file that holds something else is somebody's: it stays as it is. A new one
   gets the size of a record; that makes it all zeros, so there is no magic in
   it. One that is there keeps its size: to cut it, even for a moment, would be
   a SIGBUS for whoever reads it now. */
static int
open_file(void)
{
    struct stat status;
    int fd = args_file(0, O_RDWR | O_CREAT, 0666, &status);
    uint64_t magic = 0;

    if (status.st_size != 0 &&
        (status.st_size != sizeof(struct record) ||
         pread(fd, &magic, sizeof magic, 0) != sizeof magic ||
         (magic != 0 && magic != RECORD_MAGIC)))
        args_wrong("%s is no record; give a new or an empty file",
                   args_operand(0));
    if (ftruncate(fd, args_broken("short") ? 0 : sizeof(struct record)) == -1)
        die("ftruncate %s", args_operand(0));
    return fd;
}

/* First the magic goes, last it comes. The release orders all other stores
   before it: a reader whose load, an acquire, finds it finds them, too. Should
   we be killed in between it is not there, and the half record is never
   believed. msync is about the disk: other processes see the stores at once. */
static void
store(struct record *record, const struct person *person)
{
    atomic_store(&record->magic, 0);
    record->version = RECORD_VERSION;
    record->size = sizeof *record;
    record->person = *person;
    atomic_store_explicit(&record->magic, RECORD_MAGIC, memory_order_release);
    if (msync(record, sizeof *record, MS_SYNC) == -1)
        die("msync %s", args_operand(0));
}

/* In a child, which may die of it. */
static void
expect_sigbus(struct record *record, const struct person *person)
{
    pid_t pid = child_fork_doomed("child");
    int status;

    if (pid == 0) {
        child_may_crash();
        store(record, person);
        _exit(EXIT_HELD);
    }
    status = child_reap(pid);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGBUS)
        die_promise("expected SIGBUS, seen: the store went well");
    say("SIGBUS: %s has 0 bytes, and a store makes no file longer",
        args_operand(0));
}

int
main(int argc, char **argv)
{
    struct person person;
    struct record *record;
    int fd;

    args_parse(&about, argc, argv);
    person = read_operands();
    fd = open_file();
    record =
        mmap(NULL, sizeof *record, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (record == MAP_FAILED)
        die("mmap %s", args_operand(0));
    close(fd);
    if (args_broken("short")) {
        expect_sigbus(record, &person);
    } else {
        store(record, &person);
        say("stored %s, %" PRIu64 ", in %zu bytes of %s", person.name,
            person.id, sizeof *record, args_operand(0));
    }
    munmap(record, sizeof *record);
    return EXIT_HELD;
}
