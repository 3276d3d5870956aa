/* bounded_buffer: producers put items into a buffer of a few slots, consumers
   take them out. Who finds it full sleeps on one condition variable, who
   finds it empty on the other.

   Look at the last line: nothing lost, nothing twice, each producer's items
   in order. Break it: --break=onecond, one condition variable for both kinds
   of sleepers; --break=edge, a signal only when the buffer was empty;
   --break=if, `if' where `while' belongs. Each of the three plays one
   schedule in which everybody does as told and yet it goes wrong.

     $ bounded_buffer --producers=2 --consumers=3 --items=1000
     parent: the buffer lies in MAP_SHARED|MAP_ANONYMOUS
     parent: 2 producers put 2000 items, 3 consumers took 2000
     parent: none lost, none twice, each producer's in order, 0 to 4 inside

   The words of the library: must(CODE, CALL) ends the program if a pthread
   function returned an error; say prints one line; child_fork is fork(2) with
   a name for the child. order_point and what else has to do with `order' plays
   a part only in the broken runs, where the parent decides who goes next.

   See also: pthread_cond_wait(3); C. A. R. Hoare, "Monitors", 1974. Next:
   work/relay.c, which does real work with such buffers. */
#include "config.h"

#include "args.h"
#include "blocked.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"

#include <stdbool.h>
#include <unistd.h>

enum { PRODUCERS = 8, CONSUMERS = 8, SLOTS = 64 };

static long long producers = 2, consumers = 2, capacity = 4, items = 10000;

static const struct args_break breaks[] = {
    {"onecond", "one condition variable: a signal wakes the wrong one"},
    {"edge", "a signal only when it was empty: a sleeper is forgotten"},
    {"if", "`if' instead of `while': an item is taken that is not there"},
    {0},
};

static const struct args_option options[] = {
    ARGS_NUMBER("producers", "N", &producers, 1, PRODUCERS,
                "how many put (2)"),
    ARGS_NUMBER("consumers", "N", &consumers, 1, CONSUMERS,
                "how many take (2)"),
    ARGS_NUMBER("capacity", "N", &capacity, 1, SLOTS,
                "how many items fit in (4)"),
    ARGS_NUMBER("items", "N", &items, 1, 10000000,
                "how many each producer puts (10000)"),
    {0},
};

static const struct args about = {
    .name = "bounded_buffer",
    .idea = "Producers and consumers: one mutex, two condition variables.",
    .breaks = breaks,
    .options = options,
    .maps = true,
    .deadline = 60,
};

struct item {
    int producer; /* who put it, from 0 */
    int number;   /* counts that one's items, from 0 */
};

/* One mutex guards all the rest. */
struct shared {
    pthread_mutex_t lock;
    pthread_cond_t not_full;  /* producers sleep here until count < capacity */
    pthread_cond_t not_empty; /* consumers, until count > 0 or all is taken */
    struct item slots[SLOTS]; /* a ring */
    int first;                /* the slot of the oldest item */
    int count;                /* how many items are inside */
    /* What follows is kept only to be judged in the end. */
    long long put, taken, total;
    int next[PRODUCERS]; /* the number that must come next from each */
    int disorder;        /* items that were not the one to come next */
    int least, most;     /* of count */
};

/* Sleep on COND until woken. pthread_cond_wait returns with the lock held,
   but between the wake-up and that moment others may have had it, any number
   of times. Where a conductor is present it draws that gap out: the woken
   process stands at `woken', without the lock, until it is let on. */
static void
sleep_on(pthread_cond_t *cond, struct shared *shared, struct order *order)
{
    if (order != NULL)
        say("finds %d inside, sleeps", shared->count);
    must(pthread_cond_wait(cond, &shared->lock), "pthread_cond_wait");
    if (order != NULL) {
        must(pthread_mutex_unlock(&shared->lock), "pthread_mutex_unlock");
        order_point(order, "woken");
        must(pthread_mutex_lock(&shared->lock), "pthread_mutex_lock");
        say("was woken, finds %d inside", shared->count);
    }
}

