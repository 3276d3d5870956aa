/* A semaphore made with pshared 1, in a static variable: fork gives the child
   a copy, and the parent posts its own. To find: 1 not-shared, and 1 stuck for
   the child that waits. Hangs. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t ready;

int
main(void)
{
    pid_t pid;

    if (sem_init(&ready, 1, 0) == -1) {
        perror("sem_init");
        return EXIT_FAILURE;
    }
    pid = fork();
    if (pid == -1) {
        perror("fork");
        return EXIT_FAILURE;
    }
    if (pid == 0) {
        sem_wait(&ready);
        _exit(EXIT_SUCCESS);
    }
    sem_post(&ready);
    return waitpid(pid, NULL, 0) == pid ? EXIT_SUCCESS : EXIT_FAILURE;
}
