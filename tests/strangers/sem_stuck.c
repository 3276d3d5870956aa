/* Consumer takes two items, producer makes one and ends.
   To find: 1 stuck (the consumer, in its second sem_wait; nobody who could
   post is left but the parent, which waits for the consumer). Hangs. */
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ITEMS_MADE 1
#define ITEMS_WANTED 2

int
main(void)
{
    pid_t consumer;
    sem_t *full;
    int fd, i;

    /* the old way, for systems without MAP_ANONYMOUS */
    fd = open("/dev/zero", O_RDWR);
    if (fd < 0) {
        perror("/dev/zero");
        return 1;
    }
    full =
        mmap(NULL, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (full == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    close(fd);
    if (sem_init(full, 1, 0) < 0) {
        perror("sem_init");
        return 1;
    }
    if (fork() == 0) {
        for (i = 0; i < ITEMS_MADE; i++)
            sem_post(full);
        _exit(0);
    }
    consumer = fork();
    if (consumer == 0) {
        for (i = 0; i < ITEMS_WANTED; i++)
            sem_wait(full);
        _exit(0);
    }
    wait(NULL); /* this is the producer */
    waitpid(consumer, NULL, 0);
    return 0;
}
