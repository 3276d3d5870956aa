/* The child sends three signals, one after the other; the parent's handler
   posts a semaphore, the only thing of its kind that is safe there, while the
   main program waits for it. Nothing to find. Exits 0. */
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    sem_t arrived, taken;
} * mem;

static void
on_signal(int sig)
{
    int saved = errno;

    (void)sig;
    sem_post(&mem->arrived);
    errno = saved;
}

static void
sem_wait_really(sem_t *sem)
{
    while (sem_wait(sem) == -1)
        if (errno != EINTR) {
            perror("sem_wait");
            _exit(1);
        }
}

int
main(void)
{
    struct sigaction sa;
    int i;

    mem = mmap(NULL, sizeof *mem, PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mem == MAP_FAILED || sem_init(&mem->arrived, 1, 0) == -1 ||
        sem_init(&mem->taken, 1, 0) == -1) {
        perror("set-up");
        return 1;
    }
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = on_signal;
    sigemptyset(&sa.sa_mask);
    if (sigaction(SIGUSR1, &sa, NULL) == -1) {
        perror("sigaction");
        return 1;
    }
    switch (fork()) {
    case -1:
        perror("fork");
        return 1;
    case 0:
        for (i = 0; i < 3; i++) {
            kill(getppid(), SIGUSR1);
            sem_wait_really(&mem->taken);
        }
        _exit(0);
    }
    for (i = 0; i < 3; i++) {
        sem_wait_really(&mem->arrived);
        sem_post(&mem->taken);
    }
    while (wait(NULL) == -1 && errno == EINTR)
        ;
    puts("three signals");
    return 0;
}
