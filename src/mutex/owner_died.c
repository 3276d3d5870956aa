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
#include "words.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>

static const struct args about = {
    .name = "owner_died",
    .idea = "A robust mutex tells the next owner that the last one died "
            "inside; it repairs and goes on.",
    .breaks = {{"notrobust", "an ordinary mutex: it stays locked for ever"},
               {"noconsistent", "unlock without pthread_mutex_consistent"},
               {"norepair", "pthread_mutex_consistent without a repair"}},
    .maps = true,
};

/* All members are guarded by lock. They are atomic all the same: not for
   others, who cannot come in, but for the order of the stores. SIGKILL may
   come between any two instructions, and the compiler is free to swap plain
   stores between a lock and an unlock, or to drop one that another follows. */
struct shared {
    pthread_mutex_t lock; /* robust */
    atomic_int from, to;  /* the invariant: from + to == 100 */
    /* What the accounts were before a transfer began: without such a note
       nobody could tell how far the dead owner had come. */
    atomic_bool noted;
    atomic_int old_from, old_to;
};
static struct shared *shared;

/* The points at which the child may be killed: each comes after a step. */
static const char *const steps[] = {"locked", "noted", "taken",
                                    "given",  "done",  "unlocked"};
enum { TAKEN = 2, STEPS = sizeof steps / sizeof *steps };

/* The note is complete before it is declared valid, and the accounts change
   only after that. */
static void
transfer(int me)
{
    (void)me;
    must(pthread_mutex_lock(&shared->lock));
    order_point("locked");
    shared->old_from = shared->from;
    shared->old_to = shared->to;
    shared->noted = true;
    order_point("noted");
    shared->from -= 10;
    order_point("taken");
    shared->to += 10;
    order_point("given");
    shared->noted = false;
    order_point("done");
    must(pthread_mutex_unlock(&shared->lock));
    order_point("unlocked");
}

/* Undo what was begun. Call with the lock held. */
static void
repair(void)
{
    if (shared->noted) {
        shared->from = shared->old_from;
        shared->to = shared->old_to;
        shared->noted = false;
    }
}

/* Let a child come as far as steps[LAST] and kill it there. */
static void
die_at(int last)
{
    order_fork(1, transfer);
    for (int i = 0; i < last; i++)
        order_step(1, steps[i]);
    /* It may still be on its way to the last point: wait for it there. */
    order_where(1);
    order_kill();
}

/* What became of the last owner: CODE is what a lock returned. */
static void
expect(int code, int expected)
{
    promise(code == expected, "%s, seen: %s", words_error(expected),
            words_error(code));
}

static void
survive(int last)
{
    int code, found_from, found_to;

    die_at(last);
    code = pthread_mutex_lock(&shared->lock);
    expect(code, last < STEPS - 1 ? EOWNERDEAD : 0);
    found_from = shared->from;
    found_to = shared->to;
    if (code == EOWNERDEAD) {
        repair();
        must(pthread_mutex_consistent(&shared->lock));
    }
    say("owner killed after `%s': %s, found %d + %d, now %d", steps[last],
        code == EOWNERDEAD ? "EOWNERDEAD" : "0", found_from, found_to,
        shared->from + shared->to);
    promise(shared->from + shared->to == 100, "a sum of 100");
    must(pthread_mutex_unlock(&shared->lock));
    /* From here on nobody hears of that death any more. */
    must(pthread_mutex_lock(&shared->lock));
    must(pthread_mutex_unlock(&shared->lock));
}

/* With notrobust. The wait needs a deadline: nobody will ever unlock. */
static void
lose_mutex(void)
{
    struct timespec soon = shared_deadline(CLOCK_REALTIME, 300);

    expect(pthread_mutex_timedlock(&shared->lock, &soon), ETIMEDOUT);
    say("ETIMEDOUT: the mutex still belongs to the dead");
}

/* With noconsistent and norepair: each does half of what is to be done. */
static void
recover_badly(void)
{
    expect(pthread_mutex_lock(&shared->lock), EOWNERDEAD);
    if (args_broken("noconsistent")) {
        repair();
        must(pthread_mutex_unlock(&shared->lock));
        expect(pthread_mutex_lock(&shared->lock), ENOTRECOVERABLE);
        say("ENOTRECOVERABLE: unlocked without pthread_mutex_consistent, the "
            "mutex is lost for everybody");
        return;
    }
    must(pthread_mutex_consistent(&shared->lock));
    must(pthread_mutex_unlock(&shared->lock));
    must(pthread_mutex_lock(&shared->lock));
    promise(shared->from + shared->to != 100, "a broken sum, seen: 100");
    say("the mutex is consistent, the data are not: the sum is %d",
        shared->from + shared->to);
    must(pthread_mutex_unlock(&shared->lock));
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    shared = args_map(sizeof *shared, "accounts and mutex lie");
    shared_mutex(&shared->lock,
                 args_broken("notrobust") ? SHARED_NORMAL : SHARED_ROBUST);
    shared->from = 100;
    for (int last = 0; !args_any_break() && last < STEPS; last++)
        survive(last);
    if (args_any_break()) {
        die_at(TAKEN);
        say("owner killed after `taken': %d + %d", shared->from, shared->to);
        if (args_broken("notrobust"))
            lose_mutex();
        else
            recover_badly();
    }
    return EXIT_HELD;
}
