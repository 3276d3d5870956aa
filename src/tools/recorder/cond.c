/* cond: what pthread_cond_* does, recorded. A wait is told before it gives up
   the mutex and after it has it back; in between the real function locks and
   unlocks by itself, unseen. Which waiter a signal woke cannot be seen either:
   the one that is back first is taken for it (trace/replay.c). */
#include "../rt/what.h"
#include "record.h"

static int
woken(pthread_cond_t *cond, int result, const void *pc)
{
    record_at(record_after(), TRACE_WAIT_END, what_cond(cond),
              (uint64_t)(uintptr_t)cond, (uint32_t)result, pc);
    return result;
}

REAL_EXPORT int
pthread_cond_wait(pthread_cond_t *restrict cond,
                  pthread_mutex_t *restrict mutex)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_cond_wait(cond, mutex);
    record_pair(TRACE_WAIT, what_cond(cond), cond, mutex, 0, RECORD_PC);
    RECORD_WAITING(result = real.pthread_cond_wait(cond, mutex));
    return woken(cond, result, RECORD_PC);
}

REAL_EXPORT int
pthread_cond_timedwait(pthread_cond_t *restrict cond,
                       pthread_mutex_t *restrict mutex,
                       const struct timespec *restrict until)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_cond_timedwait(cond, mutex, until);
    record_pair(TRACE_WAIT, what_cond(cond) | TRACE_TIMED, cond, mutex, 0,
                RECORD_PC);
    RECORD_WAITING(result = real.pthread_cond_timedwait(cond, mutex, until));
    return woken(cond, result, RECORD_PC);
}

#if defined(__GLIBC__)
REAL_EXPORT int
pthread_cond_clockwait(pthread_cond_t *restrict cond,
                       pthread_mutex_t *restrict mutex, clockid_t clock,
                       const struct timespec *restrict until)
{
    int result;

    real_need();
    if (!record_on)
        return real.pthread_cond_clockwait(cond, mutex, clock, until);
    record_pair(TRACE_WAIT, what_cond(cond) | TRACE_TIMED, cond, mutex, 0,
                RECORD_PC);
    RECORD_WAITING(result =
                       real.pthread_cond_clockwait(cond, mutex, clock, until));
    return woken(cond, result, RECORD_PC);
}
#endif

REAL_EXPORT int
pthread_cond_signal(pthread_cond_t *cond)
{
    real_need();
    if (record_on)
        record(TRACE_SIGNAL, what_cond(cond), cond, 0, RECORD_PC);
    return real.pthread_cond_signal(cond);
}

REAL_EXPORT int
pthread_cond_broadcast(pthread_cond_t *cond)
{
    real_need();
    if (record_on)
        record(TRACE_BROADCAST, what_cond(cond), cond, 0, RECORD_PC);
    return real.pthread_cond_broadcast(cond);
}

REAL_EXPORT int
pthread_cond_init(pthread_cond_t *restrict cond,
                  const pthread_condattr_t *restrict attributes)
{
    int result;

    real_need();
    result = real.pthread_cond_init(cond, attributes);
    if (record_on && result == 0)
        record(TRACE_INIT, what_cond(cond), cond, 0, RECORD_PC);
    return result;
}

/* Told before: the real one may wait for waiters on their way out. */
REAL_EXPORT int
pthread_cond_destroy(pthread_cond_t *cond)
{
    real_need();
    if (record_on)
        record(TRACE_DESTROY, what_cond(cond), cond, 0, RECORD_PC);
    return real.pthread_cond_destroy(cond);
}
