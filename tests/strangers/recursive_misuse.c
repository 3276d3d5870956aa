/* The child counts wrongly: it locks a recursive mutex twice and unlocks it
   three times; the third answers EPERM. To find: 1 misuse. Exits 0. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int
thrice(pthread_mutex_t *m)
{
    int i, e = 0;

    for (i = 0; i < 2; i++)
        if ((e = pthread_mutex_lock(m)) != 0)
            return e;
    for (i = 0; i < 3; i++)
        e = pthread_mutex_unlock(m);
    return e;
}

int
main(void)
{
    pthread_mutexattr_t a;
    pthread_mutex_t *m;
    int st;

    m = mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (m == MAP_FAILED)
        return 1;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(m, &a);
    switch (fork()) {
    case -1:
        return 1;
    case 0:
        _exit(thrice(m) == EPERM ? 0 : 1);
    }
    if (wait(&st) == -1)
        return 1;
    return WIFEXITED(st) ? WEXITSTATUS(st) : 1;
}
