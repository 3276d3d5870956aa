/* child: a family that forks, fails, blocks, is interrupted, and never leaves
   anybody behind. Each test runs a scenario in a process of its own; run()
   asserts that no descendant is left after every one of them. */
#include "config.h"

#include "blocked.h"
#include "child.h"
#include "region.h"
#include "run.h"
#include "say.h"
#include "shared.h"
#include "words.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#if HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

/* Block for good without any object: only a signal ends it. */
static _Noreturn void
stay(void)
{
    for (;;)
        pause();
}

static void
no_core(void)
{
    struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
}

/* ---- Words -------------------------------------------------------------- */

/* Signals that end a process by default. */
static const struct {
    int number;
    const char *name;
} fatal[] = {
    {SIGABRT, "SIGABRT"},     {SIGALRM, "SIGALRM"}, {SIGBUS, "SIGBUS"},
    {SIGFPE, "SIGFPE"},       {SIGHUP, "SIGHUP"},   {SIGILL, "SIGILL"},
    {SIGINT, "SIGINT"},       {SIGKILL, "SIGKILL"}, {SIGPIPE, "SIGPIPE"},
    {SIGQUIT, "SIGQUIT"},     {SIGSEGV, "SIGSEGV"}, {SIGSYS, "SIGSYS"},
    {SIGTERM, "SIGTERM"},     {SIGTRAP, "SIGTRAP"}, {SIGUSR1, "SIGUSR1"},
    {SIGUSR2, "SIGUSR2"},     {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"},
    {SIGVTALRM, "SIGVTALRM"}, {SIGPROF, "SIGPROF"},
#ifdef SIGPOLL
    {SIGPOLL, "SIGPOLL"},
#endif
#ifdef SIGSTKFLT
    {SIGSTKFLT, "SIGSTKFLT"},
#endif
#ifdef SIGPWR
    {SIGPWR, "SIGPWR"},
#endif
};
enum { FATAL = sizeof fatal / sizeof *fatal };

static void
killed_by_each(void)
{
    char words[64];

    no_core();
    for (int i = 0; i < FATAL; i++) {
        pid_t pid = child_fork_doomed("child %d", i);
        if (pid == 0) {
            signal(fatal[i].number, SIG_DFL);
            raise(fatal[i].number);
            _exit(0);
        }
        say("%s", child_words(child_reap(pid), words, sizeof words));
    }
}

START_TEST(every_fatal_signal)
{
    struct ran ran = run_scenario("killed_by_each", killed_by_each);
    char expected[4096] = "";

    for (int i = 0; i < FATAL; i++) {
        strcat(expected, "parent: was killed by ");
        strcat(expected, fatal[i].name);
        strcat(expected, "\n");
    }
    expect_code(&ran, 0);
    expect_exact_out(&ran, expected);
}
END_TEST

/* A status as wait() returns it cannot be made portably but by a child. */
START_TEST(words_for_a_status)
{
    char words[64], little[8];
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(255);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_str_eq(child_words(status, words, sizeof words), "exited 255");
    ck_assert_str_eq(child_words(status, little, sizeof little), "exited ");
    ck_assert_str_eq(child_words(0, words, sizeof words), "exited 0");
    ck_assert_str_eq(child_signal_name(SIGSEGV), "SIGSEGV");
    ck_assert_str_eq(child_signal_name(200), "signal 200");
}
END_TEST

/* words.h, what handlers put their lines together with. */
START_TEST(words_made_by_hand)
{
    char buffer[64], expected[64];
    struct words words = words_in(buffer, sizeof buffer);

    words_add(&words, "a ");
    words_number(&words, 0);
    words_add(&words, " ");
    words_number(&words, LONG_MIN);
    words_add(&words, " ");
    words_hex(&words, 0xbeef);
    snprintf(expected, sizeof expected, "a 0 %ld 0xbeef", LONG_MIN);
    ck_assert_str_eq(buffer, expected);
    ck_assert_uint_eq(words.used, strlen(expected));
    words = words_in(buffer, 4);
    words_add(&words, "cut off");
    ck_assert_str_eq(buffer, "cut");
    ck_assert_uint_eq(words.used, 3);
    words = words_in(buffer, 1);
    words_number(&words, 17);
    ck_assert_str_eq(buffer, "");
}
END_TEST

/* ---- Forking ------------------------------------------------------------ */

/* What lies in a stdio buffer at fork is not written twice. */
static void
fork_with_full_buffer(void)
{
    printf("once\n");
    if (child_fork("child") == 0)
        exit(0);
    child_reap_all();
}

START_TEST(stdio_is_flushed)
{
    struct ran ran =
        run_scenario("fork_with_full_buffer", fork_with_full_buffer);

    expect_code(&ran, 0);
    expect_exact_out(&ran, "once\n");
}
END_TEST

/* No processes left: the limit holds for anybody but root, whose processes
   it counts by user. nobody has some of its own at the most. */
static void
as_nobody(void)
{
    struct passwd *nobody = getuid() == 0 ? getpwnam("nobody") : NULL;
    struct rlimit limit = {0, 0};

    if (nobody != NULL &&
        (setgid(nobody->pw_gid) == -1 || setuid(nobody->pw_uid) == -1))
        _exit(77);
    if (RUN_SANITIZED || getuid() == 0 ||
        setrlimit(RLIMIT_NPROC, &limit) == -1)
        _exit(77);
}

static void
fork_one(void)
{
    if (child_fork("child %d", 1) == 0)
        _exit(0);
    child_reap_all();
}

START_TEST(no_process_left)
{
    struct ran ran = run(&(struct run){.program = "fork_one",
                                       .scenario = fork_one,
                                       .before_exec = as_nobody});

    if (ran.code == 77 || ran.code == 0) {
        printf("no_process_left: left out, no limit on processes here\n");
        return;
    }
    expect_code(&ran, 3);
    expect_err(&ran, "mapfork: fork child 1: "
                     "Resource temporarily unavailable\n");
}
END_TEST

static void
fork_in_turn(void)
{
    for (int i = 1; i <= 3 * CHILD_MOST; i++) {
        pid_t pid = child_fork_doomed("child %d", i);
        if (pid == 0)
            _exit(i % 100);
        promise(WEXITSTATUS(child_reap(pid)) == i % 100, "its own status");
    }
}

START_TEST(more_than_most_in_turn)
{
    struct ran ran = run_scenario("fork_in_turn", fork_in_turn);

    expect_code(&ran, 0);
    expect_no_err(&ran);
}
END_TEST

static void
fork_too_many(void)
{
    for (int i = 1; i <= CHILD_MOST + 1; i++)
        if (child_fork("child %d", i) == 0)
            stay();
}

START_TEST(more_than_most)
{
    struct ran ran = run_scenario("fork_too_many", fork_too_many);

    expect_code(&ran, 3);
    expect_err(&ran, "mapfork: more than 128 children");
}
END_TEST

/* A child is a parent of its own: it does not know its siblings. */
static void
three_generations(void)
{
    pid_t sibling = child_fork("sibling");

    if (sibling == 0)
        _exit(0);
    if (child_fork("child") == 0) {
        pid_t grandchild = child_fork_doomed("grandchild");
        if (grandchild == 0)
            _exit(5);
        promise(WEXITSTATUS(child_reap(grandchild)) == 5, "status 5");
        promise(child_reap_all() == 1, "one of its own that failed");
        exit(0);
    }
    promise(child_reap_all() == 0, "children that all exited 0");
}

START_TEST(grandchildren)
{
    struct ran ran = run_scenario("three_generations", three_generations);

    expect_code(&ran, 0);
    expect_no_err(&ran);
}
END_TEST

#if defined(PR_SET_CHILD_SUBREAPER)
/* A grandchild whose parent is gone before it could ask to die with it. */
static void
born_too_late(void)
{
    int status;
    pid_t pid;

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid = child_fork("child");
    if (pid == 0) {
        pid_t parent = getpid();
        if (fork() > 0)
            _exit(0);
        while (getppid() == parent)
            sched_yield();
        child_born("grandchild");
        say("lives on");
        _exit(0);
    }
    child_reap(pid);
    promise(waitpid(-1, &status, 0) > 0 && WIFEXITED(status) &&
                WEXITSTATUS(status) == EXIT_SYSTEM,
            "the grandchild to end");
}

START_TEST(late)
{
    struct ran ran = run_scenario("born_too_late", born_too_late);

    expect_code(&ran, 0);
    expect_no_out(&ran);
}
END_TEST
#endif

static void
adopt_one(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        child_born("adopted");
        say("born");
        raise(SIGKILL);
    }
    child_adopt(pid, "adopted");
    promise(child_reap(pid) == SIGKILL, "it to be killed");
}

