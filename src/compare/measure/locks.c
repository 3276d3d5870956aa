/* locks: what it costs to take a lock, add one to a counter that lies beside
   it, and let go of the lock: alone, and with other processes that want it.

   Alone, a lock is two atomic instructions, or two system calls. With others
   it is the way of its cache line from CPU to CPU, and what a lock does with
   those who have to wait. Processes that happen to run on one CPU seldom meet
   in a lock: so each side is put on its CPU, half of them on the other one.

   Each side counts what it has added; the sum must be what the counter says.
   A lock that lets whoever was there last in again is fast, as the line need
   not move, and one that serves in order is fair: hence the last column. */
#include "config.h"

#include "die.h"
#include "locks.h"
#include "price.h"
#include "region.h"

#include <stdio.h>

static const int crowds[] = {1, 2, 4, LOCK_SIDES};
enum { CROWDS = sizeof crowds / sizeof *crowds };

/* The I'th of all kinds; NULL behind the last one. */
static const struct lock_kind *
kind_number(int i)
{
    static const struct lock_kind *const lists[] = {locks_word, locks_posix,
                                                    locks_kernel};

    for (int list = 0; list < 3; list++)
        for (const struct lock_kind *kind = lists[list]; kind->name != NULL;
             kind++)
            if (i-- == 0)
                return kind;
    return NULL;
}

static bool
can_be(const struct lock_kind *kind, int crowd)
{
    return asked_for(kind->name) && (crowd == 1 || !kind->is_alone);
}

/* ---- A side ------------------------------------------------------------- */

static void
add_some(struct lock *lock, long times)
{
    const struct lock_kind *kind = lock->kind;

    if (kind->add != NULL) {
        for (long i = 0; i < times; i++)
            kind->add(lock);
        return;
    }
    for (long i = 0; i < times; i++) {
        kind->lock(lock);
        lock->memory->counter.plain++;
        kind->unlock(lock);
    }
}

/* All stop at the same time, which whoever begins first decides: else a late
   one would have the lock for itself at the end, and look fast. Where several
   share a CPU it is later, for each to have as many time slices. */
static double
end_for_all(struct lock *lock, double from)
{
    double seconds = asked_seconds() * (lock->sides > 2 ? lock->sides / 2 : 1);
    unsigned long long end = 0, mine;

    mine = (unsigned long long)((from + seconds) * 1e9);
    if (atomic_compare_exchange_strong(&lock->memory->end, &end, mine))
        end = mine;
    return (double)end / 1e9;
}

/* The clock is looked at every 20 to 100 microseconds. To look at it for each
   addition would cost more than most locks; and how many of them fit between
   two looks differs by four orders of magnitude, and changes when others
   come. */
static void
play(int side, void *argument)
{
    struct lock *lock = argument;
    struct lock_memory *memory = lock->memory;
    unsigned long long count = 0;
    double from, at, before, end;
    long times = 1;

    if (lock->kind->begin != NULL)
        lock->kind->begin(lock, side);
    pair_touch(memory, sizeof *memory);
    pair_start(side, lock->sides);
    pair_used_from();
    from = at = now();
    end = end_for_all(lock, from);
    while (at < end) {
        before = at;
        add_some(lock, times);
        count += (unsigned long long)times;
        at = now();
        if (at - before < 20e-6)
            times *= 2;
        else if (at - before > 100e-6 && times > 1)
            times /= 2;
    }
    pair_used_until(side);
    memory->side[side].from = from;
    memory->side[side].until = at;
    memory->side[side].count = count;
}

/* ---- In the parent ------------------------------------------------------ */

