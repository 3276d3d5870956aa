/* A server that waits for work on a condition variable, and is ended by
   SIGTERM when there is none: that is how it is meant. Nothing to find. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct desk {
    pthread_mutex_t lock;
    pthread_cond_t work;
    int jobs, waiting;
};

int
main(void)
{
    struct desk *desk = mmap(NULL, sizeof *desk, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t ma;
    pthread_condattr_t ca;
    int waiting = 0;
    pid_t pid;

    if (desk == MAP_FAILED)
        return EXIT_FAILURE;
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&desk->lock, &ma);
    pthread_condattr_init(&ca);
    pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&desk->work, &ca);
    pid = fork();
    if (pid == 0) {
        pthread_mutex_lock(&desk->lock);
        desk->waiting = 1;
        while (desk->jobs == 0)
            pthread_cond_wait(&desk->work, &desk->lock);
        _exit(EXIT_FAILURE);
    }
    /* It waits for sure once the lock can be had with waiting set. */
    while (!waiting) {
        pthread_mutex_lock(&desk->lock);
        waiting = desk->waiting;
        pthread_mutex_unlock(&desk->lock);
    }
    kill(pid, SIGTERM);
    return wait(NULL) == pid ? EXIT_SUCCESS : EXIT_FAILURE;
}
