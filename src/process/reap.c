/* reap: a child that has ended stays, as a zombie, until its parent asks how
   it ended. SIGCHLD says "at least one has ended", not how many.

   Four children end in four ways while SIGCHLD is blocked, so that all four
   have ended when it comes. Look at the number of signals. Break it:
   --break=onewait calls waitpid once for each signal instead of in a loop;
   --break=nowait has no handler at all, and shows the zombie.

     $ reap
     parent: 4 children have ended: 1 SIGCHLD came, 4 were reaped
     parent: child 1 exited 0
     parent: child 2 exited 7
     parent: child 3 was killed by SIGKILL
     parent: child 4 was killed by SIGSEGV
     parent: no child is left (ECHILD)

   See also: wait(2), sigaction(2); POSIX, 2.4.1 Signal Generation and
   Delivery: whether a signal that is pending already is queued again is up to
   the system. Next: process/stdio_twice.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "say.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 4 };

static const struct args about = {
    .name = "reap",
    .idea = "A child that ended is a zombie until it is waited for; one "
            "SIGCHLD may stand for many.",
    .breaks = {{"nowait", "nobody waits for the children: zombies stay"},
               {"onewait", "one waitpid for each SIGCHLD: too few"}},
};

/* The handler and the main program both have them, never at the same time: the
   main program touches them while SIGCHLD is blocked, and when all children
   have ended. */
static pid_t pids[CHILDREN];
static int statuses[CHILDREN];
static volatile sig_atomic_t signals, reaped;

/* WNOHANG: 0 when there are children and none of them has ended. */
static void
reap_ended(bool all)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (int i = 0; i < CHILDREN; i++)
            if (pids[i] == pid)
                statuses[i] = status;
        reaped++;
        if (!all)
            return;
    }
}

/* A signal that is pending already is the same signal still: children that end
   meanwhile add nothing to it. Hence the loop, until waitpid finds no more. */
static void
on_child(int number)
{
    int keep = errno;

    (void)number;
    signals++;
    reap_ended(!args_broken("onewait"));
    errno = keep;
}

/* Four ways to end. This program forks for itself: the library's own SIGCHLD
   handler would reap before we look. */
static pid_t
fork_child(int number)
{
    pid_t pid = fork();
    char role[16];

    if (pid == -1)
        die("fork");
    if (pid != 0)
        return pid;
    snprintf(role, sizeof role, "child %d", number);
    child_born(role);
    child_may_crash();
    if (number == 2)
        _exit(7);
    if (number > 2)
        raise(number == 3 ? SIGKILL : SIGSEGV);
    _exit(EXIT_HELD);
}

/* Wait until PID has ended, and leave it a zombie: WNOWAIT only looks. */
static void
await_end(pid_t pid)
{
    siginfo_t info;

    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == -1)
        if (errno != EINTR)
            die("waitid");
}

/* The state letter of PID in /proc: R runs, S sleeps, Z zombie. */
static char
state_of(pid_t pid)
{
    char path[64], state = '?';
    FILE *file;

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    file = fopen(path, "r");
    if (file == NULL)
        die_missing("a /proc that shows the state of a process");
    if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        state = '?';
    fclose(file);
    return state;
}

/* Fork all and let SIGCHLD through when the last one has ended. */
static void
let_them_end(void)
{
    struct sigaction action = {.sa_handler = on_child};
    sigset_t set, before;

    sigemptyset(&action.sa_mask);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &before);
    if (!args_broken("nowait") && sigaction(SIGCHLD, &action, NULL) == -1)
        die("sigaction SIGCHLD");
    for (int i = 0; i < CHILDREN; i++)
        pids[i] = fork_child(i + 1);
    for (int i = 0; i < CHILDREN; i++)
        await_end(pids[i]);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void
tell_statuses(void)
{
    static const int expected[CHILDREN] = {0, 7, SIGKILL, SIGSEGV};
    char words[64];

    for (int i = 0; i < CHILDREN; i++) {
        int status = statuses[i];
        int seen = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);

        say("child %d %s", i + 1, child_words(status, words, sizeof words));
        promise(seen == expected[i] && WIFSIGNALED(status) == (i >= 2),
                "%d, seen: %d", expected[i], seen);
    }
}

int
main(int argc, char **argv)
{
    int handled, left;
    char state = 'Z';

    args_parse(&about, argc, argv);
    handled = !args_broken("nowait");
    left = !handled ? CHILDREN : args_broken("onewait") ? CHILDREN - 1 : 0;
    let_them_end();
    if (handled)
        say("%d children have ended: %d SIGCHLD came, %d %s reaped", CHILDREN,
            (int)signals, (int)reaped, reaped == 1 ? "was" : "were");
    else
        say("child 1 has ended, nobody waited: its state is %c",
            state = state_of(pids[0]));
    promise(signals == handled && reaped == CHILDREN - left && state == 'Z',
            "%d signals and %d zombies, seen: %d and %d, state %c", handled,
            left, (int)signals, CHILDREN - (int)reaped, state);
    if (left > 0) {
        say("%d zombies keep their numbers and statuses; a loop reaps them",
            left);
        reap_ended(true);
    }
    tell_statuses();
    promise(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD,
            "no child left (ECHILD), seen: there is one");
    say("no child is left (ECHILD)");
    return EXIT_HELD;
}
