/* Robust mutexes whose owners live: three children count under one, each
   unlocks before it exits. Nothing to find. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    pthread_mutex_t mutex;
    unsigned long n;
} count_t;

static void
must(int e, const char *what)
{
    if (e) {
        fprintf(stderr, "%s: %s\n", what, strerror(e));
        exit(EXIT_FAILURE);
    }
}

int
main(void)
{
    pthread_mutexattr_t attr;
    count_t *count;
    int i, j;

    count = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (count == MAP_FAILED)
        return EXIT_FAILURE;
    must(pthread_mutexattr_init(&attr), "attr");
    must(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED),
         "pshared");
    must(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST), "robust");
    must(pthread_mutex_init(&count->mutex, &attr), "mutex");
    for (i = 0; i < 3; i++) {
        pid_t pid = fork();

        if (pid == -1)
            return EXIT_FAILURE;
        if (pid == 0) {
            for (j = 0; j < 10; j++) {
                must(pthread_mutex_lock(&count->mutex), "lock");
                count->n++;
                must(pthread_mutex_unlock(&count->mutex), "unlock");
            }
            _exit(EXIT_SUCCESS);
        }
    }
    while (wait(NULL) > 0)
        continue;
    must(pthread_mutex_destroy(&count->mutex), "destroy");
    return count->n == 30 ? EXIT_SUCCESS : EXIT_FAILURE;
}
