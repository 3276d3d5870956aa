/* record_write: make a file of people that record_read, a program that knows
   nothing of this one, can read. All they share is the file and record.h.

   How can the reader tell a whole file from one whose writer is still at it,
   or was killed? The magic is stored last. Look for it in the second line. To
   break it: --break=short forgets that a file has a size; --break=half kills
   the writer before the magic, and leaves a file that record_read refuses.

     $ record_write people Ada 1815 Grace 1906; record_read people; rm people
     writer: stored 2 people in people
     writer: stored the magic: they may be read
     reader: Ada has the id 1815
     reader: Grace has the id 1906

   See also: mmap(2), ftruncate(2), msync(2); C11 7.17.3, memory_order_release.
   Next: mapping/record_read.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "record.h"
#include "say.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PEOPLE_MOST = 31 };

static const struct args about = {
    .name = "record_write",
    .idea = "Leave a record in a mapped file for a program yet unknown.",
    .operands = "FILE NAME ID ...",
    .least = 3,
    .most = 1 + 2 * PEOPLE_MOST,
    .breaks =
        {
            {"short", "the file is left empty: storing there is SIGBUS"},
            {"half", "the writer is killed before it stores the magic"},
        },
};

static struct person people[PEOPLE_MOST];
static uint32_t count;
static int fd;

/* All that can be wrong with NAME and ID is found before there is a file. */
static void
read_operands(void)
{
    for (int i = 1; i < args_operands(); i += 2, count++) {
        const char *name = args_operand(i), *id = args_operand(i + 1);
        if (id == NULL)
            args_wrong("'%s' has no ID", name);
        if (*name == '\0' || strlen(name) >= RECORD_NAME)
            args_wrong("'%s': a NAME has from 1 to %d bytes", name,
                       RECORD_NAME - 1);
        strcpy(people[count].name, name);
        people[count].id = (uint32_t)args_number("ID", id, 0, UINT32_MAX);
    }
}

/* A file that is no good is taken away again, however this ends; unless the
   name is another file's by now. */
static struct stat made;

static void
discard(void)
{
    args_remove(0, &made);
}

/* The file is new (O_EXCL): one that somebody has mapped must not be changed
   under the eyes of a reader, and never be cut, or the reader gets SIGBUS. To
   replace one, write another and rename(2) it. It gets its size before it is
   mapped, and is all zeros: the magic, too. */
static void
make_file(size_t size)
{
    child_hold();
    fd = args_file(0, O_RDWR | O_CREAT | O_EXCL, 0666, &made);
    child_at_end(discard);
    child_go_on();
    if (!args_broken("short") && ftruncate(fd, (off_t)size) == -1)
        die("ftruncate %s", args_operand(0));
}

/* Nobody waits for anybody here; one store says it all. Release: whoever
   loads the magic, and acquires it, finds every store that was made before.
   That holds between living processes. The order in which pages reach the
   disk is another one: msync makes it the same, in case the power fails. */
static void
store(size_t size)
{
    struct record *record =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (record == MAP_FAILED)
        die("mmap %s", args_operand(0));
    record->version = RECORD_VERSION;
    record->size = sizeof *people;
    record->count = count;
    memcpy(record->people, people, count * sizeof *people);
    if (msync(record, size, MS_SYNC) == -1)
        die("msync %s", args_operand(0));
    say("stored %u %s in %s", (unsigned)count,
        count == 1 ? "person" : "people", args_operand(0));
    if (args_broken("half"))
        raise(SIGKILL);
    atomic_store_explicit(&record->magic, RECORD_MAGIC, memory_order_release);
    if (msync(record, size, MS_SYNC) == -1)
        die("msync %s", args_operand(0));
    munmap(record, size);
}

/* Storing can end in SIGBUS also where all was done right, on a full disk. So
   a child stores, and the parent is there to say what became of it. */
static void
judge(int status)
{
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    int expected = args_broken("short")  ? SIGBUS
                   : args_broken("half") ? SIGKILL
                                         : 0;
    char words[64];

    child_words(status, words, sizeof words);
    promise(number == expected, "a writer that %s, seen: it %s%s",
            expected == 0 ? "exits 0" : "dies of its mistake", words,
            number == SIGBUS ? ": is the disk full?" : "");
    if (args_broken("short")) {
        say("was killed by SIGBUS: the file has no byte that it could store");
        return;
    }
    child_at_end(NULL);
    say("%s", expected == 0
                  ? "stored the magic: they may be read"
                  : "was killed by SIGKILL: the magic is 0, none may read");
}

int
main(int argc, char **argv)
{
    size_t size;
    pid_t pid;

    args_parse(&about, argc, argv);
    say_as("writer");
    read_operands();
    size = sizeof(struct record) + count * sizeof *people;
    make_file(size);
    pid = child_fork_mortal("writer");
    if (pid == 0) {
        child_may_crash();
        store(size);
        _exit(EXIT_HELD);
    }
    judge(child_reap(pid));
    close(fd);
    return EXIT_HELD;
}
