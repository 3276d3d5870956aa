/* The child writes where it may not, after it has let go of the lock, and dies
   of SIGSEGV; the parent reports that as a shell would. To find: 1 crashed, a
   note. Exits 139. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    struct rlimit none = {0, 0};
    pthread_mutexattr_t attr;
    pthread_mutex_t *mutex;
    char *forbidden;
    int status;

    setrlimit(RLIMIT_CORE, &none);
    mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    forbidden =
        mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mutex == MAP_FAILED || forbidden == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(mutex, &attr);
    switch (fork()) {
    case -1:
        perror("fork");
        return 1;
    case 0:
        pthread_mutex_lock(mutex);
        pthread_mutex_unlock(mutex);
        *forbidden = 'x';
        _exit(0);
    }
    if (wait(&status) == -1) {
        perror("wait");
        return 1;
    }
    pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
    if (WIFSIGNALED(status)) {
        fprintf(stderr, "child killed by signal %d\n", WTERMSIG(status));
        return 128 + WTERMSIG(status);
    }
    return 1;
}
