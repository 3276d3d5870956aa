/* POSIX: a condition variable may be destroyed right after a broadcast that
   woke all its waiters, before they have returned from their waits (its own
   example does so). Nothing to find. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct item {
    pthread_mutex_t lm;
    pthread_cond_t notbusy;
    int busy, waiting;
};

static void
wait_until_free(struct item *ip, int fd)
{
    pthread_mutex_lock(&ip->lm);
    if (write(fd, "w", 1) != 1)
        _exit(1);
    while (ip->busy)
        pthread_cond_wait(&ip->notbusy, &ip->lm);
    pthread_mutex_unlock(&ip->lm);
    _exit(0);
}

int
main(void)
{
    struct item *ip;
    pthread_mutexattr_t ma;
    pthread_condattr_t ca;
    int i, fd[2];
    char buf[2];

    ip = mmap(NULL, sizeof *ip, PROT_READ | PROT_WRITE,
              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ip == MAP_FAILED || pipe(fd) < 0)
        return 1;
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&ip->lm, &ma);
    pthread_condattr_init(&ca);
    pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&ip->notbusy, &ca);
    ip->busy = 1;
    for (i = 0; i < 2; i++)
        if (fork() == 0)
            wait_until_free(ip, fd[1]);
    for (i = 0; i < 2; i++)
        if (read(fd[0], &buf[i], 1) != 1)
            return 1;

    pthread_mutex_lock(&ip->lm);
    ip->busy = 0;
    pthread_cond_broadcast(&ip->notbusy);
    pthread_mutex_unlock(&ip->lm);
    pthread_cond_destroy(&ip->notbusy);
    while (wait(NULL) > 0)
        ;
    return 0;
}
