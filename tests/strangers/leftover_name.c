/* Makes a shared memory object and a named semaphore and removes neither. The
   two names, which it prints, end in its process id; who runs it removes
   /dev/shm/stranger-left-* and (glibc) /dev/shm/sem.stranger-left-*.
   To find: 2 name-left. Exits 0. */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
fail(const char *what)
{
    fprintf(stderr, "leftover_name: %s: %s\n", what, strerror(errno));
    exit(1);
}

int
main(void)
{
    char mem[64], sem[64];
    sem_t *ready;
    int *number;
    int fd;

    snprintf(mem, sizeof mem, "/stranger-left-mem-%ld", (long)getpid());
    snprintf(sem, sizeof sem, "/stranger-left-sem-%ld", (long)getpid());

    if ((fd = shm_open(mem, O_RDWR | O_CREAT | O_EXCL, 0600)) == -1)
        fail("shm_open");
    if (ftruncate(fd, sizeof *number) == -1)
        fail("ftruncate");
    number =
        mmap(NULL, sizeof *number, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (number == MAP_FAILED)
        fail("mmap");
    close(fd);
    if ((ready = sem_open(sem, O_CREAT | O_EXCL, 0600, 0)) == SEM_FAILED)
        fail("sem_open");

    switch (fork()) {
    case -1:
        fail("fork");
        break;
    case 0:
        *number = 17;
        sem_post(ready);
        _exit(0);
    }
    if (sem_wait(ready) == -1)
        fail("sem_wait");
    wait(NULL);
    printf("%s\n%s\n", mem, sem);
    sem_close(ready);
    munmap(number, sizeof *number);
    return 0;
}
