/* share: what the parent sees after the child has stored. */
#include "config.h"

#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

START_TEST(one_memory)
{
    struct ran ran = run_with("mapping/share", run_backings[_i], NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "parent: the number lies in ", "parent: stored 1\n",
                 "child: found 1, stores 2\n", "parent: sees 2: one memory\n",
                 NULL);
}
END_TEST

static const struct {
    const char *name, *said;
} breaks[] = {
    {"--break=global", "parent: sees 1: fork copied the global variable"},
    {"--break=private",
     "parent: sees 1: the child stored into a copy of the page"},
    {"--break=late", "parent: sees 1: the child's mapping is another one"},
};

START_TEST(not_one_memory)
{
    struct ran ran = run_with("mapping/share", run_backings[_i % 2],
                              breaks[_i / 2].name, NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_out(&ran, breaks[_i / 2].said);
    expect_out(&ran, "stores 2\n");
}
END_TEST

/* The program says which memory it really got. */
START_TEST(backing_is_said)
{
    struct ran ran = run_with("mapping/share", "--backing=zero", NULL);

    expect_out(&ran, "the number lies in /dev/zero\n");
}
END_TEST

/* Root may fork as much as it likes: become somebody else first. */
static void
no_processes_left(void)
{
    struct rlimit none = {0, 0};

    run_as_nobody();
    setrlimit(RLIMIT_NPROC, &none);
}

START_TEST(no_fork)
{
    struct ran ran = run(&(struct run){.program = "mapping/share",
                                       .before_exec = no_processes_left});

    /* The build folder may be closed to that user: then nothing was tried. */
    if (ran.code == 126) {
        fprintf(stderr, "skipped: no_fork: %s", ran.err);
        return;
    }
    expect_code(&ran, 3);
    expect_err(&ran, "share: fork: ");
    expect_one_line_err(&ran);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("share");
    TCase *tcase = tcase_create("share");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, one_memory, 0, 2);
    tcase_add_loop_test(tcase, not_one_memory, 0, 6);
    tcase_add_test(tcase, backing_is_said);
    tcase_add_test(tcase, no_fork);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
