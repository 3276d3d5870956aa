/* lock_pair: what it costs to lock and to unlock a mutex that nobody else
   wants, one of the kind that processes share. Prints the nanoseconds of one
   pair: the median of BATCHES batches of PAIRS pairs each.

     $ lock_pair 201 2000
     16.02

   For scripts/bench-trace, which runs it as it is and under tracers. It knows
   nothing of them. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define BENCH "lock_pair"
#include "common.h"

static pthread_mutex_t *
shared_mutex(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t *mutex = mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    need(mutex == MAP_FAILED ? errno : 0, "mmap");
    need(pthread_mutexattr_init(&attributes), "pthread_mutexattr_init");
    need(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
         "pthread_mutexattr_setpshared");
    need(pthread_mutex_init(mutex, &attributes), "pthread_mutex_init");
    need(pthread_mutexattr_destroy(&attributes), "pthread_mutexattr_destroy");
    return mutex;
}

/* Their results are not looked at: a comparison more or less would count. */
static double
batch(pthread_mutex_t *mutex, long pairs)
{
    double begin = now();

    for (long i = 0; i < pairs; i++) {
        pthread_mutex_lock(mutex);
        pthread_mutex_unlock(mutex);
    }
    return (now() - begin) / (double)pairs;
}

int
main(int argc, char **argv)
{
    long batches, pairs;
    pthread_mutex_t *mutex;
    double *times;

    if (argc != 3) {
        fputs("Usage: lock_pair BATCHES PAIRS\n", stderr);
        return 2;
    }
    batches = number(argv[1]);
    pairs = number(argv[2]);
    mutex = shared_mutex();
    times = calloc((size_t)batches, sizeof *times);
    need(times == NULL ? errno : 0, "calloc");

    /* Once before it counts: the functions are found by their names, and the
       processor finds its speed. */
    batch(mutex, pairs);
    for (long i = 0; i < batches; i++)
        times[i] = batch(mutex, pairs);

    qsort(times, (size_t)batches, sizeof *times, by_size);
    printf("%.2f\n", times[batches / 2]);
    free(times);
    need(fflush(stdout) == 0 ? 0 : errno, "stdout");
    return 0;
}
