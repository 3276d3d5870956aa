/* child: the family of a program: fork, reap, and never leave one behind.

   The design in one paragraph. A table lists the children. A SIGCHLD handler
   reaps each child that has ended and keeps its status in the table;
   child_reap() sleeps in sigsuspend until the status is there. So a process
   number is never signalled after it was reaped: both happen with the
   signals blocked. What ends the family early (a signal, the deadline, a
   child that failed) ends it in the handler itself, whatever the main program
   is doing: it may be blocked on a mutex that will never be free. Therefore
   the handlers use nothing but system calls, the table, and functions that say
   they are async-signal-safe. */
#include "config.h"

#include "blocked.h"
#include "child.h"
#include "say.h"
#include "words.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#if HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#elif HAVE_SYS_PROCCTL_H
#include <sys/procctl.h>
#endif

struct kin {
    pid_t pid;
    int status; /* its wait status, once it has ended */
    bool ended; /* reaped: the number may belong to a stranger by now */
    unsigned long told; /* when child_reap() first told it; 0: not yet */
    enum fate { HEALTHY, MORTAL, DOOMED } fate;
    char role[32];
};

/* The table is written with the guarded signals blocked (see block()), hence
   never under the feet of a handler. */
static struct kin family[CHILD_MOST];
static int members;
static unsigned long telling; /* ends told so far */
static pid_t head; /* whose family it is; another process: not guarded yet */
static pid_t
    self; /* this process; right after a fork, its parent; 0: unknown */
static const char *doing = "runs";
static void (*at_end)(void); /* what to do last, once */

static const int guarded[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGCHLD};
enum { GUARDED = sizeof guarded / sizeof *guarded };

static sigset_t
guarded_set(void)
{
    sigset_t set;

    sigemptyset(&set);
    for (int i = 0; i < GUARDED; i++)
        sigaddset(&set, guarded[i]);
    return set;
}

/* Block the guarded signals; returns the mask to go back to. */
static sigset_t
block(void)
{
    sigset_t set = guarded_set(), before;

    sigprocmask(SIG_BLOCK, &set, &before);
    return before;
}

static void
restore(const sigset_t *mask)
{
    sigprocmask(SIG_SETMASK, mask, NULL);
}

const char *
child_signal_name(int number)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
        {SIGABRT, "SIGABRT"},     {SIGALRM, "SIGALRM"},
        {SIGBUS, "SIGBUS"},       {SIGCHLD, "SIGCHLD"},
        {SIGCONT, "SIGCONT"},     {SIGFPE, "SIGFPE"},
        {SIGHUP, "SIGHUP"},       {SIGILL, "SIGILL"},
        {SIGINT, "SIGINT"},       {SIGKILL, "SIGKILL"},
        {SIGPIPE, "SIGPIPE"},     {SIGQUIT, "SIGQUIT"},
        {SIGSEGV, "SIGSEGV"},     {SIGSTOP, "SIGSTOP"},
        {SIGSYS, "SIGSYS"},       {SIGTERM, "SIGTERM"},
        {SIGTRAP, "SIGTRAP"},     {SIGTSTP, "SIGTSTP"},
        {SIGTTIN, "SIGTTIN"},     {SIGTTOU, "SIGTTOU"},
        {SIGURG, "SIGURG"},       {SIGUSR1, "SIGUSR1"},
        {SIGUSR2, "SIGUSR2"},     {SIGXCPU, "SIGXCPU"},
        {SIGXFSZ, "SIGXFSZ"},     {SIGPROF, "SIGPROF"},
        {SIGVTALRM, "SIGVTALRM"},
#ifdef SIGPOLL
        {SIGPOLL, "SIGPOLL"},
#endif
#ifdef SIGSTKFLT
        {SIGSTKFLT, "SIGSTKFLT"},
#endif
#ifdef SIGPWR
        {SIGPWR, "SIGPWR"},
#endif
#ifdef SIGWINCH
        {SIGWINCH, "SIGWINCH"},
