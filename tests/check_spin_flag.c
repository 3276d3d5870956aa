/* spin_flag: who gets the message, and what it costs to wait for it. */
#include "config.h"

#include "run.h"

#include <sys/resource.h>

/* CPU time of all that was reaped so far, in milliseconds. */
static long
used(void)
{
    struct rusage usage;

    ck_assert_int_eq(getrusage(RUSAGE_CHILDREN, &usage), 0);
    return (long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

START_TEST(hand_over)
{
    long before = used();
    struct ran ran = run_with("race/spin_flag", run_backings[_i], NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "parent: flags and message lie in ",
                 "parent: child 1 has used 100 ms of CPU time, child 2 not a "
                 "tenth of that\n",
                 "child 1: need not wait any more, the message is 42\n",
                 "child 2: need not wait any more, the message is 42\n", NULL);
    /* What the program says is so: somebody has really spun. */
    ck_assert_int_ge(used() - before, 95);
}
END_TEST

START_TEST(plain)
{
    long before = used();
    struct ran ran =
        run_with("race/spin_flag", run_backings[_i], "--break=plain", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "parent: flags and message lie in ",
                 "parent: the plain int is set, whoever loads it finds 1\n",
                 "parent: child 1 spins on, for 100 ms of CPU time more: it "
                 "looks no more\n",
                 NULL);
    ck_assert_int_eq(count_out(&ran, "need not wait"), 0);
    ck_assert_int_ge(used() - before, 95);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("spin_flag");
    TCase *tcase = tcase_create("spin_flag");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, hand_over, 0, 2);
    tcase_add_loop_test(tcase, plain, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
