/* common: what both benchmarks need beside their loop: an end with a line on
   stderr, arguments, a clock, an order for medians. Each names itself before
   it includes this: #define BENCH "lock_pair". */
#ifndef MAPFORK_BENCH_COMMON_H
#define MAPFORK_BENCH_COMMON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline void
need(int error, const char *what)
{
    if (error == 0)
        return;
    fprintf(stderr, BENCH ": %s: %s\n", what, strerror(error));
    exit(1);
}

static inline long
number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (*end != '\0' || value < 1 || value > 100000000) {
        fprintf(stderr, BENCH ": not a number from 1 on: '%s'\n", text);
        exit(2);
    }
    return value;
}

static inline double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static inline int
by_size(const void *a, const void *b)
{
    double one = *(const double *)a, two = *(const double *)b;

    return (one > two) - (one < two);
}

#endif
