/* read_write_lock: readers may be inside together, a writer only alone, and a
   writer that waits is not passed by readers who come later.

   Children 1, 2 and 4 read, child 3 writes. Look at child 4: it comes when
   the writer is waiting, and lets it go first. --break=mutex shuts readers
   out from one another; with --break=starve readers pass the writer, which
   may then wait as long as there is always one inside. What the lock of POSIX
   does is left to the system: the last lines tell.

     $ read_write_lock
     parent: the locks lie in MAP_SHARED|MAP_ANONYMOUS
     parent: own: children 1 and 2 read together
     parent: own: child 3 wants to write, and waits
     parent: own: child 4 comes to read, and waits behind the writer
     parent: own: the readers leave: child 3 writes, alone; then child 4 reads
     parent: POSIX: children 1 and 2 read together
     parent: POSIX: child 3 wants to write, and waits
     ...
     parent: 4 children, 1000 rounds each: no reader saw half a change

   See also: pthread_rwlock_rdlock(3p); P. J. Courtois and others, "Concurrent
   Control with Readers and Writers", 1971. Next: cond/dead_waiter.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"

#include <stdbool.h>

enum { ROUNDS = 1000 };

static const struct args about = {
    .name = "read_write_lock",
    .idea = "Readers together, a writer alone, and no writer passed by "
            "readers who come later.",
    .breaks = {{"mutex", "readers shut one another out"},
               {"starve", "readers pass a writer that waits"}},
    .maps = true,
};

struct read_write_lock {
    pthread_mutex_t lock; /* guards the rest; held only for a moment */
    pthread_cond_t free;  /* with lock: any of the following has changed */
    int readers;          /* lock: how many are inside */
    int writers;          /* lock: likewise, 0 or 1 */
    int writers_waiting;  /* lock */
};

struct shared {
    struct read_write_lock own;
    pthread_rwlock_t posix;
    bool use_posix;    /* set by the parent, before fork */
    int first, second; /* the lock being shown: always the same */
};
static struct shared *shared;

/* Come in to read, or to write. Everybody sleeps on one condition variable,
   for different facts: hence broadcast, not signal. Writers before readers:
   no writer starves, but readers might, if writers never ceased to come. */
static void
enter(struct read_write_lock *rw, bool write)
{
    bool alone = write || args_broken("mutex");

    must(pthread_mutex_lock(&rw->lock));
    rw->writers_waiting += write;
    while (rw->writers > 0 || (alone && rw->readers > 0) ||
           (!write && rw->writers_waiting > 0 && !args_broken("starve")))
        must(pthread_cond_wait(&rw->free, &rw->lock));
    rw->writers_waiting -= write;
    rw->writers += write;
    rw->readers += !write;
    must(pthread_mutex_unlock(&rw->lock));
}

static void
leave(struct read_write_lock *rw, bool write)
{
    must(pthread_mutex_lock(&rw->lock));
    rw->writers -= write;
    rw->readers -= !write;
    must(pthread_cond_broadcast(&rw->free));
    must(pthread_mutex_unlock(&rw->lock));
}

static void
enter_either(bool write)
{
    if (!shared->use_posix)
        enter(&shared->own, write);
    else if (write)
        must(pthread_rwlock_wrlock(&shared->posix));
    else
        must(pthread_rwlock_rdlock(&shared->posix));
}

static void
leave_either(bool write)
{
    if (!shared->use_posix)
        leave(&shared->own, write);
    else
        must(pthread_rwlock_unlock(&shared->posix));
}

/* Child 3 writes, the others read. */
static void
child(int me)
{
    order_point("enter");
    enter_either(me == 3);
    if (me == 3)
        shared->first++;
    else
        promise(shared->first == shared->second,
                "two equal numbers, seen: half a change");
    order_point("inside");
    if (me == 3)
        shared->second++;
    leave_either(me == 3);
}

static void
children(int me)
{
    for (int n = 0; n < ROUNDS; n++)
        child(me);
}

/* One schedule for all. Returns when the script is over. */
static void
play(const char *name)
{
    bool passed;

    order_fork(4, child);
    order_step(1, "enter");
    if (order_step(2, "enter") == ORDER_BLOCKED) {
        promise(args_broken("mutex"), "two readers inside");
        say("%s: child 2 waits, although child 1 only reads", name);
        order_kill();
        return;
    }
    promise(!args_broken("mutex"), "the mutex to keep child 2 out");
    say("%s: children 1 and 2 read together", name);
    promise(order_step(3, "enter") == ORDER_BLOCKED, "the writer to wait");
    say("%s: child 3 wants to write, and waits", name);
    passed = order_step(4, "enter") == ORDER_AT_POINT;
    say("%s: child 4 comes to read, and %s", name,
        passed ? "passes the waiting writer" : "waits behind the writer");
    promise(shared->use_posix || passed == args_broken("starve"),
            "no reader to pass a waiting writer, but with `starve'");
    order_play("1:inside 2:inside");
    promise((order_where(3) == ORDER_BLOCKED) == passed,
            "the writer to wait for the readers inside, and for no others");
    if (passed) {
        say("%s: children 1 and 2 leave, and child 3 still waits", name);
        order_step(4, "inside");
    } else {
        promise(order_where(4) == ORDER_BLOCKED, "the writer to be alone");
        say("%s: the readers leave: child 3 writes, alone; then child 4 reads",
            name);
    }
    promise(order_where(3) == ORDER_AT_POINT, "the writer to come in");
    order_release();
    promise(child_reap_all() == 0, "all to end well");
}

int
main(int argc, char **argv)
{
    pthread_rwlockattr_t attributes;

    args_parse(&about, argc, argv);
    shared = args_map(sizeof *shared, "the locks lie");
    shared_mutex(&shared->own.lock, SHARED_NORMAL);
    shared_cond(&shared->own.free);
    must(pthread_rwlockattr_init(&attributes));
    must(pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    must(pthread_rwlock_init(&shared->posix, &attributes));
    must(pthread_rwlockattr_destroy(&attributes));
    play("own");
    if (args_any_break())
        return EXIT_HELD;
    shared->use_posix = true;
    play("POSIX");
    for (int posix = 0; posix <= 1; posix++) {
        shared->use_posix = posix == 1;
        child_fork_each(4, children);
        child_reap_all();
    }
    promise(shared->second == 2 * ROUNDS + 2, "%d changes, seen: %d",
            2 * ROUNDS + 2, shared->second);
    say("4 children, %d rounds each: no reader saw half a change", ROUNDS);
    return EXIT_HELD;
}
