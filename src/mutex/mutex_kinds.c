/* mutex_kinds: what a mutex does when it is used wrongly depends on its type:
   lock it twice, unlock it when it is free, unlock one that another process
   holds.

   Look at the table. A dash is where POSIX promises nothing that could be
   tried: a normal mutex does not check, it hangs or is undefined. The breaks
   try it all the same: --break=relock locks a normal mutex twice and waits
   for itself; with --break=stranger another process unlocks it, and then two
   are inside.

     $ mutex_kinds
     parent: the mutexes lie in MAP_SHARED|MAP_ANONYMOUS
     parent:              relock  unlock free  by a stranger
     parent: normal       -       -            -
     parent: errorcheck   EDEADLK EPERM        EPERM
     parent: recursive    0       EPERM        EPERM
     parent: robust       -       EPERM        EPERM

   See also: POSIX, pthread_mutex_lock(), the table of types;
   pthread_mutexattr_settype(3). Next: mutex/owner_died.c. */
#include "config.h"

#include "args.h"
#include "blocked.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "shared.h"
#include "words.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

static const struct args about = {
    .name = "mutex_kinds",
    .idea = "Lock twice, unlock free, unlock another's: the type of the "
            "mutex decides what happens.",
    .breaks = {{"relock", "the owner locks a normal mutex again"},
               {"stranger", "a process unlocks what another one holds"}},
    .maps = true,
};

/* Which mistakes POSIX gives a meaning that is safe to try. */
static const struct kind {
    const char *name;
    int type;
    bool robust, relock, unlock;
} kinds[] = {
    {"normal", PTHREAD_MUTEX_NORMAL, false, false, false},
    {"errorcheck", PTHREAD_MUTEX_ERRORCHECK, false, true, true},
    {"recursive", PTHREAD_MUTEX_RECURSIVE, false, true, true},
    {"robust", PTHREAD_MUTEX_NORMAL, true, false, true},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

struct shared {
    pthread_mutex_t locks[KINDS]; /* initialised by the parent, before fork */
    int code;   /* what the stranger's unlock returned; read after its end */
    int inside; /* locks[0]: how many are inside */
};
static struct shared *shared;

/* As shared_mutex() does it, but for the type, which is the lesson here. */
static void
initialise(pthread_mutex_t *lock, const struct kind *kind)
{
    pthread_mutexattr_t attributes;

    must(pthread_mutexattr_init(&attributes));
    must(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    must(pthread_mutexattr_settype(&attributes, kind->type));
    if (kind->robust)
        must(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST));
    must(pthread_mutex_init(lock, &attributes));
    must(pthread_mutexattr_destroy(&attributes));
}

static int
unlock_by_a_stranger(pthread_mutex_t *lock)
{
    pid_t pid = child_fork("stranger");

    if (pid == 0) {
        shared->code = pthread_mutex_unlock(lock);
        _exit(EXIT_HELD);
    }
    child_reap(pid);
    return shared->code;
}

/* The parent is the owner. EPERM and EDEADLK leave the mutex as it was. */
static void
try_mistakes(pthread_mutex_t *lock, const struct kind *kind)
{
    const char *relock = "-", *unlock = "-", *stranger = "-";
    int code;

    must(pthread_mutex_lock(lock));
    if (kind->relock) {
        code = pthread_mutex_lock(lock);
        relock = words_error(code);
        /* A recursive mutex is free when it was unlocked as often. */
        if (code == 0)
            must(pthread_mutex_unlock(lock));
    }
    if (kind->unlock)
        stranger = words_error(unlock_by_a_stranger(lock));
    must(pthread_mutex_unlock(lock));
    if (kind->unlock)
        unlock = words_error(pthread_mutex_unlock(lock));
    say("%-12s %-7s %-12s %s", kind->name, relock, unlock, stranger);
    promise(!kind->unlock ||
                (words_error(EPERM) == unlock && unlock == stranger),
            "EPERM twice, seen: %s, %s", unlock, stranger);
    promise(!kind->relock || words_error(kind->type == PTHREAD_MUTEX_RECURSIVE
                                             ? 0
                                             : EDEADLK) == relock,
            "0 or EDEADLK, seen: %s", relock);
}

/* The broken runs, on the normal mutex. Child 1 owns it. With relock it wants
   it again; with stranger child 3 unlocks it, and child 2 comes in. */
static void
child(int me)
{
    order_point(me == 3 ? "unlock" : "lock");
    if (me == 3) {
        shared->code = pthread_mutex_unlock(&shared->locks[0]);
        return;
    }
    must(pthread_mutex_lock(&shared->locks[0]));
    shared->inside++;
    order_point("inside");
    if (args_broken("relock"))
        must(pthread_mutex_lock(&shared->locks[0]));
    shared->inside--;
}

static void
break_it(void)
{
    order_fork(3, child);
    order_step(1, "lock");
    say("child 1 holds the mutex");
    if (args_broken("relock")) {
        order_step(1, "inside");
        order_expect_stuck(1, 1);
        say("child 1 holds that mutex: only child 1 could unlock it");
    } else {
        promise(order_step(2, "lock") == ORDER_BLOCKED, "child 2 to wait");
        say("child 2 waits for it");
        order_step(3, "unlock");
        promise(order_where(2) == ORDER_AT_POINT && shared->inside == 2,
                "two inside, seen: unlock gave %s", words_error(shared->code));
        say("child 3, which held nothing, has unlocked it: %s; now two are "
            "inside",
            words_error(shared->code));
    }
    order_kill();
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    shared = args_map(sizeof *shared, "the mutexes lie");
    for (int i = 0; i < KINDS; i++)
        initialise(&shared->locks[i], &kinds[i]);
    blocked_name(&shared->locks[0], sizeof shared->locks[0], "mutex");
    if (args_any_break()) {
        break_it();
        return EXIT_HELD;
    }
    say("             relock  unlock free  by a stranger");
    for (int i = 0; i < KINDS; i++)
        try_mistakes(&shared->locks[i], &kinds[i]);
    return EXIT_HELD;
}
