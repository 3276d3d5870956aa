/* dead_waiter: a robust mutex survives its owner; a condition variable does
   not survive a waiter. One that was killed while it waited has left its
   traces inside, and what the object does from then on is undefined.

   What can be done: nobody touches that object again, and all go on with
   another one. Look at child 3, which is woken through the spare.
   --break=kill goes on with the old one, as if nothing had happened: some
   systems bear it, on others a later signal never returns. To destroy it is
   tried, too.

     $ dead_waiter
     parent: two condition variables lie in MAP_SHARED|MAP_ANONYMOUS
     parent: child 1 waits, and is killed
     parent: the mutex is free: a waiter does not hold it
     parent: from here on the spare is used
     child 3: was woken
     parent: child 3 was woken through the spare

   See also: pthread_cond_destroy(3p): undefined while somebody waits; glibc
   bug 21422; mutex/owner_died.c. Next: compare/record_lock.c. */
#include "config.h"

#include "args.h"
#include "blocked.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"

#include <stdbool.h>

static const struct args about = {
    .name = "dead_waiter",
    .idea = "A condition variable is not robust: after a waiter was killed, "
            "use another one.",
    .breaks = {{"kill", "the one that a waiter died on is used on"}},
    .maps = true,
};

struct shared {
    pthread_mutex_t lock;
    pthread_cond_t conds[2]; /* with lock: come. [1] is the spare */
    int current;             /* lock: which of the two is in use */
    bool come;               /* lock: what all wait for */
};
static struct shared *shared;

static pthread_cond_t *
cond(void)
{
    return &shared->conds[shared->current];
}

static void
await_it(void)
{
    order_point("wait");
    must(pthread_mutex_lock(&shared->lock));
    while (!shared->come)
        must(pthread_cond_wait(cond(), &shared->lock));
    must(pthread_mutex_unlock(&shared->lock));
    say("was woken");
}

/* Child 2 signals, as often as it is let. It changes the predicate only at the
   third time: the first two find nobody, or the dead. */
static void
announce(void)
{
    for (int n = 1; n <= 3; n++) {
        order_point("signal");
        must(pthread_mutex_lock(&shared->lock));
        shared->come = n == 3;
        must(pthread_cond_signal(cond()));
        must(pthread_mutex_unlock(&shared->lock));
    }
}

/* Children 1 and 3 wait, child 2 signals, child 4 destroys. */
static void
child(int me)
{
    if (me == 2) {
        announce();
    } else if (me == 4) {
        order_point("destroy");
        must(pthread_cond_destroy(&shared->conds[0]));
    } else {
        await_it();
    }
}

static void
kill_waiter(void)
{
    order_fork(4, child);
    promise(order_step(1, "wait") == ORDER_BLOCKED, "child 1 to wait");
    child_kill(order_pid(1));
    say("child 1 waits, and is killed");
    promise(pthread_mutex_trylock(&shared->lock) == 0, "the mutex to be free");
    say("the mutex is free: a waiter does not hold it");
}

/* The switch is made under the mutex, so that nobody can be on its way to the
   old object: whoever waits later takes the new one. Others who slept on the
   old one already could not be told; they need a deadline (timed_wait). */
static void
use_spare(void)
{
    shared->current = 1;
    must(pthread_mutex_unlock(&shared->lock));
    say("from here on the spare is used");
    order_play("3:wait 2:signal 2:signal 2:signal");
    promise(order_where(3) == ORDER_ENDED, "child 3 to be woken");
    say("child 3 was woken through the spare");
}

/* glibc before 2.41: the third signal waits for the dead one to leave, holding
   the mutex. Others: it wakes child 3. To destroy it waits likewise, on all
   that were tried. Where that is not seen there is nothing to show. */
static void
use_on(void)
{
    must(pthread_mutex_unlock(&shared->lock));
    order_play("2:signal 2:signal 3:wait");
    promise(order_where(3) == ORDER_BLOCKED, "child 3 to wait");
    if (order_step(2, "signal") != ORDER_BLOCKED) {
        promise(order_where(3) == ORDER_ENDED,
                "child 3 to be woken or the signal to hang, seen: neither");
        say("the third signal has woken child 3: this system bears it");
    } else {
        promise(order_stuck(2, 3), "the signaller to hang, seen: it went on");
        say("the third signal never returns: child 2 is blocked for good in "
            "pthread_cond_signal, and child 3 is never woken");
    }
    if (order_step(4, "destroy") != ORDER_BLOCKED || !order_stuck(4, 4))
        die_missing("pthread_cond_destroy that waits for the dead");
    say("pthread_cond_destroy never returns: it waits for the dead, too");
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    shared = args_map(sizeof *shared, "two condition variables lie");
    shared_mutex(&shared->lock, SHARED_NORMAL);
    for (int i = 0; i < 2; i++)
        shared_cond(&shared->conds[i]);
    kill_waiter();
    if (args_broken("kill"))
        use_on();
    else
        use_spare();
    order_kill();
    return EXIT_HELD;
}
