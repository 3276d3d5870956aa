/* verify: every byte of some messages, compared, before anything is timed.

   Enough of them to go round the ring several times, in an odd number, so that
   the last batch is not a full one. */
#include "config.h"

#include "die.h"
#include "ways.h"

#include <stdio.h>

struct pass {
    struct link there, back;
    size_t size;
    int batch, messages;
};

/* Is each message answered before the next one is sent? */
static bool
is_answered(const struct way *way)
{
    return way->no_throughput || way->is_risky;
}

static int
batch_at(const struct pass *pass, int n)
{
    int left = pass->messages - n;

    return left < pass->batch ? left : pass->batch;
}

static void
send_pass(struct pass *pass)
{
    char *messages = messages_for(pass->size, pass->batch);
    bool answered = is_answered(pass->there.way);

    for (int n = 0, batch; n < pass->messages; n += batch) {
        batch = batch_at(pass, n);
        for (int i = 0; i < batch; i++)
            stamp_all(messages + (size_t)i * pass->size, pass->size,
                      (uint64_t)(n + i));
        pass->there.way->send(&pass->there, messages, batch);
        if (answered)
            pass->back.way->receive(&pass->back, messages, 1);
    }
    if (pass->there.way->flush != NULL)
        pass->there.way->flush(&pass->there);
}

static void
receive_pass(struct pass *pass)
{
    char *messages = messages_for(pass->size, pass->batch);
    bool answered = is_answered(pass->there.way);
    unsigned wrong = 0;

    for (int n = 0, batch; n < pass->messages; n += batch) {
        batch = batch_at(pass, n);
        pass->there.way->receive(&pass->there, messages, batch);
        for (int i = 0; i < batch; i++)
            wrong += !stamped_all(messages + (size_t)i * pass->size,
                                  pass->size, (uint64_t)(n + i));
        cell->count += batch;
        if (answered)
            pass->back.way->send(&pass->back, messages, 1);
    }
    cell->wrong = wrong;
}

static void
role(int side, void *argument)
{
    struct pass *pass = argument;

    link_begin(&pass->there, side == 0);
    link_begin(&pass->back, side == 1);
    pair_start(side, 2);
    if (side == 0)
        send_pass(pass);
    else
        receive_pass(pass);
}

const char *
verify(const struct way *way, size_t size, int batch, enum placement placement)
{
    struct pass pass = {.size = size, .batch = batch};
    const char *why = link_open(&pass.there, 0, way, size);
    double many;

    if (why != NULL)
        return why;
    if ((why = link_open(&pass.back, 1, way, size)) != NULL) {
        link_close(&pass.there);
        return why;
    }
    if (is_answered(way))
        pass.batch = 1;
    /* Three times round, but not for ever where the ring is large. */
    many = 3.0 * (double)pass.there.capacity / (double)size;
    pass.messages = (int)(many < 7 ? 7 : many > 1001 ? 1001 : many);
    pass.messages |= 1;
    pair_run(2, placement, role, &pass);
    promise(cell->wrong == 0 && (int)cell->count == pass.messages,
            "%d messages of %zu bytes by %s as they were sent, seen: %llu "
            "changed",
            pass.messages, size, way->name, (unsigned long long)cell->wrong);
    link_close(&pass.there);
    link_close(&pass.back);
    return NULL;
}

/* ---- The subject -------------------------------------------------------- */

static void
measure(const struct turn *turn)
{
    int batch = turn->way->batch > 0 ? turn->way->batch : asked.batch;
    const char *why = verify(turn->way, turn->size, batch, turn->place);
    struct row row;

    if (why != NULL) {
        row_missing(turn->subject, turn->way->name, why);
        return;
    }
    row = row_of_turn(turn, &(struct link){.capacity = asked.capacity}, batch);
    row_add(&row);
}

static bool
fits(const struct way *way)
{
    (void)way;
    return true;
}

static const size_t odd[] = {1, 7, 64, 1000, 4097};

void
verify_round(int round)
{
    ways_each("verify", round, asked_sizes(odd, 5), fits, measure);
}

void
verify_print(void)
{
    struct sizes sizes = asked_sizes(odd, 5);
    const struct way *way;
    char text[16];

    for (int s = 0; s < sizes.count; s++)
        for (enum placement place = SAME; place < PLACEMENTS; place++) {
            if (!asked.place[place])
                continue;
            printf("%sverify, %s, %s\n", s + (int)place > 0 ? "\n" : "",
                   row_bytes_text(text, sizeof text, (double)sizes.size[s]),
                   place_words(place));
            for (int i = 0; (way = way_number(i)) != NULL; i++) {
                struct row_key key =
                    row_key_of("verify", way, sizes.size[s], place);
                if (row_spread(&key, row_count).count > 0)
                    printf("  %-14s whole: every byte as it was sent\n",
                           way->name);
            }
        }
}
