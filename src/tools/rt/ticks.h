/* ticks: a clock that all processes share. The processor's counter where the
   kernel itself trusts it (it runs at one rate on all CPUs then), else
   CLOCK_MONOTONIC. */
#ifndef MAPFORK_TICKS_H
#define MAPFORK_TICKS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

static inline uint64_t
ticks_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#if defined(__x86_64__)
#define TICKS_TSC 1
/* The counter may be read before the calls in front of it are through. After
   a lock that would put the start of a hold before the end of another's, so
   there rdtscp is asked for, which waits. */
static inline uint64_t
ticks_now(bool by_tsc)
{
    return by_tsc ? __builtin_ia32_rdtsc() : ticks_ns();
}

static inline uint64_t
ticks_after(bool by_tsc)
{
    unsigned cpu;

    return by_tsc ? __builtin_ia32_rdtscp(&cpu) : ticks_ns();
}
#else
#define TICKS_TSC 0
static inline uint64_t
ticks_now(bool by_tsc)
{
    (void)by_tsc;
    return ticks_ns();
}

static inline uint64_t
ticks_after(bool by_tsc)
{
    return ticks_now(by_tsc);
}
#endif

#endif
