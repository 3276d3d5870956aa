/* what: how a pthread object was made, read from the object itself. An
   initialiser may have run before the runtime was there, in another process,
   or never (static initialisers, memory that is all zeroes); the object always
   knows. The layouts are those of glibc 2.25 and musl 1.1.0 or later. */
#ifndef MAPFORK_WHAT_H
#define MAPFORK_WHAT_H

#include "trace_file.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>

static inline int
what_word(const void *object, size_t offset)
{
    return *(const volatile int *)((const char *)object + offset);
}

static inline unsigned
what_mutex(const pthread_mutex_t *mutex)
{
    /* Both: the type in the two lowest bits, 128 for pshared. Robust: 16 in
       glibc, 4 in musl. */
#if defined(__GLIBC__)
    int kind = mutex->__data.__kind;
    int robust = 16;
#else
    int kind = what_word(mutex, 0);
    int robust = 4;
#endif

    return TRACE_MUTEX | ((kind & 128) != 0 ? (unsigned)TRACE_PSHARED : 0) |
           ((kind & robust) != 0 ? (unsigned)TRACE_ROBUST : 0) |
           ((kind & 3) == 1   ? (unsigned)TRACE_RECURSIVE
            : (kind & 3) == 2 ? (unsigned)TRACE_CHECKING
                              : 0);
}

static inline unsigned
what_cond(const pthread_cond_t *cond)
{
#if defined(__GLIBC__)
    bool shared = (cond->__data.__wrefs & 1) != 0;
#else
    /* A pointer, all ones if shared. */
    bool shared = *(void *const volatile *)(const void *)cond != NULL;
#endif

    return TRACE_COND | (shared ? (unsigned)TRACE_PSHARED : 0);
}

static inline unsigned
what_sem(const sem_t *sem)
{
#if defined(__GLIBC__)
    /* Value and waiters take 8 bytes on 64-bit machines and 32-bit ones. */
    bool shared = what_word(sem, 8) != 0;
#else
    bool shared = what_word(sem, 8) == 0;
#endif

    return TRACE_SEM | (shared ? (unsigned)TRACE_PSHARED : 0);
}

static inline unsigned
what_rwlock(const pthread_rwlock_t *lock)
{
#if defined(__GLIBC__)
    bool shared = lock->__data.__shared != 0;
#else
    bool shared = what_word(lock, 8) != 0;
#endif

    return TRACE_RWLOCK | (shared ? (unsigned)TRACE_PSHARED : 0);
}

static inline unsigned
what_barrier(const pthread_barrier_t *barrier)
{
#if defined(__GLIBC__)
    bool shared = what_word(barrier, 12) != 0;
#else
    bool shared = what_word(barrier, 8) < 0;
#endif

    return TRACE_BARRIER | (shared ? (unsigned)TRACE_PSHARED : 0);
}

/* These two have no such attribute to look at. */
enum {
    WHAT_SPIN = TRACE_SPIN | TRACE_PSHARED,
    WHAT_ONCE = TRACE_ONCE_CONTROL | TRACE_PSHARED,
};

#endif
