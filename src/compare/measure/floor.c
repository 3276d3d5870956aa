/* floor: what nobody can be faster than here: the way of a cache line from one
   CPU to the other and back, a copy, a wake-up, a system call.

   All other figures are made of these. They belong to the machine, and they
   change with what else runs on it and, in a virtual one, with where the host
   puts its CPUs: so they are measured in the same run as what is compared with
   them, and a ratio of two figures of one run says more than either of
   them. */
#include "config.h"

#include "floor.h"
#include "region.h"

#include <stdio.h>
#include <string.h>

enum { KIB = 1 << 10, MIB = 1 << 20 };

/* Where it makes sense. One side alone is always on the first CPU. */
enum { ALONE, ON_TWO, ON_BOTH };

struct way {
    const char *name, *about;
    side_role *role;
    int where, which; /* see floor.h */
    size_t sizes[6];  /* of what is copied; the last one is 0 */
    const char *(*lacks)(void);
};

/* A message with its flag in one line cannot come back sooner than
   line_bounce_1; most channels have a line for each direction, as
   line_bounce_2 has. A copy within the caches of one CPU is no hint of what it
   costs to take the lines out of another one's, memcpy_cross; and to write
   into lines that the other CPU has read, memcpy_cross_to, often costs more
   than to read what it has written. A call that needs the kernel is never
   cheaper than syscall, and who sleeps and is woken pays for wake. */
static const struct way ways[] = {
    {"line_bounce_1",
     "a line there and back",
     floor_bounce,
     ON_TWO,
     1,
     {0},
     NULL},
    {"line_bounce_2", "two, one each way", floor_bounce, ON_TWO, 2, {0}, NULL},
    {"cas_handoff",
     "a line by compare-and-swap",
     floor_handoff,
     ON_TWO,
     0,
     {0},
     NULL},
    {"memcpy",
     "from cache to cache",
     floor_copy,
     ALONE,
     0,
     {64, 4 * KIB, 64 * KIB, MIB, 16 * MIB, 0},
     NULL},
    {"memcpy_cross",
     "of what the other wrote",
     floor_copy_cross,
     ON_TWO,
     1,
     {64 * KIB, MIB, 0},
     NULL},
    {"memcpy_cross_to",
     "to what the other read",
     floor_copy_cross,
     ON_TWO,
     0,
     {64 * KIB, MIB, 0},
     NULL},
    {"wake_call",
     "FUTEX_WAKE of a sleeper",
     floor_wake,
     ON_BOTH,
     WAKE_CALL,
     {0},
     floor_no_wake},
    {"wake",
     "until the sleeper runs",
     floor_wake,
     ON_BOTH,
     WAKE_RUN,
     {0},
     floor_no_wake},
    {"syscall", "getppid", floor_call, ALONE, CALL_SYSTEM, {0}, NULL},
    {"clock", "clock_gettime", floor_call, ALONE, CALL_CLOCK, {0}, NULL},
    {"yield", "sched_yield, alone", floor_call, ALONE, CALL_YIELD, {0}, NULL},
    {"pause", "a turn of spinning", floor_call, ALONE, CALL_PAUSE, {0}, NULL},
};
enum { WAYS = sizeof ways / sizeof *ways };

/* ---- Measuring ---------------------------------------------------------- */

/* What is no copy has the size 0, once. The sizes are not those of --sizes:
   the verdict and the ratios need the same ones in every run. */
static bool
has_size(const struct way *way, int i)
{
    return i == 0 || way->sizes[i] != 0;
}

static bool
belongs(const struct way *way, enum placement placement)
{
    if (way->where == ALONE)
        return placement == SAME;
    return asked.place[placement] &&
           (placement == CROSS ||
            (placement == SAME && way->where == ON_BOTH));
}

static void
measure(const struct way *way, size_t size, enum placement placement,
        int round)
{
    struct floor_task task = {
        .placement = placement, .size = size, .which = way->which};
    int sides = way->where == ALONE ? 1 : 2;
    struct row row = row_of("floor", way->name, round,
                            way->where == ALONE ? -1 : (int)placement);
    struct region region = region_map(sizeof *task.memory + size, REGION_ANON);

    asked_progress("floor", way->name, size);
    task.memory = region.memory;
    pair_run(sides, placement, way->role, &task);
    region_unmap(&region);
    if (cell->samples == 0) {
        row_missing("floor", way->name,
                    strncmp(way->name, "wake", 4) == 0
                        ? "the other side was never seen asleep"
                        : "no sample was whole: the CPUs are busy");
        return;
    }
    row_samples(&row);
    row.processes = sides;
    row.per_second = 1e9 / row.mean;
    if (size > 0) {
        row.size = (double)size;
        row.bytes_per_second = row.size * 1e9 / row.p50;
    }
    row_add(&row);
}

void
floor_round(int round)
{
    for (int i = 0; i < WAYS; i++) {
        const struct way *way = &ways[i];
        const char *why = way->lacks != NULL ? way->lacks() : NULL;
        if (!asked_for(way->name))
            continue;
        if (why != NULL) {
            row_missing("floor", way->name, why);
            continue;
        }
        for (enum placement place = SAME; place < PLACEMENTS; place++)
            for (int s = 0; belongs(way, place) && has_size(way, s); s++) {
                if (asked_to_stop())
                    return;
                measure(way, way->sizes[s], place, round);
            }
    }
}

/* ---- The table ---------------------------------------------------------- */

struct spread
floor_spread(const char *way, int placement, size_t size, row_figure *figure)
{
    struct row_key key = {"floor", way, placement, 0,
                          size > 0 ? (double)size : NAN};
    struct spread spread = row_spread(&key, figure);

    return spread.count > 0 ? spread : (struct spread){0, NAN, NAN, NAN, NAN};
}

static void
print_way(const struct way *way, size_t size, int placement)
{
    struct spread p50 = floor_spread(way->name, placement, size, row_p50);
    char bytes[16] = "", time[16], low[16], high[16], rate[16] = "";

    if (p50.count == 0)
        return;
    if (size > 0) {
        row_bytes_text(bytes, sizeof bytes, (double)size);
        row_rate(rate, sizeof rate,
                 floor_spread(way->name, placement, size, row_bytes).median);
    }
    printf("  %-15s %-26s %-6s %9s ", way->name, way->about,
           size > 0         ? bytes
           : placement >= 0 ? place_name((enum placement)placement)
                            : "",
           row_time(time, sizeof time, p50.median));
    printf(size > 0 ? "%12s\n" : "%8s-%s\n",
           size > 0 ? rate : row_time(low, sizeof low, p50.low),
           row_time(high, sizeof high, p50.high));
}

void
floor_print(void)
{
    printf("\nfloor: one CPU, or two (cross)%30s  quartiles, rate\n",
           "median");
    for (int i = 0; i < WAYS; i++)
        for (enum placement place = SAME; place < PLACEMENTS; place++)
            for (int s = 0; belongs(&ways[i], place) && has_size(&ways[i], s);
                 s++)
                print_way(&ways[i], ways[i].sizes[s],
                          ways[i].where == ALONE ? -1 : (int)place);
}
