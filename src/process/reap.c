/* reap: a child that has ended stays, as a zombie, until its parent asks how
   it ended. SIGCHLD says "at least one has ended", not how many.

   Look at the statuses, each in words, and at the end: ECHILD, no child is
   left. --break=nowait shows the zombie that remains when nobody asks;
   --break=onewait lets several children end while SIGCHLD is blocked: one
   signal arrives for all of them, and one waitpid is not enough.

     $ reap
     parent: child 1 exited 0
     parent: child 2 exited 7
     parent: child 3 was killed by SIGKILL
     parent: child 4 was killed by SIGSEGV
     parent: no child is left (ECHILD)

   See also: wait(2), sigaction(2); POSIX, 2.4.1 Signal Generation and
   Delivery: a signal that is pending already may not be queued again. Next:
   process/stdio_twice.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "say.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 4 };

static const struct args about = {
    .name = "reap",
    .idea = "A child that ended is a zombie until it is waited for; one "
            "SIGCHLD may stand for many.",
    .breaks = {{"nowait", "nobody waits for the child: a zombie stays"},
               {"onewait", "one waitpid for each SIGCHLD: too few"}},
};

/* The library's own SIGCHLD handler would reap before we look: this program
   forks and waits for itself. */
static pid_t
fork_child(void (*end)(int), int number)
{
    pid_t pid = fork();

    if (pid == -1)
        die("fork");
    if (pid == 0) {
        char role[16];
        snprintf(role, sizeof role, "child %d", number);
        child_born(role);
        end(number);
        _exit(EXIT_HELD);
    }
    return pid;
}

/* Four ways to end. */
static void
end_somehow(int number)
{
    child_may_crash();
    if (number == 2)
        _exit(7);
    if (number == 3)
        raise(SIGKILL);
    if (number == 4)
        raise(SIGSEGV);
}

static void
end_well(int number)
{
    (void)number;
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

static int
wait_for(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) == -1)
        if (errno != EINTR)
            die("waitpid");
    return status;
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

static void
expect_none_left(void)
{
    promise(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD,
            "no child left (ECHILD), seen: there is one");
    say("no child is left (ECHILD)");
}

static void
reap_all(void)
{
    static const int expected[CHILDREN] = {0, 7, SIGKILL, SIGSEGV};
    pid_t pids[CHILDREN];

    for (int i = 0; i < CHILDREN; i++)
        pids[i] = fork_child(end_somehow, i + 1);
    for (int i = 0; i < CHILDREN; i++) {
        char words[64];
        int status = wait_for(pids[i]);
        int seen = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);

        say("child %d %s", i + 1, child_words(status, words, sizeof words));
        promise(seen == expected[i] && WIFSIGNALED(status) == (i >= 2),
                "%d, seen: %d", expected[i], seen);
    }
}

static void
leave_a_zombie(void)
{
    pid_t pid = fork_child(end_well, 1);
    char state;

    await_end(pid);
    state = state_of(pid);
    say("child 1 has ended, nobody waited: its state is %c", state);
    promise(state == 'Z', "state Z, seen: %c", state);
    say("a zombie keeps its number and its status until it is waited for");
    wait_for(pid);
}

static volatile sig_atomic_t signals, reaped;

/* The mistake: one SIGCHLD, one waitpid. Right is a loop until there is no
   ended child any more: while (waitpid(-1, &status, WNOHANG) > 0). */
static void
reap_one(int number)
{
    int keep = errno;

    (void)number;
    signals++;
    if (waitpid(-1, NULL, WNOHANG) > 0)
        reaped++;
    errno = keep;
}

/* With SIGCHLD blocked until all have ended, the kernel has one bit to
   remember them by. */
static void
wait_once(void)
{
    struct sigaction action = {.sa_handler = reap_one};
    pid_t pids[CHILDREN];
    sigset_t set, before;
    int zombies = 0;

    sigemptyset(&action.sa_mask);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &before);
    if (sigaction(SIGCHLD, &action, NULL) == -1)
        die("sigaction SIGCHLD");
    for (int i = 0; i < CHILDREN; i++)
        pids[i] = fork_child(end_well, i + 1);
    for (int i = 0; i < CHILDREN; i++)
        await_end(pids[i]);
    sigprocmask(SIG_SETMASK, &before, NULL);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        zombies++;
    say("%d children have ended: %d SIGCHLD came, %d was reaped", CHILDREN,
        (int)signals, (int)reaped);
    promise(signals == 1 && zombies == CHILDREN - 1,
            "1 signal and %d zombies, seen: %d and %d", CHILDREN - 1,
            (int)signals, zombies);
    say("%d zombies were left; a loop of waitpid reaped them", zombies);
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    if (args_broken("nowait"))
        leave_a_zombie();
    else if (args_broken("onewait"))
        wait_once();
    else
        reap_all();
    expect_none_left();
    return EXIT_HELD;
}
