/* vfork, then exec of this program in another role, twice; the second time the
   exec fails and the child says so with 127. Nothing to find. Exits 0. */
#define _GNU_SOURCE 1
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static int
run(const char *path, char **argv)
{
    int status;
    pid_t pid;

    if ((pid = vfork()) == -1) {
        perror("vfork");
        exit(1);
    }
    if (pid == 0) {
        (void)execv(path, argv);
        _exit(127);
    }
    while (waitpid(pid, &status, 0) == -1)
        ;
    return (WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

int
main(int argc, char **argv)
{
    static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
    static char role[] = "role";
    char *args[3];

    (void)pthread_mutex_lock(&m);
    (void)pthread_mutex_unlock(&m);
    if (argc > 1)
        return (5);
    args[0] = argv[0];
    args[1] = role;
    args[2] = NULL;
    if (run("/proc/self/exe", args) != 5)
        return (1);
    if (run("/nonexistent/program", args) != 127)
        return (1);
    return (0);
}
