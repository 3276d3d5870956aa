/* lost_update: all six orders, with and without the lock. */
#include "config.h"

#include "run.h"

#include <string.h>

/* All but the first line, which says which memory this system gave. */
static const char *
story(const struct ran *ran)
{
    expect_order(ran, "parent: the number lies in ", "\n", NULL);
    return strchr(ran->out, '\n') + 1;
}

START_TEST(six_orders)
{
    struct ran ran = run_with("race/lost_update", run_backings[_i], NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    if (_i == 1)
        expect_out(&ran, "parent: the number lies in /dev/zero\n");
    ck_assert_str_eq(
        story(&ran),
        "parent: load 1, store 1, load 2, store 2: the number is 2\n"
        "parent: load 1, load 2, store 1, store 2: the number is 1\n"
        "parent: load 1, load 2, store 2, store 1: the number is 1\n"
        "parent: load 2, load 1, store 1, store 2: the number is 1\n"
        "parent: load 2, load 1, store 2, store 1: the number is 1\n"
        "parent: load 2, store 2, load 1, store 1: the number is 2\n");
}
END_TEST

/* Under the lock the second load cannot happen before the first store. */
START_TEST(always_two_with_the_lock)
{
    struct ran ran =
        run_with("race/lost_update", run_backings[_i], "--lock", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    ck_assert_str_eq(
        story(&ran),
        "parent: load 1, store 1, load 2, store 2: the number is 2\n"
        "parent: load 1, load 2 must wait, store 1, store 2: "
        "the number is 2\n"
        "parent: load 1, load 2 must wait, store 1, store 2: "
        "the number is 2\n"
        "parent: load 2, load 1 must wait, store 2, store 1: "
        "the number is 2\n"
        "parent: load 2, load 1 must wait, store 2, store 1: "
        "the number is 2\n"
        "parent: load 2, store 2, load 1, store 1: the number is 2\n");
}
END_TEST

START_TEST(free_run_prints_a_rate)
{
    struct ran ran =
        run_with("race/lost_update", run_backings[_i], "--rounds=10000", NULL);

    expect_code(&ran, 0);
    expect_out(&ran, " of 20000 updates were lost, ");
}
END_TEST

START_TEST(free_run_with_the_lock_loses_nothing)
{
    struct ran ran = run_with("race/lost_update", run_backings[_i],
                              "--rounds=10000", "--lock", NULL);

    expect_code(&ran, 0);
    expect_out(&ran, "parent: 0 of 20000 updates were lost, 0.00 %\n");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lost_update");
    TCase *tcase = tcase_create("lost_update");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, six_orders, 0, 2);
    tcase_add_loop_test(tcase, always_two_with_the_lock, 0, 2);
    tcase_add_loop_test(tcase, free_run_prints_a_rate, 0, 2);
    tcase_add_loop_test(tcase, free_run_with_the_lock_loses_nothing, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
