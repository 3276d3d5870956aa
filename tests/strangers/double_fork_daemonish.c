/* The usual double fork: the child exits at once and is reaped, the grandchild
   is adopted by init and does the work; the end of a pipe tells that it has
   ended. Nothing to find: the grandchild is not the parent's to reap.
   Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    pthread_mutex_t mutex;
    int done;
};

static void
daemonish(struct shared *s)
{
    pthread_mutex_lock(&s->mutex);
    s->done = 1;
    pthread_mutex_unlock(&s->mutex);
    _exit(0);
}

int
main(void)
{
    struct shared *s;
    pthread_mutexattr_t attr;
    int alive[2];
    pid_t pid;
    char c;

    s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED || pipe(alive) < 0) {
        perror("double_fork_daemonish");
        return 1;
    }
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&s->mutex, &attr);

    if ((pid = fork()) < 0) {
        perror("fork error");
        return 1;
    } else if (pid == 0) { /* first child */
        if ((pid = fork()) < 0)
            _exit(1);
        if (pid > 0)
            _exit(0); /* parent from second fork == first child */
        daemonish(s);
    }
    if (waitpid(pid, NULL, 0) != pid) {
        perror("waitpid error");
        return 1;
    }
    close(alive[1]);
    if (read(alive[0], &c, 1) != 0)
        return 1;
    pthread_mutex_lock(&s->mutex);
    printf("the daemon has %s\n", s->done ? "worked" : "not worked");
    pthread_mutex_unlock(&s->mutex);
    return s->done ? 0 : 1;
}
