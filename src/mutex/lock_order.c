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
   Coffman and others, "System Deadlocks", 1971. Next: cond/handoff.c. */
#include "config.h"

#include "args.h"
#include "blocked.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char *cure = "order";
static const char *const cures[] = {"order", "trylock", "timed", NULL};

static const struct args_break breaks[] = {
    {"abba", "each takes its own side first: a deadlock"},
    {0},
};

static const struct args_option options[] = {
    {.name = "cure",
     .value = "order|trylock|timed",
     .does = "how the deadlock is avoided (order)",
     .word = &cure,
     .words = cures},
    {0},
};

static const struct args about = {
    .name = "lock_order",
    .idea = "Two locks, two processes: one global order, or each waits for "
            "the other.",
    .breaks = breaks,
    .options = options,
    .maps = true,
    .deadline = 30,
};

struct account {
    pthread_mutex_t lock;
    int holder; /* lock: the child that holds it, for the story; 0: nobody */
    int money;  /* lock */
};

struct shared {
    struct account left, right;
};

static const char *
name_of(const struct shared *shared, const struct account *account)
{
    return account == &shared->left ? "left" : "right";
}

/* Whoever holds the lock writes its number beside it: a mutex can be asked
   for its owner on no system in a portable way. */
static void
hold(struct account *account, int me)
{
    account->holder = me;
}

static void
release(struct account *account)
{
    account->holder = 0;
    must(pthread_mutex_unlock(&account->lock), "pthread_mutex_unlock");
}

/* The second lock, in the way of the cure, while the first one is held.
   Returns 0 or why it was not to be had. */
static int
lock_second(struct account *account, int me)
{
    struct timespec until;

    if (strcmp(cure, "trylock") == 0)
        return pthread_mutex_trylock(&account->lock);
    if (strcmp(cure, "timed") == 0) {
        /* Unequal patience: two who give up at the same moment and begin
           again at the same moment could go on so for ever. */
        until = shared_deadline(CLOCK_REALTIME, me == 1 ? 50 : 5000);
        return pthread_mutex_timedlock(&account->lock, &until);
    }
    return pthread_mutex_lock(&account->lock);
}

/* Lock both; returns how often the first lock had to be given back. With the
   cure `order' everybody takes left first: then whoever waits for right holds
   left, and nobody who holds right waits for left. No cycle can close. */
static int
lock_both(struct shared *shared, struct account *from, int me,
          struct order *order)
{
    struct account *first = from, *second;
    int code, times = 0;

    if (strcmp(cure, "order") == 0 && !args_broken("abba"))
        first = &shared->left;
    second = first == &shared->left ? &shared->right : &shared->left;
    for (;;) {
        order_point(order, "first");
        must(pthread_mutex_lock(&first->lock), "pthread_mutex_lock");
        hold(first, me);
        order_point(order, "second");
        code = lock_second(second, me);
        if (code == 0)
            break;
        if (code != EBUSY && code != ETIMEDOUT)
            die_code(code, "lock %s", name_of(shared, second));
        /* To wait while holding is what a deadlock is made of: let go. */
        release(first);
        times++;
    }
    hold(second, me);
    return times;
}

static void
move_money(struct shared *shared, int me, struct order *order)
{
    struct account *from = me == 1 ? &shared->left : &shared->right;
    struct account *to = me == 1 ? &shared->right : &shared->left;
    int times = lock_both(shared, from, me, order);

    from->money -= 10;
    to->money += 10;
    say("moved 10 from %s to %s, backed off %d time%s", name_of(shared, from),
        name_of(shared, to), times, times == 1 ? "" : "s");
    release(from);
    release(to);
}

/* Print who holds what and waits for what. The holders can be read without
   the locks: nobody who could change them will ever run again. */
static void
tell_deadlock(const struct shared *shared, const pid_t *pids)
{
    if (blocked_for_good(pids, 2) == BLOCKED_ENDED)
        die_promise("expected a deadlock, seen: a child went on");
    for (int me = 1; me <= 2; me++) {
        const struct account *mine =
            shared->left.holder == me ? &shared->left : &shared->right;
        const struct account *wanted =
            mine == &shared->left ? &shared->right : &shared->left;
        struct blocked seen;

        if (mine->holder != me || wanted->holder != 3 - me)
            die_promise("expected each to hold one lock, seen: holders %d, %d",
                        shared->left.holder, shared->right.holder);
        if (blocked_look(pids[me - 1], &seen) &&
            (seen.object == NULL ||
             strcmp(seen.object, name_of(shared, wanted)) != 0))
            die_promise("expected child %d to wait for %s, seen: %s", me,
                        name_of(shared, wanted),
                        seen.object != NULL ? seen.object : "another");
        say("child %d holds %s and waits for %s, held by child %d", me,
            name_of(shared, mine), name_of(shared, wanted), 3 - me);
    }
    say("a cycle: both are blocked for good");
    child_kill(pids[0]);
    child_kill(pids[1]);
}

static void
play(struct shared *shared)
{
    struct order *order = order_create(2);
    pid_t pids[2];

    for (int me = 1; me <= 2; me++)
        if ((pids[me - 1] = child_fork_doomed("child %d", me)) == 0) {
            order_join(order, me);
            move_money(shared, me, order);
            _exit(EXIT_HELD);
        }
    order_lead(order);
    /* Both begin: with the cure `order' child 2 waits before it holds
       anything; else each holds its own side when it wants the other one. */
    order_step(order, 1, "first");
    order_step(order, 2, "first");
    order_step(order, 1, "second");
    if (order_where(order, 2) == ORDER_AT_POINT)
        order_step(order, 2, "second");
    if (args_broken("abba"))
        tell_deadlock(shared, pids);
    order_release(order);
    if (args_broken("abba"))
        return;
    if (child_reap_all() != 0)
        die_promise("expected both children to finish, seen: one did not");
    if (shared->left.money + shared->right.money != 200)
        die_promise("expected 200 in all, seen: %d",
                    shared->left.money + shared->right.money);
    say("both are done, %d + %d", shared->left.money, shared->right.money);
}

int
main(int argc, char **argv)
{
    struct region region;
    struct shared *shared;

    args_parse(&about, argc, argv);
    if (args_broken("abba") && strcmp(cure, "order") != 0)
        args_wrong("--break=abba and --cure=%s: it is broken or cured", cure);
    region = region_map(sizeof *shared, args_backing());
    shared = region.memory;
    say("locks and accounts lie in %s", region.from);
    shared_mutex(&shared->left.lock, SHARED_NORMAL);
    shared_mutex(&shared->right.lock, SHARED_NORMAL);
    blocked_name(&shared->left, sizeof shared->left, "left");
    blocked_name(&shared->right, sizeof shared->right, "right");
    shared->left.money = shared->right.money = 100;
    play(shared);
    region_unmap(&region);
    return EXIT_HELD;
}
