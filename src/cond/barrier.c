/* barrier: nobody begins phase 2 before everybody has finished phase 1, and
   so on, as often as wanted: a mutex, a condition variable, a count of those
   who are here, and the number of the phase.

   Look at the slow child, which is woken and then held up: the others come to
   the barrier a second time, and still it gets out. --break=counter leaves
   the number of the phase out, as nearly every first attempt does: then it
   finds the barrier full of others again, and stays.

     $ barrier --phases=100
     parent: the barriers lie in MAP_SHARED|MAP_ANONYMOUS
     parent: child 1 is woken and held up; child 2 is at the next barrier
     parent: child 1 goes on: its phase is over, whoever waits for the next
     parent: own: 4 children, 100 phases, nobody ahead of anybody
     parent: POSIX: 4 children, 100 phases, nobody ahead of anybody

   See also: pthread_barrier_wait(3p); A. B. Downey, "The Little Book of
   Semaphores", 3.7. Next: cond/read_write_lock.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"

#include <stdatomic.h>
#include <stdbool.h>

enum { CHILDREN = 4 };

static long long phases = 1000;

static const struct args about = {
    .name = "barrier",
    .idea = "Nobody begins the next phase before everybody has finished "
            "this one, as often as wanted.",
    .breaks = {{"counter", "only a count, no phase: the slow one is lapped"}},
    .options =
        {
            ARGS_NUMBER("phases", "N", &phases, 1, 1000000,
                        "how many phases there are (1000)"),
        },
    .maps = true,
};

struct barrier {
    pthread_mutex_t lock;
    pthread_cond_t opened; /* with lock: phase has changed */
    int wanted;            /* how many must come; never changes */
    int here;              /* lock: how many have come in this phase */
    unsigned phase;        /* lock: how often it has opened */
};

struct shared {
    struct barrier own;
#if HAVE_PTHREAD_BARRIER_WAIT
    pthread_barrier_t posix;
#endif
    bool use_posix;              /* set by the parent, before fork */
    atomic_llong done[CHILDREN]; /* phases that child i + 1 has finished */
    atomic_int ahead;            /* how often one began too early */
};
static struct shared *shared;

/* The last one opens the barrier for those who came before, and shuts it for
   those who come later, in one step under the lock. A sleeper waits for its
   own phase to end: a fact that stays true, however late it looks. The count
   alone is true only until somebody comes again. */
static void
wait_for_all(struct barrier *barrier)
{
    unsigned phase;

    must(pthread_mutex_lock(&barrier->lock));
    phase = barrier->phase;
    if (++barrier->here == barrier->wanted) {
        barrier->here = 0;
        barrier->phase++;
        must(pthread_cond_broadcast(&barrier->opened));
    } else {
        while (args_broken("counter") ? barrier->here != 0
                                      : barrier->phase == phase) {
            must(pthread_cond_wait(&barrier->opened, &barrier->lock));
            order_woken(&barrier->lock);
        }
    }
    must(pthread_mutex_unlock(&barrier->lock));
}

static void
pass_barrier(void)
{
#if HAVE_PTHREAD_BARRIER_WAIT
    if (shared->use_posix) {
        int code = pthread_barrier_wait(&shared->posix);
        /* One of them, whichever, is told that it was the last. */
        if (code != PTHREAD_BARRIER_SERIAL_THREAD)
            must(code);
        return;
    }
#endif
    wait_for_all(&shared->own);
}

/* Behind barrier k all must have finished phase k. */
static void
child(int me)
{
    for (long long phase = 1; phase <= phases; phase++) {
        shared->done[me - 1] = phase;
        order_point("arrive");
        pass_barrier();
        for (int i = 0; i < shared->own.wanted; i++)
            if (shared->done[i] < phase)
                shared->ahead++;
    }
}

/* The same script with and without the mistake. */
static void
hold_one_up(void)
{
    long long keep = phases;

    phases = 2;
    shared->own.wanted = 2;
    order_fork(2, child);
    order_play("1:arrive 2:arrive 2:arrive");
    say("child 1 is woken and held up; child 2 is at the next barrier");
    if (args_broken("counter")) {
        order_step(1, "woken");
        say("child 1 finds one waiting, and takes it for its own phase");
        order_expect_stuck(1, 2);
        order_kill();
    } else {
        promise(order_step(1, "woken") == ORDER_AT_POINT, "child 1 to go on");
        say("child 1 goes on: its phase is over, whoever waits for the next");
        order_release();
        child_reap_all();
    }
    phases = keep;
}

static void
run_freely(const char *name)
{
    shared->own.wanted = CHILDREN;
    child_fork_each(CHILDREN, child);
    child_reap_all();
    for (int i = 0; i < CHILDREN; i++)
        promise(
            shared->done[i] == phases && shared->ahead == 0,
            "nobody ahead, seen: %d times, child %d has finished %lld phases",
            shared->ahead, i + 1, shared->done[i]);
    say("%s: %d children, %lld phases, nobody ahead of anybody", name,
        CHILDREN, phases);
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    shared = args_map(sizeof *shared, "the barriers lie");
    shared_mutex(&shared->own.lock, SHARED_NORMAL);
    shared_cond(&shared->own.opened);
    hold_one_up();
    if (args_any_break())
        return EXIT_HELD;
    run_freely("own");
#if HAVE_PTHREAD_BARRIER_WAIT
    pthread_barrierattr_t attributes;
    must(pthread_barrierattr_init(&attributes));
    must(pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    must(pthread_barrier_init(&shared->posix, &attributes, CHILDREN));
    must(pthread_barrierattr_destroy(&attributes));
    shared->use_posix = true;
    run_freely("POSIX");
#else
    say("POSIX: this system has no pthread_barrier_wait");
#endif
    return EXIT_HELD;
}
