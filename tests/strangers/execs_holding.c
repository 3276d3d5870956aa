/* The child locks and then executes another program (this one, in another
   role), which knows nothing of the lock. The parent tries the lock after
   that. To find: 1 held-at-exec. Exits 0. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t *lock;
    pid_t pid;
    int status;

    if (argc > 1 && strcmp(argv[1], "new") == 0)
        return 42;

    lock = mmap(NULL, sizeof(*lock), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (lock == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(lock, &attr);

    pid = fork();
    if (pid == -1) {
        perror("fork");
        return 1;
    }
    if (pid == 0) {
        pthread_mutex_lock(lock);
        execl("/proc/self/exe", argv[0], "new", (char *)NULL);
        _exit(127);
    }
    if (waitpid(pid, &status, 0) == -1) {
        perror("waitpid");
        return 1;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 42)
        return 1;
    return pthread_mutex_trylock(lock) == EBUSY ? 0 : 1;
}