#endif
    };
    static char other[32];
    struct words words;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == number)
            return names[i].name;
    words = words_in(other, sizeof other);
    words_add(&words, "signal ");
    words_number(&words, number);
    return other;
}

static void
add_status(struct words *words, int status)
{
    if (WIFEXITED(status)) {
        words_add(words, "exited ");
        words_number(words, WEXITSTATUS(status));
    } else if (WIFSIGNALED(status)) {
        words_add(words, "was killed by ");
        words_add(words, child_signal_name(WTERMSIG(status)));
    } else {
        words_add(words, "was stopped or continued");
    }
}

void
child_may_crash(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(SIGSEGV, SIG_DFL);
    signal(SIGBUS, SIG_DFL);
}

const char *
child_words(int status, char *buffer, size_t size)
{
    struct words words = words_in(buffer, size);

    add_status(&words, status);
    return buffer;
}

/* ---- Ending the family: from a handler, or with the signals blocked ---- */

/* Kill and reap whoever is left. SIGKILL cannot be caught, so waitpid does not
   wait long. */
static void
end_family(void)
{
    void (*last)(void) = at_end;

    for (int i = 0; i < members; i++)
        if (!family[i].ended)
            kill(family[i].pid, SIGKILL);
    for (int i = 0; i < members; i++) {
        while (!family[i].ended &&
               waitpid(family[i].pid, &family[i].status, 0) == -1 &&
               errno == EINTR)
            continue;
        family[i].ended = true;
    }
    at_end = NULL;
    if (last != NULL)
        last();
}

/* Write the line that was put together, with the program's name in front. */
static void
complain(const char *line)
{
    char buffer[1200];
    struct words words = words_in(buffer, sizeof buffer);

    words_add(&words, die_program());
    words_add(&words, ": ");
    words_add(&words, line);
    words_add(&words, "\n");
    (void)say_write(STDERR_FILENO, buffer, words.used);
}

/* A child has failed: the others may wait for it for ever, so everybody ends.
   One that exited with one of the suite's own statuses has said why, and its
   status becomes the program's. */
static _Noreturn void
child_failed(const struct kin *kin)
{
    char line[200];
    struct words words = words_in(line, sizeof line);
    int code = WIFEXITED(kin->status) ? WEXITSTATUS(kin->status) : -1;

    end_family();
    if (code == EXIT_BROKEN || code == EXIT_SYSTEM || code == EXIT_MISSING)
        _exit(code);
    words_add(&words, "expected ");
    words_add(&words, kin->role);
    words_add(&words, " to exit 0, seen: it ");
    add_status(&words, kin->status);
    words_add(&words, "; the others were ended");
    complain(line);
    _exit(EXIT_BROKEN);
}

/* May it have ended as it did? */
static bool
is_allowed(const struct kin *kin)
{
    return kin->status == 0 || kin->fate == DOOMED ||
           (kin->fate == MORTAL && WIFSIGNALED(kin->status));
}

static void
on_child(int number)
{
    int keep = errno;
    struct kin *failed = NULL;

    (void)number;
    for (int i = 0; i < members; i++) {
        struct kin *kin = &family[i];
        if (kin->ended || waitpid(kin->pid, &kin->status, WNOHANG) != kin->pid)
            continue;
        kin->ended = true;
        if (!is_allowed(kin) && failed == NULL)
            failed = kin;
    }
    if (failed != NULL)
        child_failed(failed);
    errno = keep;
}

/* SIGINT and its like: end the family, then die of the same signal, so that
   our own parent (a shell, make) sees what happened. */
