/* Sixteen children, each of which locks twenty times: many lanes, few events.
   Nothing to find. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    struct {
        pthread_mutex_t m;
        int turn[16];
        int total;
    } * p;
    pthread_mutexattr_t at;
    int i, k;

    p = mmap(0, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
             -1, 0);
    if (p == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    pthread_mutexattr_init(&at);
    pthread_mutexattr_setpshared(&at, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&p->m, &at);
    for (i = 0; i < 16; i++) {
        int pid = fork();

        if (pid < 0) {
            perror("fork");
            exit(1);
        }
        if (pid == 0) {
            for (k = 0; k < 20; k++) {
                pthread_mutex_lock(&p->m);
                p->turn[i]++;
                p->total++;
                pthread_mutex_unlock(&p->m);
            }
            _exit(0);
        }
    }
    while (wait(0) > 0)
        ;
    for (i = 0; i < 16; i++)
        if (p->turn[i] != 20)
            exit(1);
    printf("%d\n", p->total);
    return p->total == 320 ? 0 : 1;
}
