/* The parent tidies up too early: it destroys the mutex while the child is in
   its critical section. glibc says EBUSY and leaves it alone, musl says
   nothing. To find: 1 destroyed-in-use, whatever the library answered; the
   child's unlock after that is no further finding. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void
check(int failed, const char *what)
{
    if (failed) {
        perror(what);
        exit(EXIT_FAILURE);
    }
}

int
main(void)
{
    int entered[2], destroyed[2], status;
    pthread_mutexattr_t attr;
    pthread_mutex_t *mutex;
    pid_t child;
    char c;

    check(pipe(entered) == -1 || pipe(destroyed) == -1, "pipe");
    mutex = mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(mutex == MAP_FAILED, "mmap");
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(mutex, &attr);
    child = fork();
    check(child == -1, "fork");
    if (child == 0) {
        pthread_mutex_lock(mutex);
        check(write(entered[1], "", 1) != 1, "write");
        check(read(destroyed[0], &c, 1) != 1, "read");
        pthread_mutex_unlock(mutex);
        _exit(EXIT_SUCCESS);
    }
    check(read(entered[0], &c, 1) != 1, "read");
    pthread_mutex_destroy(mutex);
    check(write(destroyed[1], "", 1) != 1, "write");
    check(waitpid(child, &status, 0) == -1, "waitpid");
    return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
