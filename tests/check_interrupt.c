/* Whoever makes a name takes it away again, whenever a signal comes: each of
   these programs is stopped at its first system call, its second and so on,
   and gets SIGTERM there: when the call is done it is what ends it. */
#include "config.h"

#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/ptrace.h>

/* The file of this name, if there is one in the end, is whole. What a program
   leaves elsewhere, a temporary file or a name in /dev/shm, run() finds. */
#define MADE "made"

static void
is_copied(void)
{
    char text[16] = "";
    FILE *file = fopen(temporary(MADE), "r");

    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_eq(fgets(text, sizeof text, file), text);
    fclose(file);
    ck_assert_str_eq(text, "old\n");
}

static void
is_recorded(void)
{
    struct ran ran = run_with("mapping/record_read", temporary(MADE), NULL);

    expect_code(&ran, 0);
}

/* It ends by itself with CODE. A new name in /dev/shm is to stay, unless it
   cannot be told: to OUTPUT. */
static const struct maker {
    const char *program, *operands[3]; /* "@x": that temporary file; "/": a
                                          name that is this test's alone */
    void (*is_whole)(void);
    const char *output;
    int code;
} makers[] = {
    {"mapping/copy_file", {"@old", "@" MADE}, is_copied, NULL, 0},
    {"mapping/record_write", {"@" MADE, "Ada", "1815"}, is_recorded, NULL, 0},
    {"mapping/named_region", {NULL}, NULL, NULL, 0},
    {"mapping/named_region", {"create", "/"}, NULL, "/dev/full", 3},
    {"mapping/relative_pointers", {NULL}, NULL, NULL, 0},
    {"race/first_initialiser", {NULL}, NULL, NULL, 0},
};
enum { MAKERS = sizeof makers / sizeof *makers, CALLS = 2000 };

static void
be_traced(void)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1)
        _exit(126);
    /* The search for leaks is a tracer, too, and there can be but one. */
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
}

/* So many stops, two for each system call, going in and coming out; then the
   signal. */
static int left;

/* Its end, if that comes first, is left for run() to see (WNOWAIT). */
static void
interrupt(pid_t pid)
{
    const int traced = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
    siginfo_t info;
    int status, number;
    bool first = true;

    for (;;) {
        while (waitid(P_PID, (id_t)pid, &info, WEXITED | WSTOPPED | WNOWAIT) ==
               -1)
            ck_assert_int_eq(errno, EINTR);
        if (info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED)
            return;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        number = WSTOPSIG(status);
        if (number == (SIGTRAP | 0x80) && --left == 0)
            break;
        if (first)
            ptrace(PTRACE_SETOPTIONS, pid, NULL, (long)traced);
        if (first || number == (SIGTRAP | 0x80))
            number = 0; /* that was for us, other signals are for it */
        first = false;
        ptrace(PTRACE_SYSCALL, pid, NULL, (long)number);
    }
    kill(pid, SIGTERM);
    ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

START_TEST(nothing_is_left)
{
    const struct maker *maker = &makers[_i];
    const char *args[4] = {NULL};
    char name[64];
    struct ran ran = {.signal = SIGTERM};
    int calls = 0;

    temporary_file("old", "old\n", 4);
    snprintf(name, sizeof name, "/mapfork-test.%ld", (long)getpid());
    while (ran.signal == SIGTERM) {
        ck_assert_int_lt(++calls, CALLS);
        left = 2 * calls - 1;
        for (int i = 0; i < 3 && maker->operands[i] != NULL; i++)
            args[i] = maker->operands[i][0] == '@'
                          ? temporary(maker->operands[i] + 1)
                      : maker->operands[i][0] == '/' ? name
                                                     : maker->operands[i];
        ran = run(&(struct run){.program = maker->program,
                                .args = args,
                                .output = maker->output,
                                .before_exec = be_traced,
                                .meanwhile = interrupt});
        if (ran.signal != SIGTERM)
            expect_code(&ran, maker->code);
        if (access(temporary(MADE), F_OK) == 0) {
            ck_assert_msg(maker->is_whole != NULL, "%s", ran.what);
            maker->is_whole();
            unlink(temporary(MADE));
        }
    }
    ck_assert_int_gt(calls, 20);
}
END_TEST
#endif

int
main(void)
{
#ifdef __linux__
    Suite *suite = suite_create("interrupt");
    TCase *tcase = tcase_create("interrupt");

    if (run_wrapped("interrupt"))
        return 77;
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, nothing_is_left, 0, MAKERS);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
#else
    printf("interrupt: left out, this traces as Linux does\n");
    return 77;
#endif
}
