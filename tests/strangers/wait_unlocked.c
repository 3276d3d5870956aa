/* pthread_cond_wait without the mutex, which is error-checking and says EPERM.
   To find: 1 misuse. Exits 0. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct gate {
    pthread_mutex_t m;
    pthread_cond_t c;
    int open;
};

static int
pass(struct gate *g)
{
    while (!g->open) {
        int rc = pthread_cond_wait(&g->c, &g->m);

        if (rc != 0)
            return rc;
    }
    return 0;
}

int
main(void)
{
    struct gate *g;
    pthread_mutexattr_t ma;
    pthread_condattr_t ca;
    int status;

    g = mmap(NULL, sizeof *g, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (g == MAP_FAILED)
        exit(1);
    pthread_mutexattr_init(&ma);
    pthread_condattr_init(&ca);
    pthread_mutexattr_settype(&ma, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&g->m, &ma);
    pthread_cond_init(&g->c, &ca);
    switch (fork()) {
    case -1:
        exit(1);
    case 0:
        _exit(pass(g) == EPERM ? 0 : 1);
    }
    if (wait(&status) == -1)
        exit(1);
    exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}
