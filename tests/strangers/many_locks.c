/* Four processes, 25,000 lock and unlock pairs each, 100,000 in all, on one
   mutex. Nothing to find. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCS 4
#define PAIRS 25000L

struct counter {
    pthread_mutex_t lock;
    long n;
};

static struct counter *c;

static void
spin(void)
{
    long i;

    for (i = 0; i < PAIRS; i++) {
        pthread_mutex_lock(&c->lock);
        c->n++;
        pthread_mutex_unlock(&c->lock);
    }
}

int
main(void)
{
    pthread_mutexattr_t attr;
    int i;

    c = mmap(NULL, sizeof *c, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (c == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&c->lock, &attr);
    for (i = 1; i < PROCS; i++) {
        pid_t p = fork();

        if (p == -1) {
            perror("fork");
            return 1;
        }
        if (p == 0) {
            spin();
            _exit(0);
        }
    }
    spin();
    for (i = 1; i < PROCS; i++)
        wait(NULL);
    printf("%ld\n", c->n);
    return c->n == PROCS * PAIRS ? 0 : 1;
}