START_TEST(adopted)
{
    struct ran ran = run_scenario("adopt_one", adopt_one);

    expect_code(&ran, 0);
    expect_exact_out(&ran, "adopted: born\n");
}
END_TEST

/* ---- Reaping ------------------------------------------------------------ */

static void
reap_in_any_order(void)
{
    pid_t pids[CHILD_MOST];

    for (int i = 0; i < CHILD_MOST; i++)
        if ((pids[i] = child_fork_doomed("child %d", i)) == 0)
            _exit(i);
    for (int i = CHILD_MOST; i-- > 0;)
        promise(child_reap(pids[i]) == child_reap(pids[i]) &&
                    WEXITSTATUS(child_reap(pids[i])) == i,
                "each status, as often as asked");
    promise(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "ECHILD");
}

START_TEST(any_order)
{
    struct ran ran = run_scenario("reap_in_any_order", reap_in_any_order);

    expect_code(&ran, 0);
}
END_TEST

/* One child throws SIGUSR1 at the parent as fast as it can; the other ends
   when a hundred of them have come, which the handler tells it by a pipe. */
static volatile sig_atomic_t storms;
static int storm_pipe[2];

static void
tell_after_hundred(int number)
{
    (void)number;
    if (++storms == 100 && write(storm_pipe[1], "x", 1) != 1)
        _exit(9);
}

