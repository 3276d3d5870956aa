/*
 * Two children wait for the same condition variable at the same time, each
 * under a mutex of its own, which POSIX forbids. The parent knows that both
 * wait, as it got their mutexes, and wakes them.
 * To find: 1 two-mutexes. Exits 0.
 */
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
};

static void
err_quit(const char *s)
{
    perror(s);
    exit(1);
}

static void
Init(struct shared *s)
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
    struct shared *s;
    int i, fds[2];
    char c;

    s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        err_quit("mmap");
    if (pipe(fds) < 0)
        err_quit("pipe");
    Init(s);
    for (i = 0; i < 2; i++) {
        pid_t pid = fork();

        if (pid < 0)
            err_quit("fork");
        if (pid > 0)
            continue;
        pthread_mutex_lock(&s->mutex[i]);
        if (write(fds[1], "", 1) != 1)
            _exit(1);
        while (!s->go[i])
            pthread_cond_wait(&s->cond, &s->mutex[i]);
        pthread_mutex_unlock(&s->mutex[i]);
        _exit(0);
    }
    if (read(fds[0], &c, 1) != 1 || read(fds[0], &c, 1) != 1)
        err_quit("read");
    for (i = 0; i < 2; i++) {
        pthread_mutex_lock(&s->mutex[i]);
        s->go[i] = 1;
        pthread_mutex_unlock(&s->mutex[i]);
    }
    pthread_cond_broadcast(&s->cond);
    for (i = 0; i < 2; i++)
        wait(NULL);
    return 0;
}
