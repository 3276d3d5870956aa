/* Two threads of one child take two static, process-private mutexes in
   opposite orders; a barrier sees to it that each has its first.
   To find: 1 deadlock (two threads of the same process). Hangs. */
#include <err.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both;

static void *
left_then_right(void *arg)
{
    pthread_mutex_lock(&left);
    pthread_barrier_wait(&both);
    pthread_mutex_lock(&right);
    pthread_mutex_unlock(&right);
    pthread_mutex_unlock(&left);
    return arg;
}

static void *
right_then_left(void *arg)
{
    pthread_mutex_lock(&right);
    pthread_barrier_wait(&both);
    pthread_mutex_lock(&left);
    pthread_mutex_unlock(&left);
    pthread_mutex_unlock(&right);
    return arg;
}

int
main(void)
{
    pthread_t t[2];
    int status;
    pid_t pid;

    pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid > 0) {
        if (waitpid(pid, &status, 0) < 0)
            err(1, "waitpid");
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    }
    pthread_barrier_init(&both, NULL, 2);
    if (pthread_create(&t[0], NULL, left_then_right, NULL) != 0 ||
        pthread_create(&t[1], NULL, right_then_left, NULL) != 0)
        errx(1, "pthread_create");
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    return 0;
}
