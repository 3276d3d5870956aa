/* lock_in_handler: a signal handler must not take a lock: it may have
   interrupted the very code that holds it, and that code cannot go on before
   the handler returns.

   The child counts under a mutex; a signal asks it to report the count, for
   which it needs the same mutex. The signal comes while it is inside. Look at
   the line of the report: the signal was blocked, and sigwait() took it when
   the child was ready for it. --break=inhandler locks in a handler instead,
   once with a normal mutex and once with one that checks.

     $ lock_in_handler
     parent: the count and its mutex lie in MAP_SHARED|MAP_ANONYMOUS
     parent: the child is inside, SIGUSR1 is sent
     child 1: took SIGUSR1 by sigwait, outside: the count is 1
     parent: clean

   See also: signal-safety(7): no function of mutexes is on the list; POSIX,
   2.4.3 Signal Actions; sigwait(3). Next: cond/handoff.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"
#include "words.h"

#include <errno.h>
#include <signal.h>

static const struct args about = {
    .name = "lock_in_handler",
    .idea = "A signal handler must not lock: it may have interrupted the "
            "owner. Block the signal, and sigwait.",
    .breaks = {{"inhandler", "the handler takes the lock itself"}},
    .maps = true,
};

struct shared {
    pthread_mutex_t locks[2];      /* normal, errorcheck */
    int count;                     /* the lock in use */
    volatile sig_atomic_t in_hand; /* the child: the handler has begun */
    int code; /* the child: what the lock in the handler returned */
};
static struct shared *shared;
static pthread_mutex_t *lock; /* the one in use */

/* The mistake. It runs in the middle of count_one(), on top of it. */
static void
report_in_handler(int number)
{
    (void)number;
    shared->in_hand = 1;
    shared->code = pthread_mutex_lock(lock);
}

static void
report(void)
{
    must(pthread_mutex_lock(lock));
    say("took SIGUSR1 by sigwait, outside: the count is %d", shared->count);
    must(pthread_mutex_unlock(lock));
}

static void
count_one(void)
{
    must(pthread_mutex_lock(lock));
    shared->count++;
    order_point("inside");
    must(pthread_mutex_unlock(lock));
}

/* The signal stays pending from the moment it comes until sigwait() takes it,
   at a place of the child's own choice: there it is an event like any other,
   and everything is allowed. */
static void
child(int me)
{
    sigset_t set;
    int number = 0;

    (void)me;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    if (args_broken("inhandler"))
        signal(SIGUSR1, report_in_handler);
    else
        sigprocmask(SIG_BLOCK, &set, NULL);
    count_one();
    if (args_broken("inhandler"))
        return;
    must(sigwait(&set, &number));
    promise(number == SIGUSR1, "SIGUSR1");
    report();
}

/* Send the signal while the child is inside: it stands at the point there. */
static void
signal_inside(void)
{
    order_fork(1, child);
    promise(order_where(1) == ORDER_AT_POINT, "the child inside");
    say("the child is inside, SIGUSR1 is sent");
    if (kill(order_pid(1), SIGUSR1) == -1)
        die("kill");
}

static void
report_outside(void)
{
    signal_inside();
    order_release();
    promise(child_reap_all() == 0, "the child to end well");
    say("clean");
}

/* The handler waits for the code below it, the code for the handler. */
static void
hang(void)
{
    signal_inside();
    order_expect_stuck(1, 1);
    promise(shared->in_hand, "the child to be in its handler");
    say("normal mutex: it is in the handler, and holds the mutex itself");
    order_kill();
}

/* A mutex that checks knows its owner, and refuses. The handler cannot do its
   work then, but the program goes on. */
static void
be_refused(void)
{
    lock = &shared->locks[1];
    signal_inside();
    order_release();
    child_reap(order_pid(1));
    promise(shared->code == EDEADLK, "EDEADLK, seen: %s",
            words_error(shared->code));
    say("errorcheck mutex: %s in the handler, no report",
        words_error(shared->code));
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    shared = args_map(sizeof *shared, "the count and its mutex lie");
    shared_mutex(&shared->locks[0], SHARED_NORMAL);
    shared_mutex(&shared->locks[1], SHARED_ERRORCHECK);
    lock = &shared->locks[0];
    if (args_broken("inhandler")) {
        hang();
        be_refused();
    } else {
        report_outside();
    }
    return EXIT_HELD;
}
