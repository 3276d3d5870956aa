/* Two children and three threads of the parent share one mutex and one
   counter. Nothing to find. Exits 0. */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 2
#define THREADS 3
#define TIMES 1000

static struct {
    pthread_mutex_t mtx;
    int count;
} * sh;

static void *
work(void *arg)
{
    int i;

    for (i = 0; i < TIMES; i++) {
        pthread_mutex_lock(&sh->mtx);
        sh->count++;
        pthread_mutex_unlock(&sh->mtx);
    }
    return (arg);
}

int
main(void)
{
    pthread_mutexattr_t attr;
    pthread_t thr[THREADS];
    int i, e;

    sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE,
              MAP_ANONYMOUS | MAP_SHARED, -1, 0);
    if (sh == MAP_FAILED)
        err(1, "mmap");
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&sh->mtx, &attr);
    for (i = 0; i < CHILDREN; i++) {
        switch (fork()) {
        case -1:
            err(1, "fork");
        case 0:
            work(NULL);
            _exit(0);
        }
    }
    for (i = 0; i < THREADS; i++)
        if ((e = pthread_create(&thr[i], NULL, work, NULL)) != 0)
            errx(1, "pthread_create: %d", e);
    for (i = 0; i < THREADS; i++)
        pthread_join(thr[i], NULL);
    while (wait(NULL) != -1)
        ;
    if (sh->count != (CHILDREN + THREADS) * TIMES)
        errx(1, "count is %d", sh->count);
    printf("%d\n", sh->count);
    return (0);
}
