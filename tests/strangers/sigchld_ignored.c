/* SIGCHLD is ignored, so the kernel reaps the children; wait() comes back,
   when the last has gone, with ECHILD. Nothing to find: no zombie is left.
   Exits 0. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    int i;

    if (signal(SIGCHLD, SIG_IGN) == SIG_ERR) {
        perror("signal");
        exit(1);
    }
    for (i = 0; i < 3; i++) {
        switch (fork()) {
        case -1:
            perror("fork");
            exit(1);
        case 0:
            _exit(i);
        }
    }
    if (wait(NULL) != -1 || errno != ECHILD) {
        fprintf(stderr, "somebody was left to wait for\n");
        exit(1);
    }
    exit(0);
}
