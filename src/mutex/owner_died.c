/* owner_died: a robust mutex outlives its owner: the next one to lock it is
   told (EOWNERDEAD), repairs the data, says so, and all goes on.

   A child moves 10 from one account to the other and is killed, with SIGKILL,
   after every single step of that. Look at what the parent finds and at the
   sum, which is 100 again each time. Break it: --break=notrobust (the mutex
   is lost with its owner), --break=noconsistent (the repair is not
   announced), --break=norepair (it is announced but was not made).

     $ owner_died
     parent: accounts and mutex lie in MAP_SHARED|MAP_ANONYMOUS
     parent: owner killed after `locked': EOWNERDEAD, found 100 + 0, now 100
     parent: owner killed after `noted': EOWNERDEAD, found 100 + 0, now 100
     parent: owner killed after `taken': EOWNERDEAD, found 90 + 0, now 100
     parent: owner killed after `given': EOWNERDEAD, found 90 + 10, now 100
     parent: owner killed after `done': EOWNERDEAD, found 90 + 10, now 100
     parent: owner killed after `unlocked': 0, found 80 + 20, now 100

   See also: pthread_mutexattr_setrobust(3), pthread_mutex_consistent(3).
   Next: mutex/lock_order.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const struct args_break breaks[] = {
    {"notrobust", "an ordinary mutex: it stays locked for ever"},
    {"noconsistent", "unlock without pthread_mutex_consistent"},
    {"norepair", "pthread_mutex_consistent without a repair"},
    {0},
};

static const struct args about = {
    .name = "owner_died",
    .idea = "A robust mutex tells the next owner that the last one died "
            "inside; it repairs and goes on.",
    .breaks = breaks,
    .maps = true,
    .deadline = 30,
};

/* All members are guarded by lock. */
struct shared {
    pthread_mutex_t lock; /* robust */
    int from, to;         /* the invariant: from + to == 100 */
    /* What the accounts were before a transfer began: without such a note
       nobody could tell how far the dead owner had come. */
    bool noted;
    int old_from, old_to;
};

/* The points at which the child may be killed: each comes after a step. */
static const char *const steps[] = {"locked", "noted", "taken",
                                    "given",  "done",  "unlocked"};
enum { STEPS = sizeof steps / sizeof *steps };

/* The note is complete before it is declared valid, and the accounts change
   only after that. order_point() calls the system, so the compiler cannot
   move a store to shared memory across it. */
static void
transfer(struct shared *shared, struct order *order)
{
    must(pthread_mutex_lock(&shared->lock), "pthread_mutex_lock");
    order_point(order, "locked");
    shared->old_from = shared->from;
    shared->old_to = shared->to;
    shared->noted = true;
    order_point(order, "noted");
    shared->from -= 10;
    order_point(order, "taken");
    shared->to += 10;
    order_point(order, "given");
    shared->noted = false;
    order_point(order, "done");
    must(pthread_mutex_unlock(&shared->lock), "pthread_mutex_unlock");
    order_point(order, "unlocked");
}

/* Undo what was begun. Call with the lock held. */
static void
repair(struct shared *shared)
{
    if (shared->noted) {
        shared->from = shared->old_from;
        shared->to = shared->old_to;
        shared->noted = false;
    }
}

/* Let a child come as far as steps[LAST] and kill it there. */
static void
die_at(struct shared *shared, int last)
{
    struct order *order = order_create(1);
    pid_t pid = child_fork_doomed("child");

    if (pid == 0) {
        order_join(order, 1);
        transfer(shared, order);
        die_leave(EXIT_HELD);
    }
    order_lead(order);
    for (int i = 0; i < last; i++)
        order_step(order, 1, steps[i]);
    /* It may still be on its way to the last point: wait for it there. */
    if (order_where(order, 1) != ORDER_AT_POINT)
        die_promise("expected the child at `%s', seen: it is not",
                    steps[last]);
    child_kill(pid);
    order_release(order);
}

