/* rwlock: what pthread_rwlock_* does, recorded; see mutex.c. */
#include "../rt/what.h"
#include "record.h"

#include <errno.h>

static int
locked(pthread_rwlock_t *lock, enum trace_kind kind, int result,
       const void *pc)
{
    record_at(record_after(), result == 0 ? kind : TRACE_LOCK_FAILED,
              what_rwlock(lock), (uint64_t)(uintptr_t)lock, (uint32_t)result,
              pc);
    return result;
}

static void
asked(pthread_rwlock_t *lock, unsigned flags, const void *pc)
{
    record(TRACE_REQUEST, what_rwlock(lock) | flags, lock, 0, pc);
}

static int
tried(pthread_rwlock_t *lock, enum trace_kind kind, int result, const void *pc)
{
    if (result == EBUSY)
        record(TRACE_BUSY, what_rwlock(lock), lock, 0, pc);
    else
        locked(lock, kind, result, pc);
    return result;
}

REAL_EXPORT int
pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_rwlock_rdlock(lock);
    result = real.pthread_rwlock_tryrdlock(lock);
    if (result != 0) {
        asked(lock, 0, RECORD_PC);
        RECORD_WAITING(result = real.pthread_rwlock_rdlock(lock));
    }
    return locked(lock, TRACE_READ_LOCK, result, RECORD_PC);
}

REAL_EXPORT int
pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict lock,
                           const struct timespec *restrict until)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_rwlock_timedrdlock(lock, until);
    result = real.pthread_rwlock_tryrdlock(lock);
    if (result != 0) {
        asked(lock, TRACE_TIMED, RECORD_PC);
        RECORD_WAITING(result = real.pthread_rwlock_timedrdlock(lock, until));
    }
    return locked(lock, TRACE_READ_LOCK, result, RECORD_PC);
}

REAL_EXPORT int
pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
    int result;

    real_need();
    result = real.pthread_rwlock_tryrdlock(lock);
    return record_on ? tried(lock, TRACE_READ_LOCK, result, RECORD_PC)
                     : result;
}

REAL_EXPORT int
pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_rwlock_wrlock(lock);
    result = real.pthread_rwlock_trywrlock(lock);
    if (result != 0) {
        asked(lock, 0, RECORD_PC);
        RECORD_WAITING(result = real.pthread_rwlock_wrlock(lock));
    }
    return locked(lock, TRACE_LOCK, result, RECORD_PC);
}

REAL_EXPORT int
pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict lock,
                           const struct timespec *restrict until)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_rwlock_timedwrlock(lock, until);
    result = real.pthread_rwlock_trywrlock(lock);
    if (result != 0) {
        asked(lock, TRACE_TIMED, RECORD_PC);
        RECORD_WAITING(result = real.pthread_rwlock_timedwrlock(lock, until));
    }
    return locked(lock, TRACE_LOCK, result, RECORD_PC);
}

REAL_EXPORT int
pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
    int result;

    real_need();
    result = real.pthread_rwlock_trywrlock(lock);
    return record_on ? tried(lock, TRACE_LOCK, result, RECORD_PC) : result;
}

#if defined(__GLIBC__)
REAL_EXPORT int
pthread_rwlock_clockrdlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                           const struct timespec *restrict until)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_rwlock_clockrdlock(lock, clock, until);
    result = real.pthread_rwlock_tryrdlock(lock);
    if (result != 0) {
        asked(lock, TRACE_TIMED, RECORD_PC);
        RECORD_WAITING(
            result = real.pthread_rwlock_clockrdlock(lock, clock, until));
    }
    return locked(lock, TRACE_READ_LOCK, result, RECORD_PC);
}

REAL_EXPORT int
pthread_rwlock_clockwrlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                           const struct timespec *restrict until)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_rwlock_clockwrlock(lock, clock, until);
    result = real.pthread_rwlock_trywrlock(lock);
    if (result != 0) {
        asked(lock, TRACE_TIMED, RECORD_PC);
        RECORD_WAITING(
            result = real.pthread_rwlock_clockwrlock(lock, clock, until));
    }
    return locked(lock, TRACE_LOCK, result, RECORD_PC);
}
#endif

REAL_EXPORT int
pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    unsigned what;
    int result;

    real_need();
    if (!record_on)
        return real.pthread_rwlock_unlock(lock);
    what = what_rwlock(lock);
    record(TRACE_UNLOCK, what, lock, 0, RECORD_PC);
    result = real.pthread_rwlock_unlock(lock);
    if (result != 0)
        record(TRACE_UNLOCK_FAILED, what, lock, (uint32_t)result, RECORD_PC);
    return result;
}

REAL_EXPORT int
pthread_rwlock_init(pthread_rwlock_t *restrict lock,
                    const pthread_rwlockattr_t *restrict attributes)
{
    int result;

    real_need();
    result = real.pthread_rwlock_init(lock, attributes);
    if (record_on && result == 0)
        record(TRACE_INIT, what_rwlock(lock), lock, 0, RECORD_PC);
    return result;
}

REAL_EXPORT int
pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
    real_need();
    if (record_on)
        record(TRACE_DESTROY, what_rwlock(lock), lock, 0, RECORD_PC);
    return real.pthread_rwlock_destroy(lock);
}
