/* A thread holds an ordinary static mutex while the main thread forks. The
   child has a copy of the mutex, locked, and no thread that could unlock it.
   To find: 1 stuck (the child, on its own copy; the other thread's copy is
   unlocked in the parent). Hangs. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static int locked[2], forked[2];

static void
bail(const char *what)
{
    perror(what);
    _exit(EXIT_FAILURE);
}

static void *
logger(void *arg)
{
    char c;

    pthread_mutex_lock(&log_lock);
    if (write(locked[1], "", 1) != 1)
        bail("write");
    if (read(forked[0], &c, 1) != 1)
        bail("read");
    pthread_mutex_unlock(&log_lock);
    return arg;
}

int
main(void)
{
    pthread_t thread;
    pid_t pid;
    char c;

    if (pipe(locked) == -1 || pipe(forked) == -1)
        bail("pipe");
    if (pthread_create(&thread, NULL, logger, NULL) != 0)
        bail("pthread_create");
    if (read(locked[0], &c, 1) != 1)
        bail("read");
    pid = fork();
    if (pid == -1)
        bail("fork");
    if (pid == 0) {
        pthread_mutex_lock(&log_lock);
        pthread_mutex_unlock(&log_lock);
        _exit(EXIT_SUCCESS);
    }
    if (write(forked[1], "", 1) != 1)
        bail("write");
    pthread_join(thread, NULL);
    if (waitpid(pid, NULL, 0) == -1)
        bail("waitpid");
    return EXIT_SUCCESS;
}
