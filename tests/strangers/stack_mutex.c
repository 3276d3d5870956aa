/* A mutex on the stack of a function that is called again and again: made anew
   at the same address each time, never destroyed, never in use by then, and
   used by threads of one process only. Nothing to find. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct job {
    pthread_mutex_t *lock;
    int *sum;
    int n;
};

static void *
add(void *p)
{
    struct job *job = p;

    pthread_mutex_lock(job->lock);
    *job->sum += job->n;
    pthread_mutex_unlock(job->lock);
    return NULL;
}

static int
sum_of(int a, int b)
{
    pthread_mutex_t lock;
    int sum = 0;
    struct job jobs[2] = {{&lock, &sum, a}, {&lock, &sum, b}};
    pthread_t t[2];

    pthread_mutex_init(&lock, NULL);
    if (pthread_create(&t[0], NULL, add, &jobs[0]) ||
        pthread_create(&t[1], NULL, add, &jobs[1]))
        exit(1);
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    return sum;
}

int
main(void)
{
    int i, st, bad = 0;
    pid_t pid = fork(); /* the same addresses in both, not the same mutexes */

    if (pid < 0) {
        perror("fork");
        return 1;
    }
    for (i = 0; i < 5; i++)
        if (sum_of(i, 10) != i + 10)
            bad = 1;
    if (pid == 0)
        _exit(bad);
    if (waitpid(pid, &st, 0) < 0 || st != 0)
        bad = 1;
    return bad;
}
