/* The child maps the parent's file a second time, at another address, and
   unmaps the first mapping: the two processes lock the same mutex at two
   addresses. Nothing to find: it is one object. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    char pad[128];
    pthread_mutex_t mutex;
    int count;
};

static void
err_sys(const char *what)
{
    perror(what);
    exit(1);
}

static void *
Map(int fd)
{
    void *p = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
                   MAP_SHARED, fd, 0);

    if (p == MAP_FAILED)
        err_sys("mmap error");
    return p;
}

static void
increment(struct shared *s)
{
    int i;

    for (i = 0; i < 100; i++) {
        pthread_mutex_lock(&s->mutex);
        s->count++;
        pthread_mutex_unlock(&s->mutex);
    }
}

int
main(void)
{
    char path[] = "/tmp/stranger.XXXXXX";
    struct shared *here, *there;
    pthread_mutexattr_t attr;
    pid_t pid;
    int fd, status;

    if ((fd = mkstemp(path)) < 0)
        err_sys("mkstemp error");
    unlink(path);
    if (ftruncate(fd, sizeof(struct shared)) < 0)
        err_sys("ftruncate error");
    here = Map(fd);
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&here->mutex, &attr);
    if ((pid = fork()) < 0)
        err_sys("fork error");
    if (pid == 0) {
        there = Map(fd);
        munmap(here, sizeof(struct shared));
        increment(there);
        _exit(there != here ? 0 : 1);
    }
    increment(here);
    if (waitpid(pid, &status, 0) < 0 || status != 0)
        err_sys("child error");
    printf("count = %d\n", here->count);
    return here->count == 200 ? 0 : 1;
}
