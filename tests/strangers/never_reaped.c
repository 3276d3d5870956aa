/* The parent sees its child end (WNOWAIT leaves it a zombie) and never waits
   for it in earnest. To find: 1 not-reaped. Exits 0. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
    siginfo_t info;
    pid_t pid;

    (void)argc;
    pid = fork();
    if (pid == (pid_t)-1) {
        perror(argv[0]);
        return EXIT_FAILURE;
    }
    if (!pid)
        _exit(3);
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == -1) {
        perror(argv[0]);
        return EXIT_FAILURE;
    }
    if (info.si_code != CLD_EXITED || info.si_status != 3)
        return EXIT_FAILURE;
    puts("the child is done");
    return EXIT_SUCCESS;
}
