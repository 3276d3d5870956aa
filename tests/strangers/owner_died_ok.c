/* The child is killed by SIGKILL with the robust mutex locked. The parent gets
   EOWNERDEAD, repairs the data, says consistent, and goes on.
   To find: 1 owner-died (and that it was made consistent). A process that was
   killed did not "exit holding": no held-at-exit. Exits 0. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    pthread_mutex_t mtx;
    int a, b; /* always equal */
};

int
main(void)
{
    pthread_mutexattr_t attr;
    struct shared *sh;
    pid_t pid;
    int i, err;

    sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE,
              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sh == MAP_FAILED)
        return 1;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    if (pthread_mutex_init(&sh->mtx, &attr) != 0)
        return 1;
    if ((pid = fork()) == -1)
        return 1;
    if (pid == 0) {
        pthread_mutex_lock(&sh->mtx);
        sh->a++;
        kill(getpid(), SIGKILL);
    }
    if (waitpid(pid, NULL, 0) == -1)
        return 1;
    for (i = 0; i < 2; i++) {
        err = pthread_mutex_lock(&sh->mtx);
        if (err != (i == 0 ? EOWNERDEAD : 0))
            return 1;
        if (err == EOWNERDEAD) {
            sh->b = sh->a;
            pthread_mutex_consistent(&sh->mtx);
        }
        pthread_mutex_unlock(&sh->mtx);
    }
    printf("a = %d, b = %d\n", sh->a, sh->b);
    return 0;
}
