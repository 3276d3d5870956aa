/* Three processes sit round a table with three forks, in System V memory.
   Everybody takes the fork on the left; a pipe, closed by all, tells that
   everybody has; then everybody wants the one on the right.
   A tracer must find 1 deadlock: a cycle of three processes.  Hangs.  */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define N 3

static void
fatal(const char *what)
{
    fprintf(stderr, "deadlock_three: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static void
philosopher(pthread_mutex_t *forks, int n, int *table)
{
    char c;

    pthread_mutex_lock(&forks[n]);
    /* The end of the file comes when the last one has closed its end. */
    close(table[1]);
    if (read(table[0], &c, 1) != 0)
        fatal("read");
    pthread_mutex_lock(&forks[(n + 1) % N]);
    pthread_mutex_unlock(&forks[(n + 1) % N]);
    pthread_mutex_unlock(&forks[n]);
    _exit(EXIT_SUCCESS);
}

int
main(void)
{
    int id = shmget(IPC_PRIVATE, N * sizeof(pthread_mutex_t), 0600);
    pthread_mutex_t *forks;
    pthread_mutexattr_t attr;
    int i, table[2];

    if (id == -1)
        fatal("shmget");
    forks = shmat(id, NULL, 0);
    if (forks == (void *)-1)
        fatal("shmat");
    if (shmctl(id, IPC_RMID, NULL) == -1)
        fatal("shmctl");
    if (pipe(table) == -1)
        fatal("pipe");
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    for (i = 0; i < N; i++)
        pthread_mutex_init(&forks[i], &attr);
    for (i = 0; i < N; i++)
        switch (fork()) {
        case -1:
            fatal("fork");
            break;
        case 0:
            philosopher(forks, i, table);
        }
    close(table[0]);
    close(table[1]);
    for (i = 0; i < N; i++)
        wait(NULL);
    return EXIT_SUCCESS;
}
