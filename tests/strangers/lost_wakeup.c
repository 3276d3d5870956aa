/*
 * The child signals first; the parent, which keeps no predicate, waits after
 * that, for ever. A pipe forces the order.
 * To find: 1 lost-wake-up (the signal had no waiter, the wait has no end).
 * Hangs, with the child a zombie: that is no finding of its own.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
} * shared;

static int pfd[2];

static void
TELL_PARENT(void)
{
    if (write(pfd[1], "c", 1) != 1)
        _exit(1);
}

static void
WAIT_CHILD(void)
{
    char c;

    if (read(pfd[0], &c, 1) != 1 || c != 'c')
        exit(1);
}

int
main(void)
{
    pthread_mutexattr_t mattr;
    pthread_condattr_t cattr;
    pid_t pid;

    shared = mmap(0, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || pipe(pfd) < 0)
        exit(1);
    pthread_mutexattr_init(&mattr);
    pthread_mutexattr_setpshared(&mattr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &mattr);
    pthread_condattr_init(&cattr);
    pthread_condattr_setpshared(&cattr, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&shared->cond, &cattr);

    if ((pid = fork()) < 0) {
        perror("fork error");
        exit(1);
    } else if (pid == 0) {
        pthread_mutex_lock(&shared->mutex);
        pthread_cond_signal(&shared->cond);
        pthread_mutex_unlock(&shared->mutex);
        TELL_PARENT();
        _exit(0);
    }

    WAIT_CHILD();
    pthread_mutex_lock(&shared->mutex);
    for (;;)
        pthread_cond_wait(&shared->cond, &shared->mutex);
}
