/* The owner of a robust mutex is killed; the survivor takes EOWNERDEAD for an
   error, unlocks and tries again: ENOTRECOVERABLE, for ever.
   To find: 1 owner-died (never made consistent) and 1 not-recoverable.
   Exits 1, with a message. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    pthread_mutex_t *m;
    pthread_mutexattr_t attr;
    int rc, status;

    m = mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (m == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(m, &attr);

    switch (fork()) {
    case -1:
        perror("fork");
        exit(2);
    case 0:
        pthread_mutex_lock(m);
        raise(SIGKILL);
        _exit(2);
    }
    if (wait(&status) == -1 || !WIFSIGNALED(status))
        exit(2);

    rc = pthread_mutex_lock(m);
    if (rc == EOWNERDEAD) {
        pthread_mutex_unlock(m);
        rc = pthread_mutex_lock(m);
    }
    if (rc == ENOTRECOVERABLE) {
        fprintf(stderr, "owner_died_lost: the lock is lost\n");
        exit(1);
    }
    exit(2);
}