static void
note_count(struct shared *shared)
{
    if (shared->count < shared->least)
        shared->least = shared->count;
    if (shared->count > shared->most)
        shared->most = shared->count;
}

/* Put one item, waiting while the buffer is full. The signal comes after the
   change and under the lock; a consumer that looked before the change is
   asleep by now, because looking and falling asleep is one step to everybody
   who needs the lock. One signal is enough for one item. */
static void
put(struct shared *shared, struct item item, struct order *order)
{
    must(pthread_mutex_lock(&shared->lock), "pthread_mutex_lock");
    while (shared->count == capacity)
        sleep_on(&shared->not_full, shared, order);
    shared->slots[(shared->first + shared->count) % capacity] = item;
    shared->count++;
    shared->put++;
    note_count(shared);
    if (order != NULL)
        say("put one, %d inside", shared->count);
    if (args_broken("onecond"))
        must(pthread_cond_signal(&shared->not_full), "pthread_cond_signal");
    else if (!args_broken("edge") || shared->count == 1)
        must(pthread_cond_signal(&shared->not_empty), "pthread_cond_signal");
    must(pthread_mutex_unlock(&shared->lock), "pthread_mutex_unlock");
}

/* Is there nothing to take although something will come? */
static bool
must_wait(const struct shared *shared)
{
    return shared->count == 0 && shared->taken < shared->total;
}

/* Take one item, waiting while there is none. Returns false when all have
   been taken. Items leave in the order in which they came, and both happen
   under the lock: hence each producer's numbers come out counting up,
   whichever consumer gets them. */
static bool
take(struct shared *shared, struct order *order)
{
    pthread_cond_t *cond =
        args_broken("onecond") ? &shared->not_full : &shared->not_empty;
    struct item item;
    bool took;

    must(pthread_mutex_lock(&shared->lock), "pthread_mutex_lock");
    if (args_broken("if")) {
        if (must_wait(shared))
            sleep_on(cond, shared, order);
    } else {
        while (must_wait(shared))
            sleep_on(cond, shared, order);
    }
    took = shared->taken < shared->total;
    if (took) {
        item = shared->slots[shared->first];
        shared->first = (shared->first + 1) % (int)capacity;
        shared->count--;
        shared->taken++;
        if (item.number != shared->next[item.producer]++)
            shared->disorder++;
        note_count(shared);
        if (order != NULL)
            say("took one, %d inside", shared->count);
        must(pthread_cond_signal(&shared->not_full), "pthread_cond_signal");
    }
    /* No more will come: all who still sleep must learn it. */
    if (shared->taken == shared->total)
        must(pthread_cond_broadcast(&shared->not_empty),
             "pthread_cond_broadcast");
    must(pthread_mutex_unlock(&shared->lock), "pthread_mutex_unlock");
    return took;
}

/* ---- The good run ------------------------------------------------------- */

static void
run_freely(struct shared *shared)
{
    shared->total = producers * items;
    for (int p = 0; p < producers; p++)
        if (child_fork("producer %d", p + 1) == 0) {
            for (int n = 0; n < items; n++)
                put(shared, (struct item){p, n}, NULL);
            _exit(EXIT_HELD);
        }
    for (int c = 0; c < consumers; c++)
        if (child_fork("consumer %d", c + 1) == 0) {
            while (take(shared, NULL))
                continue;
            _exit(EXIT_HELD);
        }
    child_reap_all();

    say("%lld producers put %lld items, %lld consumers took %lld", producers,
        shared->put, consumers, shared->taken);
    for (int p = 0; p < producers; p++)
        if (shared->next[p] != items)
            die_promise("expected %lld items of producer %d, seen: %d", items,
                        p + 1, shared->next[p]);
    if (shared->put != shared->total || shared->disorder != 0 ||
        shared->least < 0 || shared->most > capacity)
        die_promise("expected order and 0 to %lld inside, seen: %d out of "
                    "order, %d to %d",
                    capacity, shared->disorder, shared->least, shared->most);
    say("none lost, none twice, each producer's in order, 0 to %lld inside",
        capacity);
}

