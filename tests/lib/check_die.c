/* die: one clear line, the exit status that fits, and in a child nothing of
   the parent's: no buffer flushed, no atexit function run. */
#include "config.h"

#include "die.h"
#include "run.h"
#include "say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
at_exit(void)
{
    (void)!write(STDOUT_FILENO, "at exit\n", 8);
}

static void
expect_stderr(const struct ran *ran, const char *text)
{
    ck_assert_msg(strcmp(ran->err, text) == 0,
                  "%s: expected on stderr: %s, seen: %s", ran->what, text,
                  ran->err);
}

/* ---- In a parent -------------------------------------------------------- */

static void
by_errno(void)
{
    die_name("program");
    errno = ENOENT;
    die("open %s", "/nonexistent");
}

/* errno is what an earlier call left there: it must not be looked at. */
static void
by_code(void)
{
    die_name("program");
    errno = ENOENT;
    die_code(EINVAL, "pthread_mutex_init %d", 7);
}

static void
by_must(void)
{
    die_name("program");
    errno = ENOENT;
    die_unless_zero(0, "pthread_mutex_lock");
    die_unless_zero(EDEADLK, "pthread_mutex_lock");
}

static void
by_promise(void)
{
    die_name("program");
    die_promise("expected %d, seen %d", 2, 1);
}

static void
by_a_promise_not_kept(void)
{
    die_name("program");
    promise(true, "nothing");
    promise(errno == -1, "%d, seen: %d", 2, 1);
}

static void
by_a_promise_that_says_all(void)
{
    die_name("program");
    promise(errno == -1, "%s to wait", "child 1");
}

static void
by_missing(void)
{
    die_name("program");
    die_missing("a robust mutex");
}

static void
without_a_name(void)
{
    errno = EACCES;
    die("open it");
}

static void
by_a_long_message(void)
{
    char text[5000];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    die_promise("%s", text);
}

START_TEST(each_has_its_line_and_status)
{
    static const struct {
        const char *name;
        void (*scenario)(void);
        int code;
        const char *err;
    } all[] = {
        {"die", by_errno, 3,
         "program: open /nonexistent: No such file or directory\n"},
        {"die_code", by_code, 3,
         "program: pthread_mutex_init 7: Invalid argument\n"},
        {"must", by_must, 3,
         "program: pthread_mutex_lock: Resource deadlock avoided\n"},
        {"die_promise", by_promise, 1, "program: expected 2, seen 1\n"},
        {"promise", by_a_promise_not_kept, 1,
         "program: expected 2, seen: 1\n"},
        {"promise", by_a_promise_that_says_all, 1,
         "program: expected child 1 to wait, seen: it is not so\n"},
        {"die_missing", by_missing, 77,
         "program: not supported on this system: a robust mutex\n"},
        {"no name", without_a_name, 3,
         "mapfork: open it: Permission denied\n"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct ran ran = run_scenario(all[i].name, all[i].scenario);
        expect_code(&ran, all[i].code);
        expect_stderr(&ran, all[i].err);
    }
}
END_TEST

START_TEST(long_message_is_one_line)
{
    struct ran ran = run_scenario("by_a_long_message", by_a_long_message);

    expect_code(&ran, 1);
    ck_assert_uint_ge(ran.err_size, 1000);
    ck_assert_uint_le(ran.err_size, 1024);
    ck_assert_msg(strchr(ran.err, '\n') == ran.err + ran.err_size - 1,
                  "%s: expected one newline, at the end, seen: %s", ran.what,
                  ran.err);
}
END_TEST

/* A parent leaves by exit(): its buffers go out, its functions run. */
static void
leave_a_parent(void)
{
    atexit(at_exit);
    printf("buffered\n");
    die_promise("no");
}

START_TEST(parent_exits)
{
    struct ran ran = run_scenario("leave_a_parent", leave_a_parent);

    expect_code(&ran, 1);
    expect_order(&ran, "at exit\n", "buffered\n", NULL);
}
END_TEST

/* ---- In a child --------------------------------------------------------- */

static void (*in_the_child)(void);

/* Fork with a full buffer and a function at exit; the child dies; the parent
   leaves without either, so that what is seen came from the child. The
   child's exit status is passed on. */
static void
fork_one_that_dies(void)
{
    int status;
    pid_t pid;

    die_name("program");
    atexit(at_exit);
    printf("buffered\n");
    pid = fork();
    if (pid == 0)
        in_the_child();
    if (pid == -1 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        _exit(99);
    _exit(WEXITSTATUS(status));
}

static void
child_by_die_child(void)
{
    errno = ENOENT;
    die_child(EIO, "read block %d", 5);
}

static void
child_by_die(void)
{
    die_in_child();
    say_as("child 2");
    errno = ENOENT;
    die("open it");
}

static void
child_by_promise(void)
{
    die_in_child();
    say_as("child 3");
    die_promise("expected this, seen that");
}

static void
child_by_leave(void)
{
    die_in_child();
    die_leave(42);
}

START_TEST(child_leaves_without_a_trace)
{
    static const struct {
        const char *name;
        void (*scenario)(void);
        int code;
        const char *err;
    } all[] = {
        {"die_child", child_by_die_child, 3,
         "program: parent: read block 5: Input/output error\n"},
        {"die", child_by_die, 3,
         "program: child 2: open it: No such file or directory\n"},
        {"die_promise", child_by_promise, 1,
         "program: child 3: expected this, seen that\n"},
        {"die_leave", child_by_leave, 42, ""},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct ran ran;
        in_the_child = all[i].scenario;
        ran = run_scenario(all[i].name, fork_one_that_dies);
        expect_code(&ran, all[i].code);
        expect_stderr(&ran, all[i].err);
        expect_no_out(&ran);
    }
}
END_TEST

/* stderr that is closed or full is no reason to crash or to go on. */
static void
close_stderr(void)
{
    close(STDERR_FILENO);
}

START_TEST(nobody_hears_it)
{
    struct ran ran = run(&(struct run){.program = "die without stderr",
                                       .scenario = by_errno,
                                       .before_exec = close_stderr});

    expect_code(&ran, 3);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("die");
    TCase *parent = tcase_create("in a parent");
    TCase *child = tcase_create("in a child");

    tcase_add_test(parent, each_has_its_line_and_status);
    tcase_add_test(parent, long_message_is_one_line);
    tcase_add_test(parent, parent_exits);
    tcase_add_test(parent, nobody_hears_it);
    suite_add_tcase(suite, parent);
    tcase_add_test(child, child_leaves_without_a_trace);
    suite_add_tcase(suite, child);
    return run_suite(suite);
}
