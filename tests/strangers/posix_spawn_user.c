/* posix_spawn of /bin/echo, a program of the system (so of the system's C
   library, whichever this one was built with), its output through a pipe.
   Nothing to find, and nothing on stderr. Exits 0. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int
main(void)
{
    static char echo[] = "echo", hello[] = "hello";
    char *args[] = {echo, hello, NULL};
    posix_spawn_file_actions_t actions;
    char line[80];
    int fd[2], e, status;
    pid_t pid;
    FILE *in;

    if (pipe(fd) == -1) {
        perror("pipe");
        return EXIT_FAILURE;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, fd[0]);
    posix_spawn_file_actions_addclose(&actions, fd[1]);
    e = posix_spawn(&pid, "/bin/echo", &actions, NULL, args, environ);
    if (e != 0) {
        fprintf(stderr, "posix_spawn: %s\n", strerror(e));
        return EXIT_FAILURE;
    }
    posix_spawn_file_actions_destroy(&actions);
    close(fd[1]);
    in = fdopen(fd[0], "r");
    if (in == NULL || fgets(line, sizeof line, in) == NULL)
        return EXIT_FAILURE;
    fclose(in);
    if (waitpid(pid, &status, 0) == -1 || status != 0)
        return EXIT_FAILURE;
    fputs(line, stdout);
    return strcmp(line, "hello\n") == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
