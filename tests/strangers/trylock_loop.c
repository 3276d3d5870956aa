/* The parent polls a lock that the child holds. The child lets go when it
   hears that the parent has failed once. EBUSY from trylock is an answer, not
   a mistake. Nothing to find. Exits 0. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    pthread_mutex_t *m;
    pthread_mutexattr_t a;
    int held[2], failed[2], n = 0;
    char c;

    m = mmap(0, sizeof *m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
             -1, 0);
    if (m == MAP_FAILED || pipe(held) || pipe(failed)) {
        perror("trylock_loop");
        return 1;
    }
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(m, &a);
    switch (fork()) {
    case -1:
        perror("trylock_loop");
        return 1;
    case 0:
        pthread_mutex_lock(m);
        if (write(held[1], "h", 1) != 1 || read(failed[0], &c, 1) != 1)
            _exit(1);
        pthread_mutex_unlock(m);
        _exit(0);
    }
    if (read(held[0], &c, 1) != 1)
        return 1;
    while (pthread_mutex_trylock(m) == EBUSY) {
        if (n++ == 0 && write(failed[1], "f", 1) != 1)
            return 1;
        sched_yield();
    }
    pthread_mutex_unlock(m);
    wait(NULL);
    puts(n > 0 ? "had to wait" : "did not have to wait");
    return n > 0 ? 0 : 1;
}
