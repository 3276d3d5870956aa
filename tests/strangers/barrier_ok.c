/* Three processes meet at a barrier four times; one of them is told each time
   that it is the serial one. Nothing to find. Exits 0. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PARTIES = 3, ROUNDS = 4 };

struct shared {
    pthread_barrier_t barrier;
    atomic_int serial;
};

static void
party(struct shared *s)
{
    for (int i = 0; i < ROUNDS; i++)
        if (pthread_barrier_wait(&s->barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
            atomic_fetch_add(&s->serial, 1);
}

int
main(void)
{
    struct shared *s =
        mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_barrierattr_t attr;

    if (s == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    pthread_barrierattr_init(&attr);
    pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&s->barrier, &attr, PARTIES);
    for (int i = 1; i < PARTIES; i++) {
        pid_t pid = fork();

        if (pid < 0) {
            perror("fork");
            return 1;
        }
        if (pid == 0) {
            party(s);
            _exit(0);
        }
    }
    party(s);
    for (int i = 1; i < PARTIES; i++)
        wait(NULL);
    pthread_barrier_destroy(&s->barrier);
    return s->serial == ROUNDS ? 0 : 1;
}
