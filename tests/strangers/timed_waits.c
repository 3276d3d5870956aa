/* The child holds the mutex; the parent tries all that has a deadline, and
   every deadline passes: ETIMEDOUT is an answer, not a mistake. Then the child
   unlocks. Nothing to find. Exits 0. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct all {
    pthread_mutex_t held, free;
    pthread_cond_t cond;
    sem_t sem;
} * x;

static struct timespec *
soon(clockid_t clock)
{
    static struct timespec t;

    clock_gettime(clock, &t);
    t.tv_sec += (t.tv_nsec + 10000000) / 1000000000;
    t.tv_nsec = (t.tv_nsec + 10000000) % 1000000000;
    return &t;
}

static void
expect(const char *what, int got)
{
    if (got != ETIMEDOUT)
        exit(fprintf(stderr, "%s: %d\n", what, got));
}

static void
wait_in_vain(void)
{
    const clockid_t real = CLOCK_REALTIME;

    expect("lock", pthread_mutex_timedlock(&x->held, soon(real)));
    expect("sem", sem_timedwait(&x->sem, soon(real)) == -1 ? errno : 0);
    pthread_mutex_lock(&x->free);
    expect("wait", pthread_cond_timedwait(&x->cond, &x->free, soon(real)));
#ifdef __GLIBC__ /* since 2.30; musl has neither */
    const clockid_t mono = CLOCK_MONOTONIC;

    expect("wait, clock",
           pthread_cond_clockwait(&x->cond, &x->free, mono, soon(mono)));
    expect("lock, clock", pthread_mutex_clocklock(&x->held, mono, soon(mono)));
#endif
    pthread_mutex_unlock(&x->free);
}

int
main(void)
{
    pthread_mutexattr_t m;
    pthread_condattr_t c;
    int held[2], done[2];
    char b;

    x = mmap(NULL, sizeof *x, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (x == MAP_FAILED || pipe(held) < 0 || pipe(done) < 0)
        return 1;
    pthread_mutexattr_init(&m);
    pthread_mutexattr_setpshared(&m, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&x->held, &m);
    pthread_mutex_init(&x->free, &m);
    pthread_condattr_init(&c);
    pthread_condattr_setpshared(&c, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&x->cond, &c);
    sem_init(&x->sem, 1, 0);
    if (fork() == 0) {
        pthread_mutex_lock(&x->held);
        if (write(held[1], "", 1) != 1 || read(done[0], &b, 1) != 1)
            _exit(1);
        pthread_mutex_unlock(&x->held);
        _exit(0);
    }
    if (read(held[0], &b, 1) != 1)
        return 1;
    wait_in_vain();
    return write(done[1], "", 1) == 1 && wait(NULL) > 0 ? 0 : 1;
}
