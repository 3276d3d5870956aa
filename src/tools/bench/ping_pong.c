/* ping_pong: what it costs two processes to hand over a turn and to get it
   back, by a mutex and a condition variable that both share. Prints the
   nanoseconds of one round, there and back: the median of BATCHES batches of
   ROUNDS rounds each.

     $ ping_pong 201 200
     6658.40

   Both run on one CPU, and who wakes the other goes on until it has to wait
   itself. So each turn is one system call that wakes and one that sleeps. For
   scripts/bench-trace, which runs it as it is and under tracers. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, sched_setaffinity(), SCHED_BATCH */

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BENCH "ping_pong"
#include "common.h"

enum { PING, PONG };

struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* the turn is the other's now */
    int turn;
} * shared;

static void
share(void)
{
    pthread_mutexattr_t mutex;
    pthread_condattr_t cond;

    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    need(shared == MAP_FAILED ? errno : 0, "mmap");
    need(pthread_mutexattr_init(&mutex), "pthread_mutexattr_init");
    need(pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED),
         "pthread_mutexattr_setpshared");
    need(pthread_mutex_init(&shared->mutex, &mutex), "pthread_mutex_init");
    need(pthread_mutexattr_destroy(&mutex), "pthread_mutexattr_destroy");
    need(pthread_condattr_init(&cond), "pthread_condattr_init");
    need(pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED),
         "pthread_condattr_setpshared");
    need(pthread_cond_init(&shared->changed, &cond), "pthread_cond_init");
    need(pthread_condattr_destroy(&cond), "pthread_condattr_destroy");
}

/* On the CPU that it is on now, as a batch process: one that is woken does not
   displace the other. Without that, a turn sometimes costs a sleep and
   sometimes none, and a tracer could change how often. A child inherits both.
   By syscall(), for musl's function of that name refuses. */
static void
take_turns(void)
{
    const struct sched_param none = {.sched_priority = 0};
    int cpu = sched_getcpu();
    cpu_set_t set;

    need(cpu == -1 ? errno : 0, "sched_getcpu");
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    need(sched_setaffinity(0, sizeof set, &set) == 0 ? 0 : errno,
         "sched_setaffinity");
    need(syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &none) == 0 ? 0
                                                                     : errno,
         "sched_setscheduler");
}

/* TURNS times: when it is the turn of ME, give it to the other. The signal
   comes after the unlock, so whoever is woken finds the mutex free. */
static void
play(int me, long turns)
{
    for (long i = 0; i < turns; i++) {
        pthread_mutex_lock(&shared->mutex);
        while (shared->turn != me)
            pthread_cond_wait(&shared->changed, &shared->mutex);
        shared->turn = me == PING ? PONG : PING;
        pthread_mutex_unlock(&shared->mutex);
        pthread_cond_signal(&shared->changed);
    }
}

int
main(int argc, char **argv)
{
    long batches, rounds;
    int status;
    double *times;
    pid_t child;

    if (argc != 3) {
        fputs("Usage: ping_pong BATCHES ROUNDS\n", stderr);
        return 2;
    }
    batches = number(argv[1]);
    rounds = number(argv[2]);
    times = calloc((size_t)batches, sizeof *times);
    need(times == NULL ? errno : 0, "calloc");
    share();
    take_turns();
    child = fork();
    need(child == -1 ? errno : 0, "fork");
    if (child == 0) {
        /* Should the parent be killed, nobody else would end it. */
        alarm(600);
        play(PONG, (batches + 1) * rounds);
        _exit(0);
    }

    /* The first batch does not count. The child's answer to the last turn of
       one belongs to the next, so each has as many switches as another. */
    play(PING, rounds);
    for (long i = 0; i < batches; i++) {
        double begin = now();
        play(PING, rounds);
        times[i] = (now() - begin) / (double)rounds;
    }
    need(waitpid(child, &status, 0) == child ? 0 : errno, "waitpid");
    if (status != 0) {
        fputs("ping_pong: the child failed\n", stderr);
        return 1;
    }

    qsort(times, (size_t)batches, sizeof *times, by_size);
    printf("%.2f\n", times[batches / 2]);
    free(times);
    need(fflush(stdout) == 0 ? 0 : errno, "stdout");
    return 0;
}
