/* A semaphore of one used as a lock, and handed over: the parent takes it, the
   child, which inherits the work, gives it back. Legal for a semaphore, which
   has no owner; the child even exits "holding" one that the parent then
   posts. Nothing to find. Exits 0. */
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define errExit(msg)                                                          \
    do {                                                                      \
        perror(msg);                                                          \
        exit(EXIT_FAILURE);                                                   \
    } while (0)

int
main(int argc, char *argv[])
{
    sem_t *sem;
    int status;

    sem = mmap(NULL, sizeof(sem_t), PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sem == MAP_FAILED)
        errExit("mmap");
    if (sem_init(sem, 1, 1) == -1)
        errExit("sem_init");

    if (sem_wait(sem) == -1) /* taken here ... */
        errExit("sem_wait");
    switch (fork()) {
    case -1:
        errExit("fork");
    case 0:
        if (sem_post(sem) == -1) /* ... given back there */
            errExit("sem_post");
        if (sem_wait(sem) == -1) /* and taken once more, */
            errExit("sem_wait");
        _exit(EXIT_SUCCESS);
    default:
        if (wait(&status) == -1 || status != 0)
            errExit("wait");
    }
    if (sem_trywait(sem) != -1 || errno != EAGAIN)
        errExit("sem_trywait");
    if (sem_post(sem) == -1) /* this time to be given back here */
        errExit("sem_post");
    if (sem_destroy(sem) == -1)
        errExit("sem_destroy");
    printf("%s: done\n", argc > 0 ? argv[0] : "sem_as_mutex");
    exit(EXIT_SUCCESS);
}