static void
on_end(int number)
{
    char line[200];
    struct words words = words_in(line, sizeof line);
    sigset_t set;

    end_family();
    words_add(&words, "ended by ");
    words_add(&words, child_signal_name(number));
    if (members > 0)
        words_add(&words, ", with all its children");
    complain(line);
    signal(number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    _exit(128 + number);
}

static void
on_deadline(int number)
{
    char line[1100];
    struct words words = words_in(line, sizeof line);

    (void)number;
    words_add(&words, "the deadline has passed, all is ended: the ");
    words_add(&words, say_who());
    words_add(&words, " ");
    words_add(&words, doing);
    for (int i = 0; i < members; i++) {
        if (family[i].told != 0)
            continue;
        words_add(&words, "; ");
        words_add(&words, family[i].role);
        words_add(&words, " ");
        if (family[i].ended)
            add_status(&words, family[i].status);
        else
            blocked_words(family[i].pid, &words);
    }
    end_family();
    complain(line);
    _exit(EXIT_BROKEN);
}

static void
at_exit(void)
{
    if (head != getpid())
        return;
    (void)block();
    end_family();
}

/* ---- The public face ---------------------------------------------------- */

void
child_guard(void)
{
    static const struct {
        int number;
        void (*handler)(int);
    } handlers[] = {{SIGINT, on_end},
                    {SIGTERM, on_end},
                    {SIGHUP, on_end},
                    {SIGALRM, on_deadline},
                    {SIGCHLD, on_child}};
    struct sigaction action = {.sa_flags = SA_RESTART};
    struct sigaction before;
    sigset_t set = guarded_set();

    if (head == getpid())
        return;
    head = self = getpid();
    members = 0;
    atexit(at_exit);
    /* All are blocked in each handler: when Ctrl-C kills a whole process
       group, SIGINT comes before the SIGCHLD of the children that it killed,
       and on_end must not be overtaken by on_child. */
    action.sa_mask = set;
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++) {
        action.sa_handler = handlers[i].handler;
        /* A shell starts its background jobs with SIGINT ignored, nohup(1)
           its command with SIGHUP ignored: so it stays. */
        if (handlers[i].handler == on_end &&
            sigaction(handlers[i].number, NULL, &before) == 0 &&
            before.sa_handler == SIG_IGN)
            continue;
        if (sigaction(handlers[i].number, &action, NULL) == -1)
            die("sigaction %s", child_signal_name(handlers[i].number));
    }
    /* A program may have been started with some of them blocked. */
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* The parent may have died before the child could ask to die with it: then
   the parent's number has changed already. */
static void
die_with_parent(pid_t parent)
{
#if defined(PR_SET_PDEATHSIG)
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        die("prctl PR_SET_PDEATHSIG");
#elif defined(PROC_PDEATHSIG_CTL)
    int number = SIGKILL;
    if (procctl(P_PID, 0, PROC_PDEATHSIG_CTL, &number) == -1)
        die("procctl PROC_PDEATHSIG_CTL");
#endif
    if (getppid() != parent)
        _exit(EXIT_SYSTEM);
}

/* The child's side of a fork: a process of its own, with no family yet and
   no handlers of its parent's. */
static void
begin(const char *role, pid_t parent)
{
    die_in_child();
    say_as(role);
    for (int i = 0; i < GUARDED; i++) {
        struct sigaction action;
        if (sigaction(guarded[i], NULL, &action) == 0 &&
            action.sa_handler != SIG_IGN)
            signal(guarded[i], SIG_DFL);
    }
    members = 0;
    head = 0;
    self = getpid();
    at_end = NULL;
    die_with_parent(parent);
}

/* The parent's side: enter PID in the table. Call with signals blocked. */
static void
enter(pid_t pid, const char *role, enum fate fate)
{
    struct kin *kin = NULL;

    /* The place of the one whose end was told longest ago serves again. */
    if (members < CHILD_MOST)
        kin = &family[members++];
    else
        for (int i = 0; i < members; i++)
            if (family[i].told != 0 &&
                (kin == NULL || family[i].told < kin->told))
                kin = &family[i];
    if (kin == NULL) {
        kill(pid, SIGKILL);
        die_code(EAGAIN, "more than %d children", CHILD_MOST);
    }
    /* The number of a dead one may have come again: it is this one's now. */
    for (int i = 0; i < members; i++)
        if (family[i].pid == pid)
            family[i].pid = 0;
    *kin = (struct kin){.pid = pid, .fate = fate};
    snprintf(kin->role, sizeof kin->role, "%s", role);
}

DIE_PRINTF(2, 0)
static pid_t
fork_as(enum fate fate, const char *format, va_list arguments)
{
    pid_t parent = getpid();
    sigset_t before;
    char role[32];
    pid_t pid;

    vsnprintf(role, sizeof role, format, arguments);
    child_guard();
    /* What waits in stdio buffers would be copied, and written twice. */
    fflush(NULL);
    before = block();
    pid = fork();
    if (pid == -1)
        die("fork %s", role);
    if (pid == 0)
        begin(role, parent);
    else
        enter(pid, role, fate);
    restore(&before);
    return pid;
}

pid_t
child_fork(const char *format, ...)
{
    va_list arguments;
    pid_t pid;

    va_start(arguments, format);
    pid = fork_as(HEALTHY, format, arguments);
    va_end(arguments);
    return pid;
}

pid_t
child_fork_mortal(const char *format, ...)
{
    va_list arguments;
    pid_t pid;

    va_start(arguments, format);
    pid = fork_as(MORTAL, format, arguments);
    va_end(arguments);
    return pid;
}

pid_t
child_fork_doomed(const char *format, ...)
{
    va_list arguments;
    pid_t pid;

    va_start(arguments, format);
    pid = fork_as(DOOMED, format, arguments);
    va_end(arguments);
    return pid;
}

void
child_fork_each(int count, child_role *role)
{
    for (int me = 1; me <= count; me++)
        if (child_fork("child %d", me) == 0) {
            role(me);
            _exit(EXIT_HELD);
        }
}

void
child_born(const char *role)
{
    /* A parent that died before this line had 1, or a reaper, take its
       place: self still holds the number that the parent had. */
    begin(role, self != 0 ? self : getppid());
}

void
child_adopt(pid_t pid, const char *role)
{
    sigset_t before;

    child_guard();
    before = block();
    enter(pid, role, MORTAL);
    restore(&before);
    /* It may have ended before it was in the table: look once more. */
    raise(SIGCHLD);
}

static struct kin *
find(pid_t pid)
{
    if (head == getpid())
        for (int i = members; i-- > 0;)
            if (family[i].pid == pid)
                return &family[i];
    die_code(ECHILD, "reap process %ld", (long)pid);
}

int
child_reap(pid_t pid)
{
    sigset_t before = block();
    struct kin *kin = find(pid);
    sigset_t sleeping = before;
    char note[64];

    snprintf(note, sizeof note, "reaps %s", kin->role);
    doing = note;
    for (int i = 0; i < GUARDED; i++)
        sigdelset(&sleeping, guarded[i]);
    /* sigsuspend lets the signals through and sleeps in one step; had they
       come between the test and the sleep, it would sleep for ever. */
    while (!kin->ended)
        sigsuspend(&sleeping);
    doing = "runs";
    if (kin->told == 0)
        kin->told = ++telling;
    restore(&before);
    return kin->status;
}

bool
child_ended(pid_t pid)
{
    sigset_t before = block();
    bool ended = find(pid)->ended;

    restore(&before);
    return ended;
}

int
child_reap_all(void)
{
    int failed = 0;

    if (head != getpid())
        return 0;
    for (int i = 0; i < members; i++)
        if (child_reap(family[i].pid) != 0)
            failed = 1;
    return failed;
}

int
child_kill(pid_t pid)
{
    sigset_t before = block();
    struct kin *kin = find(pid);

    if (!kin->ended)
        kill(pid, SIGKILL);
    kin->fate = DOOMED;
    restore(&before);
    return child_reap(pid);
}

void
child_deadline(unsigned seconds)
{
    child_guard();
    alarm(seconds);
}

void
child_doing(const char *what)
{
    doing = what;
}

void
child_at_end(void (*action)(void))
{
    child_guard();
    at_end = action;
}

static sigset_t held; /* the mask before child_hold() */

void
child_hold(void)
{
    child_guard();
    held = block();
}

void
child_go_on(void)
{
    restore(&held);
}
