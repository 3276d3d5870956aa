/* handoff: two processes take strict turns. It needs four things together: a
   predicate in the mapping, a mutex around it, `while' around the wait, and a
   condition variable to sleep on.

   Look at the order of the lines: ping, pong, ping, pong. Break it:
   --break=nopredicate waits for a signal instead of for a fact, and a signal
   that nobody waited for is lost; --break=if looks at the predicate only once,
   and a wake-up without a reason, which POSIX allows, is taken for the turn;
   --break=private_cond leaves out PTHREAD_PROCESS_SHARED.

     $ handoff --rounds=2
     parent: turn, mutex and condition lie in MAP_SHARED|MAP_ANONYMOUS
     child 1: ping 1
     child 2: pong 1
     child 1: ping 2
     child 2: pong 2
     parent: 4 turns, each in its turn

   See also: POSIX pthread_cond_wait(), "Condition Wait Semantics";
   pthread_condattr_setpshared(3). Next: cond/timed_wait.c. */
#include "config.h"

#include "args.h"
#include "blocked.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"

#include <stdbool.h>
#include <sys/wait.h>

static long long rounds = 3;
static bool spurious;

static const struct args about = {
    .name = "handoff",
    .idea = "Strict turns: a predicate, a mutex, `while', and a condition "
            "variable to sleep on.",
    .breaks = {{"nopredicate",
                "wait for the signal itself: one sent early is lost"},
               {"if",
                "`if' instead of `while': a spurious wake-up is believed"},
               {"private_cond", "the condition variable is process-private"}},
    .options = {ARGS_NUMBER("rounds", "N", &rounds, 1, 1000000,
                            "how many turns each of the two has (3)"),
                ARGS_FLAG(
                    "spurious", &spurious,
                    "wake one whose turn it is not: it must sleep again")},
    .maps = true,
};

struct shared {
    pthread_mutex_t lock;
    pthread_cond_t turned; /* with lock: turn has changed */
    int turn;              /* lock: 1 or 2, the child whose turn it is */
    int turns;             /* lock: how many were taken */
    int out_of_turn;       /* lock: how many by the wrong child */
};
static struct shared *shared;

/* Sleep until it is the turn of child ME. Call with the lock held; it is held
   again on return. pthread_cond_wait gives the lock back and falls asleep in
   one step: no signal can come between the look and the sleep. */
static void
await_turn(int me)
{
    if (args_broken("nopredicate")) {
        must(pthread_cond_wait(&shared->turned, &shared->lock));
    } else if (args_broken("if")) {
        if (shared->turn != me)
            must(pthread_cond_wait(&shared->turned, &shared->lock));
    } else {
        while (shared->turn != me)
            must(pthread_cond_wait(&shared->turned, &shared->lock));
    }
}

/* One turn. The line is printed under the lock, so the lines come out in the
   order of the turns. One signal is enough: the other child is the only one
   that can be asleep, as nobody waits whose turn it is. */
static void
take_turn(int me, int round)
{
    order_point("begin");
    must(pthread_mutex_lock(&shared->lock));
    /* Without the predicate child 1 has nothing to wait for at first. */
    if (!args_broken("nopredicate") || me == 2 || round > 1)
        await_turn(me);
    if (shared->turn != me)
        shared->out_of_turn++;
    say("%s %d", me == 1 ? "ping" : "pong", round);
    shared->turns++;
    shared->turn = 3 - me;
    must(pthread_cond_signal(&shared->turned));
    must(pthread_mutex_unlock(&shared->lock));
}

static void
child(int me)
{
    for (int round = 1; round <= rounds; round++)
        take_turn(me, round);
}

static void
alternate(void)
{
    child_fork_each(2, child);
    child_reap_all();
    promise(shared->turns == 2 * rounds && shared->out_of_turn == 0,
            "%lld turns in turn, seen: %d, %d out of turn", 2 * rounds,
            shared->turns, shared->out_of_turn);
    say("%d turns, each in its turn", shared->turns);
}

/* The signal is sent before anybody waits, and a condition variable does not
   remember: then each waits for the other. */
static void
lose_signal(void)
{
    order_step(1, "begin");
    say("child 1 has signalled; child 2 was not waiting yet");
    order_play("2:begin 1:begin");
    order_expect_stuck(1, 2);
}

/* Child 2 waits for its turn, and is woken although nothing has changed: by
   us, so that it happens for certain. */
static void
wake_spuriously(void)
{
    bool believed = args_broken("if");

    promise(order_step(2, "begin") == ORDER_BLOCKED, "child 2 to wait");
    say("a wake-up without a reason, it is child %d's turn", shared->turn);
    must(pthread_cond_broadcast(&shared->turned));
    order_where(2);
    promise(shared->out_of_turn == believed, "%d turns out of turn, seen: %d",
            believed, shared->out_of_turn);
    say("child 2 %s", believed ? "took child 1's turn: it looked only once"
                               : "looked again, and sleeps");
}

/* Child 2 sleeps, child 1 gives it the turn and signals. What the libc does
   with a private object in several processes is undefined; known outcomes
   are that the signal stays in its own process (glibc) and that the signaller
   follows a pointer that means nothing to it (musl). */
static void
signal_privately(void)
{
    char words[64];
    int status;

    order_step(2, "begin");
    if (order_step(1, "begin") == ORDER_ENDED) {
        status = child_reap(order_pid(1));
        promise(WIFSIGNALED(status), "child 1 to crash or go on, seen: it %s",
                child_words(status, words, sizeof words));
        say("child 1 %s in pthread_cond_signal",
            child_words(status, words, sizeof words));
        return;
    }
    promise(order_where(2) == ORDER_BLOCKED && shared->turn == 2,
            "child 2 to sleep on, seen: it woke");
    say("it is child 2's turn, and it was signalled, and it sleeps");
    order_step(1, "begin");
    order_expect_stuck(1, 2);
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    if (spurious && args_any_break())
        args_wrong("--spurious and --break: --break=if wakes one, too");
    shared = args_map(sizeof *shared, "turn, mutex and condition lie");
    shared_mutex(&shared->lock, SHARED_NORMAL);
    if (args_broken("private_cond"))
        must(pthread_cond_init(&shared->turned, NULL));
    else
        shared_cond(&shared->turned);
    blocked_name(&shared->turned, sizeof shared->turned, "turned");
    shared->turn = 1;
    if (!args_any_break() && !spurious) {
        alternate();
        return EXIT_HELD;
    }
    rounds = rounds < 2 ? 2 : rounds;
    order_fork(2, child);
    if (args_broken("nopredicate"))
        lose_signal();
    else if (args_broken("private_cond"))
        signal_privately();
    else
        wake_spuriously();
    order_kill();
    return EXIT_HELD;
}
