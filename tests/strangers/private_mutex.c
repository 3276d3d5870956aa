/* The mutex lies in shared memory, but was initialised as PROCESS_PRIVATE (the
   default). The two processes use it one after the other, so that it even
   works. To find: 1 private-shared. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct counter {
    pthread_mutex_t mutex;
    long value;
};

static void
count(struct counter *counter)
{
    pthread_mutex_lock(&counter->mutex);
    ++counter->value;
    pthread_mutex_unlock(&counter->mutex);
}

int
main(void)
{
    struct counter *counter;
    pid_t pid;

    counter = mmap(NULL, sizeof(struct counter), PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counter == MAP_FAILED)
        abort();
    pthread_mutex_init(&counter->mutex, NULL);
    if ((pid = fork()) == -1)
        abort();
    if (!pid) {
        count(counter);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    count(counter);
    printf("%ld\n", counter->value);
    return counter->value == 2 ? 0 : 1;
}
