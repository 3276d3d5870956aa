/*
 * Two children take two locks in opposite orders. Each takes its first, then
 * hears over a pipe that the other has its first too, then wants its second.
 * A tracer must find 1 deadlock: a cycle of two processes. Hangs.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    pthread_mutex_t a, b;
};

static void
err_sys(const char *what)
{
    perror(what);
    exit(1);
}

static void
Pipe(int fds[2])
{
    if (pipe(fds) < 0)
        err_sys("pipe error");
}

static void
Tell(int fd)
{
    if (write(fd, "p", 1) != 1)
        err_sys("write error");
}

static void
Hear(int fd)
{
    char c;

    if (read(fd, &c, 1) != 1)
        err_sys("read error");
}

static void
child(pthread_mutex_t *first, pthread_mutex_t *second, int in, int out)
{
    pthread_mutex_lock(first);
    Tell(out);
    Hear(in);
    pthread_mutex_lock(second); /* never returns */
    pthread_mutex_unlock(second);
    pthread_mutex_unlock(first);
    _exit(0);
}

int
main(void)
{
    struct shared *s;
    pthread_mutexattr_t attr;
    pid_t pid;
    int i, one[2], two[2];

    s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        err_sys("mmap error");
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&s->a, &attr);
    pthread_mutex_init(&s->b, &attr);
    Pipe(one);
    Pipe(two);
    for (i = 0; i < 2; i++) {
        if ((pid = fork()) < 0)
            err_sys("fork error");
        if (pid == 0 && i == 0)
            child(&s->a, &s->b, one[0], two[1]);
        if (pid == 0)
            child(&s->b, &s->a, two[0], one[1]);
    }
    while (wait(NULL) > 0)
        ;
    return 0;
}
