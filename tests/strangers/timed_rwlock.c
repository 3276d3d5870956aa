/* The child holds the lock for writing; the parent asks for it with a deadline
   that is past, for reading and for writing, and tries both ways, in vain.
   Then it holds it for reading, while the child fails to write.
   Nothing to find. Exits 0. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MUST(x)                                                               \
    do {                                                                      \
        if (!(x)) {                                                           \
            fprintf(stderr, "timed_rwlock: not so: %s\n", #x);                \
            _exit(1);                                                         \
        }                                                                     \
    } while (0)

static const struct timespec past = {1000, 0};

static void
child(pthread_rwlock_t *rw, int in, int out)
{
    char c = 0;

    MUST(pthread_rwlock_wrlock(rw) == 0);
    MUST(write(out, &c, 1) == 1);
    MUST(read(in, &c, 1) == 1);
    MUST(pthread_rwlock_unlock(rw) == 0);
    MUST(write(out, &c, 1) == 1);
    MUST(read(in, &c, 1) == 1);
    MUST(pthread_rwlock_timedwrlock(rw, &past) == ETIMEDOUT);
    MUST(pthread_rwlock_trywrlock(rw) == EBUSY);
    MUST(pthread_rwlock_tryrdlock(rw) == 0);
    MUST(pthread_rwlock_unlock(rw) == 0);
    _exit(0);
}

int
main(void)
{
    pthread_rwlockattr_t attr;
    pthread_rwlock_t *rw;
    int up[2], down[2], status;
    char c = 0;

    rw = mmap(NULL, sizeof *rw, PROT_READ | PROT_WRITE,
              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MUST(rw != MAP_FAILED);
    MUST(pipe(up) == 0 && pipe(down) == 0);
    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_rwlock_init(rw, &attr);
    if (fork() == 0)
        child(rw, down[0], up[1]);
    MUST(read(up[0], &c, 1) == 1);
    MUST(pthread_rwlock_timedrdlock(rw, &past) == ETIMEDOUT);
    MUST(pthread_rwlock_timedwrlock(rw, &past) == ETIMEDOUT);
    MUST(pthread_rwlock_tryrdlock(rw) == EBUSY);
    MUST(pthread_rwlock_trywrlock(rw) == EBUSY);
    MUST(write(down[1], &c, 1) == 1);
    MUST(read(up[0], &c, 1) == 1);
    MUST(pthread_rwlock_rdlock(rw) == 0);
    MUST(write(down[1], &c, 1) == 1);
    MUST(wait(&status) != -1 && status == 0);
    MUST(pthread_rwlock_unlock(rw) == 0);
    return 0;
}
