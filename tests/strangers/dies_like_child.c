/* The child is ended by SIGTERM; the parent, a good wrapper, then ends itself
   by the same signal, so that its own parent sees it. Nothing to find.
   Ends by SIGTERM (15). */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    int status;
    pid_t pid;

    signal(SIGTERM, SIG_DFL);
    pid = fork();
    if (pid < 0) {
        perror("fork");
        return 1;
    }
    if (pid == 0) {
        for (;;)
            pause();
    }
    if (kill(pid, SIGTERM) < 0 || waitpid(pid, &status, 0) < 0) {
        perror("dies_like_child");
        return 1;
    }
    if (WIFSIGNALED(status))
        raise(WTERMSIG(status));
    return 1;
}
