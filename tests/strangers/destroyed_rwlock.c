/* A reader holds the read-write lock when the parent destroys it; neither
   glibc nor musl says a word. To find: 1 destroyed-in-use. The reader does
   not touch it again and exits without unlocking what is no lock any more:
   that is no further finding. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct table {
    pthread_rwlock_t lock;
    int entry[4];
} table;

static table *t;

int
main(void)
{
    pthread_rwlockattr_t attr;
    int in[2], out[2];
    char c = 0;

    t = mmap(NULL, sizeof(table), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (t == MAP_FAILED || pipe(in) || pipe(out))
        return 1;
    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_rwlock_init(&t->lock, &attr);
    pthread_rwlockattr_destroy(&attr);

    switch (fork()) {
    case -1:
        return 1;
    case 0:
        pthread_rwlock_rdlock(&t->lock);
        if (write(in[1], &c, 1) != 1 || read(out[0], &c, 1) != 1)
            _exit(1);
        _exit(t->entry[2]);
    default:
        if (read(in[0], &c, 1) != 1)
            return 1;
        pthread_rwlock_destroy(&t->lock);
        if (write(out[1], &c, 1) != 1)
            return 1;
        wait(NULL);
    }
    return 0;
}
