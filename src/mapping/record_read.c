/* record_read: read the record that record_write has left in a file. We were
   not there when it was made: nothing about it may be taken for granted.

   Before the mapping is touched, the size: a page that the file does not
   reach is a SIGBUS. Then the magic number (is it such a file, and is it
   complete?), the version, the size that the writer had in mind, and that the
   name ends. Break it: --break=short touches what is not there.

     $ record_write card 'Grace Hopper' 1906; record_read card; rm card
     parent: stored Grace Hopper, 1906, in 48 bytes of card
     parent: card holds Grace Hopper, 1906

   See also: mapping/record.h, mapping/record_write.c; open(2). Next:
   mapping/named_region.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "record.h"
#include "say.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct args about = {
    .name = "record_read",
    .idea = "Read a record from a file that another program has made, and "
            "believe nothing.",
    .operands = "FILE",
    .least = 1,
    .most = 1,
    .breaks = {{"short", "map more than there is, and touch it"}},
};

static const char *file;

/* Take a copy of the record: the file is not ours, and what was looked at may
   have changed when it is used. The acquire orders the load of the magic
   before the others, the fence the others before its second load: had a writer
   begun in between, it would be gone. See store() in record_write.c. */
static struct person
copy_person(const struct record *record)
{
    struct person person;

    if (atomic_load_explicit(&record->magic, memory_order_acquire) !=
        RECORD_MAGIC)
        die_promise("%s: expected a record, seen: no such file, or one that "
                    "is not complete",
                    file);
    if (record->version != RECORD_VERSION || record->size != sizeof *record)
        die_promise("%s: expected version %d of %zu bytes, seen: version "
                    "%" PRIu32 " of %" PRIu32,
                    file, RECORD_VERSION, sizeof *record, record->version,
                    record->size);
    person = record->person;
    atomic_thread_fence(memory_order_acquire);
    if (atomic_load(&record->magic) != RECORD_MAGIC)
        die_promise("%s: expected it to stay, seen: somebody writes", file);
    if (memchr(person.name, '\0', sizeof person.name) == NULL)
        die_promise("%s: expected a name, seen: one without an end", file);
    return person;
}

/* Map two pages of a file that has less than one, and touch the second, in a
   child, which dies of it. */
static void
expect_sigbus(int fd)
{
    long page = sysconf(_SC_PAGESIZE);
    volatile const char *bytes =
        mmap(NULL, (size_t)(2 * page), PROT_READ, MAP_SHARED, fd, 0);
    pid_t pid;
    int status;

    if (bytes == MAP_FAILED)
        die("mmap %s", file);
    pid = child_fork_doomed("child");
    if (pid == 0) {
        child_may_crash();
        _exit(bytes[page] == 0 ? EXIT_HELD : EXIT_BROKEN);
    }
    status = child_reap(pid);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGBUS)
        die_promise("expected SIGBUS, seen: the load went well");
    say("SIGBUS: two pages are mapped, but %s ends in the first", file);
}

int
main(int argc, char **argv)
{
    const struct record *record;
    struct person person;
    struct stat status;
    int fd;

    args_parse(&about, argc, argv);
    file = args_operand(0);
    fd = args_file(0, O_RDONLY, 0, &status);
    if (status.st_size != sizeof *record)
        die_promise("%s: expected %zu bytes, seen: %lld", file, sizeof *record,
                    (long long)status.st_size);
    if (args_broken("short")) {
        expect_sigbus(fd);
        close(fd);
        return EXIT_HELD;
    }
    /* To read is all we may do, and all we want. */
    record = mmap(NULL, sizeof *record, PROT_READ, MAP_SHARED, fd, 0);
    if (record == MAP_FAILED)
        die("mmap %s", file);
    close(fd);
    person = copy_person(record);
    say("%s holds %s, %" PRIu64, file, person.name, person.id);
    munmap((void *)record, sizeof *record);
    return EXIT_HELD;
}
