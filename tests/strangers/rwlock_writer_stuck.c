/* The reader keeps its read lock until the writer says it has written; the
   writer cannot write until the reader lets go. One waits in the lock, the
   other in read(). To find: 1 stuck (the writer, on the reader). Hangs. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct board {
    pthread_rwlock_t lock;
    char text[32];
};

static void
quit(const char *s)
{
    perror(s);
    _exit(1);
}

static void
reader(struct board *b, int tell, int hear)
{
    char c;

    pthread_rwlock_rdlock(&b->lock);
    if (write(tell, "r", 1) != 1)
        quit("write");
    if (read(hear, &c, 1) != 1)
        quit("read");
    pthread_rwlock_unlock(&b->lock);
    _exit(0);
}

static void
writer(struct board *b, int tell, int hear)
{
    char c;

    if (read(hear, &c, 1) != 1)
        quit("read");
    pthread_rwlock_wrlock(&b->lock);
    b->text[0] = 'w';
    pthread_rwlock_unlock(&b->lock);
    if (write(tell, "w", 1) != 1)
        quit("write");
    _exit(0);
}

int
main(void)
{
    pthread_rwlockattr_t attr;
    struct board *b;
    int r[2], w[2];

    b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (b == MAP_FAILED)
        quit("mmap");
    if (pipe(r) == -1 || pipe(w) == -1)
        quit("pipe");
    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_rwlock_init(&b->lock, &attr);
    if (fork() == 0)
        reader(b, r[1], w[0]);
    if (fork() == 0)
        writer(b, w[1], r[0]);
    wait(NULL);
    wait(NULL);
    return 0;
}
