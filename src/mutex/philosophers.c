/* philosophers: K philosophers sit around a table, a fork between every two
   of them; to eat, each needs the fork on its left and the one on its right.
   Where everybody takes the left one first, all may hold one fork and wait
   for the next: a cycle of waiters.

   Look at who eats at the same time as philosopher 1, and that all have
   eaten. --cure compares two ways to break the cycle: one order of forks for
   all, or one seat less than philosophers. --break=left_first has neither.

     $ philosophers --philosophers=5 --meals=100
     parent: 5 forks lie in MAP_SHARED|MAP_ANONYMOUS
     parent: child 5 waits with empty hands, so child 4 eats
     parent: child 1 and child 3 eat at the same time
     parent: all have eaten 100 times

   See also: E. W. Dijkstra, "Hierarchical Ordering of Sequential Processes",
   1971; mutex/lock_order.c, the same with two. Next:
   mutex/fork_while_locked.c. */
#include "config.h"

#include "args.h"
#include "blocked.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MOST = ORDER_MOST };

static long long philosophers = 5, meals = 1000;
static const char *cure = "order";

static const struct args about = {
    .name = "philosophers",
    .idea = "A fork between every two, two forks to eat: a cycle of waiters, "
            "and how to break it.",
    .breaks = {{"left_first", "everybody takes the left fork first"}},
    .options = {ARGS_NUMBER("philosophers", "K", &philosophers, 2, MOST,
                            "how many, 2 to 16 (5)"),
                ARGS_NUMBER("meals", "N", &meals, 1, 1000000,
                            "how often each of them eats (1000)"),
                ARGS_WORD("cure", "order|seats", &cure,
                          "how the cycle is broken (order)")},
    .maps = true,
    .deadline = 60, /* sixteen take that long where there is no /proc */
};

struct shared {
    pthread_mutex_t forks[MOST]; /* forks[i] lies left of child i + 1 */
    int holders[MOST];           /* forks[i]: who has it, 0: nobody */
    int eaten[MOST];             /* by child i + 1 alone */
    pthread_mutex_t seats_lock;
    pthread_cond_t seat_free; /* with seats_lock: seats > 0 */
    int seats;                /* seats_lock: how many are free */
};
static struct shared *shared;

static void
take_fork(int fork, int me)
{
    must(pthread_mutex_lock(&shared->forks[fork]));
    shared->holders[fork] = me;
}

static void
give_fork(int fork)
{
    shared->holders[fork] = 0;
    must(pthread_mutex_unlock(&shared->forks[fork]));
}

static void
change_seats(int by)
{
    must(pthread_mutex_lock(&shared->seats_lock));
    while (shared->seats + by < 0)
        must(pthread_cond_wait(&shared->seat_free, &shared->seats_lock));
    shared->seats += by;
    if (by > 0)
        must(pthread_cond_signal(&shared->seat_free));
    must(pthread_mutex_unlock(&shared->seats_lock));
}

/* Why nobody waits for ever. order: everybody takes the fork with the lower
   number first, so whoever holds the highest one that is taken waits for
   nothing and will give it back. seats: one of them is not at the table, so
   its neighbour gets a second fork. */
static void
eat(int me)
{
    int left = me - 1, right = me % (int)philosophers;
    bool broken = args_broken("left_first");
    bool seats = !broken && strcmp(cure, "seats") == 0;
    bool swap = !broken && !seats && right < left;

    order_point("sit");
    if (seats)
        change_seats(-1);
    order_point("first");
    take_fork(swap ? right : left, me);
    order_point("second");
    take_fork(swap ? left : right, me);
    shared->eaten[me - 1]++;
    order_point("eats");
    give_fork(left);
    give_fork(right);
    if (seats)
        change_seats(1);
}

static void
child(int me)
{
    for (long long meal = 0; meal < meals; meal++)
        eat(me);
}

/* The lock is per fork, not for the table: two who share no fork do not keep
   each other waiting. Not left to luck: one stands still while it eats. */
static void
eat_together(void)
{
    memset(shared->eaten, 0, sizeof shared->eaten);
    order_fork((int)philosophers, eat);
    order_play("1:sit 1:first 1:second 3:sit 3:first 3:second");
    promise(shared->eaten[0] == 1 && shared->eaten[2] == 1,
            "1 and 3 to eat at once");
    say("child 1 and child 3 eat at the same time");
    order_release();
    child_reap_all();
}

static void
eat_freely(void)
{
    memset(shared->eaten, 0, sizeof shared->eaten);
    child_fork_each((int)philosophers, child);
    child_reap_all();
    for (int i = 0; i < philosophers; i++)
        promise(shared->eaten[i] == meals,
                "child %d to eat %lld times, seen: %d", i + 1, meals,
                shared->eaten[i]);
    say("all have eaten %lld times", meals);
}

/* The worst schedule: all take a first fork before anybody wants a second one.
   With a cure the last one waits with empty hands, so its neighbour finds the
   second fork free. The holders can be read without the locks: nobody who
   could change them will run again. */
static void
hold_one_each(void)
{
    int last = (int)philosophers;

    order_fork(last, eat);
    for (int me = 1; me <= last; me++)
        if (order_step(me, "sit") == ORDER_AT_POINT)
            order_step(me, "first");
    for (int me = 1; me <= last; me++)
        if (order_where(me) == ORDER_AT_POINT)
            order_step(me, "second");
    if (args_broken("left_first")) {
        order_expect_stuck(1, last);
        for (int i = 0; i < last; i++)
            say("fork %d is held by child %d", i + 1, shared->holders[i]);
        say("a cycle: each of the %d waits for what the next one holds", last);
        order_kill();
        return;
    }
    promise(order_where(last) == ORDER_BLOCKED && shared->eaten[last - 2] == 1,
            "child %d to wait and child %d to eat", last, last - 1);
    say("child %d waits with empty hands, so child %d eats", last, last - 1);
    order_release();
    child_reap_all();
}

int
main(int argc, char **argv)
{
    static char names[MOST][16];
    char text[32];

    args_parse(&about, argc, argv);
    if (args_any_break() && strcmp(cure, "order") != 0)
        args_wrong("--break and --cure=%s: it is broken or cured", cure);
    snprintf(text, sizeof text, "%lld forks lie", philosophers);
    shared = args_map(sizeof *shared, text);
    for (int i = 0; i < philosophers; i++) {
        snprintf(names[i], sizeof names[i], "fork %d", i + 1);
        shared_mutex(&shared->forks[i], SHARED_NORMAL);
        blocked_name(&shared->forks[i], sizeof shared->forks[i], names[i]);
    }
    shared_mutex(&shared->seats_lock, SHARED_NORMAL);
    shared_cond(&shared->seat_free);
    shared->seats = (int)philosophers - 1;
    if (blocked_emulated())
        say("an emulator hides who waits: the worst schedule is left out");
    else
        hold_one_each();
    if (args_any_break())
        return EXIT_HELD;
    /* With fewer than four, any two of them share a fork. */
    if (philosophers >= 4)
        eat_together();
    eat_freely();
    return EXIT_HELD;
}
