/* named_region: one region for processes that have only its name in common,
   and no name left. */
#include "config.h"

#include "run.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const program = "mapping/named_region";

/* A name that is this test's alone. */
static const char *
name(void)
{
    static char text[64];

    snprintf(text, sizeof text, "/mapfork-test.%ld", (long)getpid());
    return text;
}

/* Several commands, each a process of its own, in one run, since nothing may
   be left behind a run. In SCRIPT, $R is the program and $N a free name. */
static struct ran
shell(const char *script)
{
    static char text[16000];
    const char *args[] = {"-c", text, NULL};

    snprintf(text, sizeof text, "R='%s/%s' N=%s\n%s", build_folder(), program,
             name(), script);
    return run(&(struct run){.program = "/bin/sh", .args = args});
}

/* ---- All of it ---------------------------------------------------------- */

START_TEST(shows_all)
{
    struct ran ran = run_with(program, NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(
        &ran, "create: \"nothing yet\" is in the region\n"
              "put: \"hello\" is in the region\n"
              "parent: \"hello\" is in the region\n"
              "parent: removed: open is ENOENT, \"hello\" is still mapped\n");
}
END_TEST

START_TEST(notrunc)
{
    struct ran ran = run_with(program, "--break=notrunc", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(&ran, "parent: create was killed by SIGBUS: it stored "
                           "into 0 bytes\n");
}
END_TEST

START_TEST(nounlink)
{
    struct ran ran = run_with(program, "--break=nounlink", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "put: \"hello\" is in the region\n",
                 "get: \"hello\" is in the region\n",
                 "parent: nobody has it mapped, it stays, until", NULL);
}
END_TEST

/* ---- Command by command ------------------------------------------------- */

START_TEST(one_by_one)
{
    struct ran ran = shell("$R create $N && $R get $N && $R put $N 'a text' &&"
                           "$R get $N && $R put $N '' && $R get $N &&"
                           "$R remove $N && ! $R get $N");

    expect_code(&ran, 0);
    expect_exact_out(&ran, "create: \"nothing yet\" is in the region\n"
                           "get: \"nothing yet\" is in the region\n"
                           "put: \"a text\" is in the region\n"
                           "get: \"a text\" is in the region\n"
                           "put: \"\" is in the region\n"
                           "get: \"\" is in the region\n"
                           "remove: removed the name\n");
    expect_err(&ran, ": No such file or directory\n");
}
END_TEST

/* The second creator does not touch the first one's region. */
START_TEST(only_one_creator)
{
    struct ran ran = shell("$R create $N; $R put $N mine; $R create $N;"
                           "echo $?; $R get $N; $R remove $N");

    expect_code(&ran, 0);
    expect_order(&ran, "put: \"mine\"", "\n3\n", "get: \"mine\"", NULL);
    expect_err(&ran, ": File exists\n");
}
END_TEST

/* Its mode is 0600, less what the umask takes; its size is as promised. */
START_TEST(mode_and_size)
{
    struct ran ran;

    if (access("/dev/shm", F_OK) == -1) {
        printf("mode_and_size: left out, no /dev/shm here\n");
        return;
    }
    ran = shell("umask 0; $R --quiet create $N;"
                "stat -c '%a %s' /dev/shm$N; $R --quiet remove $N");
    expect_exact_out(&ran, "600 1024\n");
}
END_TEST

START_TEST(nothing_there)
{
    static const char *const commands[] = {"get", "put", "remove"};

    for (int i = 0; i < 3; i++) {
        struct ran ran =
            run_with(program, commands[i], name(), i == 1 ? "x" : NULL, NULL);
        expect_code(&ran, 3);
        expect_no_out(&ran);
        expect_one_line_err(&ran);
        expect_err(&ran, ": No such file or directory\n");
    }
}
END_TEST

/* Regions of other sizes are another program's, or not ready: the empty one
   would be SIGBUS. They are neither read nor written. */
START_TEST(foreign)
{
    static const long sizes[] = {0, 100, 1023, 1025, 8192};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int puts = 0; puts < 2; puts++) {
            int fd = shm_open(name(), O_RDWR | O_CREAT | O_EXCL, 0600);
            struct ran ran;
            ck_assert_int_ne(fd, -1);
            ck_assert_int_eq(ftruncate(fd, sizes[i]), 0);
            close(fd);
            ran = run_with(program, puts ? "put" : "get", name(),
                           puts ? "x" : NULL, NULL);
            shm_unlink(name());
            expect_code(&ran, 1);
            expect_no_out(&ran);
            expect_one_line_err(&ran);
            expect_err(&ran, "expected 1024 bytes in /mapfork-test.");
        }
}
END_TEST

/* What is in the region need not end in a zero byte. */
START_TEST(unterminated)
{
    int fd = shm_open(name(), O_RDWR | O_CREAT | O_EXCL, 0600);
    char text[1025] = "", expected[1100];
    struct ran ran;

    ck_assert_int_ne(fd, -1);
    memset(text, 'a', 1024);
    ck_assert_int_eq(write(fd, text, 1024), 1024);
    close(fd);
    ran = run_with(program, "get", name(), NULL);
    shm_unlink(name());
    expect_code(&ran, 0);
    snprintf(expected, sizeof expected, "get: \"%.1023s\" is in the region\n",
             text);
    expect_exact_out(&ran, expected);
}
END_TEST

/* ---- What a user gets wrong --------------------------------------------- */

START_TEST(bad_names)
{
    static const char *const bad[] = {"x", "", "/", "/a/b", "//a", "/a/"};
    static const char *const none[] = {"/.", "/.."};
    char longest[300] = "/";
    struct ran ran;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ran = run_with(program, "create", bad[i], NULL);
        expect_code(&ran, 2);
        expect_no_out(&ran);
        expect_err(&ran, "': it begins with its only slash, as /x\n");
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        ran = run_with(program, "get", none[i], NULL);
        expect_code(&ran, 3);
        expect_one_line_err(&ran);
        expect_err(&ran, ": Invalid argument\n");
    }
    memset(longest + 1, 'n', 256);
    ran = run_with(program, "create", longest, NULL);
    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "ame too long\n"); /* "File name", "Filename" */
}
END_TEST