static void
reap_in_a_storm(void)
{
    /* No SA_RESTART: whatever the parent waits in fails with EINTR. */
    struct sigaction action = {.sa_handler = tell_after_hundred};
    pid_t reader, thrower;
    char byte;

    promise(pipe(storm_pipe) == 0, "a pipe");
    sigaction(SIGUSR1, &action, NULL);
    reader = child_fork("reader");
    if (reader == 0)
        _exit(read(storm_pipe[0], &byte, 1) == 1 ? 0 : 1);
    thrower = child_fork_doomed("thrower");
    if (thrower == 0)
        while (kill(getppid(), SIGUSR1) == 0)
            continue;
    promise(child_reap(reader) == 0, "status 0 in the end");
    child_kill(thrower);
    promise(storms >= 100, "a hundred signals and more");
}

START_TEST(interrupted_by_a_storm)
{
    struct ran ran = run_scenario("reap_in_a_storm", reap_in_a_storm);

    expect_code(&ran, 0);
}
END_TEST

static void
kill_one(void)
{
    pid_t pid = child_fork("child");
    int status;

    if (pid == 0)
        stay();
    status = child_kill(pid);
    promise(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "SIGKILL");
    promise(child_kill(pid) == status, "the same status, asked again");
    promise(child_reap_all() == 1, "a family in which one failed");
}

START_TEST(killed_by_the_parent)
{
    struct ran ran = run_scenario("kill_one", kill_one);

    expect_code(&ran, 0);
    expect_no_err(&ran);
}
END_TEST

