/* An error-checking mutex, and errors to check: the child locks it twice
   (EDEADLK), the parent unlocks it while the child holds it (EPERM).
   To find: 2 misuse; neither call did anything. Exits 0. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(x)                                                              \
    do {                                                                      \
        if (!(x)) {                                                           \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);           \
            _exit(1);                                                         \
        }                                                                     \
    } while (0)

int
main(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t *mtx;
    int up[2], down[2], status;
    pid_t pid;
    char ch;

    mtx = mmap(NULL, sizeof(*mtx), PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(mtx != MAP_FAILED);
    CHECK(pipe(up) == 0 && pipe(down) == 0);
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
    CHECK(pthread_mutex_init(mtx, &attr) == 0);
    CHECK((pid = fork()) != -1);
    if (pid == 0) {
        CHECK(pthread_mutex_lock(mtx) == 0);
        CHECK(pthread_mutex_lock(mtx) == EDEADLK);
        CHECK(write(up[1], "x", 1) == 1);
        CHECK(read(down[0], &ch, 1) == 1);
        CHECK(pthread_mutex_unlock(mtx) == 0);
        _exit(0);
    }
    CHECK(read(up[0], &ch, 1) == 1);
    CHECK(pthread_mutex_unlock(mtx) == EPERM);
    CHECK(write(down[1], "x", 1) == 1);
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    return 0;
}
