/* Each process has its own copy of a static mutex, at the same address, and
   both hold theirs at the same time: the pipes see to that. Nothing to find:
   these are two objects, and each is used by one process. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int
meet(int in, int out)
{
    int met;
    char c;

    pthread_mutex_lock(&mutex);
    met = write(out, "?", 1) == 1 && read(in, &c, 1) == 1;
    pthread_mutex_unlock(&mutex);
    return met ? 0 : 1;
}

int
main(void)
{
    int up[2], down[2], status, bad;

    if (pipe(up) == -1 || pipe(down) == -1) {
        perror("pipe");
        return 1;
    }
    switch (fork()) {
    case -1:
        perror("fork");
        return 1;
    case 0:
        _exit(meet(down[0], up[1]));
    }
    bad = meet(up[0], down[1]);
    if (wait(&status) == -1 || status != 0)
        bad = 1;
    return bad;
}