static void
reap_a_stranger(void)
{
    child_reap(getppid());
}

START_TEST(not_a_child)
{
    struct ran ran = run_scenario("reap_a_stranger", reap_a_stranger);

    expect_code(&ran, 3);
    expect_err(&ran, "No child processes");
}
END_TEST

/* ---- One fails, all end ------------------------------------------------- */

/* The siblings and the parent would wait for ever. */
static void
one_fails(int code, int number)
{
    pid_t first;

    no_core();
    for (int i = 1; i <= 3; i++)
        if (child_fork("sibling %d", i) == 0)
            stay();
    first = child_fork("failing child");
    if (first == 0) {
        if (number != 0) {
            signal(number, SIG_DFL);
            raise(number);
        }
        _exit(code);
    }
    child_reap_all();
}

static void
one_exits_1(void)
{
    one_fails(1, 0);
}

static void
one_exits_3(void)
{
    one_fails(3, 0);
}

static void
one_exits_5(void)
{
    one_fails(5, 0);
}

static void
one_exits_77(void)
{
    one_fails(77, 0);
}

static void
one_is_killed(void)
{
    one_fails(0, SIGKILL);
}

static void
one_crashes(void)
{
    one_fails(0, SIGSEGV);
}

START_TEST(one_fails_all_end)
{
    static const struct {
        const char *name;
        void (*scenario)(void);
        int code;
        const char *err;
    } all[] = {
        {"one_exits_1", one_exits_1, 1, ""},
        {"one_exits_3", one_exits_3, 3, ""},
        {"one_exits_77", one_exits_77, 77, ""},
        {"one_exits_5", one_exits_5, 1,
         "mapfork: expected failing child to exit 0, seen: it exited 5; the "
         "others were ended\n"},
        {"one_is_killed", one_is_killed, 1,
         "mapfork: expected failing child to exit 0, seen: it was killed by "
         "SIGKILL; the others were ended\n"},
        {"one_crashes", one_crashes, 1,
         "mapfork: expected failing child to exit 0, seen: it was killed by "
         "SIGSEGV; the others were ended\n"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct ran ran = run_scenario(all[i].name, all[i].scenario);
        expect_code(&ran, all[i].code);
        ck_assert_msg(strcmp(ran.err, all[i].err) == 0,
                      "%s: expected on stderr: %s, seen: %s", ran.what,
                      all[i].err, ran.err);
    }
}
END_TEST

static void
doomed_may_fail(void)
{
    pid_t doomed = child_fork_doomed("doomed");
    int status;

    if (doomed == 0)
        _exit(3);
    status = child_reap(doomed);
    promise(WIFEXITED(status) && WEXITSTATUS(status) == 3, "status 3");
    if (child_fork("other") == 0)
        _exit(0);
    promise(child_reap_all() == 1, "a family in which one failed");
    say("went on");
}

static void
mortal_may_be_killed(void)
{
    pid_t mortal = child_fork_mortal("mortal");

    if (mortal == 0)
        raise(SIGKILL);
    promise(child_reap(mortal) == SIGKILL, "it to be killed");
    say("went on");
    if (child_fork_mortal("mortal") == 0)
        _exit(3);
    child_reap_all();
    say("still goes on");
}

START_TEST(mortal)
{
    struct ran ran =
        run_scenario("mortal_may_be_killed", mortal_may_be_killed);

    expect_code(&ran, 3);
    expect_exact_out(&ran, "parent: went on\n");
    expect_no_err(&ran);
}
END_TEST

START_TEST(doomed)
{
    struct ran ran = run_scenario("doomed_may_fail", doomed_may_fail);

    expect_code(&ran, 0);
    expect_exact_out(&ran, "parent: went on\n");
    expect_no_err(&ran);
}
END_TEST

/* ---- The deadline ------------------------------------------------------- */

struct deadlocked {
    pthread_mutex_t lock;  /* locked by the parent, for good */
    pthread_cond_t cond;   /* with guard; nobody signals it */
    pthread_mutex_t guard; /* child 3 sleeps on cond with it */
};

/* Two of them are asleep on their objects before the deadline is set: where
   the system tells, blocked_look() is asked until it says so. */
static void
blocked_family(void)
{
    struct region region = region_map(sizeof(struct deadlocked), REGION_ANON);
    struct deadlocked *shared = region.memory;
    struct blocked seen[2] = {{0}, {0}};
    pid_t idler, waiter, sleeper;

    shared_mutex(&shared->lock, SHARED_NORMAL);
    shared_mutex(&shared->guard, SHARED_NORMAL);
    shared_cond(&shared->cond);
    blocked_name(&shared->lock, sizeof shared->lock, "lock");
    blocked_name(&shared->cond, sizeof shared->cond, "cond");
    must(pthread_mutex_lock(&shared->lock));
    idler = child_fork("child 1");
    if (idler == 0)
        stay();
    waiter = child_fork("child 2");
    if (waiter == 0) {
        must(pthread_mutex_lock(&shared->lock));
        _exit(0);
    }
    sleeper = child_fork("child 3");
    if (sleeper == 0) {
        must(pthread_mutex_lock(&shared->guard));
        for (;;)
            must(pthread_cond_wait(&shared->cond, &shared->guard));
    }
    while (!seen[0].asleep || !seen[1].asleep)
        if (!blocked_look(waiter, &seen[0]) ||
            !blocked_look(sleeper, &seen[1]))
            break;
    child_deadline(1);
    child_reap(waiter);
}

START_TEST(deadline_tells_who_waits)
{
    struct ran ran = run_scenario("blocked_family", blocked_family);
    static const char start[] =
        "mapfork: the deadline has passed, all is ended: the parent reaps "
        "child 2; child 1 ";

    expect_code(&ran, 1);
    ck_assert_msg(strncmp(ran.err, start, strlen(start)) == 0,
                  "%s: expected on stderr first: %s, seen: %s", ran.what,
                  start, ran.err);
#if defined(__linux__)
    if (access("/proc/self/syscall", R_OK) == 0)
        expect_err(&ran, "; child 2 waits for `lock'; child 3 waits for "
                         "`cond'\n");
#endif
}
END_TEST

/* Blocked itself, in a lock that nobody will release: the handler acts. */
static void
parent_blocks_itself(void)
{
    struct region region = region_map(sizeof(struct deadlocked), REGION_ANON);
    struct deadlocked *shared = region.memory;

    shared_mutex(&shared->lock, SHARED_NORMAL);
    if (child_fork("child 1") == 0)
        stay();
    child_deadline(1);
    child_doing("waits for itself");
    must(pthread_mutex_lock(&shared->lock));
    must(pthread_mutex_lock(&shared->lock));
}

START_TEST(deadline_of_a_blocked_parent)
{
    struct ran ran =
        run_scenario("parent_blocks_itself", parent_blocks_itself);

    expect_code(&ran, 1);
    expect_err(&ran, "all is ended: the parent waits for itself; child 1 ");
}
END_TEST

/* ---- The end of the parent ---------------------------------------------- */

/* The whole family stands: a byte from the youngest, in a pipe whose other
   end the test reads as this scenario's stdout. */
static void
family_at_rest(void)
{
    for (int i = 1; i <= 2; i++)
        if (child_fork("child %d", i) == 0) {
            if (child_fork("grandchild %d", i) == 0) {
                say("here");
                stay();
            }
            stay();
        }
    child_reap_all();
}

static int out_end;
static int end_by;

/* Both grandchildren have spoken: kill the oldest. */
static void
when_all_are_here(pid_t pid)
{
    char text[64];
    size_t used = 0;

    while (used < 2 * strlen("grandchild 1: here\n")) {
        ssize_t n = read(out_end, text, sizeof text);
        if (n <= 0)
            break;
        used += (size_t)n;
    }
    kill(pid, end_by);
}

/* SIGKILL: no handler runs, the system itself ends the children and, they
   being dead, theirs. SIGINT and its like: it dies by that signal. */
START_TEST(parent_is_killed)
{
    static const int by[] = {SIGKILL, SIGINT, SIGTERM, SIGHUP};
    const char *path = temporary("out");
    struct ran ran;

    ck_assert_int_eq(mkfifo(path, 0600), 0);
    out_end = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_int_ne(out_end, -1);
    end_by = by[_i];
    ran = run(&(struct run){.program = "family_at_rest",
                            .scenario = family_at_rest,
                            .output = path,
                            .meanwhile = when_all_are_here});
    close(out_end);
    expect_signal(&ran, end_by);
    if (end_by == SIGKILL) {
        expect_no_err(&ran);
    } else {
        char line[64];
        snprintf(line, sizeof line,
                 "mapfork: ended by %s, with all its "
                 "children\n",
                 child_signal_name(end_by));
        ck_assert_msg(strcmp(ran.err, line) == 0,
                      "%s: expected on stderr: %s, seen: %s", ran.what, line,
                      ran.err);
    }
}
END_TEST

static void
ignore_interrupt(void)
{
    signal(SIGINT, SIG_IGN);
}

static void
raise_interrupt(void)
{
    child_guard();
    raise(SIGINT);
    say("went on");
}

/* A background job of a shell: ignored it was, ignored it stays. */
START_TEST(interrupt_that_was_ignored)
{
    struct ran ran = run(&(struct run){.program = "raise_interrupt",
                                       .scenario = raise_interrupt,
                                       .before_exec = ignore_interrupt});

    expect_code(&ran, 0);
    expect_exact_out(&ran, "parent: went on\n");
}
END_TEST

static void
exit_before_the_children(void)
{
    for (int i = 0; i < 5; i++)
        if (child_fork("child %d", i) == 0)
            stay();
    exit(0);
}

static void
die_before_the_children(void)
{
    if (child_fork("child") == 0)
        stay();
    errno = EIO;
    die("read the book");
}

START_TEST(leftovers_end_at_exit)
{
    struct ran ran =
        run_scenario("exit_before_the_children", exit_before_the_children);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    ran = run_scenario("die_before_the_children", die_before_the_children);
    expect_code(&ran, 3);
    expect_err(&ran, "mapfork: read the book: Input/output error\n");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("child");
    TCase *words = tcase_create("words");
    TCase *family = tcase_create("a family");
    TCase *end = tcase_create("the end of a family");

    tcase_add_test(words, every_fatal_signal);
    tcase_add_test(words, words_for_a_status);
    tcase_add_test(words, words_made_by_hand);
    suite_add_tcase(suite, words);
    tcase_add_test(family, stdio_is_flushed);
    tcase_add_test(family, no_process_left);
    tcase_add_test(family, more_than_most);
    tcase_add_test(family, more_than_most_in_turn);
    tcase_add_test(family, grandchildren);
#if defined(PR_SET_CHILD_SUBREAPER)
    tcase_add_test(family, late);
#endif
    tcase_add_test(family, adopted);
    tcase_add_test(family, any_order);
    tcase_add_test(family, interrupted_by_a_storm);
    tcase_add_test(family, killed_by_the_parent);
    tcase_add_test(family, not_a_child);
    tcase_add_test(family, doomed);
    tcase_add_test(family, mortal);
    suite_add_tcase(suite, family);
    tcase_add_test(end, one_fails_all_end);
    tcase_add_test(end, deadline_tells_who_waits);
    tcase_add_test(end, deadline_of_a_blocked_parent);
    tcase_add_loop_test(end, parent_is_killed, 0, 4);
    tcase_add_test(end, interrupt_that_was_ignored);
    tcase_add_test(end, leftovers_end_at_exit);
    suite_add_tcase(suite, end);
    return run_suite(suite);
}
