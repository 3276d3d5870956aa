/* Parent and child hold a read-write lock for reading at the same time, the
   pipes see to that; then each writes. Nothing to find: two readers are not
   two owners. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct dict {
    pthread_rwlock_t rw;
    int words;
};

static void
oops(const char *what)
{
    perror(what);
    exit(1);
}

static void
both_read(struct dict *d, int in, int out)
{
    char c = '.';

    pthread_rwlock_rdlock(&d->rw);
    if (write(out, &c, 1) != 1)
        oops("write");
    if (read(in, &c, 1) != 1)
        oops("read");
    pthread_rwlock_unlock(&d->rw);
}

static void
add_word(struct dict *d)
{
    pthread_rwlock_wrlock(&d->rw);
    d->words++;
    pthread_rwlock_unlock(&d->rw);
}

int
main(void)
{
    struct dict *d;
    pthread_rwlockattr_t attr;
    int down[2], up[2], status;

    d = mmap(NULL, sizeof(struct dict), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (d == MAP_FAILED)
        oops("mmap");
    if (pipe(down) == -1 || pipe(up) == -1)
        oops("pipe");
    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_rwlock_init(&d->rw, &attr);
    switch (fork()) {
    case -1:
        oops("fork");
        break;
    case 0:
        both_read(d, down[0], up[1]);
        add_word(d);
        _exit(0);
    }
    both_read(d, up[0], down[1]);
    add_word(d);
    if (wait(&status) == -1)
        oops("wait");
    pthread_rwlock_destroy(&d->rw);
    return status == 0 && d->words == 2 ? 0 : 1;
}
