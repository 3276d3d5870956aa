/* A barrier for three, at which two children arrive; the parent, which is the
   third, waits for the children instead.
   To find: 1 stuck (one barrier: two have come, the third has not). Hangs. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    pthread_barrier_t *bar;
    pthread_barrierattr_t attr;
    int kid;

    bar = (pthread_barrier_t *)mmap(NULL, sizeof(pthread_barrier_t),
                                    PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (bar == (pthread_barrier_t *)MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    pthread_barrierattr_init(&attr);
    pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    if (pthread_barrier_init(bar, &attr, 3) != 0) {
        fprintf(stderr, "cannot make a barrier\n");
        exit(1);
    }
    for (kid = 0; kid < 2; kid++) {
        switch (fork()) {
        case -1:
            perror("fork");
            exit(1);
        case 0:
            pthread_barrier_wait(bar);
            _exit(0);
        default:
            break;
        }
    }
    while (wait((int *)NULL) != -1)
        ;
    pthread_barrier_wait(bar);
    exit(0);
}
