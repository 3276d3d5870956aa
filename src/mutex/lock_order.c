/* lock_order: two locks, two processes: both take them in one global order,
   or each may come to wait for what the other one holds.

   Child 1 moves money from left to right, child 2 from right to left, so each
   needs both locks. The conductor makes them begin at the same time. Look at
   who has to back off. --cure compares three ways out: one order for all;
   trylock and start again; a lock with a deadline. --break=abba has no cure:
   each takes its own side first, and the wait-for graph is a cycle.

     $ lock_order
     parent: locks and accounts lie in MAP_SHARED|MAP_ANONYMOUS
     child 1: moved 10 from left to right, backed off 0 times
     child 2: moved 10 from right to left, backed off 0 times
     parent: both are done, 100 + 100

   See also: pthread_mutex_trylock(3), pthread_mutex_timedlock(3); E. G.
   Coffman and others, "System Deadlocks", 1971. Next: mutex/philosophers.c. */
#include "config.h"

#include "args.h"
#include "blocked.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const char *cure = "order";

static const struct args about = {
    .name = "lock_order",
    .idea = "Two locks, two processes: one global order, or each waits for "
            "the other.",
    .breaks = {{"abba", "each takes its own side first: a deadlock"}},
    .options = {ARGS_WORD("cure", "order|trylock|timed", &cure,
                          "how the deadlock is avoided (order)")},
    .maps = true,
};

struct account {
    pthread_mutex_t lock;
    int holder; /* lock: the child that holds it, for the story; 0: nobody */
    int money;  /* lock */
};

struct shared {
    struct account left, right;
};
static struct shared *shared;

static const char *
name_of(const struct account *account)
{
    return account == &shared->left ? "left" : "right";
}

static struct account *
other(const struct account *account)
{
    return account == &shared->left ? &shared->right : &shared->left;
}

static void
release(struct account *account)
{
    account->holder = 0;
    must(pthread_mutex_unlock(&account->lock));
}

/* The second lock, in the way of the cure, while the first one is held.
   Returns 0 or why it was not to be had. */
static int
lock_second(struct account *account, int me)
{
    /* Unequal patience: two who give up at the same moment and begin again
       at the same moment could go on so for ever. */
    struct timespec until =
        shared_deadline(CLOCK_REALTIME, me == 1 ? 50 : 5000);

    if (strcmp(cure, "trylock") == 0)
        return pthread_mutex_trylock(&account->lock);
    if (strcmp(cure, "timed") == 0)
        return pthread_mutex_timedlock(&account->lock, &until);
    return pthread_mutex_lock(&account->lock);
}

/* Lock both; returns how often the first lock had to be given back. With the
   cure `order' everybody takes left first: then whoever waits for right holds
   left, and nobody who holds right waits for left. No cycle can close. Whoever
   holds a lock writes its number beside it: a mutex can be asked for its owner
   on no system in a portable way. */
static int
lock_both(struct account *from, int me)
{
    bool ordered = strcmp(cure, "order") == 0 && !args_broken("abba");
    struct account *first = ordered ? &shared->left : from;
    int code, times = 0;

    for (;;) {
        order_point("first");
        must(pthread_mutex_lock(&first->lock));
        first->holder = me;
        order_point("second");
        code = lock_second(other(first), me);
        if (code == 0)
            break;
        if (code != EBUSY && code != ETIMEDOUT)
            die_code(code, "lock %s", name_of(other(first)));
        /* To wait while holding is what a deadlock is made of: let go. */
        release(first);
        times++;
    }
    other(first)->holder = me;
    return times;
}

static void
move_money(int me)
{
    struct account *from = me == 1 ? &shared->left : &shared->right;
    int times = lock_both(from, me);

    from->money -= 10;
    other(from)->money += 10;
    say("moved 10 from %s to %s, backed off %d time%s", name_of(from),
        name_of(other(from)), times, times == 1 ? "" : "s");
    release(from);
    release(other(from));
}

/* Print who waits for what, as the kernel tells, and who holds it. That can be
   read without the locks: nobody who could change it will ever run again. */
static void
tell_deadlock(void)
{
    order_expect_stuck(1, 2);
    promise(shared->left.holder == 1 && shared->right.holder == 2,
            "left with child 1, right with 2, seen: %d, %d",
            shared->left.holder, shared->right.holder);
    say("left is held by child 1, right by child 2: a cycle");
    order_kill();
}

/* Both begin: with the cure `order' child 2 waits before it holds anything;
   else each holds its own side when it wants the other one. */
static void
begin_together(void)
{
    order_fork(2, move_money);
    order_play("1:first 2:first 1:second");
    if (order_where(2) == ORDER_AT_POINT)
        order_step(2, "second");
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    if (args_broken("abba") && strcmp(cure, "order") != 0)
        args_wrong("--break=abba and --cure=%s: it is broken or cured", cure);
    shared = args_map(sizeof *shared, "locks and accounts lie");
    shared_mutex(&shared->left.lock, SHARED_NORMAL);
    shared_mutex(&shared->right.lock, SHARED_NORMAL);
    blocked_name(&shared->left, sizeof shared->left, "left");
    blocked_name(&shared->right, sizeof shared->right, "right");
    shared->left.money = shared->right.money = 100;
    begin_together();
    if (args_broken("abba")) {
        tell_deadlock();
        return EXIT_HELD;
    }
    order_release();
    promise(child_reap_all() == 0 &&
                shared->left.money + shared->right.money == 200,
            "both to finish and 200 in all, seen: %d",
            shared->left.money + shared->right.money);
    say("both are done, %d + %d", shared->left.money, shared->right.money);
    return EXIT_HELD;
}
