/* blocked_on_sleeper.c

   The first child takes the lock and goes to sleep in pause() for ever; the
   second wants the lock.  To find: 1 stuck (the second child, on the first,
   which is alive and will never let go).  Hangs.
*/
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define errExit(msg)                                                          \
    do {                                                                      \
        perror(msg);                                                          \
        exit(EXIT_FAILURE);                                                   \
    } while (0)

struct shared {
    pthread_mutex_t mtx;
    sem_t locked; /* Posted by the sleeper once it has 'mtx' */
};

int
main(void)
{
    struct shared *sh;
    pthread_mutexattr_t attr;

    sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE,
              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sh == MAP_FAILED)
        errExit("mmap");
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&sh->mtx, &attr);
    if (sem_init(&sh->locked, 1, 0) == -1)
        errExit("sem_init");

    switch (fork()) {
    case -1:
        errExit("fork");
    case 0: /* The sleeper */
        pthread_mutex_lock(&sh->mtx);
        sem_post(&sh->locked);
        for (;;)
            pause();
    default:
        break;
    }

    switch (fork()) {
    case -1:
        errExit("fork");
    case 0: /* The victim */
        if (sem_wait(&sh->locked) == -1)
            errExit("sem_wait");
        pthread_mutex_lock(&sh->mtx);
        pthread_mutex_unlock(&sh->mtx);
        _exit(EXIT_SUCCESS);
    default:
        break;
    }

    while (wait(NULL) != -1)
        continue;
    exit(EXIT_SUCCESS);
}
