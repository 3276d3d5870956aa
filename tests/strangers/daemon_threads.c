/* Main returns while two worker threads wait for jobs that will never come;
   exit takes them along. Nothing to find: a process that has ended is not
   stuck. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define WORKERS 2

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t job = PTHREAD_COND_INITIALIZER;
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;
static int jobs, idlers;

static void *
worker(void *arg)
{
    pthread_mutex_lock(&lock);
    for (;;) {
        ++idlers;
        pthread_cond_signal(&idle);
        while (jobs == 0)
            pthread_cond_wait(&job, &lock);
        --jobs;
        --idlers;
    }
    return arg;
}

int
main(void)
{
    pthread_t t;
    int i;

    for (i = 0; i < WORKERS; i++)
        if (pthread_create(&t, NULL, worker, NULL) != 0 ||
            pthread_detach(t) != 0)
            return EXIT_FAILURE;
    pthread_mutex_lock(&lock);
    while (idlers < WORKERS)
        pthread_cond_wait(&idle, &lock);
    pthread_mutex_unlock(&lock);
    puts("bye");
    return EXIT_SUCCESS;
}
