/* The child signals when nobody waits; the parent comes later, looks at the
   predicate and does not wait at all. Nothing to find: nobody missed
   anything. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct future {
    pthread_mutex_t lock;
    pthread_cond_t ready;
    int have;
    double value;
};

int
main(void)
{
    struct future *f;
    pthread_mutexattr_t lattr;
    pthread_condattr_t rattr;
    pid_t pid;

    f = mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE,
             MAP_ANONYMOUS | MAP_SHARED, -1, 0);
    if (f == MAP_FAILED)
        return (1);
    pthread_mutexattr_init(&lattr);
    pthread_mutexattr_setpshared(&lattr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&f->lock, &lattr);
    pthread_condattr_init(&rattr);
    pthread_condattr_setpshared(&rattr, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&f->ready, &rattr);

    pid = fork();
    if (pid == -1)
        return (1);
    if (pid == 0) {
        pthread_mutex_lock(&f->lock);
        f->value = 0.5;
        f->have = 1;
        pthread_cond_signal(&f->ready);
        pthread_mutex_unlock(&f->lock);
        _exit(0);
    }
    if (waitpid(pid, NULL, 0) == -1)
        return (1);
    pthread_mutex_lock(&f->lock);
    while (!f->have)
        pthread_cond_wait(&f->ready, &f->lock);
    pthread_mutex_unlock(&f->lock);
    printf("%g\n", f->value);
    return (0);
}
