/* mapfork: the verbs, what trace refuses, and that what it traces behaves as
   without it. What it finds in the programs of strangers is tests/trace.sh. */
#include "run.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAPFORK "tools/mapfork"

static char *
page(void)
{
    static char option[400];

    snprintf(option, sizeof option, "--output=%s", temporary("page.html"));
    return option;
}

static char *
slurp_page(void)
{
    static char text[8 << 20];
    FILE *file = fopen(temporary("page.html"), "r");
    size_t size;

    ck_assert_ptr_nonnull(file);
    size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    fclose(file);
    return text;
}

static void
expect_page(const char *part)
{
    ck_assert_msg(strstr(slurp_page(), part) != NULL,
                  "the picture: expected `%s' in it, seen: it is not", part);
}

/* ---- The verbs ---------------------------------------------------------- */

START_TEST(help)
{
    static const char *const verbs[] = {"list", "run", "trace"};
    struct ran ran = run_with(MAPFORK, "--help", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    for (int i = 0; i < 3; i++)
        expect_out(&ran, verbs[i]);
    for (int i = 0; i < 3; i++) {
        ran = run_with(MAPFORK, verbs[i], "--help", NULL);
        expect_code(&ran, 0);
        expect_out(&ran, "Usage: mapfork ");
        expect_no_err(&ran);
    }
    ran = run_with(MAPFORK, "--version", NULL);
    expect_code(&ran, 0);
    expect_out(&ran, "mapfork");
}
END_TEST

START_TEST(list)
{
    const char *built = getenv("MAPFORK_PROGRAMS");
    struct ran ran = run_with(MAPFORK, "list", NULL);
    char names[4096];

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_out(&ran, "\nmutex/lock_order           Two locks, two processes");
    snprintf(names, sizeof names, "%s", built != NULL ? built : "");
    for (char *at = strtok(names, " \t\n"); at != NULL;
         at = strtok(NULL, " \t\n"))
        expect_out(&ran, at + strlen("src/"));
}
END_TEST

START_TEST(run_one)
{
    struct ran ran = run_with(MAPFORK, "run", "share", "--quiet", NULL);

    expect_code(&ran, 0);
    ran = run_with(MAPFORK, "run", "mutex/counter", "--rounds=0", NULL);
    expect_code(&ran, 2);
    expect_err(&ran, "counter: ");
}
END_TEST

static const struct {
    const char *args[4];
    int code;
    const char *err;
} wrong[] = {
    {{NULL}, 2, "mapfork: what is to be done?"},
    {{"draw"}, 2, "'draw' is no verb"},
    {{"list", "all"}, 2, "'all' is too much"},
    {{"list", "--all"}, 2, "mapfork list --help"},
    {{"run"}, 2, "which program?"},
    {{"run", "nosuch"}, 127, "no program 'nosuch'"},
    {{"trace"}, 2, "which program?"},
    {{"trace", "--nosuch", "true"}, 2, "mapfork trace --help"},
    {{"trace", "--timeout=x", "true"}, 2, "'x' is not a number"},
    {{"trace", "--timeout=-1", "true"}, 2, "'-1' is not a number"},
    {{"trace", "--buffer=0", "true"}, 2, "'0' is not a number from 1"},
    {{"trace", "--buffer=65536", "true"}, 2, "no space for the trace"},
    {{"trace", "--events=", "true"}, 2, "'' is not a number"},
    {{"trace", "--output=/nosuch/page", "true"}, 2, "give another place"},
    {{"trace", "--output=/", "true"}, 2, "give another place"},
    {{"trace", "nosuchprogram"}, 127, "there is no such program"},
    {{"trace", "./nosuchprogram"}, 127, "there is no such program"},
    {{"trace", "/"}, 126, "it is no program"},
    {{"trace", "/etc/passwd"}, 126, "not executable"},
};

START_TEST(refused)
{
    struct ran ran =
        run(&(struct run){.program = MAPFORK, .args = wrong[_i].args});

    expect_code(&ran, wrong[_i].code);
    expect_err(&ran, wrong[_i].err);
    expect_no_out(&ran);
    ck_assert_msg(access("nosuchprogram.trace.html", F_OK) == -1,
                  "expected no picture of what did not run");
}
END_TEST

/* ---- Files that cannot be traced ---------------------------------------- */

static const char *
program_file(const char *name, const void *bytes, size_t size, mode_t mode)
{
    const char *path = temporary_file(name, bytes, size);

    ck_assert_int_eq(chmod(path, mode), 0);
    return path;
}

static void
expect_refusal(const char *path, const char *why)
{
    struct ran ran = run_with(MAPFORK, "trace", page(), path, NULL);

    expect_code(&ran, 126);
    expect_err(&ran, why);
    ck_assert_int_eq(count_out(&ran, "\n"), 0);
    ck_assert_msg(access(temporary("page.html"), F_OK) == -1,
                  "%s: expected no picture", ran.what);
}

/* A program header table without an interpreter: nothing would preload. */
START_TEST(linked_statically)
{
    Elf64_Ehdr head = {.e_ident = ELFMAG, .e_type = ET_EXEC};

    head.e_ident[EI_CLASS] = ELFCLASS64;
#if defined(__x86_64__)
    head.e_machine = EM_X86_64;
#elif defined(__aarch64__)
    head.e_machine = EM_AARCH64;
#endif
    expect_refusal(program_file("static", &head, sizeof head, 0755),
                   "link it without -static");
    head.e_ident[EI_CLASS] = ELFCLASS32;
    expect_refusal(program_file("narrow", &head, sizeof head, 0755),
                   "another kind of processor");
    expect_refusal(program_file("text", "hello\n", 6, 0755),
                   "neither ELF nor a script");
    expect_refusal(program_file("empty", "", 0, 0755),
                   "neither ELF nor a script");
}
END_TEST

START_TEST(set_user_id)
{
    Elf64_Ehdr head = {.e_ident = ELFMAG};
    const char *path = program_file("suid", &head, sizeof head, 0755);

    if (geteuid() != 0) {
        printf("check_trace: set_user_id is left out: it takes root to make "
               "somebody else's program\n");
        return;
    }
    ck_assert_int_eq(chown(path, 65534, 65534), 0);
    ck_assert_int_eq(chmod(path, 04755), 0);
    expect_refusal(path, "set-user-ID");
}
END_TEST

static void
small_files(void)
{
    struct rlimit limit = {1 << 16, 1 << 16};

    setrlimit(RLIMIT_FSIZE, &limit);
}

START_TEST(no_space)
{
    struct ran ran = run(&(struct run){
        .program = MAPFORK,
        .args = (const char *[]){"trace", "-q", page(), "/bin/true", NULL},
        .before_exec = small_files});

    expect_code(&ran, 2);
    expect_err(&ran, "no space for the trace");
}
END_TEST

/* ---- As without it ------------------------------------------------------ */

/* A shell is a program that never heard of us: it forks, executes, waits. */
static struct ran
trace_shell(const char *script)
{
    return run_with(MAPFORK, "trace", "-q", page(), "/bin/sh", "-c", script,
                    NULL);
}

START_TEST(statuses)
{
    struct ran ran = trace_shell("exit 7");

    expect_code(&ran, 7);
    expect_no_err(&ran);
    ran = trace_shell("kill -SEGV $$");
    expect_code(&ran, 128 + SIGSEGV);
    expect_no_err(&ran);
    expect_page("killed by SIGSEGV");
    ran = trace_shell("kill -KILL $$");
    expect_code(&ran, 128 + SIGKILL);
    ran = trace_shell("(exit 3); echo $?; (kill -TERM $$) & wait; sleep 5");
    expect_code(&ran, 128 + SIGTERM);
    expect_exact_out(&ran, "3\n");
}
END_TEST

START_TEST(streams)
{
    const char *text = temporary_file("text", "one\ntwo\n\0three", 14);
    struct ran ran = run(&(struct run){
        .program = MAPFORK,
        .args = (const char *[]){"trace", "-q", page(), "/bin/sh", "-c",
                                 "cat; echo to stderr >&2; pwd >&2", NULL},
        .input = text});
    char folder[400];

    expect_code(&ran, 0);
    ck_assert_uint_eq(ran.out_size, 14);
    ck_assert_int_eq(memcmp(ran.out, "one\ntwo\n\0three", 14), 0);
    ck_assert_ptr_nonnull(getcwd(folder, sizeof folder - 1));
    expect_err(&ran, "to stderr\n");
    expect_err(&ran, folder);
}
END_TEST

/* What a program of this test finds blocked and ignored. */
static void
show_signals(void)
{
    char line[200];
    FILE *file = fopen("/proc/self/status", "r");

    if (file == NULL)
        _exit(1);
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "SigBlk", 6) == 0 || strncmp(line, "SigIgn", 6) == 0)
            fputs(line, stdout);
    fclose(file);
    fflush(stdout);
}

