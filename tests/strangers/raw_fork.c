/* The fork that libc does not see: the system call itself. Both sides lock a
   shared mutex in turn, and the child has 300 locks more. Nothing to find. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t *mutex;
    long pid;
    int times;

    mutex = mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mutex == MAP_FAILED) {
        perror("mmap");
        return EXIT_FAILURE;
    }
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(mutex, &attr);
#ifdef SYS_fork
    pid = syscall(SYS_fork);
#else
    pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
#endif
    for (times = pid == 0 ? 900 : 600; times > 0; times--) {
        pthread_mutex_lock(mutex);
        pthread_mutex_unlock(mutex);
    }
    if (pid == 0)
        _exit(EXIT_SUCCESS);
    return wait(NULL) == pid ? EXIT_SUCCESS : EXIT_FAILURE;
}
