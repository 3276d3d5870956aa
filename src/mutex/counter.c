/* counter: a mutex in the mapping, PTHREAD_PROCESS_SHARED, lets one process
   at a time add to a counter that lies beside it.

   Look at the count: exact, and never two inside. Break it: --break=nolock
   forces a lost update; --break=private_mutex leaves the attribute out, and
   a process that has to wait waits for ever; --break=reinit initialises the
   mutex a second time, which lets a second owner in.

     $ counter --children=4 --rounds=1000
     parent: counter and mutex lie in MAP_SHARED|MAP_ANONYMOUS
     parent: 4 children added 1000 each: 4000, never two inside

   See also: pthread_mutexattr_setpshared(3); POSIX pthread_mutex_init():
   initialising an initialised mutex is undefined; futex(2) on
   FUTEX_PRIVATE_FLAG. Next: mutex/mutex_kinds.c. */
#include "config.h"

#include "args.h"
#include "blocked.h"
#include "child.h"
#include "order.h"
#include "say.h"

#include <pthread.h>
#include <stdatomic.h>

static long long children = 2, rounds = 100000;

static const struct args about = {
    .name = "counter",
    .idea = "A process-shared mutex in the mapping: one process at a time.",
    .breaks = {{"nolock", "nobody takes the mutex: an update is lost"},
               {"private_mutex",
                "the mutex is process-private: a waiter never wakes"},
               {"reinit",
                "it is initialised again while it is held: two owners"}},
    .options = {ARGS_NUMBER("children", "N", &children, 1, ORDER_MOST,
                            "how many count, 1 to 16 (2)"),
                ARGS_NUMBER("rounds", "N", &rounds, 1, 1000000000,
                            "how often each of them adds one (100000)")},
    .maps = true,
};

struct shared {
    pthread_mutex_t lock; /* initialised by the parent, before fork */
    long long count;      /* lock */
    atomic_int inside;    /* how many are between lock and unlock */
    atomic_int most;      /* the most that were ever seen there */
};
static struct shared *shared;

/* A mutex is private to a process unless its attributes say otherwise, even
   when it lies in memory that others can see. */
static void
initialise(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;

    must(pthread_mutexattr_init(&attributes));
    if (!args_broken("private_mutex"))
        must(
            pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    must(pthread_mutex_init(lock, &attributes));
    must(pthread_mutexattr_destroy(&attributes));
}

/* Add one. The unlock of one process happens before the next one's lock, so
   that each loads the count that the last one stored. The points are passed
   at once but when the conductor is there to hold a process at them. */
static void
add_one(void)
{
    long long value;

    order_point("lock");
    if (!args_broken("nolock"))
        must(pthread_mutex_lock(&shared->lock));
    if (atomic_fetch_add(&shared->inside, 1) == 1)
        atomic_store(&shared->most, 2);
    value = shared->count;
    order_point("inside");
    shared->count = value + 1;
    atomic_fetch_sub(&shared->inside, 1);
    if (!args_broken("nolock"))
        must(pthread_mutex_unlock(&shared->lock));
}

/* With reinit each child initialises the mutex before it uses it, as if it
   were its own. */
static void
child(int me)
{
    (void)me;
    if (args_broken("reinit")) {
        order_point("init");
        initialise(&shared->lock);
    }
    for (long long n = 0; n < rounds; n++)
        add_one();
}

static void
count_freely(void)
{
    child_fork_each((int)children, child);
    child_reap_all();
    promise(shared->count == children * rounds && shared->most <= 1,
            "%lld and never two inside, seen: %lld, %s", children * rounds,
            shared->count,
            shared->most > 1 ? "two inside" : "never two inside");
    say("%lld children added %lld each: %lld, never two inside", children,
        rounds, shared->count);
}

/* Child 1 is inside and child 2 wants to be. A waiter on a private mutex asks
   the kernel for wake-ups from its own process, and child 1 is another one.
   That nobody holds the mutex is tried, not believed: the parent takes it. */
static void
expect_stuck(void)
{
    promise(order_step(2, "lock") == ORDER_BLOCKED,
            "child 2 to wait for the mutex, seen: it is in");
    say("child 2 waits for the mutex");
    order_step(1, "inside");
    say("child 1 has unlocked it");
    order_expect_stuck(2, 2);
    must(pthread_mutex_trylock(&shared->lock));
    must(pthread_mutex_unlock(&shared->lock));
    say("nobody holds it: the unlock woke only waiters of its own process");
}

/* With nolock and reinit nothing keeps child 2 out while child 1 is inside:
   both have loaded 0, so both store 1. */
static void
expect_two_inside(void)
{
    promise(order_step(2, "lock") == ORDER_AT_POINT,
            "child 2 inside, too, seen: it was kept out");
    order_play("1:inside 2:inside");
    promise(shared->most == 2 && shared->count == 1,
            "two inside and a count of 1, seen: %lld", shared->count);
    say("child 2 was inside at the same time: two additions, but the count "
        "is %lld",
        shared->count);
}

/* The conductor lets child 1 in, then child 2 as far as it comes. */
static void
force(void)
{
    rounds = 1;
    order_fork(2, child);
    if (args_broken("reinit"))
        order_step(1, "init");
    order_step(1, "lock");
    say("child 1 is inside");
    if (args_broken("reinit")) {
        order_step(2, "init");
        say("child 2 has initialised the mutex again");
    }
    if (args_broken("private_mutex"))
        expect_stuck();
    else
        expect_two_inside();
    order_kill();
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    shared = args_map(sizeof *shared, "counter and mutex lie");
    initialise(&shared->lock);
    blocked_name(&shared->lock, sizeof shared->lock, "lock");
    if (args_any_break())
        force();
    else
        count_freely();
    return EXIT_HELD;
}
