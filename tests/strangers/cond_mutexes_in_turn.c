/* One condition variable, waited for under one mutex and later, when that wait
   is over, under another. POSIX binds the two only while somebody waits.
   Nothing to find. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    pthread_mutex_t mutex[2];
    pthread_cond_t cond;
    int go[2];
} * s;

static void
init(void)
{
    pthread_mutexattr_t ma;
    pthread_condattr_t ca;

    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&s->mutex[0], &ma);
    pthread_mutex_init(&s->mutex[1], &ma);
    pthread_condattr_init(&ca);
    pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&s->cond, &ca);
}

int
main(void)
{
    int i, fd[2];
    char c;

    s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED || pipe(fd) == -1) {
        perror("set-up");
        exit(EXIT_FAILURE);
    }
    init();
    switch (fork()) {
    case -1:
        perror("fork");
        exit(EXIT_FAILURE);
    case 0:
        for (i = 0; i < 2; i++) {
            pthread_mutex_lock(&s->mutex[i]);
            if (write(fd[1], "", 1) != 1)
                _exit(EXIT_FAILURE);
            while (!s->go[i])
                pthread_cond_wait(&s->cond, &s->mutex[i]);
            pthread_mutex_unlock(&s->mutex[i]);
        }
        _exit(EXIT_SUCCESS);
    }
    for (i = 0; i < 2; i++) {
        if (read(fd[0], &c, 1) != 1)
            exit(EXIT_FAILURE);
        pthread_mutex_lock(&s->mutex[i]);
        s->go[i] = 1;
        pthread_cond_signal(&s->cond);
        pthread_mutex_unlock(&s->mutex[i]);
    }
    wait(NULL);
    exit(EXIT_SUCCESS);
}