/* No descriptor of ours is left in the program, and nothing is blocked or
   ignored that was not. */
START_TEST(inherits_nothing)
{
    static const char script[] =
        "ls /proc/self/fd | wc -l; grep -E '^Sig(Blk|Ign)' /proc/self/status";
    struct ran ran = run_scenario("signals", show_signals);
    char expected[400];

    expect_code(&ran, 0);
    /* 0, 1, 2 and the folder itself. */
    snprintf(expected, sizeof expected, "4\n%.300s", ran.out);
    ran = run_with(MAPFORK, "trace", "-q", page(), "/bin/sh", "-c", script,
                   NULL);
    expect_code(&ran, 0);
    expect_exact_out(&ran, expected);
}
END_TEST

/* ---- What it leaves ----------------------------------------------------- */

START_TEST(story)
{
    struct ran ran = run_with(MAPFORK, "trace", "--text", "--json", page(),
                              "lock_order", "--break=abba", NULL);
    char text[400];
    struct stat status;

    expect_code(&ran, 0);
    expect_err(&ran, "Deadlock [deadlock]: ");
    expect_err(&ran, "wants `left'");
    expect_err(&ran, "wants `right'");
    expect_err(&ran, "forks child 2");
    expect_err(&ran, "for ever");
    expect_page("\"kind\":\"deadlock\"");
    expect_page("</html>");
    snprintf(text, sizeof text, "%s", temporary("page.json"));
    ck_assert_int_eq(stat(text, &status), 0);
    ck_assert_int_gt(status.st_size, 1000);
}
END_TEST

