/* semaphore: a counting semaphore is a number that may not become negative,
   and sleepers who wait for it to grow: a mutex and a condition variable. The
   one of POSIX, sem_init with pshared = 1, does the same in less memory.

   Look at the third child, which waits until one of two permits comes back.
   --break=order waits for a semaphore while holding a mutex that whoever
   would raise it needs; --break=private_sem leaves pshared out, so that
   nobody in another process is ever woken.

     $ semaphore --rounds=500
     parent: the semaphores lie in MAP_SHARED|MAP_ANONYMOUS
     parent: own: 2 inside, child 3 waits; one leaves, child 3 comes in
     parent: own: 4 children, 500 rounds each, never more than 2 inside
     parent: POSIX: 2 inside, child 3 waits; one leaves, child 3 comes in
     parent: POSIX: 4 children, 500 rounds each, never more than 2 inside

   See also: sem_init(3), sem_overview(7); E. W. Dijkstra, "Cooperating
   Sequential Processes", 1965. Next: cond/barrier.c. */
#include "config.h"

#include "args.h"
#include "blocked.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { PERMITS = 2, CHILDREN = 4 };

static long long rounds = 1000;

static const struct args about = {
    .name = "semaphore",
    .idea = "A number that may not become negative, and sleepers: a "
            "semaphore from mutex and condition.",
    .breaks = {{"order", "wait for it while holding what its raiser needs"},
               {"private_sem", "sem_init with pshared = 0"}},
    .options =
        {
            ARGS_NUMBER("rounds", "N", &rounds, 1, 1000000,
                        "how often each child goes in (1000)"),
        },
    .maps = true,
};

struct semaphore {
    pthread_mutex_t lock;
    pthread_cond_t more; /* with lock: value > 0 */
    int value;           /* lock: never negative */
};

struct shared {
    struct semaphore own;
    sem_t posix;
    bool use_posix;        /* set by the parent, before fork */
    pthread_mutex_t mutex; /* for --break=order */
    atomic_int inside, too_many, passes;
};
static struct shared *shared;

static void
down(struct semaphore *semaphore)
{
    must(pthread_mutex_lock(&semaphore->lock));
    while (semaphore->value == 0) {
        must(pthread_cond_wait(&semaphore->more, &semaphore->lock));
        order_woken(&semaphore->lock);
    }
    semaphore->value--;
    must(pthread_mutex_unlock(&semaphore->lock));
}

/* No owner: who raises it need not be who lowered it. One more permit, one
   sleeper woken. */
static void
up(struct semaphore *semaphore)
{
    must(pthread_mutex_lock(&semaphore->lock));
    semaphore->value++;
    must(pthread_cond_signal(&semaphore->more));
    must(pthread_mutex_unlock(&semaphore->lock));
}

static void
lower(void)
{
    if (!shared->use_posix)
        down(&shared->own);
    else
        while (sem_wait(&shared->posix) == -1)
            if (errno != EINTR)
                die("sem_wait");
}

static void
raise_it(void)
{
    if (!shared->use_posix)
        up(&shared->own);
    else if (sem_post(&shared->posix) == -1)
        die("sem_post");
}

static void
child(int me)
{
    (void)me;
    for (long long n = 0; n < rounds; n++) {
        order_point("lower");
        lower();
        if (++shared->inside > PERMITS)
            shared->too_many++;
        shared->passes++;
        order_point("inside");
        shared->inside--;
        raise_it();
    }
}

static void
initialise(int permits)
{
    shared_mutex(&shared->own.lock, SHARED_NORMAL);
    shared_cond(&shared->own.more);
    shared->own.value = permits;
    if (sem_init(&shared->posix, !args_broken("private_sem"),
                 (unsigned)permits) == -1)
        die_missing("a semaphore in shared memory");
    blocked_name(&shared->posix, sizeof shared->posix, "semaphore");
}

/* Child 3 waits, child 1 leaves. On our own semaphore child 1 also comes back
   before child 3, woken already, has looked: it must sleep once more. */
static void
make_one_wait(void)
{
    order_fork(3, child);
    order_play("1:lower 2:lower");
    promise(order_step(3, "lower") == ORDER_BLOCKED, "child 3 to wait");
    order_step(1, "inside");
    if (!shared->use_posix) {
        order_step(1, "lower");
        promise(order_step(3, "woken") == ORDER_BLOCKED,
                "child 3 to wait again");
        order_play("1:inside 3:woken");
    }
    promise(order_where(3) == ORDER_AT_POINT && shared->inside == PERMITS,
            "child 3 inside");
    /* The script is over: all three go on until their rounds are done. */
    order_release();
    child_reap_all();
}

/* The same on both kinds: one order of events, then running freely. */
static void
show(const char *name)
{
    long long passes = CHILDREN * rounds, keep = rounds;

    rounds = 3;
    make_one_wait();
    say("%s: %d inside, child 3 waits; one leaves, child 3 comes in", name,
        PERMITS);
    rounds = keep;
    shared->passes = 0;
    child_fork_each(CHILDREN, child);
    child_reap_all();
    promise(shared->passes == passes && shared->too_many == 0,
            "exact counts, two inside at the most");
    say("%s: %d children, %lld rounds each, never more than %d inside", name,
        CHILDREN, rounds, PERMITS);
}

/* Child 1 waits for a permit, child 2 raises the semaphore. With `order' each
   takes the mutex first, as if it had to guard the semaphore, too. */
static void
taker_or_giver(int me)
{
    order_point(me == 1 ? "lower" : "raise");
    if (args_broken("order"))
        must(pthread_mutex_lock(&shared->mutex));
    if (me == 1)
        lower();
    else
        raise_it();
    if (args_broken("order"))
        must(pthread_mutex_unlock(&shared->mutex));
}

static void
stall(void)
{
    bool order = args_broken("order");

    initialise(0);
    shared->use_posix = !order;
    order_fork(2, taker_or_giver);
    order_play("1:lower 2:raise");
    order_expect_stuck(1, order ? 2 : 1);
    if (order) {
        say("`mutex' is held by child 1; child 2 would raise the semaphore");
    } else {
        promise(sem_trywait(&shared->posix) != -1,
                "a permit to be there, seen: none");
        say("child 2 has raised it, the permit is there, but only waiters "
            "of its own process were woken");
    }
    order_kill();
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    shared = args_map(sizeof *shared, "the semaphores lie");
    shared_mutex(&shared->mutex, SHARED_NORMAL);
    if (args_any_break()) {
        stall();
        return EXIT_HELD;
    }
    initialise(PERMITS);
    show("own");
    shared->use_posix = true;
    show("POSIX");
    return EXIT_HELD;
}
