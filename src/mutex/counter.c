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
   FUTEX_PRIVATE_FLAG. Next: mutex/owner_died.c. */
#include "config.h"

#include "args.h"
#include "blocked.h"
#include "child.h"
#include "order.h"
#include "say.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static long long children = 2, rounds = 100000;

static const struct args_break breaks[] = {
    {"nolock", "nobody takes the mutex: an update is lost"},
    {"private_mutex", "the mutex is process-private: a waiter never wakes"},
    {"reinit", "it is initialised again while it is held: two owners"},
    {0},
};

static const struct args_option options[] = {
    ARGS_NUMBER("children", "N", &children, 1, ORDER_MOST,
                "how many count, 1 to 16 (2)"),
    ARGS_NUMBER("rounds", "N", &rounds, 1, 1000000000,
                "how often each of them adds one (100000)"),
    {0},
};

static const struct args about = {
    .name = "counter",
    .idea = "A process-shared mutex in the mapping: one process at a time.",
    .breaks = breaks,
    .options = options,
    .maps = true,
    .deadline = 60,
};

struct shared {
    pthread_mutex_t lock; /* initialised by the parent, before fork */
    long long count;      /* lock */
    atomic_int inside;    /* how many are between lock and unlock */
    atomic_int most;      /* the most that were ever seen there */
};

/* A mutex is private to a process unless its attributes say otherwise, even
   when it lies in memory that others can see. */
static void
initialise(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;

    must(pthread_mutexattr_init(&attributes), "pthread_mutexattr_init");
    if (!args_broken("private_mutex"))
        must(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
             "pthread_mutexattr_setpshared");
    must(pthread_mutex_init(lock, &attributes), "pthread_mutex_init");
    must(pthread_mutexattr_destroy(&attributes), "pthread_mutexattr_destroy");
}

/* Add one. The unlock of one process happens before the next one's lock, so
   that each loads the count that the last one stored. The points are passed
   at once but when the conductor is there to hold a process at them. */
static void
add_one(struct shared *shared, struct order *order)
{
    long long value;

    order_point(order, "lock");
    if (!args_broken("nolock"))
        must(pthread_mutex_lock(&shared->lock), "pthread_mutex_lock");
    if (atomic_fetch_add(&shared->inside, 1) == 1)
        atomic_store(&shared->most, 2);
    value = shared->count;
    order_point(order, "inside");
    shared->count = value + 1;
    atomic_fetch_sub(&shared->inside, 1);
    if (!args_broken("nolock"))
        must(pthread_mutex_unlock(&shared->lock), "pthread_mutex_unlock");
    order_point(order, "out");
}

static void
count_freely(struct shared *shared)
{
    for (int i = 1; i <= children; i++)
        if (child_fork("child %d", i) == 0) {
            for (long long n = 0; n < rounds; n++)
                add_one(shared, NULL);
            _exit(EXIT_HELD);
        }
    child_reap_all();
    if (shared->count != children * rounds || shared->most > 1)
        die_promise("expected %lld and never two inside, seen: %lld, %s",
                    children * rounds, shared->count,
                    shared->most > 1 ? "two inside" : "never two inside");
    say("%lld children added %lld each: %lld, never two inside", children,
        rounds, shared->count);
}

/* With private_mutex. A waiter on such a mutex asks the kernel for wake-ups
   from its own process, and child 1 is another one. That nobody holds the
   mutex is not taken for granted: the parent takes it. */
static void
expect_stuck(struct shared *shared, struct order *order, pid_t waiter)
{
    if (order_step(order, 2, "lock") != ORDER_BLOCKED)
        die_promise("expected child 2 to wait for the mutex, seen: it is "
                    "inside, too");
    say("child 2 waits for the mutex");
    order_step(order, 1, "inside");
    say("child 1 has unlocked it");
    if (order_where(order, 2) != ORDER_BLOCKED ||
        blocked_for_good(&waiter, 1) == BLOCKED_ENDED)
        die_promise("expected child 2 to wait for ever, seen: it woke and "
                    "got the mutex");
    if (pthread_mutex_trylock(&shared->lock) != 0)
        die_promise("expected the mutex to be free, seen: it is held");
    must(pthread_mutex_unlock(&shared->lock), "pthread_mutex_unlock");
    say("child 2 is blocked for good on `lock', held by nobody: the "
        "unlock woke only waiters of its own process");
    child_kill(waiter);
}

/* With nolock and reinit: nothing keeps child 2 out while child 1 is inside.
   Both have loaded 0, so both store 1. */
static void
expect_two_inside(struct shared *shared, struct order *order)
{
    if (order_step(order, 2, "lock") != ORDER_AT_POINT)
        die_promise("expected child 2 inside, too, seen: it was kept out");
    order_play(order, "1:inside 2:inside");
    if (shared->most != 2 || shared->count != 1)
        die_promise("expected two inside and a count of 1, seen: %lld",
                    shared->count);
    say("child 2 was inside at the same time: two additions, but the "
        "count is %lld",
        shared->count);
}

/* The conductor lets child 1 in, then child 2 as far as it comes. With reinit
   each child initialises the mutex before it uses it, as if it were its own:
   child 2 overwrites the one that child 1 holds. */
static void
force(struct shared *shared)
{
    struct order *order = order_create(2);
    pid_t pids[2];

    for (int i = 1; i <= 2; i++)
        if ((pids[i - 1] = child_fork_doomed("child %d", i)) == 0) {
            order_join(order, i);
            if (args_broken("reinit")) {
                order_point(order, "init");
                initialise(&shared->lock);
            }
            add_one(shared, order);
            _exit(EXIT_HELD);
        }
    order_lead(order);
    if (args_broken("reinit"))
        order_step(order, 1, "init");
    order_step(order, 1, "lock");
    say("child 1 is inside");
    if (args_broken("reinit")) {
        order_step(order, 2, "init");
        say("child 2 has initialised the mutex again");
    }
    if (args_broken("private_mutex"))
        expect_stuck(shared, order, pids[1]);
    else
        expect_two_inside(shared, order);
    order_release(order);
    child_reap_all();
}

int
main(int argc, char **argv)
{
    struct region region;
    struct shared *shared;

    args_parse(&about, argc, argv);
    region = region_map(sizeof *shared, args_backing());
    shared = region.memory;
    say("counter and mutex lie in %s", region.from);
    initialise(&shared->lock);
    blocked_name(&shared->lock, sizeof shared->lock, "lock");
    if (args_any_break())
        force(shared);
    else
        count_freely(shared);
    region_unmap(&region);
    return EXIT_HELD;
}