/* A picture that was there is kept until there is another one, and a name
   with anything in it cannot leave the script of the page. */
START_TEST(names_are_harmless)
{
    struct ran ran = run_with(MAPFORK, "trace", "-q", page(), "/bin/sh", "-c",
                              "exit 0", "</script><b>\"\\\x01\xff", NULL);

    expect_code(&ran, 0);
    ck_assert_ptr_null(strstr(slurp_page(), "</script><b>"));
    expect_page("\\u003c/script>\\u003cb>\\\"\\\\\\u0001?");
    ran = run_with(MAPFORK, "trace", page(), "nosuchprogram", NULL);
    expect_code(&ran, 127);
    expect_page("\\u003c/script>");
}
END_TEST

START_TEST(labels)
{
    struct ran ran;

    setenv("MAPFORK_LABELS", "shared1+0=the-lock", 1);
    ran = run_with(MAPFORK, "trace", page(), "lock_order", NULL);
    unsetenv("MAPFORK_LABELS");
    expect_code(&ran, 0);
    expect_page("\"name\":\"the-lock\"");
    expect_page("\"name\":\"right\"");
}
END_TEST

START_TEST(points)
{
    struct ran ran = run_with(MAPFORK, "trace", "-q", page(), "lock_order",
                              "--break=abba", NULL);

    expect_code(&ran, 0);
    ck_assert_ptr_null(strstr(slurp_page(), "\"kind\":\"point\""));
    ran = run_with(MAPFORK, "trace", "-q", "--points", page(), "lock_order",
                   "--break=abba", NULL);
    expect_code(&ran, 0);
    expect_page("passes `second'");
}
END_TEST

/* A million events do not fit: the program does not notice, the story says
   how many are missing, and nobody is accused for what was not seen. */
START_TEST(dropped)
{
    struct ran ran =
        run_with(MAPFORK, "trace", "--buffer=1", page(), "counter", NULL);

    expect_code(&ran, 0);
    expect_err(&ran, "events dropped: the buffer was full");
    ck_assert_ptr_null(strstr(ran.err, "]: "));
    expect_page("</html>");
}
END_TEST

/* ---- Hangs, signals ----------------------------------------------------- */

START_TEST(hang)
{
    struct ran ran =
        run_with(MAPFORK, "trace", "--timeout=1", page(), "/bin/sh", "-c",
                 "mkfifo \"$0\"; (read x <\"$0\") & (read x <\"$0\") & wait",
                 temporary("fifo"), NULL);

    expect_code(&ran, 124);
    expect_err(&ran, "no progress for 1 s, 3 processes were ended");
    unlink(temporary("fifo"));
}
END_TEST

/* Whoever sleeps for a time is not stuck. */
START_TEST(patience)
{
    struct ran ran = run_with(MAPFORK, "trace", "-q", "--timeout=1", page(),
                              "/bin/sleep", "2.5", NULL);

    expect_code(&ran, 0);
}
END_TEST

static int victim_signal;

static void
await_child_and_kill(pid_t pid)
{
    struct pollfd never = {.fd = -1, .events = 0};
    pid_t child;

    for (int looks = 0; looks < 10000; looks++) {
        if (children_of(pid, &child, 1) == 1) {
            kill(pid, victim_signal);
            return;
        }
        poll(&never, 1, 1);
    }
    ck_abort_msg("expected mapfork to have a child");
}

/* A signal for mapfork is the program's; the picture is drawn all the same. */
START_TEST(told_to_stop)
{
    struct ran ran;

    victim_signal = _i == 0 ? SIGTERM : SIGHUP;
    ran =
        run(&(struct run){.program = MAPFORK,
                          .args = (const char *[]){"trace", "-q", page(),
                                                   "/bin/sleep", "100", NULL},
                          .meanwhile = await_child_and_kill});
    expect_code(&ran, 128 + victim_signal);
    expect_page("</html>");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("trace");
    TCase *tcase = tcase_create("mapfork");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, help);
    tcase_add_test(tcase, list);
    tcase_add_test(tcase, run_one);
    tcase_add_loop_test(tcase, refused, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tcase, linked_statically);
    tcase_add_test(tcase, set_user_id);
    tcase_add_test(tcase, no_space);
    tcase_add_test(tcase, statuses);
    tcase_add_test(tcase, streams);
    tcase_add_test(tcase, names_are_harmless);
    /* The tracer does not follow a program into valgrind. */
    if (!run_wrapped("traced programs")) {
        tcase_add_test(tcase, inherits_nothing);
        tcase_add_test(tcase, story);
        tcase_add_test(tcase, labels);
        tcase_add_test(tcase, points);
        tcase_add_test(tcase, dropped);
    }
    tcase_add_test(tcase, hang);
    tcase_add_test(tcase, patience);
    tcase_add_loop_test(tcase, told_to_stop, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
