/* The child sets the flag and forgets to signal; the parent was waiting by
   then. To find: 1 stuck (in pthread_cond_wait; there never was a signal, so
   it is no lost-wake-up). Hangs. */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct door {
    pthread_mutex_t mutex;
    pthread_cond_t opened;
    bool open;
};

static struct door *
make_door(void)
{
    struct door *door;
    pthread_mutexattr_t ma;
    pthread_condattr_t ca;

    door = mmap(NULL, sizeof *door, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (door == MAP_FAILED)
        abort();
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&door->mutex, &ma);
    pthread_condattr_init(&ca);
    pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&door->opened, &ca);
    return door;
}

int
main(void)
{
    struct door *door = make_door();

    /* The child gets the mutex only when the parent is in its wait. */
    pthread_mutex_lock(&door->mutex);
    switch (fork()) {
    case -1:
        abort();
    case 0:
        pthread_mutex_lock(&door->mutex);
        door->open = true;
        pthread_mutex_unlock(&door->mutex);
        _exit(0);
    }
    while (!door->open)
        pthread_cond_wait(&door->opened, &door->mutex);
    pthread_mutex_unlock(&door->mutex);
    wait(NULL);
    return 0;
}
