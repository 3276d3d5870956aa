/* mutex: what pthread_mutex_* does, recorded.

   A lock that is free is taken by trylock, which is what the lock function
   itself tries first: one event. Only one that is not free gives two, the
   request and the lock. An unlock is told before it happens and a lock after,
   so of two holds of one mutex the first always ends before the second
   begins. To lock a robust mutex
   always gives two. */
#include "../rt/what.h"
#include "record.h"

#include <errno.h>

static int
locked(pthread_mutex_t *mutex, int result, const void *pc)
{
    bool got = result == 0 || result == EOWNERDEAD;

    record_at(record_after(), got ? TRACE_LOCK : TRACE_LOCK_FAILED,
              what_mutex(mutex), (uint64_t)(uintptr_t)mutex, (uint32_t)result,
              pc);
    return result;
}

/* Try it. What cannot be had at once, or not at all, is for the real function
   to wait for or to refuse; that there was a request is told first.

   A robust mutex must not be tried: one that is not recoverable any more stays
   locked by that for ever, in glibc at least up to 2.41, where the lock
   function would only say ENOTRECOVERABLE. */
static bool
try(pthread_mutex_t *mutex, unsigned flags, int *result, const void *pc)
{
    if ((what_mutex(mutex) & TRACE_ROBUST) == 0) {
        *result = real.pthread_mutex_trylock(mutex);
        if (*result == 0)
            return true;
    }
    record(TRACE_REQUEST, what_mutex(mutex) | flags, mutex, 0, pc);
    return false;
}

REAL_EXPORT int
pthread_mutex_lock(pthread_mutex_t *mutex)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_mutex_lock(mutex);
    if (!try(mutex, 0, &result, RECORD_PC))
        RECORD_WAITING(result = real.pthread_mutex_lock(mutex));
    return locked(mutex, result, RECORD_PC);
}

REAL_EXPORT int
pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_mutex_timedlock(mutex, until);
    if (!try(mutex, TRACE_TIMED, &result, RECORD_PC))
        RECORD_WAITING(result = real.pthread_mutex_timedlock(mutex, until));
    return locked(mutex, result, RECORD_PC);
}

#if defined(__GLIBC__)
REAL_EXPORT int
pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                        const struct timespec *until)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_mutex_clocklock(mutex, clock, until);
    if (!try(mutex, TRACE_TIMED, &result, RECORD_PC))
        RECORD_WAITING(result =
                           real.pthread_mutex_clocklock(mutex, clock, until));
    return locked(mutex, result, RECORD_PC);
}
#endif

REAL_EXPORT int
pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    int result;

    real_need();
    result = real.pthread_mutex_trylock(mutex);
    if (!record_on)
        return result;
    if (result == EBUSY)
        record(TRACE_BUSY, what_mutex(mutex), mutex, 0, RECORD_PC);
    else
        locked(mutex, result, RECORD_PC);
    return result;
}

REAL_EXPORT int
pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    unsigned what;
    int result;

    real_need();
    if (!record_on)
        return real.pthread_mutex_unlock(mutex);
    /* Afterwards the mutex may be gone, with the memory it was in. */
    what = what_mutex(mutex);
    record(TRACE_UNLOCK, what, mutex, 0, RECORD_PC);
    result = real.pthread_mutex_unlock(mutex);
    if (__builtin_expect(result != 0, 0))
        record(TRACE_UNLOCK_FAILED, what, mutex, (uint32_t)result, RECORD_PC);
    return result;
}

REAL_EXPORT int
pthread_mutex_consistent(pthread_mutex_t *mutex)
{
    int result;

    real_need();
    result = real.pthread_mutex_consistent(mutex);
    if (record_on)
        record(TRACE_CONSISTENT, what_mutex(mutex), mutex, (uint32_t)result,
               RECORD_PC);
    return result;
}

REAL_EXPORT int
pthread_mutex_init(pthread_mutex_t *restrict mutex,
                   const pthread_mutexattr_t *restrict attributes)
{
    int result;

    real_need();
    result = real.pthread_mutex_init(mutex, attributes);
    if (record_on && result == 0)
        record(TRACE_INIT, what_mutex(mutex), mutex, 0, RECORD_PC);
    return result;
}

REAL_EXPORT int
pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    unsigned what;
    int result;

    real_need();
    if (!record_on)
        return real.pthread_mutex_destroy(mutex);
    what = what_mutex(mutex);
    result = real.pthread_mutex_destroy(mutex);
    record(TRACE_DESTROY, what, mutex, (uint32_t)result, RECORD_PC);
    return result;
}
