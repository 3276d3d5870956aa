/* others: barriers, spin locks, pthread_once and the points of our own
   programs, recorded. */
#include "../rt/what.h"
#include "record.h"

#include "../../lib/label.h"

#include <errno.h>

/* ---- Barriers ----------------------------------------------------------- */

REAL_EXPORT int
pthread_barrier_wait(pthread_barrier_t *barrier)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_barrier_wait(barrier);
    record(TRACE_BARRIER_IN, what_barrier(barrier), barrier, 0, RECORD_PC);
    RECORD_WAITING(result = real.pthread_barrier_wait(barrier));
    /* By now it may be gone. */
    record(TRACE_BARRIER_OUT, TRACE_BARRIER | TRACE_PSHARED, barrier,
           result == PTHREAD_BARRIER_SERIAL_THREAD, RECORD_PC);
    return result;
}

REAL_EXPORT int
pthread_barrier_init(pthread_barrier_t *restrict barrier,
                     const pthread_barrierattr_t *restrict attributes,
                     unsigned count)
{
    int result;

    real_need();
    result = real.pthread_barrier_init(barrier, attributes, count);
    if (record_on && result == 0)
        record(TRACE_INIT, what_barrier(barrier), barrier, count, RECORD_PC);
    return result;
}

REAL_EXPORT int
pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    real_need();
    if (record_on)
        record(TRACE_DESTROY, what_barrier(barrier), barrier, 0, RECORD_PC);
    return real.pthread_barrier_destroy(barrier);
}

/* ---- Spin locks --------------------------------------------------------- */

static int
spun(pthread_spinlock_t *lock, int result, const void *pc)
{
    record_at(record_after(),
              result == 0       ? TRACE_LOCK
              : result == EBUSY ? TRACE_BUSY
                                : TRACE_LOCK_FAILED,
              WHAT_SPIN, (uint64_t)(uintptr_t)lock, (uint32_t)result, pc);
    return result;
}

REAL_EXPORT int
pthread_spin_lock(pthread_spinlock_t *lock)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_spin_lock(lock);
    result = real.pthread_spin_trylock(lock);
    if (result != 0) {
        record(TRACE_REQUEST, WHAT_SPIN, (const void *)lock, 0, RECORD_PC);
        RECORD_WAITING(result = real.pthread_spin_lock(lock));
    }
    return spun(lock, result, RECORD_PC);
}

REAL_EXPORT int
pthread_spin_trylock(pthread_spinlock_t *lock)
{
    int result;

    real_need();
    result = real.pthread_spin_trylock(lock);
    return record_on ? spun(lock, result, RECORD_PC) : result;
}

REAL_EXPORT int
pthread_spin_unlock(pthread_spinlock_t *lock)
{
    real_need();
    if (record_on)
        record(TRACE_UNLOCK, WHAT_SPIN, (const void *)lock, 0, RECORD_PC);
    return real.pthread_spin_unlock(lock);
}

REAL_EXPORT int
pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
    int result;

    real_need();
    result = real.pthread_spin_init(lock, shared);
    if (record_on && result == 0)
        record(TRACE_INIT, WHAT_SPIN, (const void *)lock, 0, RECORD_PC);
    return result;
}

REAL_EXPORT int
pthread_spin_destroy(pthread_spinlock_t *lock)
{
    real_need();
    if (record_on)
        record(TRACE_DESTROY, WHAT_SPIN, (const void *)lock, 0, RECORD_PC);
    return real.pthread_spin_destroy(lock);
}

/* ---- Once --------------------------------------------------------------- */

REAL_EXPORT int
pthread_once(pthread_once_t *control, void (*routine)(void))
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_once(control, routine);
    record(TRACE_ONCE, WHAT_ONCE, control, 0, RECORD_PC);
    /* The routine runs in there: it is no signal handler. */
    result = real.pthread_once(control, routine);
    record(TRACE_ONCE_DONE, WHAT_ONCE, control, 0, RECORD_PC);
    return result;
}

/* ---- What a program tells of itself ------------------------------------- */

REAL_EXPORT void
mapfork_label(const void *object, size_t size, const char *name)
{
    if (record_on)
        RECORD_NOTE(TRACE_LABEL, 0, name, (uint64_t)(uintptr_t)object, size);
}

REAL_EXPORT void
mapfork_point(const char *name)
{
    if (!record_on || !task_file->points)
        return;
    RECORD_NOTE(TRACE_POINT_NAME, 0, name, 0);
    record(TRACE_POINT, 0, NULL, 0, RECORD_PC);
}
