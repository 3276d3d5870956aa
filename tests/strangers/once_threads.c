/* Four threads in each of two processes call pthread_once on a static control;
   each process does it once, for its own copy. Nothing to find. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define NTHREADS 4

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int times;

static void
set_up(void)
{
    ++times;
}

static void *
start(void *unused)
{
    pthread_once(&once, set_up);
    return unused;
}

static int
process(void)
{
    pthread_t tid[NTHREADS];
    int i;

    for (i = 0; i < NTHREADS; ++i)
        if (pthread_create(&tid[i], NULL, start, NULL) != 0)
            return 1;
    for (i = 0; i < NTHREADS; ++i)
        pthread_join(tid[i], NULL);
    return times == 1 ? 0 : 1;
}

int
main(void)
{
    int status;

    switch (fork()) {
    case -1:
        perror("fork");
        return 1;
    case 0:
        _exit(process());
    }
    if (process() != 0)
        return 1;
    if (wait(&status) == -1)
        return 1;
    return status == 0 ? 0 : 1;
}
