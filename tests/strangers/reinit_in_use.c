/* Both processes run the same set-up code. The child is in the critical
   section when the parent comes to initialise the mutex once more.
   To find: 1 reinitialised-in-use. What follows from it (the child unlocks a
   mutex that nobody holds any more) is no further finding. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void
set_up(pthread_mutex_t *m)
{
    pthread_mutexattr_t a;
    int e;

    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    if ((e = pthread_mutex_init(m, &a)) != 0) {
        fprintf(stderr, "mutex: %s\n", strerror(e));
        exit(1);
    }
    pthread_mutexattr_destroy(&a);
}

int
main(void)
{
    pthread_mutex_t *m;
    int p[2], q[2], status;
    char c;

    m = mmap(NULL, sizeof(pthread_mutex_t), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (m == MAP_FAILED || pipe(p) == -1 || pipe(q) == -1) {
        perror("set-up");
        return 1;
    }
    switch (fork()) {
    case -1:
        perror("fork");
        return 1;
    case 0:
        set_up(m);
        pthread_mutex_lock(m);
        if (write(p[1], "1", 1) != 1 || read(q[0], &c, 1) != 1)
            _exit(1);
        pthread_mutex_unlock(m);
        _exit(0);
    }
    if (read(p[0], &c, 1) != 1)
        return 1;
    set_up(m);
    if (write(q[1], "2", 1) != 1)
        return 1;
    if (wait(&status) == -1 || status != 0)
        return 1;
    return 0;
}
