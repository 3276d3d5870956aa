/* A thread is cancelled in pthread_cond_wait. Its cleanup handler runs with
   the mutex locked again, though the wait never returned, and unlocks it.
   Nothing to find. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t mtx = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static int waiting, cleaned;

static void
cleanupHandler(void *arg)
{
    cleaned = 1;
    pthread_mutex_unlock(arg);
}

static void *
threadFunc(void *arg)
{
    pthread_mutex_lock(&mtx);
    pthread_cleanup_push(cleanupHandler, &mtx);
    waiting = 1;
    pthread_cond_signal(&ready);
    for (;;)
        pthread_cond_wait(&never, &mtx);
    pthread_cleanup_pop(1);
    return arg;
}

int
main(void)
{
    pthread_t thr;
    void *res;

    if (pthread_create(&thr, NULL, threadFunc, NULL) != 0) {
        fprintf(stderr, "pthread_create failed\n");
        exit(EXIT_FAILURE);
    }
    pthread_mutex_lock(&mtx);
    while (!waiting)
        pthread_cond_wait(&ready, &mtx);
    pthread_mutex_unlock(&mtx);
    if (pthread_cancel(thr) != 0)
        exit(EXIT_FAILURE);
    pthread_join(thr, &res);
    if (res != PTHREAD_CANCELED)
        exit(EXIT_FAILURE);
    if (pthread_mutex_trylock(&mtx) != 0)
        exit(EXIT_FAILURE);
    pthread_mutex_unlock(&mtx);
    printf("%s\n", cleaned ? "cleaned up" : "not cleaned up");
    exit(cleaned ? EXIT_SUCCESS : EXIT_FAILURE);
}
