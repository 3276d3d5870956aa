/* A child of vfork that leaves at once, then an ordinary one: neither is taken
   for the other. Nothing to find. Exits 7, the second one's status. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    int status;
    pid_t pid = vfork();

    if (pid == 0)
        _exit(3);
    if (pid == -1 || waitpid(pid, &status, 0) != pid ||
        WEXITSTATUS(status) != 3)
        return EXIT_FAILURE;
    pid = fork();
    if (pid == 0)
        _exit(7);
    if (pid == -1 || waitpid(pid, &status, 0) != pid)
        return EXIT_FAILURE;
    return WEXITSTATUS(status);
}
