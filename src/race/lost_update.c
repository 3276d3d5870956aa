/* lost_update: "add one" is a load, an addition and a store. Two processes
   that do it at the same time can lose one of the two.

   There are six orders of two loads and two stores; the conductor plays them
   one by one. Look at the results: 2 only where one process is done before
   the other begins. --lock repairs it: the orders that would lose an update
   are no longer possible. --rounds=N runs free and counts what was lost.

     $ lost_update
     parent: the number lies in MAP_SHARED|MAP_ANONYMOUS
     parent: load 1, store 1, load 2, store 2: the number is 2
     parent: load 1, load 2, store 1, store 2: the number is 1
     parent: load 1, load 2, store 2, store 1: the number is 1
     parent: load 2, load 1, store 1, store 2: the number is 1
     parent: load 2, load 1, store 2, store 1: the number is 1
     parent: load 2, store 2, load 1, store 1: the number is 2

   See also: POSIX, 4.12 Memory Synchronization. Next:
   race/first_initialiser.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"

#include <stdatomic.h>
#include <stdio.h>

static bool with_lock;
static long long rounds;

static const struct args about = {
    .name = "lost_update",
    .idea = "Adding one is a load and a store: two processes at once can "
            "lose an update.",
    .options = {ARGS_FLAG("lock", &with_lock, "add under a mutex"),
                ARGS_NUMBER("rounds", "N", &rounds, 1, 100000000,
                            "add N times each, freely, and count the losses")},
    .maps = true,
};

struct shared {
    pthread_mutex_t lock; /* guards number, with --lock */
    /* Two plain ints would do on any real machine, but C calls unsynchronised
       access to them undefined and lets the compiler do anything. A relaxed
       atomic load and a relaxed atomic store are the same two instructions,
       and defined; only together they are not atomic, which is the point. */
    atomic_int number;
};
static struct shared *shared;

static void
add_one(void)
{
    int value;

    order_point("load");
    if (with_lock)
        must(pthread_mutex_lock(&shared->lock));
    value = atomic_load_explicit(&shared->number, memory_order_relaxed);
    order_point("store");
    atomic_store_explicit(&shared->number, value + 1, memory_order_relaxed);
    if (with_lock)
        must(pthread_mutex_unlock(&shared->lock));
}

static void
child(int me)
{
    (void)me;
    do
        add_one();
    while (--rounds > 0);
}

/* Play one order: WHO takes the first turn, the second ... The first turn of
   a child is its load, the next its store. With the lock a child may be asleep
   on the mutex when its turn comes: then it takes it in the end. */
static void
play(const int who[4], int expected)
{
    const char *next[3] = {NULL, "load", "load"};
    int turns[5] = {who[0], who[1], who[2], who[3]}, count = 4, seen;
    char story[80] = "";
    size_t used = 0;

    atomic_store(&shared->number, 0);
    order_fork(2, child);
    for (int i = 0; i < count; i++) {
        int me = turns[i];
        bool waits;
        if (order_where(me) == ORDER_BLOCKED) {
            turns[count++] = me;
            continue;
        }
        waits = order_step(me, next[me]) == ORDER_BLOCKED;
        used += (size_t)snprintf(story + used, sizeof story - used,
                                 "%s%s %d%s", used ? ", " : "", next[me], me,
                                 waits ? " must wait" : "");
        next[me] = "store";
    }
    order_release();
    child_reap_all();
    seen = atomic_load(&shared->number);
    say("%s: the number is %d", story, seen);
    promise(seen == expected, "%d, seen: %d", expected, seen);
}

/* All orders in which each child loads before it stores. */
static void
play_all(void)
{
    static const int orders[6][4] = {{1, 1, 2, 2}, {1, 2, 1, 2}, {1, 2, 2, 1},
                                     {2, 1, 1, 2}, {2, 1, 2, 1}, {2, 2, 1, 1}};
    static const int results[6] = {2, 1, 1, 1, 1, 2};

    for (int i = 0; i < 6; i++)
        play(orders[i], with_lock ? 2 : results[i]);
}

/* Free running: how many are lost depends on the machine and on luck; only
   with the lock is there a promise to judge. */
static void
run_freely(void)
{
    long long wanted = 2 * rounds, lost;

    child_fork_each(2, child);
    child_reap_all();
    lost = wanted - atomic_load(&shared->number);
    say("%lld of %lld updates were lost, %.2f %%", lost, wanted,
        100.0 * (double)lost / (double)wanted);
    promise(!with_lock || lost == 0,
            "no lost update with the lock, seen: %lld", lost);
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    shared = args_map(sizeof *shared, "the number lies");
    shared_mutex(&shared->lock, SHARED_NORMAL);
    if (rounds > 0)
        run_freely();
    else
        play_all();
    return EXIT_HELD;
}
