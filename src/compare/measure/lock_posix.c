/* lock_posix: the locks of POSIX, in the mapping.

   On Linux each of them is a futex: an atomic instruction to lock, one to
   unlock, and a system call only if somebody has to wait. What an attribute
   adds is work around these two: an owner has to be known (errorcheck,
   recursive, robust, inherit), or the lock has to be in the list of those that
   its owner holds, which the kernel goes through when that one dies (robust;
   get_robust_list(2)).

   See pthread_mutexattr_settype(3), pthread_mutexattr_setrobust(3),
   pthread_mutexattr_setprotocol(3), sem_overview(7). */
#include "config.h"

#include "die.h"
#include "locks.h"
#include "price.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- Mutexes ------------------------------------------------------------ */

/* What is asked for besides being shared, which all but the first are. */
enum { PRIVATE, SHARED, ERRORCHECK, RECURSIVE, ADAPTIVE, ROBUST, INHERIT };

/* Returns an error number: ENOTSUP where the system does not know it. */
static int
set_attribute(pthread_mutexattr_t *attributes, int how)
{
    switch (how) {
    case ERRORCHECK:
        return pthread_mutexattr_settype(attributes, PTHREAD_MUTEX_ERRORCHECK);
    case RECURSIVE:
        return pthread_mutexattr_settype(attributes, PTHREAD_MUTEX_RECURSIVE);
#if defined(__GLIBC__)
    case ADAPTIVE:
        return pthread_mutexattr_settype(attributes,
                                         PTHREAD_MUTEX_ADAPTIVE_NP);
#endif
#if HAVE_PTHREAD_MUTEXATTR_SETROBUST && HAVE_DECL_PTHREAD_MUTEX_ROBUST
    case ROBUST:
        return pthread_mutexattr_setrobust(attributes, PTHREAD_MUTEX_ROBUST);
#endif
/* A constant of an enumeration in glibc, a macro elsewhere. */
#if defined(_POSIX_THREAD_PRIO_INHERIT) || defined(PTHREAD_PRIO_INHERIT)
    case INHERIT:
        return pthread_mutexattr_setprotocol(attributes, PTHREAD_PRIO_INHERIT);
#endif
    case PRIVATE:
    case SHARED:
        return 0;
    default:
        return ENOTSUP;
    }
}

static const char *
open_mutex(struct lock *lock)
{
    static char why[80];
    pthread_mutexattr_t attributes;
    int how = lock->kind->how, code;

    must(pthread_mutexattr_init(&attributes));
    code = set_attribute(&attributes, how);
    if (code == 0 && how != PRIVATE)
        code =
            pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (code == 0)
        code = pthread_mutex_init(&lock->memory->is.mutex, &attributes);
    must(pthread_mutexattr_destroy(&attributes));
    if (code == 0)
        return NULL;
    snprintf(why, sizeof why, "this system has no such mutex: %s",
             strerror(code));
    return why;
}

/* Not by must(): that is one call more in what is measured. */
static void
lock_mutex(struct lock *lock)
{
    int code = pthread_mutex_lock(&lock->memory->is.mutex);

    if (code != 0)
        die_code(code, "pthread_mutex_lock");
}

static void
unlock_mutex(struct lock *lock)
{
    int code = pthread_mutex_unlock(&lock->memory->is.mutex);

    if (code != 0)
        die_code(code, "pthread_mutex_unlock");
}

/* A private mutex in a process with one thread: nobody else can want it, and
   glibc knows it. It takes the lock with plain stores, no atomic instruction,
   until the process creates a thread. With one, even a thread that does
   nothing, the private mutex costs as much as a shared one: what looks like
   the price of sharing is the price of having company. How much that is
   depends on the CPU: some make little of an atomic instruction on a line
   that they own. */
static void *
sleep_for_good(void *nothing)
{
    for (;;)
        pause();
    return nothing;
}

static void
begin_with_thread(struct lock *lock, int side)
{
    pthread_t thread;

    (void)lock;
    (void)side;
    must(pthread_create(&thread, NULL, sleep_for_good, NULL));
}

/* ---- Semaphores, read and write locks ----------------------------------- */

/* A semaphore knows no owner: anybody may post it. So it can be a mutex, but
   nobody can tell that its owner has died, or lend it priority. */
static const char *
open_sem(struct lock *lock)
{
    return sem_init(&lock->memory->is.sem, 1, 1) == -1
               ? "this system refuses a process-shared sem_init"
               : NULL;
}

static void
lock_sem(struct lock *lock)
{
    while (sem_wait(&lock->memory->is.sem) == -1)
        if (errno != EINTR)
            die("sem_wait");
}

static void
unlock_sem(struct lock *lock)
{
    if (sem_post(&lock->memory->is.sem) == -1)
        die("sem_post");
}

static const char *
open_rwlock(struct lock *lock)
{
    pthread_rwlockattr_t attributes;

    must(pthread_rwlockattr_init(&attributes));
    must(pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    must(pthread_rwlock_init(&lock->memory->is.rwlock, &attributes));
    must(pthread_rwlockattr_destroy(&attributes));
    return NULL;
}

static void
lock_rwlock(struct lock *lock)
{
    int code = pthread_rwlock_wrlock(&lock->memory->is.rwlock);

    if (code != 0)
        die_code(code, "pthread_rwlock_wrlock");
}

static void
unlock_rwlock(struct lock *lock)
{
    int code = pthread_rwlock_unlock(&lock->memory->is.rwlock);

    if (code != 0)
        die_code(code, "pthread_rwlock_unlock");
}

/* Readers let each other in, but each of them has to write into the lock that
   it is there, twice, and for that it needs the cache line for itself. With so
   little to read they hinder each other like writers. */
static void
look(struct lock *lock)
{
    int code = pthread_rwlock_rdlock(&lock->memory->is.rwlock);

    if (code != 0)
        die_code(code, "pthread_rwlock_rdlock");
    (void)*(volatile unsigned long long *)&lock->memory->counter.plain;
    unlock_rwlock(lock);
}

#define MUTEX .open = open_mutex, .lock = lock_mutex, .unlock = unlock_mutex

const struct lock_kind locks_posix[] = {
    {.name = "mutex-private",
     .about = "in a single thread",
     .is_alone = true,
     .how = PRIVATE,
     MUTEX},
    {.name = "mutex-threaded",
     .about = "the same, two threads",
     .is_alone = true,
     .how = PRIVATE,
     .begin = begin_with_thread,
     MUTEX},
    {.name = "mutex", .about = "process-shared", .how = SHARED, MUTEX},
    {.name = "errorcheck",
     .about = "knows its owner",
     .how = ERRORCHECK,
     MUTEX},
    {.name = "recursive",
     .about = "and counts how often",
     .how = RECURSIVE,
     MUTEX},
    {.name = "robust", .about = "tells of a dead owner", .how = ROBUST, MUTEX},
    {.name = "inherit", .about = "lends its priority", .how = INHERIT, MUTEX},
    {.name = "adaptive",
     .about = "spins, then sleeps",
     .how = ADAPTIVE,
     MUTEX},
    {.name = "sem",
     .about = "sem_wait, sem_post",
     .open = open_sem,
     .lock = lock_sem,
     .unlock = unlock_sem},
    {.name = "rwlock-read",
     .about = "only looks",
     .is_reading = true,
     .open = open_rwlock,
     .add = look},
    {.name = "rwlock-write",
     .about = "pthread_rwlock_wrlock",
     .open = open_rwlock,
     .lock = lock_rwlock,
     .unlock = unlock_rwlock},
    {.name = NULL},
};
