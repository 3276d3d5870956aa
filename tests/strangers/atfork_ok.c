/* pthread_atfork as it is meant: prepare locks, parent and child each unlock,
   the child its own copy, which its parent had locked. Nothing to find.
   Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int uses;

static void
prepare(void)
{
    pthread_mutex_lock(&lock);
}

static void
release(void)
{
    pthread_mutex_unlock(&lock);
}

static void *
use(void *arg)
{
    pthread_mutex_lock(&lock);
    uses++;
    pthread_mutex_unlock(&lock);
    return arg;
}

int
main(void)
{
    pthread_t t;
    int status;
    pid_t pid;

    if (pthread_atfork(prepare, release, release) != 0)
        return 1;
    if (pthread_create(&t, NULL, use, NULL) != 0)
        return 1;
    switch (pid = fork()) {
    case -1:
        perror("fork");
        return 1;
    case 0:
        use(NULL);
        _exit(0);
    default:
        use(NULL);
        pthread_join(t, NULL);
        if (waitpid(pid, &status, 0) == -1 || status != 0)
            return 1;
    }
    return uses == 2 ? 0 : 1;
}