/* Lock, in the parent, and learn what became of the last owner. */
static int
lock(struct shared *shared)
{
    int code = pthread_mutex_lock(&shared->lock);

    if (code != 0 && code != EOWNERDEAD && code != ENOTRECOVERABLE)
        die_code(code, "pthread_mutex_lock");
    return code;
}

static void
survive(struct shared *shared, int last)
{
    int expected = last < STEPS - 1 ? EOWNERDEAD : 0;
    int code, found_from, found_to;

    die_at(shared, last);
    code = lock(shared);
    if (code != expected)
        die_promise("expected %s, seen: %s", strerror(expected),
                    strerror(code));
    found_from = shared->from;
    found_to = shared->to;
    if (code == EOWNERDEAD) {
        repair(shared);
        must(pthread_mutex_consistent(&shared->lock),
             "pthread_mutex_consistent");
    }
    say("owner killed after `%s': %s, found %d + %d, now %d", steps[last],
        code == EOWNERDEAD ? "EOWNERDEAD" : "0", found_from, found_to,
        shared->from + shared->to);
    if (shared->from + shared->to != 100)
        die_promise("expected a sum of 100, seen: %d",
                    shared->from + shared->to);
    must(pthread_mutex_unlock(&shared->lock), "pthread_mutex_unlock");
    /* From here on it is an ordinary mutex again. */
    must(lock(shared), "pthread_mutex_lock after the repair");
    must(pthread_mutex_unlock(&shared->lock), "pthread_mutex_unlock");
}

/* The owner dies when it has taken the money and not given it yet. */
static void
fail(struct shared *shared)
{
    int code;

    die_at(shared, 2);
    say("owner killed after `taken': %d + %d", shared->from, shared->to);
    if (args_broken("notrobust")) {
        struct timespec soon = shared_deadline(CLOCK_REALTIME, 300);
        code = pthread_mutex_timedlock(&shared->lock, &soon);
        if (code != ETIMEDOUT)
            die_promise("expected ETIMEDOUT, seen: %s", strerror(code));
        say("ETIMEDOUT: the mutex still belongs to the dead");
        return;
    }
    code = lock(shared);
    if (code != EOWNERDEAD)
        die_promise("expected EOWNERDEAD, seen: %s", strerror(code));
    if (args_broken("noconsistent")) {
        repair(shared);
        must(pthread_mutex_unlock(&shared->lock), "pthread_mutex_unlock");
        code = lock(shared);
        if (code != ENOTRECOVERABLE)
            die_promise("expected ENOTRECOVERABLE, seen: %s", strerror(code));
        say("ENOTRECOVERABLE: unlocked without pthread_mutex_consistent, the "
            "mutex is lost for everybody");
        return;
    }
    must(pthread_mutex_consistent(&shared->lock), "pthread_mutex_consistent");
    must(pthread_mutex_unlock(&shared->lock), "pthread_mutex_unlock");
    must(lock(shared), "pthread_mutex_lock");
    if (shared->from + shared->to == 100)
        die_promise("expected a broken sum, seen: 100");
    say("the mutex is consistent, the data are not: the sum is %d",
        shared->from + shared->to);
    must(pthread_mutex_unlock(&shared->lock), "pthread_mutex_unlock");
}

int
main(int argc, char **argv)
{
    struct region region;
    struct shared *shared;

    args_parse(&about, argc, argv);
    region = region_map(sizeof *shared, args_backing());
    shared = region.memory;
    say("accounts and mutex lie in %s", region.from);
    shared_mutex(&shared->lock,
                 args_broken("notrobust") ? SHARED_NORMAL : SHARED_ROBUST);
    shared->from = 100;
    if (args_any_break())
        fail(shared);
    else
        for (int last = 0; last < STEPS; last++)
            survive(shared, last);
    region_unmap(&region);
    return EXIT_HELD;
}