/* ---- The broken runs: consumers 1 and 2, producer 3, a schedule for each */

/* The schedules count on the longest sleeper being woken first: POSIX leaves
   the choice open, Linux queues first in, first out. Were it otherwise, the
   script would not fit, and the run would fail instead of lying. */
static const struct stall {
    const char *mistake, *script, *why;
    int capacity;
    int first, last; /* the ones that are stuck in the end; 0: nobody */
    int inside;      /* how many items there are then */
} stalls[] = {
    /* The producer finds it full and sleeps behind consumer 2; the signal of
       consumer 1 is meant for the producer. */
    {"onecond", "1:take 2:take 3:put 3:put 1:woken 2:woken",
     "the signal for the producer woke consumer 2", 1, 2, 3, 0},
    /* The second item comes while the first is still inside: no signal. */
    {"edge", "1:take 2:take 3:put 3:put 1:woken",
     "nobody told consumer 2 of the second item", 2, 2, 2, 1},
    /* Consumer 1 is woken for an item, and consumer 2 comes along. */
    {"if", "1:take 3:put 2:take 1:woken",
     "consumer 1 took what consumer 2 had taken", 2, 0, 0, -1},
};

static void
play(struct shared *shared, const struct stall *stall)
{
    struct order *order = order_create(3);
    pid_t pids[4] = {0};

    capacity = stall->capacity;
    shared->total = 4; /* more than will ever come: consumers do wait */
    for (int who = 1; who <= 3; who++) {
        pids[who] = who < 3 ? child_fork_doomed("consumer %d", who)
                            : child_fork_doomed("producer 3");
        if (pids[who] != 0)
            continue;
        order_join(order, who);
        for (int n = 0; who == 3 && n < 2; n++) {
            order_point(order, "put");
            put(shared, (struct item){0, n}, order);
        }
        if (who < 3) {
            order_point(order, "take");
            take(shared, order);
        }
        _exit(EXIT_HELD);
    }
    order_lead(order);
    order_play(order, stall->script);
    /* That they are stuck is decided, not guessed: see blocked.h. */
    if (stall->first != 0 &&
        blocked_for_good(&pids[stall->first],
                         stall->last - stall->first + 1) == BLOCKED_ENDED)
        die_promise("expected a stall, seen: it went on");
    if (shared->count != stall->inside)
        die_promise("expected %d inside, seen: %d", stall->inside,
                    shared->count);
    for (int who = stall->first; who != 0 && who <= stall->last; who++)
        say("%s %d is blocked for good", who < 3 ? "consumer" : "producer",
            who);
    say("%s: %d inside", stall->why, shared->count);
    for (int who = 1; who <= 3; who++)
        child_kill(pids[who]);
    order_release(order);
}

int
main(int argc, char **argv)
{
    struct region region;
    struct shared *shared;

    args_parse(&about, argc, argv);
    region = region_map(sizeof *shared, args_backing());
    shared = region.memory;
    say("the buffer lies in %s", region.from);
    shared_mutex(&shared->lock, SHARED_NORMAL);
    shared_cond(&shared->not_full);
    shared_cond(&shared->not_empty);
    /* So that a run that hangs can say who waits for what. */
    blocked_name(&shared->lock, sizeof shared->lock, "lock");
    blocked_name(&shared->not_full, sizeof shared->not_full, "not_full");
    blocked_name(&shared->not_empty, sizeof shared->not_empty, "not_empty");
    for (size_t i = 0; i < sizeof stalls / sizeof *stalls; i++)
        if (args_broken(stalls[i].mistake))
            play(shared, &stalls[i]);
    if (!args_any_break())
        run_freely(shared);
    region_unmap(&region);
    return EXIT_HELD;
}
