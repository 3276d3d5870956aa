/* keeper: a process that outlives the others, for a moment. */
#include "config.h"

#include "child.h"
#include "die.h"
#include "keeper.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* The keeper's life. The library does not know it: it must not be ended with
   the family. No signal of the terminal reaches it, and it holds nothing open
   that anybody might wait for the end of. */
static _Noreturn void
keep(int fd, void (*remove)(int id), int id)
{
    sigset_t all;
    char byte;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    setsid();
    for (int other = 0; other < 256; other++)
        if (other != fd)
            close(other);
    while (read(fd, &byte, 1) == -1 && errno == EINTR)
        continue;
    remove(id);
    _exit(0);
}

/* Those that are at work: there is one for each direction. */
static struct keeper known[2];

/* The family ends early: have all of it removed before the program is gone,
   so that whoever waits for the program finds nothing left. Called from
   signal handlers: close and waitpid may be. */
static void
stop_all(void)
{
    for (int i = 0; i < 2; i++)
        if (known[i].pid > 0)
            keeper_stop(&known[i]);
}

struct keeper
keeper_start(void (*remove)(int id), int id)
{
    struct keeper keeper;
    int ends[2];

    if (pipe(ends) == -1) {
        remove(id);
        die("pipe for the keeper");
    }
    child_hold();
    keeper.pid = fork();
    if (keeper.pid == 0)
        keep(ends[0], remove, id);
    child_go_on();
    close(ends[0]);
    if (keeper.pid == -1) {
        remove(id);
        die("fork the keeper");
    }
    keeper.fd = ends[1];
    known[known[0].pid > 0] = keeper;
    child_at_end(stop_all);
    return keeper;
}

void
keeper_stop(struct keeper *keeper)
{
    pid_t pid = keeper->pid;

    close(keeper->fd);
    while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
        continue;
    for (int i = 0; i < 2; i++)
        if (known[i].pid == pid)
            known[i].pid = 0;
}
