/* pipe_queue: the bounded buffer's job done by a pipe. The kernel keeps the
   buffer, the lock and the sleepers: who finds it full sleeps in write, who
   finds it empty in read, and a record of up to PIPE_BUF bytes goes in whole.

   Two things are left to do right. The end: read returns 0 only when nobody
   has the write end open any more; --break=keepend lets the reader itself keep
   it. The size: --break=bigwrite makes the records longer than PIPE_BUF, and
   those of two writers get mixed.

     $ pipe_queue --records=500
     consumer: 500 whole records of child 1, in order
     consumer: 500 whole records of child 2, in order
     consumer: end of file: every write end is closed

   See also: pipe(7); POSIX, write(), on PIPE_BUF; cond/bounded_buffer.c, the
   same with a mutex. Next: work/relay.c. */
#include "config.h"

#include "args.h"
#include "blocked.h"
#include "child.h"
#include "say.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* POSIX wants 512 at least; a pipe holds 64 KiB on Linux. */
#ifndef PIPE_BUF
#define PIPE_BUF _POSIX_PIPE_BUF
#endif

enum { PRODUCERS = 2, BIG = 1 << 20 };

static long long records = 1000;

static const struct args about = {
    .name = "pipe_queue",
    .idea = "The bounded buffer's job by a pipe: no lock, an end of file, "
            "whole records up to PIPE_BUF.",
    .breaks = {{"keepend", "the reader keeps the write end open: no end"},
               {"bigwrite", "records longer than PIPE_BUF: they get mixed"}},
    .options = {ARGS_NUMBER("records", "N", &records, 1, 1000000,
                            "how many each of the two writes (1000)")},
};

/* A record is SIZE bytes: its number, then nothing but the letter of whoever
   wrote it, so that a foreign byte inside shows. */
static size_t size = PIPE_BUF;
static char record[BIG];
static int ends[2]; /* [0] to read from, [1] to write to */

static char
letter(int producer)
{
    return (char)('A' + producer);
}

static void
produce(int me)
{
    close(ends[0]);
    for (int n = 0; n < records; n++) {
        memset(record, letter(me), size);
        memcpy(record, &n, sizeof n);
        if (say_write(ends[1], record, size) == -1)
            die("write to the pipe");
    }
    close(ends[1]);
}

/* Read one record. A write may be whole, a read need not be: it returns what
   is there. Returns false at the end of file. */
static bool
read_record(void)
{
    size_t used = 0;
    ssize_t n;

    while (used < size) {
        n = read(ends[0], record + used, size - used);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            die("read from the pipe");
        promise(n > 0 || used == 0, "whole records, seen: %zu bytes", used);
        if (n == 0)
            return false;
        used += (size_t)n;
    }
    return true;
}

/* How many bytes of the record are not its writer's. */
static size_t
foreign_bytes(void)
{
    size_t count = 0;

    for (size_t i = sizeof(int); i < size; i++)
        count += record[i] != record[size - 1];
    return count;
}

static void
consume(void)
{
    int next[PRODUCERS + 1] = {0}, number;

    if (!args_broken("keepend"))
        close(ends[1]);
    while (read_record()) {
        int who = record[size - 1] - 'A';
        memcpy(&number, record, sizeof number);
        promise(foreign_bytes() == 0 && who >= 1 && who <= PRODUCERS &&
                    number == next[who]++,
                "whole records in order, seen: another");
    }
    for (int who = 1; who <= PRODUCERS; who++) {
        promise(next[who] == records, "%lld records, seen: %d", records,
                next[who]);
        say("%d whole records of child %d, in order", next[who], who);
    }
    say("end of file: every write end is closed");
    _exit(EXIT_HELD);
}

/* The parent has no use for the pipe; its copies must go, too. */
static void
close_ends(void)
{
    close(ends[0]);
    close(ends[1]);
}

/* One record each, longer than what the pipe holds. Child 1 fills it, and both
   are seen asleep before anybody reads: from then on each gets in a piece
   whenever there is room. */
static void
mix(void)
{
    size_t foreign = 0;
    pid_t pid;

    size = BIG;
    records = 1;
    for (int me = 1; me <= PRODUCERS; me++) {
        pid = child_fork("child %d", me);
        if (pid == 0) {
            produce(me);
            _exit(EXIT_HELD);
        }
        promise(blocked_in_call(pid, BLOCKED_IN_WRITE, ends[1]) !=
                    BLOCKED_ENDED,
                "child %d to find the pipe full", me);
        say("child %d sleeps in write, %s", me,
            me == 1 ? "in the middle of its record" : "the pipe is full");
    }
    for (int me = 1; me <= PRODUCERS && read_record(); me++)
        foreign += foreign_bytes();
    promise(foreign != 0, "mixed records, seen: whole ones");
    say("both records hold bytes of the other one");
    close_ends();
    child_reap_all();
}

int
main(int argc, char **argv)
{
    pid_t consumer, producers[PRODUCERS + 1];

    args_parse(&about, argc, argv);
    if (pipe(ends) == -1)
        die("pipe");
    if (args_broken("bigwrite")) {
        mix();
        return EXIT_HELD;
    }
    consumer = child_fork("consumer");
    if (consumer == 0)
        consume();
    for (int me = 1; me <= PRODUCERS; me++)
        if ((producers[me] = child_fork("child %d", me)) == 0) {
            produce(me);
            _exit(EXIT_HELD);
        }
    close_ends();
    for (int me = 1; me <= PRODUCERS; me++)
        child_reap(producers[me]);
    if (args_broken("keepend")) {
        promise(blocked_in_call(consumer, BLOCKED_IN_READ, ends[0]) !=
                    BLOCKED_ENDED,
                "the consumer to wait, seen: it ended");
        say("the consumer is blocked for good in read: the last write end "
            "that is open is its own");
        child_kill(consumer);
    } else {
        child_reap(consumer);
    }
    return EXIT_HELD;
}
