/* latency: a message there and its answer back, timed one by one.

   One message is on its way at a time, so what is measured is how long a side
   takes to learn that there is something for it: across CPUs that is the
   wake-up of a sleeper, if it sleeps, and on one CPU the switch from one
   process to the other. Each sample is one trip there and back. */
#include "config.h"

#include "die.h"
#include "ways.h"

#include <stdio.h>

struct trip {
    struct link there, back;
    size_t size;
    double seconds;
};

/* The first tenth of the time is not counted: caches, branches, the clock
   frequency and the kernel's idea of who wakes whom have to settle. The other
   side learns that this trip is the last one before the message arrives: it
   was stored before the message was sent. */
static void
ask(struct trip *trip)
{
    void *message = messages_for(trip->size, 1);
    double begin = now(), sent, back;
    unsigned wrong = 0;
    bool warm = false;
    int samples = 0;

    for (uint64_t n = 0; cell->total == 0; n++) {
        sent = now();
        if (!warm && sent - begin >= trip->seconds / 10 && n >= 1) {
            warm = true;
            pair_used_from();
            cell->warm = n;
        }
        if ((sent - begin >= trip->seconds && samples >= 3) ||
            samples == SAMPLES_MOST - 1)
            cell->total = n + 1;
        stamp(message, trip->size, n);
        sent = now();
        trip->there.way->send(&trip->there, message, 1);
        trip->back.way->receive(&trip->back, message, 1);
        back = now();
        wrong += !stamped(message, trip->size, n + 1);
        if (warm)
            cell->sample[samples++] = (back - sent) * 1e9;
    }
    pair_used_until(0);
    cell->samples = samples;
    cell->wrong += wrong;
}

static void
answer(struct trip *trip)
{
    void *message = messages_for(trip->size, 1);
    unsigned wrong = 0;
    bool warm = false;

    for (uint64_t n = 0;; n++) {
        trip->there.way->receive(&trip->there, message, 1);
        wrong += !stamped(message, trip->size, n);
        if (!warm && cell->warm != 0 && n >= cell->warm) {
            warm = true;
            pair_used_from();
        }
        stamp(message, trip->size, n + 1);
        trip->back.way->send(&trip->back, message, 1);
        if (cell->total == n + 1)
            break;
    }
    pair_used_until(1);
    cell->wrong += wrong;
}

static void
role(int side, void *argument)
{
    struct trip *trip = argument;

    link_begin(&trip->there, side == 0);
    link_begin(&trip->back, side == 1);
    pair_start(side, 2);
    if (side == 0)
        ask(trip);
    else
        answer(trip);
}

static void
measure(const struct turn *turn)
{
    const struct way *way = turn->way;
    struct trip trip = {.size = turn->size, .seconds = asked_seconds()};
    const char *why =
        turn->round == 1 ? verify(way, turn->size, 1, turn->place) : NULL;
    struct row row;

    if (why == NULL)
        why = link_open(&trip.there, 0, way, turn->size);
    if (why == NULL &&
        (why = link_open(&trip.back, 1, way, turn->size)) != NULL)
        link_close(&trip.there);
    if (why != NULL) {
        row_missing(turn->subject, way->name, why);
        return;
    }
    pair_run(2, turn->place, role, &trip);
    link_close(&trip.there);
    link_close(&trip.back);
    promise(cell->wrong == 0,
            "all messages by %s as they were sent, seen: %llu changed",
            way->name, (unsigned long long)cell->wrong);
    row = row_of_turn(turn, &trip.there, 1);
    row_samples(&row);
    row_used(&row, 2, row.count);
    row.per_second = 1e9 / row.mean;
    row_add(&row);
}

static bool
fits(const struct way *way)
{
    return !way->no_latency;
}

static const size_t usual[] = {64, 4096, 65536};
enum { USUAL = sizeof usual / sizeof *usual };

void
latency_round(int round)
{
    static const size_t few[] = {64, 4096};

    ways_each("latency", round,
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
        struct row_key key = row_key_of("latency", way, size, place);
        struct spread p50 = row_spread(&key, row_p50);
        struct spread ratio = row_ratio(&key, "pipe", row_p50);
        if (p50.count == 0)
            continue;
        if (!begun)
            printf("\nlatency, %s, %s: there and back\n"
                   "  %-14s %9s %9s %9s %8s  %s\n",
                   row_bytes_text(a, sizeof a, (double)size),
                   place_words(place), "", "p50", "p99", "CPU time", "sleeps",
                   "times as fast as pipe");
        begun = true;
        printf("  %-14s %9s %9s %9s %8.2f  %s\n", way->name,
               row_time(b, sizeof b, p50.median),
               row_time(c, sizeof c, row_spread(&key, row_p99).median),
               row_time(d, sizeof d, row_spread(&key, row_cpu).median),
               row_spread(&key, row_sleeps).median,
               row_ratio_text(e, sizeof e, &ratio));
    }
}

void
latency_print(void)
{
    struct sizes sizes = asked_sizes(usual, USUAL);

    for (int s = 0; s < sizes.count; s++)
        for (enum placement place = SAME; place < PLACEMENTS; place++)
            print_block(sizes.size[s], place);
}
