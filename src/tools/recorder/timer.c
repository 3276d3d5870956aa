/* timer: when a timer of this process will go off. It is not for the picture:
   whoever sleeps until an alarm is not stuck, and no file in /proc tells. */
#include "record.h"

#include "../rt/ticks.h"

static void
set_timer(time_t seconds, long nanoseconds)
{
    uint32_t lane;

    if (!record_on || (lane = task_find(getpid())) == 0)
        return;
    atomic_store(&task_of(lane)->timer,
                 seconds == 0 && nanoseconds == 0
                     ? 0
                     : ticks_ns() + (uint64_t)seconds * 1000000000u +
                           (uint64_t)nanoseconds);
}

REAL_EXPORT unsigned
alarm(unsigned seconds)
{
    real_need();
    set_timer((time_t)seconds, 0);
    return real.alarm(seconds);
}

/* One that comes again and again is counted as the one that comes first: when
   that has gone off somebody runs. */
#if defined(__GLIBC__)
REAL_EXPORT int
setitimer(__itimer_which_t which, const struct itimerval *restrict value,
          struct itimerval *restrict old)
#else
REAL_EXPORT int
setitimer(int which, const struct itimerval *restrict value,
          struct itimerval *restrict old)
#endif
{
    real_need();
    if (which == ITIMER_REAL && value != NULL)
        set_timer(value->it_value.tv_sec, value->it_value.tv_usec * 1000L);
    return real.setitimer(which, value, old);
}

/* An absolute time is taken for a relative one, which is later: so much the
   more patience. */
REAL_EXPORT int
timer_settime(timer_t timer, int flags,
              const struct itimerspec *restrict value,
              struct itimerspec *restrict old)
{
    real_need();
    if (value != NULL)
        set_timer(value->it_value.tv_sec, value->it_value.tv_nsec);
    return real.timer_settime(timer, flags, value, old);
}
