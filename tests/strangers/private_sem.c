/* sem_init with pshared 0 in memory that a child shares: the child posts, the
   parent waits after the child has ended. To find: 1 private-shared (the
   semaphore). Exits 0. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    sem_t *s;
    int pid;

    s = mmap(0, sizeof(sem_t), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == (sem_t *)-1) {
        perror("mmap");
        exit(1);
    }
    if (sem_init(s, 0, 0) == -1) {
        perror("sem_init");
        exit(1);
    }
    pid = fork();
    if (pid == -1) {
        perror("fork");
        exit(1);
    }
    if (pid == 0) {
        if (sem_post(s) == -1) {
            perror("sem_post");
            _exit(1);
        }
        _exit(0);
    }
    while (wait((int *)0) != pid)
        ;
    if (sem_wait(s) == -1) {
        perror("sem_wait");
        exit(1);
    }
    printf("posted by %s\n", "the child");
    exit(0);
}
