/* my first fork program, exercise 4
   the child calls deposit() which calls add() and both take the lock,
   a normal one: it waits for itself.
   To find: 1 deadlock (a cycle of one). Hangs. */
#include <stdio.h>
#include <stdlib.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct account {
    pthread_mutex_t lock;
    int money;
} * acc;

void add(int);
void deposit(int);

void
add(int n)
{
    pthread_mutex_lock(&acc->lock);
    acc->money = acc->money + n;
    pthread_mutex_unlock(&acc->lock);
}

void
deposit(int n)
{
    pthread_mutex_lock(&acc->lock);
    if (n > 0)
        add(n);
    pthread_mutex_unlock(&acc->lock);
}

int
main(void)
{
    pthread_mutexattr_t a;
    int pid;

    acc = mmap(0, sizeof(struct account), PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (acc == MAP_FAILED) {
        printf("no memory\n");
        exit(1);
    }
    pthread_mutexattr_init(&a);
    pthread_mutexattr_settype(&a, PTHREAD_MUTEX_NORMAL);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&acc->lock, &a);

    pid = fork();
    if (pid < 0) {
        printf("no fork\n");
        exit(1);
    }
    if (pid == 0) {
        deposit(5);
        exit(0);
    }
    wait(0);
    printf("money %d\n", acc->money);
    return 0;
}
