/* floor_verdict: what dominates on this machine, in a few sentences, chosen by
   the floor of this very run. What was not measured is NAN, and no comparison
   with that is true: then nothing is said of it. */
#include "config.h"

#include "floor.h"
#include "wrap.h"

#include <stdio.h>
#include <string.h>

enum { KIB = 1 << 10 };

/* Print TEXT in lines of at most 79 characters; an empty line before the first
   sentence of all, if there is one. */
static void
print_wrapped(const char *text)
{
    static bool begun;

    if (!begun)
        printf("\n");
    begun = true;
    wrap(stdout, 0, text);
}

static double
time_of(const char *way, int placement, size_t size)
{
    return floor_spread(way, placement, size, row_p50).median;
}

/* Wake-ups or copies? The copy is that of 64 KiB by way of the other CPU's
   cache. Who may spin needs neither. */
static void
judge_cross(double wake, double copy)
{
    char text[400], a[16], b[16];

    row_time(a, sizeof a, wake);
    row_time(b, sizeof b, copy);
    if (wake > copy)
        snprintf(text, sizeof text,
                 "Between two CPUs the wake-ups dominate: one takes %s, as "
                 "long as %.1f copies of 64 KiB (%s each). What counts is how "
                 "seldom somebody has to be woken, not how often a message is "
                 "copied.",
                 a, wake / copy, b);
    else if (copy >= wake)
        snprintf(text, sizeof text,
                 "Between two CPUs the copies of large messages dominate: one "
                 "of 64 KiB takes %s, as long as %.1f wake-ups (%s each).",
                 b, copy / wake, a);
    else
        return;
    print_wrapped(text);
}

static void
judge_spin(double wake, double line)
{
    char text[300], a[16];

    if (!(wake > 2 * line))
        return;
    snprintf(text, sizeof text,
             "A side that spins instead of sleeping can have an answer in %s, "
             "%.0f times sooner than one wake-up, for a CPU that does nothing "
             "else.",
             row_time(a, sizeof a, line), wake / line);
    print_wrapped(text);
}

/* What a lock costs that is never waited for, and what one that is. */
static void
judge_locks(double line, double wake)
{
    char text[300], a[16], b[16];

    if (!(wake > line))
        return;
    snprintf(
        text, sizeof text,
        "What the CPUs contend for is the cache line of the lock: %s there "
        "and back. A lock that puts its waiters to sleep and wakes them "
        "in turn pays %s each time, %.0f times that: the cheap ones let "
        "whoever is awake go first.",
        row_time(a, sizeof a, line), row_time(b, sizeof b, wake), wake / line);
    print_wrapped(text);
}

static double
row_mean_of(const char *way)
{
    struct row_key key = {"mapping", way, -1, 0, NAN};

    return row_spread(&key, row_mean).median;
}

/* A page is touched for the first time: is it the zeroes or the fault? */
static void
judge_mapping(double touch, double page, double child)
{
    char text[300], a[16], b[16], c[16];

    if (isnan(touch) || isnan(page))
        return;
    snprintf(
        text, sizeof text,
        "The first touch of a shared page takes %s, to copy as many bytes "
        "only %s: the fault dominates, not the bytes.",
        row_time(a, sizeof a, touch), row_time(b, sizeof b, page));
    if (!isnan(child))
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 " A child pays %s for it once more.",
                 row_time(c, sizeof c, child));
    print_wrapped(text);
}

/* While one side is being woken the other fills what is between them, or
   empties it, and then sleeps in its turn: with room for less than two
   wake-ups both wait most of the time. */
static void
judge_capacity(double wake, double copy)
{
    char text[300], a[16], b[16];
    double rate = 64 * KIB / copy * 1e9, bytes = 2 * wake * 64 * KIB / copy;

    if (isnan(bytes))
        return;
    snprintf(text, sizeof text,
             "For two sides that sleep, and %s all the same, there must be "
             "room for %s between them: as much as passes in two wake-ups.",
             row_rate(a, sizeof a, rate),
             row_bytes_text(b, sizeof b, ceil(bytes / KIB) * KIB));
    print_wrapped(text);
}

/* The switch or the copies? On one CPU the other side can do nothing before
   there was a switch to it, however the message travels. */
static void
judge_same(double wake, double call, double copy)
{
    char text[300], a[16], b[16], c[16];

    if (isnan(wake) || isnan(call))
        return;
    row_time(a, sizeof a, wake);
    row_time(b, sizeof b, call);
    snprintf(text, sizeof text,
             "On one CPU a wake-up and the switch take %s, a system call %s",
             a, b);
    if (!isnan(copy))
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 ", a copy of 64 KiB %s: %s.", row_time(c, sizeof c, copy),
                 wake > copy ? "the switch costs more than to copy even such "
                               "a message"
                             : "to copy such a message costs more than the "
                               "switch");
    else
        snprintf(text + strlen(text), sizeof text - strlen(text), ".");
    print_wrapped(text);
}

/* To each subject what it depends on. */
void
floor_verdict(const char *subject)
{
    double wake = time_of("wake", CROSS, 0);
    double line = time_of("line_bounce_2", CROSS, 0);
    double copy = fmax(time_of("memcpy_cross", CROSS, 64 * KIB),
                       time_of("memcpy_cross_to", CROSS, 64 * KIB));
    bool is_locks = strcmp(subject, "locks") == 0;
    bool is_mapping = strcmp(subject, "mapping") == 0;
    bool is_same = isnan(wake) && !is_mapping;

    if (is_same && is_locks)
        print_wrapped("On one CPU nobody waits for a lock, unless who holds "
                      "it has used up its time: then all do, until it runs "
                      "again. Otherwise to lock costs what it costs alone.");
    else if (is_locks)
        judge_locks(time_of("line_bounce_1", CROSS, 0), wake);
    else if (is_mapping)
        judge_mapping(row_mean_of("touch-shared-anon"),
                      time_of("memcpy", -1, 4 * KIB),
                      row_mean_of("child-write-shared-anon"));
    else
        judge_cross(wake, copy);
    if (strcmp(subject, "latency") == 0)
        judge_spin(wake, line);
    else if (strcmp(subject, "throughput") == 0)
        judge_capacity(wake, copy);
    if (is_same ||
        (!is_locks && !is_mapping && strcmp(subject, "latency") != 0 &&
         strcmp(subject, "throughput") != 0))
        judge_same(time_of("wake", SAME, 0), time_of("syscall", -1, 0),
                   time_of("memcpy", -1, 64 * KIB));
}
