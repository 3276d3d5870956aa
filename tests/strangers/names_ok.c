/* A named semaphore and named memory, both removed: one by the parent as soon
   as it is open, the other by the child. Nothing to find. Exits 0. */
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
err_sys(const char *s)
{
    perror(s);
    exit(1);
}

int
main(void)
{
    char semname[64], memname[64];
    sem_t *sem;
    int fd, *ptr, i;
    pid_t pid;

    snprintf(semname, sizeof semname, "/stranger-ok-sem-%ld", (long)getpid());
    snprintf(memname, sizeof memname, "/stranger-ok-mem-%ld", (long)getpid());
    sem = sem_open(semname, O_CREAT | O_EXCL, 0600, 1);
    if (sem == SEM_FAILED)
        err_sys("sem_open error");
    if (sem_unlink(semname) < 0)
        err_sys("sem_unlink error");
    if ((fd = shm_open(memname, O_RDWR | O_CREAT | O_EXCL, 0600)) < 0)
        err_sys("shm_open error");
    if (ftruncate(fd, sizeof(int)) < 0)
        err_sys("ftruncate error");
    ptr = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (ptr == MAP_FAILED)
        err_sys("mmap error");
    close(fd);

    if ((pid = fork()) < 0)
        err_sys("fork error");
    for (i = 0; i < 10; i++) {
        if (sem_wait(sem) < 0)
            err_sys("sem_wait error");
        ++*ptr;
        sem_post(sem);
    }
    sem_close(sem);
    if (pid == 0)
        _exit(shm_unlink(memname) < 0 ? 1 : 0);
    waitpid(pid, NULL, 0);
    printf("%d\n", *ptr);
    return *ptr == 20 ? 0 : 1;
}
