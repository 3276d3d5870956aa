/* bounded_buffer: producers put items into a buffer of a few slots, consumers
   take them out. Who finds it full sleeps on one condition variable, who
   finds it empty on the other.

   Look at the last line: nothing lost, nothing twice, each producer's items
   in order. Break it: --break=onecond, one condition variable for both kinds
   of sleepers; --break=edge, a signal only when the buffer was empty;
   --break=if, `if' where `while' belongs. Each of the three plays one
   schedule, with sizes of its own, in which everybody does as told and yet it
   goes wrong.

     $ bounded_buffer --producers=2 --consumers=3 --items=1000
     parent: the buffer lies in MAP_SHARED|MAP_ANONYMOUS
     parent: 2 producers put 2000 items, 3 consumers took them
     parent: none lost, none twice, each producer's in order, 0 to 4 inside

   See also: pthread_cond_wait(3); C. A. R. Hoare, "Monitors", 1974. Next:
   cond/semaphore.c; work/relay.c does real work with such buffers. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"

#include <stdbool.h>

enum { PRODUCERS = 8, CONSUMERS = 8, SLOTS = 64 };

static long long producers = 2, consumers = 2, capacity = 4, items = 10000;

static const struct args about = {
    .name = "bounded_buffer",
    .idea = "Producers and consumers: one mutex, two condition variables.",
    .breaks =
        {{"onecond", "one condition variable: a signal wakes the wrong one"},
         {"edge", "a signal only when it was empty: a sleeper is forgotten"},
         {"if",
          "`if' instead of `while': an item is taken that is not there"}},
    .options = {ARGS_NUMBER("producers", "N", &producers, 1, PRODUCERS,
                            "how many put (2)"),
                ARGS_NUMBER("consumers", "N", &consumers, 1, CONSUMERS,
                            "how many take (2)"),
                ARGS_NUMBER("capacity", "N", &capacity, 1, SLOTS,
                            "how many items fit in (4)"),
                ARGS_NUMBER("items", "N", &items, 1, 10000000,
                            "how many each producer puts (10000)")},
    .maps = true,
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
    long long taken, total;   /* how many were taken, and will be in all */
    /* What follows is kept only to be judged in the end. */
    int next[PRODUCERS]; /* the number that must come next from each */
    int disorder;        /* items that were not the one to come next */
    int out_of_bounds;   /* how often count was less than 0 or too much */
};
static struct shared *shared;

/* Sleep on COND until woken; the lock is held again then. */
static void
sleep_on(pthread_cond_t *cond)
{
    if (order_joined())
        say("finds %d inside, sleeps", shared->count);
    must(pthread_cond_wait(cond, &shared->lock));
    order_woken(&shared->lock);
    if (order_joined())
        say("was woken, finds %d inside", shared->count);
}

/* CHANGE is 1 when an item was put, -1 when one was taken. */
static void
note(int change)
{
    shared->count += change;
    if (shared->count < 0 || shared->count > capacity)
        shared->out_of_bounds++;
    if (order_joined())
        say("%s one, %d inside", change > 0 ? "put" : "took", shared->count);
}

/* Put one item, waiting while the buffer is full. The signal comes after the
   change and under the lock; a consumer that looked before the change is
   asleep by now, because looking and falling asleep is one step to everybody
   who needs the lock. One signal is enough for one item. */
static void
put(struct item item)
{
    must(pthread_mutex_lock(&shared->lock));
    while (shared->count == capacity)
        sleep_on(&shared->not_full);
    shared->slots[(shared->first + shared->count) % capacity] = item;
    note(1);
    if (args_broken("onecond"))
        must(pthread_cond_signal(&shared->not_full));
    else if (!args_broken("edge") || shared->count == 1)
        must(pthread_cond_signal(&shared->not_empty));
    must(pthread_mutex_unlock(&shared->lock));
}

/* Is there nothing to take although something will come? */
static bool
must_wait(void)
{
    return shared->count == 0 && shared->taken < shared->total;
}

/* Take one item, waiting while there is none. Returns false when all have
   been taken. Items leave in the order in which they came, and both happen
   under the lock: hence each producer's numbers come out counting up,
   whichever consumer gets them. */
