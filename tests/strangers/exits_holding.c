/* The child returns early, out of the middle of its critical section, and
 * exits. The parent reaps it, sees by trylock that the lock is not free, and
 * gives up. To find: 1 held-at-exit. Exits 0. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    pthread_mutex_t lock;
    int balance;
} acct_t;

static int
withdraw(acct_t *ap, int amount)
{
    (void)pthread_mutex_lock(&ap->lock);
    if (ap->balance < amount)
        return (-1); /* and the lock? */
    ap->balance -= amount;
    (void)pthread_mutex_unlock(&ap->lock);
    return (0);
}

int
main(void)
{
    acct_t *ap;
    pthread_mutexattr_t ma;
    pid_t pid;
    int status;

    ap = (acct_t *)mmap(NULL, sizeof(acct_t), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ap == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    (void)pthread_mutexattr_init(&ma);
    (void)pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    (void)pthread_mutex_init(&ap->lock, &ma);
    if ((pid = fork()) == -1) {
        perror("fork");
        exit(2);
    }
    if (pid == 0)
        exit(withdraw(ap, 100) == -1 ? 3 : 0);
    if (waitpid(pid, &status, 0) != pid) {
        perror("waitpid");
        exit(2);
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 3)
        exit(2);
    if (pthread_mutex_trylock(&ap->lock) != EBUSY)
        exit(2);
    (void)printf("the account is still locked\n");
    return (0);
}
