/* Three children wait for the start; the parent sets the flag under the lock,
   unlocks, and broadcasts after that, which is legal. Nothing to find.
   Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNNERS 3

typedef struct {
    pthread_mutex_t m;
    pthread_cond_t start;
    int lined_up, started;
} race_t;

static void
runner(race_t *r, int fd)
{
    pthread_mutex_lock(&r->m);
    r->lined_up++;
    if (write(fd, "!", 1) != 1)
        _exit(1);
    while (!r->started)
        pthread_cond_wait(&r->start, &r->m);
    pthread_mutex_unlock(&r->m);
    _exit(0);
}

int
main(void)
{
    race_t *r;
    pthread_mutexattr_t ma;
    pthread_condattr_t ca;
    int i, st, bad = 0, fd[2];
    char c;

    r = mmap(NULL, sizeof(race_t), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (r == MAP_FAILED || pipe(fd) == -1)
        return 1;
    pthread_mutexattr_init(&ma);
    pthread_condattr_init(&ca);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&r->m, &ma);
    pthread_cond_init(&r->start, &ca);
    for (i = 0; i < RUNNERS; i++)
        if (fork() == 0)
            runner(r, fd[1]);
    for (i = 0; i < RUNNERS; i++)
        if (read(fd[0], &c, 1) != 1)
            return 1;
    pthread_mutex_lock(&r->m); /* so all are in their waits */
    r->started = 1;
    pthread_mutex_unlock(&r->m);
    pthread_cond_broadcast(&r->start);
    for (i = 0; i < RUNNERS; i++)
        if (wait(&st) == -1 || st != 0)
            bad = 1;
    return bad;
}
