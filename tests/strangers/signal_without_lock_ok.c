/* The child changes the flag under the lock in one function and signals,
   holding nothing, in another. Nothing to find. Exits 0. */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct event {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool set;
};

static void
event_init(struct event *ev)
{
    pthread_mutexattr_t ma;
    pthread_condattr_t ca;

    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&ev->mutex, &ma);
    pthread_mutexattr_destroy(&ma);
    pthread_condattr_init(&ca);
    pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&ev->changed, &ca);
    pthread_condattr_destroy(&ca);
}

static void
event_set(struct event *ev)
{
    pthread_mutex_lock(&ev->mutex);
    ev->set = true;
    pthread_mutex_unlock(&ev->mutex);
}

static void
event_notify(struct event *ev)
{
    pthread_cond_signal(&ev->changed);
}

int
main(void)
{
    struct event *ev = mmap(NULL, sizeof *ev, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid;

    if (ev == MAP_FAILED)
        return EXIT_FAILURE;
    event_init(ev);
    pthread_mutex_lock(&ev->mutex); /* the child cannot be first */
    pid = fork();
    if (pid == -1)
        return EXIT_FAILURE;
    if (pid == 0) {
        event_set(ev);
        event_notify(ev);
        _exit(EXIT_SUCCESS);
    }
    while (!ev->set)
        pthread_cond_wait(&ev->changed, &ev->mutex);
    pthread_mutex_unlock(&ev->mutex);
    if (waitpid(pid, NULL, 0) != pid)
        return EXIT_FAILURE;
    pthread_cond_destroy(&ev->changed);
    pthread_mutex_destroy(&ev->mutex);
    return EXIT_SUCCESS;
}