static bool
take(void)
{
    pthread_cond_t *cond =
        args_broken("onecond") ? &shared->not_full : &shared->not_empty;
    struct item item;
    bool took;

    must(pthread_mutex_lock(&shared->lock));
    if (args_broken("if") && must_wait())
        sleep_on(cond);
    while (!args_broken("if") && must_wait())
        sleep_on(cond);
    took = shared->taken < shared->total;
    if (took) {
        item = shared->slots[shared->first];
        shared->first = (shared->first + 1) % (int)capacity;
        shared->taken++;
        if (item.number != shared->next[item.producer]++)
            shared->disorder++;
        note(-1);
        must(pthread_cond_signal(&shared->not_full));
    }
    /* No more will come: all who still sleep must learn it. */
    if (shared->taken == shared->total)
        must(pthread_cond_broadcast(&shared->not_empty));
    must(pthread_mutex_unlock(&shared->lock));
    return took;
}

/* Children 1 to CONSUMERS take, the others put. Under the conductor a consumer
   takes one item and leaves: one that goes on finds the forgotten item itself,
   and a signal that is lost costs only its company. */
static void
child(int me)
{
    if (me <= consumers) {
        order_point("take");
        while (take())
            if (order_joined())
                return;
        return;
    }
    for (int n = 0; n < items; n++) {
        order_point("put");
        put((struct item){me - (int)consumers - 1, n});
    }
}

static void
run_freely(void)
{
    shared->total = producers * items;
    child_fork_each((int)(consumers + producers), child);
    child_reap_all();
    for (int p = 0; p < producers; p++)
        promise(shared->next[p] == items,
                "%lld items of producer %d, seen: %d", items, p + 1,
                shared->next[p]);
    promise(shared->count == 0 && shared->disorder == 0 &&
                shared->out_of_bounds == 0,
            "order and 0 to %lld inside, seen: %d out of order, %d times out "
            "of bounds, %d left",
            capacity, shared->disorder, shared->out_of_bounds, shared->count);
    say("%lld producers put %lld items, %lld consumers took them", producers,
        shared->total, consumers);
    say("none lost, none twice, each producer's in order, 0 to %lld inside",
        capacity);
}

/* The broken runs: children 1 and 2 take, child 3 puts, a script for each.
   The scripts count on the longest sleeper being woken first: POSIX leaves
   the choice open, Linux queues first in, first out. Were it otherwise, the
   script would not fit, and the run would fail instead of lying. */
static const struct stall {
    const char *mistake, *script, *why;
    int capacity;
    int first, last; /* the ones that are stuck in the end; 0: nobody */
    int inside;      /* how many items there are then */
} stalls[] = {
    /* The producer finds it full and sleeps behind child 2; the signal of
       child 1 is meant for the producer. */
    {"onecond", "1:take 2:take 3:put 3:put 1:woken 2:woken",
     "the signal for the producer woke child 2", 1, 2, 3, 0},
    /* The second item comes while the first is still inside: no signal. */
    {"edge", "1:take 2:take 3:put 3:put 1:woken",
     "nobody told child 2 of the second item", 2, 2, 2, 1},
    /* Child 1 is woken for an item, and child 2 comes along. */
    {"if", "1:take 3:put 2:take 1:woken",
     "child 1 took what child 2 had taken", 2, 0, 0, -1},
};

static void
play(const struct stall *stall)
{
    capacity = stall->capacity;
    consumers = items = 2;
    shared->total = 4; /* more than will ever come: consumers do wait */
    order_fork(3, child);
    order_play(stall->script);
    if (stall->first != 0)
        order_expect_stuck(stall->first, stall->last);
    promise(shared->count == stall->inside, "%d inside, seen: %d",
            stall->inside, shared->count);
    say("%s: %d inside", stall->why, shared->count);
    order_kill();
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    shared = args_map(sizeof *shared, "the buffer lies");
    shared_mutex(&shared->lock, SHARED_NORMAL);
    shared_cond(&shared->not_full);
    shared_cond(&shared->not_empty);
    for (size_t i = 0; i < sizeof stalls / sizeof *stalls; i++)
        if (args_broken(stalls[i].mistake))
            play(&stalls[i]);
    if (!args_any_break())
        run_freely();
    return EXIT_HELD;
}
