/* Parent and child both hold the writing end of the pipe that the child reads
   to its end, which never comes. To find: 1 stuck, though no lock is in it.
   Hangs. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    int ends[2];
    char c;

    if (pipe(ends) == -1) {
        perror("pipe");
        return EXIT_FAILURE;
    }
    switch (fork()) {
    case -1:
        perror("fork");
        return EXIT_FAILURE;
    case 0:
        while (read(ends[0], &c, 1) == 1)
            continue;
        _exit(EXIT_SUCCESS);
    default:
        return wait(NULL) == -1 ? EXIT_FAILURE : EXIT_SUCCESS;
    }
}
