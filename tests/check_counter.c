/* counter: an exact count with the mutex, each mistake forced without. */
#include "config.h"

#include "run.h"

START_TEST(exact)
{
    struct ran ran = run_with("mutex/counter", run_backings[_i],
                              "--children=4", "--rounds=20000", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_out(&ran, "parent: 4 children added 20000 each: 80000, "
                     "never two inside\n");
    if (_i == 1)
        expect_out(&ran, "counter and mutex lie in /dev/zero\n");
}
END_TEST

START_TEST(sixteen_children)
{
    struct ran ran =
        run_with("mutex/counter", "--children=16", "--rounds=500", NULL);

    expect_code(&ran, 0);
    expect_out(&ran, ": 8000, never two inside\n");
}
END_TEST

START_TEST(nolock)
{
    struct ran ran =
        run_with("mutex/counter", run_backings[_i], "--break=nolock", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "child 1 is inside\n",
                 "child 2 was inside at the same time: two additions, but "
                 "the count is 1\n",
                 NULL);
}
END_TEST

START_TEST(private_mutex)
{
    struct ran ran = run_with("mutex/counter", run_backings[_i],
                              "--break=private_mutex", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "child 1 is inside\n", "child 2 waits for the mutex\n",
                 "child 1 has unlocked it\n",
                 "child 2 is blocked for good on `lock'\n",
                 "nobody holds it: the unlock woke only waiters", NULL);
    ck_assert_int_eq(count_out(&ran, "at the same time"), 0);
}
END_TEST

START_TEST(reinit)
{
    struct ran ran =
        run_with("mutex/counter", run_backings[_i], "--break=reinit", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "child 1 is inside\n",
                 "child 2 has initialised the mutex again\n",
                 "child 2 was inside at the same time", NULL);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("counter");
    TCase *tcase = tcase_create("counter");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, exact, 0, 2);
    tcase_add_test(tcase, sixteen_children);
    tcase_add_loop_test(tcase, nolock, 0, 2);
    tcase_add_loop_test(tcase, private_mutex, 0, 2);
    tcase_add_loop_test(tcase, reinit, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