/* From when the first side began until the last one had done. */
static void
keep(const struct lock *lock, int round, int placement)
{
    const struct lock_memory *memory = lock->memory;
    struct row row = row_of("locks", lock->kind->name, round, placement);
    double from = INFINITY, until = 0, sum = 0, least = INFINITY;

    for (int side = 0; side < lock->sides; side++) {
        double count = (double)memory->side[side].count;
        sum += count;
        least = fmin(least, count);
        from = fmin(from, memory->side[side].from);
        until = fmax(until, memory->side[side].until);
    }
    row.processes = lock->sides;
    row.count = sum;
    row.mean = (until - from) * 1e9 / sum;
    row.per_second = sum / (until - from);
    if (lock->sides > 1)
        row.share = least * lock->sides / sum;
    row.wrong = lock->kind->is_reading ? (double)memory->counter.plain
                                       : sum - (double)memory->counter.plain;
    row_used(&row, lock->sides, sum);
    promise(row.wrong == 0 || (lock->kind->is_none && lock->sides > 1),
            "%.0f additions with the lock %s by %d processes, seen: %.0f "
            "of them lost",
            sum, lock->kind->name, lock->sides, row.wrong);
    row_add(&row);
}

static void
measure(const struct lock_kind *kind, int crowd, int round)
{
    struct region region = region_map(sizeof(struct lock_memory), REGION_ANON);
    struct lock lock = {.kind = kind, .memory = region.memory, .sides = crowd};
    enum placement placement = asked.place[CROSS]  ? CROSS
                               : asked.place[SAME] ? SAME
                                                   : FREE;
    const char *why = kind->open != NULL ? kind->open(&lock) : NULL;

    if (why != NULL) {
        row_missing("locks", kind->name, why);
    } else {
        pair_run(crowd, placement, play, &lock);
        if (kind->close != NULL)
            kind->close(&lock);
        keep(&lock, round, crowd == 1 ? -1 : (int)placement);
    }
    region_unmap(&region);
}

void
locks_round(int round)
{
    const struct lock_kind *kind;

    for (int c = 0; c < (asked.quick ? 2 : CROWDS); c++)
        for (int i = 0; (kind = kind_number(i)) != NULL; i++) {
            if (asked_to_stop())
                return;
            if (!can_be(kind, crowds[c]))
                continue;
            asked_progress("locks", kind->name, 0);
            measure(kind, crowds[c], round);
        }
}

/* ---- The table ---------------------------------------------------------- */

static double
row_lost(const struct row *row)
{
    return row->wrong / row->count;
}

static void
print_kind(const struct lock_kind *kind)
{
    struct row_key key = {"locks", kind->name, -1, 0, NAN};
    struct spread share = {.count = 0};
    char text[16];

    if (row_spread(&key, row_mean).count == 0)
        return;
    printf("  %-14s %-23s", kind->name, kind->about);
    for (int c = 0; c < CROWDS; c++) {
        struct spread mean;
        key.processes = crowds[c];
        mean = row_spread(&key, row_mean);
        printf(" %7s", row_time(text, sizeof text,
                                mean.count > 0 ? mean.median : NAN));
        if (row_spread(&key, row_share).count > 0)
            share = row_spread(&key, row_share);
    }
    if (share.count > 0)
        printf(" %5.2f\n", share.median);
    else
        printf(" %5s\n", "-");
}

void
locks_print(void)
{
    struct row_key none = {"locks", "no-lock", -1, 2, NAN};
    const struct lock_kind *kind;

    printf("\nlocks: lock, add one, unlock%36s\n"
           "  %-38s %7s %7s %7s %7s %5s\n",
           asked.place[CROSS] ? "processes, on two CPUs" : "processes", "",
           "1", "2", "4", "8", "share");
    for (int i = 0; (kind = kind_number(i)) != NULL; i++)
        print_kind(kind);
    printf("The time is that of all processes together, for each addition; "
           "the share is\nwhat whoever got least has got of the mean, with "
           "as many as were there.\n");
    if (row_spread(&none, row_lost).count > 0)
        printf("No addition was lost with a lock; without one two processes "
               "lost %.0f %% of\ntheirs.\n",
               row_spread(&none, row_lost).median * 100);
}
