/* first_initialiser: complete with the flag, half-made without; and no name
   is left, however it ends. */
#include "config.h"

#include "run.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

START_TEST(complete)
{
    struct ran ran = run_with("race/first_initialiser", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(
        &ran, "parent: both have opened the name, it is removed\n"
              "child 2: found the file, must wait: it has no size\n"
              "child 1: created the file, initialises it\n"
              "child 2: found the file, must wait: the flag is not set\n"
              "child 1: all is stored, sets the flag\n"
              "child 2: found the file, reads: map, then fork\n");
}
END_TEST

START_TEST(noready)
{
    struct ran ran =
        run_with("race/first_initialiser", "--break=noready", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(
        &ran, "parent: both have opened the name, it is removed\n"
              "child 1: created the file, initialises it\n"
              "child 2: found the file, reads: map, then\n"
              "parent: that is half of it: child 1 has not stored the rest "
              "yet\n");
}
END_TEST

/* SIGINT comes so many twentieths of a millisecond after the program began,
   wherever it is then; run() looks for names that are left. */
static int twentieths;

static void
interrupt(pid_t pid)
{
    struct timespec wait = {.tv_nsec = twentieths * 50000L};
    char path[64], program[4096] = "";

    /* Before exec it is Check's own process; in the end it is nothing. */
    snprintf(path, sizeof path, "/proc/%ld/exe", (long)pid);
    while (strstr(program, "/race/first_initialiser") == NULL)
        if (readlink(path, program, sizeof program - 1) == -1)
            return;
    ppoll(NULL, 0, &wait, NULL);
    kill(pid, SIGINT);
}

START_TEST(interrupted)
{
    struct ran ran;

    twentieths = _i;
    ran = run(&(struct run){.program = "race/first_initialiser",
                            .meanwhile = interrupt});
    if (ran.code != 0)
        expect_signal(&ran, SIGINT);
}
END_TEST

/* The program's own temporary folder, by another name: run() looks there. */
static void
in_here(void)
{
    if (chdir(getenv("TMPDIR")) == -1)
        _exit(126);
    setenv("TMPDIR", ".", 1);
}

START_TEST(relative_folder)
{
    struct ran ran = run(&(struct run){.program = "race/first_initialiser",
                                       .before_exec = in_here});

    expect_code(&ran, 0);
    expect_no_err(&ran);
}
END_TEST

START_TEST(no_temporary_folder)
{
    struct ran ran;

    if (run_wrapped("no_temporary_folder"))
        return;
    ran = run(&(struct run){.program = "race/first_initialiser",
                            .before_exec = without_tmpdir});
    expect_code(&ran, 3);
    expect_no_out(&ran);
    expect_one_line_err(&ran);
    expect_err(&ran, "mkdtemp /nowhere/at/all/mapfork.");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("first_initialiser");
    TCase *tcase = tcase_create("first_initialiser");

    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, complete);
    tcase_add_test(tcase, noready);
    tcase_add_loop_test(tcase, interrupted, 0, 60);
    tcase_add_test(tcase, relative_folder);
    tcase_add_test(tcase, no_temporary_folder);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
