/* A careful child: it closes every descriptor but the first three, goes to /,
   clears its environment and executes this program again as "again PATH",
   which maps the parent's file by name. Nothing to find; both programs are to
   be seen using the one mutex. Exits 0. */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    pthread_mutex_t mutex;
    int count;
};

static void
die(const char *what)
{
    perror(what);
    exit(1);
}

static void
increment(struct shared *s)
{
    pthread_mutex_lock(&s->mutex);
    s->count++;
    pthread_mutex_unlock(&s->mutex);
}

int
main(int argc, char **argv)
{
    char path[] = "/tmp/stranger.XXXXXX";
    int again = argc == 3 && !strcmp(argv[1], "again");
    pthread_mutexattr_t attr;
    struct shared *s;
    int fd, status;

    fd = again ? open(argv[2], O_RDWR) : mkstemp(path);
    if (fd < 0)
        die("open");
    if (!again && ftruncate(fd, sizeof *s) < 0)
        die("ftruncate");
    s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (s == MAP_FAILED)
        die("mmap");
    if (again) {
        increment(s);
        return 0;
    }
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&s->mutex, &attr);
    increment(s);
    switch (fork()) {
    case -1:
        die("fork");
        break;
    case 0:
        for (fd = 3; fd < 1024; fd++)
            close(fd);
        if (chdir("/") < 0)
            _exit(1);
        clearenv();
        execl("/proc/self/exe", argv[0], "again", path, (char *)NULL);
        _exit(127);
    }
    if (wait(&status) < 0)
        die("wait");
    unlink(path);
    increment(s);
    return status == 0 && s->count == 3 ? 0 : 1;
}
