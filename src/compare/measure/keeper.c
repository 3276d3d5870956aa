/* keeper: a process that outlives the others, for a moment. */
#include "config.h"

#include "child.h"
#include "die.h"
#include "keeper.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Those that are at work: there is one for each direction. */
static struct keeper known[2];

/* What the keeper says when it has made the thing. */
struct made {
    int id, error;
};

/* The keeper's life. The library does not know it: it must not be ended with
   the family. No signal of the terminal reaches it, and it holds nothing open
   that anybody might wait for the end of. If its parent has died before it
   could hear, the write fails, or it is read by nobody; then the read finds
   the end at once. */
static _Noreturn void
keep(int from, int hold, int to, int (*make)(void), void (*remove)(int id))
{
    struct made made = {-1, 0};
    sigset_t all;
    char byte;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    setsid();
    /* First of all what would keep this one, or the other, from its end. */
    close(hold);
    for (int i = 0; i < 2; i++)
        if (known[i].pid > 0)
            close(known[i].fd);
    for (int other = 0; other < 256; other++)
        if (other != from && other != to)
            close(other);
    made.id = make();
    made.error = errno;
    if (write(to, &made, sizeof made) == -1 && made.id == -1)
        _exit(1);
    close(to);
    while (read(from, &byte, 1) == -1 && errno == EINTR)
        continue;
    if (made.id != -1)
        remove(made.id);
    _exit(0);
}

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

int
keeper_start(struct keeper *keeper, int (*make)(void), void (*remove)(int id))
{
    struct made made = {-1, EIO};
    int hold[2], back[2];

    if (pipe(hold) == -1 || pipe(back) == -1)
        die("pipe for the keeper");
    child_hold();
    keeper->pid = fork();
    if (keeper->pid == -1)
        die("fork the keeper");
    if (keeper->pid == 0)
        keep(hold[0], hold[1], back[1], make, remove);
    keeper->fd = hold[1];
    known[known[0].pid > 0] = *keeper;
    child_at_end(stop_all);
    child_go_on();
    close(hold[0]);
    close(back[1]);
    while (read(back[0], &made, sizeof made) == -1 && errno == EINTR)
        continue;
    close(back[0]);
    if (made.id == -1) {
        keeper_stop(keeper);
        errno = made.error;
    }
    return made.id;
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
