/* fork and exec of a second program (this one, argv[1] "second", argv[2] the
   number of a descriptor): both map the same shared memory object, which has
   lost its name, and lock the mutex in it. Nothing to find. Exits 0. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define errExit(msg)                                                          \
    do {                                                                      \
        perror(msg);                                                          \
        exit(EXIT_FAILURE);                                                   \
    } while (0)

struct shbuf {
    pthread_mutex_t mtx;
    int cnt;
};

static void
useBuf(struct shbuf *b)
{
    for (int j = 0; j < 50; j++) {
        pthread_mutex_lock(&b->mtx);
        b->cnt++;
        pthread_mutex_unlock(&b->mtx);
    }
}

int
main(int argc, char *argv[])
{
    struct shbuf *b;
    char name[64], num[16];
    int fd, status;
    int second = argc == 3 && strcmp(argv[1], "second") == 0;

    if (second) {
        fd = atoi(argv[2]);
    } else {
        snprintf(name, sizeof(name), "/stranger-%ld", (long)getpid());
        fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
        if (fd == -1)
            errExit("shm_open");
        if (shm_unlink(name) == -1)
            errExit("shm_unlink");
        if (ftruncate(fd, sizeof(*b)) == -1 || fcntl(fd, F_SETFD, 0) == -1)
            errExit("ftruncate or fcntl");
    }
    b = mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (b == MAP_FAILED)
        errExit("mmap");
    if (second) {
        useBuf(b);
        exit(EXIT_SUCCESS);
    }
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&b->mtx, &attr);
    switch (fork()) {
    case -1:
        errExit("fork");
    case 0:
        snprintf(num, sizeof(num), "%d", fd);
        execl("/proc/self/exe", argv[0], "second", num, (char *)NULL);
        _exit(127);
    }
    useBuf(b);
    if (wait(&status) == -1)
        errExit("wait");
    exit(status == 0 && b->cnt == 100 ? EXIT_SUCCESS : EXIT_FAILURE);
}
