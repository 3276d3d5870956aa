/* throughput: as many messages as there is room for, one way.

   The sender never waits for an answer, so what costs is what each message
   costs by itself (the copies, the lock, the system call), and how often one
   side has to wait for the other: the larger the capacity, the more rarely.
   The time is taken where the messages arrive: what was only sent may still
   lie somewhere. */
#include "config.h"

#include "die.h"
#include "ways.h"

#include <sched.h>
#include <stdio.h>

struct flow {
    struct link link;
    size_t size;
    int batch;
    double seconds;
};

/* A way that lends its memory goes wrong when the next message is written
   before the last one was read: that is forced here, at the beginning, by a
   receiver that waits for two of them. The pipe has to hold both. */
static bool
is_forced(const struct flow *flow)
{
    return flow->link.way->is_risky &&
           4 * flow->size * (size_t)flow->batch <= flow->link.capacity;
}

/* To ask for the time costs as much as a small message: ask for each 64 KiB
   or so. The last message is announced before it is sent, see latency.c; a
   batch is always whole. */
static void
pour(struct flow *flow)
{
    char *messages = messages_for(flow->size, flow->batch);
    double begin = now(), time;
    size_t bytes = 0;
    uint64_t n = 0;

    while (cell->total == 0) {
        bytes += flow->size * (size_t)flow->batch;
        if (bytes >= 65536 || n == 0) {
            bytes = 0;
            time = now() - begin;
            if (cell->warm == 0 && time >= flow->seconds / 10 && n > 0) {
                pair_used_from();
                cell->warm = n;
            }
            if (time >= flow->seconds && cell->warm != 0 &&
                n > cell->warm + 3 * (uint64_t)flow->batch)
                cell->total = n + (uint64_t)flow->batch;
        }
        for (int i = 0; i < flow->batch; i++)
            stamp(messages + (size_t)i * flow->size, flow->size, n++);
        flow->link.way->send(&flow->link, messages, flow->batch);
        if (n == 2 * (uint64_t)flow->batch)
            cell->two_sent = true;
    }
    if (flow->link.way->flush != NULL)
        flow->link.way->flush(&flow->link);
    pair_used_until(0);
}

static void
catch_all(struct flow *flow)
{
    char *messages = messages_for(flow->size, flow->batch);
    double begin = 0;
    uint64_t n = 0, first = 0;
    unsigned long long wrong = 0, counted = 0;

    while (is_forced(flow) && !cell->two_sent)
        sched_yield();
    for (;;) {
        flow->link.way->receive(&flow->link, messages, flow->batch);
        for (int i = 0; i < flow->batch; i++)
            wrong +=
                !stamped(messages + (size_t)i * flow->size, flow->size, n++);
        if (first == 0 && cell->warm != 0 && n >= cell->warm) {
            first = n;
            counted = wrong;
            begin = now();
            pair_used_from();
        }
        if (cell->total != 0 && n >= cell->total)
            break;
    }
    cell->seconds = now() - begin;
    cell->count = (double)(n - first);
    pair_used_until(1);
    cell->wrong = wrong;
    cell->number[0] = (double)(wrong - counted);
}

static void
role(int side, void *argument)
{
    struct flow *flow = argument;

    link_begin(&flow->link, side == 0);
    pair_start(side, 2);
    if (side == 0)
        pour(flow);
    else
        catch_all(flow);
}

static void
measure(const struct turn *turn)
{
    const struct way *way = turn->way;
    struct flow flow = {.size = turn->size,
                        .batch = way->batch > 0 ? way->batch : asked.batch,
                        .seconds = asked_seconds()};
    const char *why = turn->round == 1
                          ? verify(way, turn->size, flow.batch, turn->place)
                          : NULL;
    struct row row;

    if (why == NULL)
        why = link_open(&flow.link, 0, way, turn->size);
    if (why != NULL) {
        row_missing(turn->subject, way->name, why);
        return;
    }
    pair_run(2, turn->place, role, &flow);
    link_close(&flow.link);
    promise(cell->wrong == 0 || way->is_risky,
            "all messages by %s as they were sent, seen: %llu changed",
            way->name, (unsigned long long)cell->wrong);
    row = row_of_turn(turn, &flow.link, flow.batch);
    row.wrong = cell->number[0];
    row.per_second = cell->count / cell->seconds;
    row.bytes_per_second = row.per_second * (double)turn->size;
    row.mean = 1e9 / row.per_second;
    row_used(&row, 2, cell->count);
    row_add(&row);
}

static bool
fits(const struct way *way)
{
    return !way->no_throughput;
}

static const size_t usual[] = {64, 1024, 4096, 65536};
enum { USUAL = sizeof usual / sizeof *usual };

void
throughput_round(int round)
{
    static const size_t few[] = {64, 65536};

    ways_each("throughput", round,
              asked_sizes(asked.quick ? few : usual, asked.quick ? 2 : USUAL),
              fits, measure);
}

static void
print_block(size_t size, enum placement place)
{
    char a[16], b[16], c[16], d[16], e[40];
    const struct way *way;
    bool begun = false;

    for (int i = 0; (way = way_number(i)) != NULL; i++) {
        struct row_key key = row_key_of("throughput", way, size, place);
        struct spread rate = row_spread(&key, row_bytes);
        struct spread ratio = row_ratio(&key, "pipe", row_mean);
        double wrong = row_spread(&key, row_wrong).most;
        if (rate.count == 0)
            continue;
        if (!begun)
            printf("\nthroughput, %s, %s\n"
                   "  %-14s %8s %10s %9s %8s  %s\n",
                   row_bytes_text(a, sizeof a, (double)size),
                   place_words(place), "", "capacity", "rate", "CPU time",
                   "sleeps", "times as fast as pipe");
        begun = true;
        printf(
            "  %-14s %8s %10s %9s %8.3f  %s", way->name,
            row_bytes_text(d, sizeof d, row_spread(&key, row_capacity).median),
            row_rate(b, sizeof b, rate.median),
            row_time(c, sizeof c, row_spread(&key, row_cpu).median),
            row_spread(&key, row_sleeps).median,
            row_ratio_text(e, sizeof e, &ratio));
        if (wrong > 0)
            printf("  CORRUPT: %.0f", wrong);
        printf("\n");
    }
}

void
throughput_print(void)
{
    struct sizes sizes = asked_sizes(usual, USUAL);

    for (int s = 0; s < sizes.count; s++)
        for (enum placement place = SAME; place < PLACEMENTS; place++)
            print_block(sizes.size[s], place);
}
