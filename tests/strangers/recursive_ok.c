/* A recursive mutex, in depth, by three processes at a time; its owner also
   tries it, which counts once more. Nothing to find. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct tree {
    pthread_mutex_t lock;
    unsigned leaves;
};

static struct tree *tree;

static void
grow(int depth)
{
    pthread_mutex_lock(&tree->lock);
    if (depth == 0) {
        if (pthread_mutex_trylock(&tree->lock) != 0)
            _exit(EXIT_FAILURE);
        tree->leaves++;
        pthread_mutex_unlock(&tree->lock);
    } else {
        grow(depth - 1);
        grow(depth - 1);
    }
    pthread_mutex_unlock(&tree->lock);
}

int
main(void)
{
    pthread_mutexattr_t attr;
    int i, status, failed = 0;

    tree = mmap(NULL, sizeof *tree, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (tree == MAP_FAILED)
        return EXIT_FAILURE;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&tree->lock, &attr);
    for (i = 0; i < 2; i++)
        switch (fork()) {
        case -1:
            return EXIT_FAILURE;
        case 0:
            grow(4);
            _exit(EXIT_SUCCESS);
        }
    grow(4);
    while (wait(&status) > 0)
        failed |= status;
    if (failed || tree->leaves != 3 * 16)
        return EXIT_FAILURE;
    pthread_mutex_destroy(&tree->lock);
    return EXIT_SUCCESS;
}
