/* timed_wait: a wait that gives up at a deadline. The deadline is a moment,
   not a duration: absolute, on the clock that the condition variable was
   given, here the monotonic one, which nobody can set back.

   Look at three things: the wait never ends early; its mutex is owned again
   also after ETIMEDOUT, even if that takes longer; and ETIMEDOUT does not
   mean that the predicate is false. --break=relative passes a duration: a
   moment shortly after the machine was started, long gone.

     $ timed_wait
     parent: mutex and condition lie in MAP_SHARED|MAP_ANONYMOUS
     child 1: ETIMEDOUT, not before the deadline; the mutex is owned again
     parent: again, but child 2 takes the mutex meanwhile
     parent: the deadline is over, child 1 waits for the mutex
     child 1: ETIMEDOUT, not before the deadline; the mutex is owned again
     child 1: and yet it is ready: child 2 has changed it

   See also: POSIX, pthread_cond_timedwait(), "Timed Wait Semantics";
   pthread_condattr_setclock(3). Next: cond/bounded_buffer.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"
#include "words.h"

#include <errno.h>
#include <stdbool.h>

static long long milliseconds = 100;

static const struct args about = {
    .name = "timed_wait",
    .idea = "A wait with a deadline: absolute, never early, and the mutex is "
            "owned again.",
    .breaks = {{"relative", "a duration is passed where a moment is wanted"}},
    .options = {ARGS_NUMBER("milliseconds", "N", &milliseconds, 1, 10000,
                            "how long to wait (100)")},
    .maps = true,
};

struct shared {
    pthread_mutex_t lock; /* it checks: only its owner can unlock it */
    pthread_cond_t came;  /* with lock: ready. Nobody ever signals it */
    bool ready;           /* lock */
};
static struct shared *shared;

static bool
is_over(const struct timespec *moment)
{
    struct timespec now = shared_deadline(SHARED_CLOCK, 0);

    return now.tv_sec != moment->tv_sec ? now.tv_sec > moment->tv_sec
                                        : now.tv_nsec >= moment->tv_nsec;
}

/* The deadline is fixed once, before the loop: a wake-up without a reason
   must not make the wait longer. */
static void
wait_until_ready(void)
{
    struct timespec deadline = shared_deadline(SHARED_CLOCK, milliseconds);
    struct timespec given = deadline;
    int code = 0;
    bool ready;

    if (args_broken("relative"))
        given = (struct timespec){milliseconds / 1000,
                                  milliseconds % 1000 * 1000000};
    while (!shared->ready && code == 0)
        code = pthread_cond_timedwait(&shared->came, &shared->lock, &given);
    ready = shared->ready;
    promise(code == ETIMEDOUT || ready, "ETIMEDOUT, seen: %s",
            words_error(code));
    promise(code == 0 || is_over(&deadline) != args_broken("relative"),
            "ETIMEDOUT %s the deadline",
            args_broken("relative") ? "before" : "not before");
    /* Somebody else's errorcheck mutex would give EPERM. */
    must(pthread_mutex_unlock(&shared->lock));
    say("%s; the mutex is owned again",
        code == 0 ? "a wake-up without a reason, in time"
        : args_broken("relative")
            ? "ETIMEDOUT, at once: that moment was long ago"
            : "ETIMEDOUT, not before the deadline");
    if (ready)
        say("and yet it is ready: child 2 has changed it");
}

/* Child 1 waits. Child 2 comes to hold the mutex as soon as that wait has
   given it up, and keeps it beyond the deadline. */
static void
child(int me)
{
    if (me == 1)
        must(pthread_mutex_lock(&shared->lock));
    order_point(me == 1 ? "wait" : "lock");
    if (me == 1) {
        wait_until_ready();
        return;
    }
    must(pthread_mutex_lock(&shared->lock));
    shared->ready = true;
    order_point("unlock");
    must(pthread_mutex_unlock(&shared->lock));
}

static void
initialise(void)
{
    shared_mutex(&shared->lock, SHARED_ERRORCHECK);
    shared_cond(&shared->came);
    shared->ready = false;
}

/* To the conductor a child is still when it can only be woken by another; as
   long as it has a deadline it is not. So when child 1 is still it has left
   the timed wait, and has been kept inside it by the mutex alone. Returns
   false if the time was over before child 2 had the mutex. */
static bool
keep_the_mutex(void)
{
    bool kept;

    order_fork(2, child);
    promise(order_where(1) == ORDER_AT_POINT &&
                order_step(2, "lock") == ORDER_BLOCKED,
            "child 2 to wait for the mutex");
    kept = order_step(1, "wait") == ORDER_BLOCKED;
    if (kept)
        say("the deadline is over, child 1 waits for the mutex");
    order_where(2);
    order_release();
    promise(child_reap_all() == 0, "both children to end well");
    return kept;
}

/* On a busy machine a short time is over at once: then a longer one. */
static void
keep_the_mutex_somehow(void)
{
    say("again, but child 2 takes the mutex meanwhile");
    for (; !keep_the_mutex(); milliseconds *= 4) {
        promise(milliseconds < 60000, "child 1 to wait for the mutex");
        say("too short: once more, with four times as long");
        initialise();
    }
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    shared = args_map(sizeof *shared, "mutex and condition lie");
    initialise();
    /* Long enough that no slow machine takes "at once" for "in time". */
    if (args_broken("relative"))
        milliseconds = 10000;
    child_fork_each(1, child);
    child_reap_all();
    if (!args_any_break())
        keep_the_mutex_somehow();
    return EXIT_HELD;
}
