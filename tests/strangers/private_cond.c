/* The mutex is process-shared, the condition variable was forgotten. The
   child waits with a deadline that is past; the parent signals later.
   To find: 1 private-shared (the condition variable). The signal had no
   waiter, but nobody waits for ever: no lost-wake-up. Exits 0. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct mailbox {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    int letters;
};

static int
look(struct mailbox *box)
{
    struct timespec now = {1, 0}; /* 1970 */
    int e = 0;

    pthread_mutex_lock(&box->lock);
    while (box->letters == 0 && e == 0)
        e = pthread_cond_timedwait(&box->arrived, &box->lock, &now);
    pthread_mutex_unlock(&box->lock);
    return e;
}

int
main(void)
{
    struct mailbox *box;
    pthread_mutexattr_t attr;
    int status = -1;

    box = mmap(NULL, sizeof *box, PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (box == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&box->lock, &attr);
    pthread_cond_init(&box->arrived, NULL);
    switch (fork()) {
    case -1:
        perror("fork");
        return 1;
    case 0:
        _exit(look(box) == ETIMEDOUT ? 0 : 1);
    }
    wait(&status);
    pthread_mutex_lock(&box->lock);
    box->letters = 1;
    pthread_cond_signal(&box->arrived);
    pthread_mutex_unlock(&box->lock);
    return status == 0 ? look(box) : 1;
}
