/* reap: statuses in words, the zombie, one signal for many. */
#include "config.h"

#include "run.h"

#include <signal.h>

START_TEST(statuses)
{
    struct ran ran = run_with("process/reap", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(&ran, "parent: 4 children have ended: 1 SIGCHLD came, 4 "
                           "were reaped\n"
                           "parent: child 1 exited 0\n"
                           "parent: child 2 exited 7\n"
                           "parent: child 3 was killed by SIGKILL\n"
                           "parent: child 4 was killed by SIGSEGV\n"
                           "parent: no child is left (ECHILD)\n");
}
END_TEST

START_TEST(nowait)
{
    struct ran ran = run_with("process/reap", "--break=nowait", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "its state is Z\n",
                 "4 zombies keep their numbers and statuses",
                 "child 1 exited 0\n", "child 4 was killed by SIGSEGV\n",
                 "no child is left (ECHILD)\n", NULL);
}
END_TEST

START_TEST(onewait)
{
    struct ran ran = run_with("process/reap", "--break=onewait", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "4 children have ended: 1 SIGCHLD came, 1 was reaped\n",
                 "3 zombies keep their numbers and statuses",
                 "child 4 was killed by SIGSEGV\n",
                 "no child is left (ECHILD)\n", NULL);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("reap");
    TCase *tcase = tcase_create("reap");

    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, statuses);
    tcase_add_test(tcase, nowait);
    tcase_add_test(tcase, onewait);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
