/* The error path unlocks, and then the common end does so once more: nobody
   holds the mutex by then. To find: 1 unlock-by-non-owner (the child's second
   unlock). Exits 0. */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct list {
    pthread_mutex_t mutex;
    int length;
};

static bool
push(struct list *list)
{
    bool ok = false;

    pthread_mutex_lock(&list->mutex);
    if (list->length >= 1) {
        pthread_mutex_unlock(&list->mutex);
        goto out;
    }
    list->length++;
    ok = true;
out:
    pthread_mutex_unlock(&list->mutex);
    return ok;
}

int
main(void)
{
    struct list *list;
    pthread_mutexattr_t attr;
    int status;
    pid_t pid;

    list = mmap(NULL, sizeof *list, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (list == MAP_FAILED) {
        perror("mmap");
        return EXIT_FAILURE;
    }
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&list->mutex, &attr);
    if (!push(list))
        return EXIT_FAILURE;
    pid = fork();
    if (pid < 0) {
        perror("fork");
        return EXIT_FAILURE;
    }
    if (pid == 0)
        _exit(push(list) ? EXIT_FAILURE : EXIT_SUCCESS);
    if (waitpid(pid, &status, 0) < 0 || status != 0)
        return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
