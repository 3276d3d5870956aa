/* lock_order: the forced deadlock, and the three cures of it. */
#include "config.h"

#include "run.h"

static const struct {
    const char *name, *first, *second;
} cures[] = {
    {"--cure=order", "child 1: moved 10 from left to right, backed off 0",
     "child 2: moved 10 from right to left, backed off 0"},
    /* Child 1 finds right locked, gives left back, and child 2 goes first. */
    {"--cure=trylock", "child 2: moved 10 from right to left, backed off 0",
     "child 1: moved 10 from left to right, backed off 1 time\n"},
    {"--cure=timed", "child 2: moved 10 from right to left, backed off 0",
     "child 1: moved 10 from left to right, backed off 1 time\n"},
};

START_TEST(cured)
{
    struct ran ran = run_with("mutex/lock_order", run_backings[_i % 2],
                              cures[_i / 2].name, NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, cures[_i / 2].first, cures[_i / 2].second,
                 "parent: both are done, 100 + 100\n", NULL);
}
END_TEST

START_TEST(abba)
{
    struct ran ran =
        run_with("mutex/lock_order", run_backings[_i], "--break=abba", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(
        &ran, "parent: child 1 is blocked for good on `right'\n",
        "parent: child 2 is blocked for good on `left'\n",
        "parent: left is held by child 1, right by child 2: a cycle\n", NULL);
}
END_TEST

START_TEST(broken_and_cured)
{
    struct ran ran =
        run_with("mutex/lock_order", "--break=abba", "--cure=timed", NULL);

    expect_code(&ran, 2);
    expect_no_out(&ran);
    expect_err(&ran, "lock_order: --break=abba and --cure=timed: ");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lock_order");
    TCase *tcase = tcase_create("lock_order");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, cured, 0, 6);
    tcase_add_loop_test(tcase, abba, 0, 2);
    tcase_add_test(tcase, broken_and_cured);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
