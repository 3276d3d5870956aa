/*
 * System V throughout: shmget, shmat, shmctl, and a mutex in the segment. The
 * segment is removed at the end. Nothing to find. Exits 0.
 */
#include <sys/types.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NPROC 4
#define NLOOP 25

struct seg {
    pthread_mutex_t s_lock;
    int s_sum;
};

static int shmid = -1;

static void
fatal(char *msg)
{
    perror(msg);
    if (shmid != -1)
        (void)shmctl(shmid, IPC_RMID, (struct shmid_ds *)0);
    exit(1);
}

int
main(void)
{
    struct seg *sp;
    pthread_mutexattr_t ma;
    int i, j, sum;

    if ((shmid = shmget(IPC_PRIVATE, sizeof(struct seg), IPC_CREAT | 0600)) ==
        -1)
        fatal("shmget");
    if ((sp = (struct seg *)shmat(shmid, (char *)0, 0)) == (struct seg *)-1)
        fatal("shmat");
    (void)pthread_mutexattr_init(&ma);
    (void)pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    (void)pthread_mutex_init(&sp->s_lock, &ma);
    for (i = 0; i < NPROC; i++)
        switch (fork()) {
        case -1:
            fatal("fork");
            break;
        case 0:
            for (j = 0; j < NLOOP; j++) {
                (void)pthread_mutex_lock(&sp->s_lock);
                sp->s_sum += i;
                (void)pthread_mutex_unlock(&sp->s_lock);
            }
            if (shmdt((char *)sp) == -1)
                _exit(1);
            _exit(0);
        }
    while (wait((int *)0) != -1)
        ;
    sum = sp->s_sum;
    if (shmdt((char *)sp) == -1)
        fatal("shmdt");
    if (shmctl(shmid, IPC_RMID, (struct shmid_ds *)0) == -1)
        fatal("shmctl");
    printf("sum %d\n", sum);
    exit(sum == NLOOP * (0 + 1 + 2 + 3) ? 0 : 1);
}