START_TEST(bad_operands)
{
    static const struct {
        const char *args[5];
        const char *said;
    } all[] = {
        {{"make", "/x"}, "'make' is none of create, put, get, remove\n"},
        {{"create"}, "put takes NAME TEXT, the others NAME"},
        {{"put", "/x"}, "put takes NAME TEXT, the others NAME"},
        {{"get", "/x", "text"}, "put takes NAME TEXT, the others NAME"},
        {{"remove", "/x", "text"}, "put takes NAME TEXT, the others NAME"},
        {{"put", "/x", "a", "b"}, "'b': one operand too many"},
        {{"--break=notrunc", "create", "/x"}, "none --break\n"},
    };
    char text[1025] = "";
    struct ran ran;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        ran = run(&(struct run){.program = program, .args = all[i].args});
        expect_code(&ran, 2);
        expect_no_out(&ran);
        expect_err(&ran, all[i].said);
    }
    memset(text, 't', 1024);
    ran = run_with(program, "put", "/x", text, NULL);
    expect_code(&ran, 2);
    expect_err(&ran, "TEXT has more than 1023 bytes\n");
}
END_TEST

/* ---- Nothing is left ---------------------------------------------------- */

/* The harness looks into /dev/shm after each of these. */
START_TEST(output)
{
    static const char *const breaks[] = {NULL, "--break=notrunc",
                                         "--break=nounlink"};

    for (int i = 0; i < 3; i++) {
        const char *args[] = {breaks[i], NULL};
        struct ran ran = run(&(struct run){
            .program = program, .args = args, .output = "/dev/full"});
        expect_code(&ran, 3);
        expect_one_line_err(&ran);
        expect_err(&ran, "No space left on device");
        ran = run_with(program, "--quiet", breaks[i], NULL);
        expect_code(&ran, 0);
        expect_no_out(&ran);
        expect_no_err(&ran);
    }
}
END_TEST

/* Create whose line cannot be written has failed: there is no region. */
START_TEST(create_into_full_disk)
{
    struct ran ran = shell("$R create $N >/dev/full; echo $?; $R get $N");

    expect_code(&ran, 3);
    expect_exact_out(&ran, "3\n");
    expect_err(&ran, "No such file or directory\n");
}
END_TEST

/* Its stdout is a full pipe that nobody empties: so it is held up at its first
   line, when the name exists, in `create' itself or in a child. */
static bool alone;

static void
interrupt(pid_t pid)
{
    char own[64];
    int fd;

    snprintf(own, sizeof own, "/mapfork.%ld", (long)pid);
    for (int i = 0; i < 1000000; i++) {
        fd = shm_open(alone ? name() : own, O_RDWR, 0);
        if (fd != -1)
            break;
        sched_yield();
    }
    if (fd != -1)
        close(fd);
    kill(pid, SIGTERM);
    ck_assert_msg(fd != -1, "expected the name to appear, seen: it did not");
}

START_TEST(interrupted)
{
    const char *args[] = {"create", name(), NULL};
    struct run blocked = {.program = program, .meanwhile = interrupt};
    struct ran ran;
    int end;

    alone = _i == 1;
    blocked.args = alone ? args : NULL;
    blocked.output = full_fifo("fifo", &end);
    ran = run(&blocked);
    close(end);
    expect_signal(&ran, SIGTERM);
    expect_one_line_err(&ran);
    expect_err(&ran, "named_region: ended by SIGTERM");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("named_region");
    TCase *tcase = tcase_create("named_region");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, shows_all);
    tcase_add_test(tcase, notrunc);
    tcase_add_test(tcase, nounlink);
    tcase_add_test(tcase, one_by_one);
    tcase_add_test(tcase, only_one_creator);
    tcase_add_test(tcase, mode_and_size);
    tcase_add_test(tcase, nothing_there);
    tcase_add_test(tcase, foreign);
    tcase_add_test(tcase, unterminated);
    tcase_add_test(tcase, bad_names);
    tcase_add_test(tcase, bad_operands);
    tcase_add_test(tcase, output);
    tcase_add_test(tcase, create_into_full_disk);
    tcase_add_loop_test(tcase, interrupted, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
