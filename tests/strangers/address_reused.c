/* Three regions, one after the other, at the same address: a mutex, then a
   semaphore, then a mutex again, none destroyed, each unmapped when nobody
   uses it. Nothing to find: these are three objects. Exits 0. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

union thing {
    pthread_mutex_t mutex;
    sem_t sem;
};

static void
use(union thing *t, int round)
{
    if (round == 1) {
        if (sem_wait(&t->sem) == -1)
            _exit(1);
        sem_post(&t->sem);
    } else {
        pthread_mutex_lock(&t->mutex);
        pthread_mutex_unlock(&t->mutex);
    }
}

int
main(void)
{
    pthread_mutexattr_t attr;
    union thing *t = NULL;
    void *here;
    int round;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    for (round = 0; round < 3; round++) {
        here = mmap(t, 4096, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS | (t ? MAP_FIXED : 0), -1, 0);
        if (here == MAP_FAILED) {
            perror("mmap");
            return 1;
        }
        t = here;
        if (round == 1)
            sem_init(&t->sem, 1, 1);
        else
            pthread_mutex_init(&t->mutex, &attr);
        switch (fork()) {
        case -1:
            perror("fork");
            return 1;
        case 0:
            use(t, round);
            _exit(0);
        }
        use(t, round);
        wait(NULL);
        munmap(t, 4096);
    }
    return 0;
}
