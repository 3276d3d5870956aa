/* shared: pthread objects that lie in a mapping and serve several processes.

   Initialise each object once, before fork, in the process that mapped the
   region. A second initialisation while others use the object leaves two
   owners, or a waiter that nobody wakes. */
#ifndef MAPFORK_SHARED_H
#define MAPFORK_SHARED_H

#include <pthread.h>
#include <time.h>

/* A second lock by the owner waits for ever with SHARED_NORMAL, and what an
   unlock by a stranger does is undefined; with SHARED_ERRORCHECK both are
   errors (EDEADLK, EPERM). The next locker after an owner's death gets
   EOWNERDEAD with SHARED_ROBUST. */
enum shared_kind { SHARED_NORMAL, SHARED_ERRORCHECK, SHARED_ROBUST };

/* Initialise *mutex for use by every process that has it mapped
   (PTHREAD_PROCESS_SHARED). Ends the program with EXIT_MISSING where the
   system cannot, with EXIT_SYSTEM where it fails otherwise. Messages about who
   waits for what call it by the argument's last word in the source: with
   shared_mutex(&shared->lock, ...) it is `lock' (blocked_name() changes that).
   See pthread_mutexattr_setpshared, pthread_mutexattr_setrobust. */
#define shared_mutex(mutex, kind) shared_mutex_as(mutex, kind, #mutex)
void shared_mutex_as(pthread_mutex_t *mutex, enum shared_kind kind,
                     const char *name);

/* Initialise *cond likewise; its timed waits are on SHARED_CLOCK.
   See pthread_condattr_setpshared, pthread_condattr_setclock. */
#define shared_cond(cond) shared_cond_as(cond, #cond)
void shared_cond_as(pthread_cond_t *cond, const char *name);

/* The clock of the deadlines of shared_cond()'s condition variables: the
   monotonic one, which nobody can set back, where the system lets a condition
   variable use it. */
#if HAVE_PTHREAD_CONDATTR_SETCLOCK
#define SHARED_CLOCK CLOCK_MONOTONIC
#else
#define SHARED_CLOCK CLOCK_REALTIME
#endif

/* The moment that is MILLISECONDS from now on CLOCK, as the absolute time
   that pthread_cond_timedwait (SHARED_CLOCK) and pthread_mutex_timedlock
   (CLOCK_REALTIME) want. */
struct timespec shared_deadline(clockid_t clock, long milliseconds);

#endif
