/* The child exits with the lock, a normal one; the parent reaps it and then
   wants the lock. To find: 1 held-at-exit (the child) and 1 stuck (the
   parent, on a process that has ended). Hangs. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void
die(const char *s)
{
    perror(s);
    exit(1);
}

int
main(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t *m;
    pid_t p;

    m = mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (m == MAP_FAILED)
        die("mmap");
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(m, &attr);

    p = fork();
    if (p < 0)
        die("fork");
    if (p == 0) {
        pthread_mutex_lock(m);
        _exit(0);
    }
    if (waitpid(p, NULL, 0) < 0)
        die("waitpid");
    pthread_mutex_lock(m);
    pthread_mutex_unlock(m);
    return 0;
}
