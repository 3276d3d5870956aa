/* The child kills itself with SIGKILL, holding nothing, so it runs no exit
   handler and no destructor. Nothing to find. Exits 0. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    pthread_mutexattr_t a;
    pthread_mutex_t *m;
    int i, st;

    m = mmap(0, sizeof(pthread_mutex_t), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (m == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(m, &a);
    if (fork() == 0) {
        for (i = 0; i < 5; i++) {
            pthread_mutex_lock(m);
            pthread_mutex_unlock(m);
        }
        kill(getpid(), SIGKILL);
        _exit(1);
    }
    wait(&st);
    if (WIFSIGNALED(st) && WTERMSIG(st) == SIGKILL) {
        printf("the child was killed\n");
        exit(0);
    }
    exit(1);
}
