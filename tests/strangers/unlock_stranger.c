/* A mutex used as a signal: the parent takes it, the child "posts" it when
   its work is done. Works here, but only the one who locked may unlock.
   To find: 1 unlock-by-non-owner (the child). The parent hears of it before
   it locks again, so nobody ever waits. Exits 0. */
#include <stdio.h>
#include <stdlib.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct page {
    pthread_mutex_t done;
    int result;
};

int
main(void)
{
    struct page *pg;
    pthread_mutexattr_t at;
    int pfd[2];
    char c;

    pg = mmap(0, sizeof(struct page), PROT_READ | PROT_WRITE,
              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pg == MAP_FAILED || pipe(pfd) != 0) {
        fprintf(stderr, "cannot start\n");
        return 1;
    }
    pthread_mutexattr_init(&at);
    pthread_mutexattr_setpshared(&at, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&pg->done, &at);

    pthread_mutex_lock(&pg->done);
    if (fork() == 0) {
        pg->result = 6 * 7;
        pthread_mutex_unlock(&pg->done); /* not mine */
        if (write(pfd[1], "d", 1) != 1)
            _exit(1);
        _exit(0);
    }
    if (read(pfd[0], &c, 1) != 1)
        return 1;
    pthread_mutex_lock(&pg->done);
    printf("the result is %d\n", pg->result);
    pthread_mutex_unlock(&pg->done);
    wait(NULL);
    return 0;
}
