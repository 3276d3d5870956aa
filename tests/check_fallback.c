/* The fallback is real: on a kernel that refuses MAP_SHARED|MAP_ANONYMOUS
   the programs get /dev/zero and work; where there is no memory left they say
   so and take nothing else. See support/refuse_anon.c for that kernel. */
#include "config.h"

#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Run PROGRAM with ARGUMENT on a kernel that refuses with ERROR. */
static struct ran
run_refused(const char *error, const char *program, const char *argument)
{
    char launcher[4200], path[4200];
    const char *args[] = {error, path, argument, NULL};

    snprintf(launcher, sizeof launcher, "%s/refuse_anon", tool_folder());
    snprintf(path, sizeof path, "%s/%s", build_folder(), program);
    return run(&(struct run){.program = launcher, .args = args});
}

/* Is the filter to be had? Asked outside of any test: Check cannot skip. */
static bool
is_available(void)
{
    char command[4300];
    int status;

    snprintf(command, sizeof command, "'%s/refuse_anon' EINVAL /bin/true",
             tool_folder());
    status = system(command);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        return false;
    if (status != 0) {
        fprintf(stderr, "%s: wait status %#x\n", command, (unsigned)status);
        exit(1);
    }
    return true;
}

START_TEST(refused_share_gets_dev_zero)
{
    struct ran ran = run_refused("EINVAL", "mapping/share", "--backing=anon");

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "/dev/zero", "stored 1", "stores 2", "sees 2", NULL);
    ck_assert_msg(count_out(&ran, "MAP_ANONYMOUS") == 0,
                  "%s: expected no word of anonymous memory, seen:\n%s",
                  ran.what, ran.out);
}
END_TEST

START_TEST(refused_counter_counts)
{
    struct ran ran = run_refused("EINVAL", "mutex/counter", "--backing=anon");

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_out(&ran, "/dev/zero");
}
END_TEST

/* The break with another process's copy of the memory still is one. */
START_TEST(refused_break_is_seen)
{
    struct ran ran = run_refused("EINVAL", "mapping/share", "--break=late");

    expect_code(&ran, 0);
    expect_out(&ran, "/dev/zero");
}
END_TEST

START_TEST(asked_for_dev_zero)
{
    struct ran ran = run_refused("ENOMEM", "mapping/share", "--backing=zero");

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_out(&ran, "/dev/zero");
}
END_TEST

/* ENOMEM is no missing feature: no second kind of memory is tried. */
START_TEST(no_memory_is_an_error)
{
    struct ran ran = run_refused("ENOMEM", "mapping/share", "--backing=anon");
    const char *newline = strchr(ran.err, '\n');

    expect_code(&ran, 3);
    expect_no_out(&ran);
    expect_err(&ran, "share: mmap a shared region of ");
    expect_err(&ran, "memory\n"); /* musl: Out of */
    ck_assert_msg(newline != NULL && newline[1] == '\0',
                  "%s: expected one line on stderr, seen:\n%s", ran.what,
                  ran.err);
}
END_TEST

int
main(void)
{
    Suite *suite;
    TCase *tests;

    if (!is_available()) {
        printf("check_fallback: skipped, this system refuses system call "
               "filters\n");
        return 77;
    }
#if !USE_MAP_ANONYMOUS
    printf("check_fallback: skipped, built without anonymous memory: there "
           "is nothing to refuse\n");
    return 77;
#endif
    suite = suite_create("fallback");
    tests = tcase_create("a kernel without shared anonymous memory");
    tcase_add_test(tests, refused_share_gets_dev_zero);
    tcase_add_test(tests, refused_counter_counts);
    tcase_add_test(tests, refused_break_is_seen);
    tcase_add_test(tests, asked_for_dev_zero);
    tcase_add_test(tests, no_memory_is_an_error);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
