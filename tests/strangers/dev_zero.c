/*
 * The counter of the books: /dev/zero mapped shared, a semaphore in the
 * mapping, unbuffered output, parent and child count in turn, if not in step.
 * Nothing to find. Exits 0.
 */
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define NLOOP 20

struct shared {
    sem_t mutex; /* the mutex: a memory-based semaphore */
    int count;   /* and the counter */
} shared;

int
main(void)
{
    int fd, i;
    struct shared *ptr;
    pid_t pid;

    setbuf(stdout, NULL); /* stdout is unbuffered */
    if ((fd = open("/dev/zero", O_RDWR)) == -1) {
        perror("open error");
        exit(1);
    }
    ptr = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED,
               fd, 0);
    if (ptr == MAP_FAILED) {
        perror("mmap error");
        exit(1);
    }
    close(fd);
    /* initialize semaphore that is shared between processes */
    if (sem_init(&ptr->mutex, 1, 1) == -1) {
        perror("sem_init error");
        exit(1);
    }
    if ((pid = fork()) == -1) {
        perror("fork error");
        exit(1);
    }
    for (i = 0; i < NLOOP; i++) {
        sem_wait(&ptr->mutex);
        printf("%d\n", ptr->count++);
        sem_post(&ptr->mutex);
    }
    if (pid == 0)
        exit(0);
    waitpid(pid, NULL, 0);
    exit(ptr->count == 2 * NLOOP ? 0 : 1);
}
