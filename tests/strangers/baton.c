/* Two processes pass a baton: each waits for its own semaphore and posts the
   other's. Who waits for one never posts it. Nothing to find. Exits 0. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 10

struct track {
    sem_t ping, pong;
    int laps;
};

static void
Sem_wait(sem_t *s)
{
    if (sem_wait(s) < 0) {
        perror("sem_wait error");
        exit(1);
    }
}

static void
Sem_post(sem_t *s)
{
    if (sem_post(s) < 0) {
        perror("sem_post error");
        exit(1);
    }
}

static void
run(struct track *t, sem_t *mine, sem_t *other)
{
    int i;

    for (i = 0; i < ROUNDS; i++) {
        Sem_wait(mine);
        t->laps++;
        Sem_post(other);
    }
}

int
main(void)
{
    struct track *t = mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (t == MAP_FAILED || sem_init(&t->ping, 1, 1) < 0 ||
        sem_init(&t->pong, 1, 0) < 0) {
        perror("set-up error");
        exit(1);
    }
    switch (fork()) {
    case -1:
        perror("fork error");
        exit(1);
    case 0:
        run(t, &t->pong, &t->ping);
        _exit(0);
    }
    run(t, &t->ping, &t->pong);
    wait(NULL);
    printf("%d laps\n", t->laps);
    exit(t->laps == 2 * ROUNDS ? 0 : 1);
}
