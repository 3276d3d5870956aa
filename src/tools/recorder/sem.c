/* sem: what sem_* does, recorded. As with a mutex, a semaphore that can be
   taken at once gives one event. A post is told before it happens, so it is
   earlier than what it makes possible. These set errno, and only they. */
#include "../rt/what.h"
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>

static void
taken(sem_t *sem, int result, const void *pc)
{
    record_at(record_after(), TRACE_TAKE, what_sem(sem),
              (uint64_t)(uintptr_t)sem, result == 0 ? 0 : (uint32_t)errno, pc);
}

/* Was there something to take? errno is as it was then. */
static bool
try(sem_t *sem, unsigned flags, const void *pc)
{
    int error = errno;

    if (real.sem_trywait(sem) == 0) {
        taken(sem, 0, pc);
        return true;
    }
    errno = error;
    record(TRACE_TAKE_ASK, what_sem(sem) | flags, sem, 0, pc);
    return false;
}

REAL_EXPORT int
sem_wait(sem_t *sem)
{
    int result;

    real_need();
    if (!record_on)
        return real.sem_wait(sem);
    pthread_testcancel();
    if (try(sem, 0, RECORD_PC))
        return 0;
    RECORD_WAITING(result = real.sem_wait(sem));
    taken(sem, result, RECORD_PC);
    return result;
}

REAL_EXPORT int
sem_timedwait(sem_t *restrict sem, const struct timespec *restrict until)
{
    int result;

    real_need();
    if (!record_on)
        return real.sem_timedwait(sem, until);
    pthread_testcancel();
    if (try(sem, TRACE_TIMED, RECORD_PC))
        return 0;
    RECORD_WAITING(result = real.sem_timedwait(sem, until));
    taken(sem, result, RECORD_PC);
    return result;
}

#if defined(__GLIBC__)
REAL_EXPORT int
sem_clockwait(sem_t *restrict sem, clockid_t clock,
              const struct timespec *restrict until)
{
    int result;

    real_need();
    if (!record_on)
        return real.sem_clockwait(sem, clock, until);
    pthread_testcancel();
    if (try(sem, TRACE_TIMED, RECORD_PC))
        return 0;
    RECORD_WAITING(result = real.sem_clockwait(sem, clock, until));
    taken(sem, result, RECORD_PC);
    return result;
}
#endif

REAL_EXPORT int
sem_trywait(sem_t *sem)
{
    int result;

    real_need();
    result = real.sem_trywait(sem);
    if (record_on && (result == 0 || errno == EAGAIN)) {
        if (result == 0)
            taken(sem, 0, RECORD_PC);
        else
            record(TRACE_BUSY, what_sem(sem), sem, 0, RECORD_PC);
    }
    return result;
}

REAL_EXPORT int
sem_post(sem_t *sem)
{
    real_need();
    if (record_on)
        record(TRACE_POST, what_sem(sem), sem, 0, RECORD_PC);
    return real.sem_post(sem);
}

REAL_EXPORT int
sem_init(sem_t *sem, int shared, unsigned value)
{
    int result;

    real_need();
    result = real.sem_init(sem, shared, value);
    if (record_on && result == 0)
        record(TRACE_INIT, what_sem(sem), sem, value, RECORD_PC);
    return result;
}

REAL_EXPORT int
sem_destroy(sem_t *sem)
{
    real_need();
    if (record_on)
        record(TRACE_DESTROY, what_sem(sem), sem, 0, RECORD_PC);
    return real.sem_destroy(sem);
}

/* ---- With a name -------------------------------------------------------- */

/* A named one lies in a shared mapping that libc makes out of the runtime's
   sight: the note says where. */
static void
opened(sem_t *sem, const char *name, int flags)
{
    char text[300];

    snprintf(text, sizeof text, "sem %s", name);
    RECORD_NOTE(TRACE_OPENED, 0, text, (flags & O_CREAT) != 0, 0, 0,
                (uint64_t)(uintptr_t)sem);
}

REAL_EXPORT sem_t *
sem_open(const char *name, int flags, ...)
{
    va_list arguments;
    mode_t mode = 0;
    unsigned value = 0;
    sem_t *sem;
    int error;

    real_need();
    if ((flags & O_CREAT) != 0) {
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        value = va_arg(arguments, unsigned);
        va_end(arguments);
    }
    sem = real.sem_open(name, flags, mode, value);
    error = errno;
    if (record_on && sem != SEM_FAILED) {
        int count = 0;
        opened(sem, name, flags);
        sem_getvalue(sem, &count);
        record(TRACE_OPEN, what_sem(sem), sem, (uint32_t)count, RECORD_PC);
    }
    errno = error;
    return sem;
}

REAL_EXPORT int
sem_unlink(const char *name)
{
    char text[300];
    int result;

    real_need();
    result = real.sem_unlink(name);
    if (record_on && result == 0) {
        snprintf(text, sizeof text, "sem %s", name);
        RECORD_NOTE(TRACE_REMOVED, 0, text, 0);
        record(TRACE_UNLINK, 0, NULL, 0, RECORD_PC);
    }
    return result;
}
