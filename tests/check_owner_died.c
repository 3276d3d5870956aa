/* owner_died: killed at every step, repaired; and what each mistake costs. */
#include "config.h"

#include "run.h"

START_TEST(every_step)
{
    struct ran ran = run_with("mutex/owner_died", run_backings[_i], NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "`locked': EOWNERDEAD, found 100 + 0, now 100\n",
                 "`noted': EOWNERDEAD, found 100 + 0, now 100\n",
                 "`taken': EOWNERDEAD, found 90 + 0, now 100\n",
                 "`given': EOWNERDEAD, found 90 + 10, now 100\n",
                 "`done': EOWNERDEAD, found 90 + 10, now 100\n",
                 "`unlocked': 0, found 80 + 20, now 100\n", NULL);
}
END_TEST

static const struct {
    const char *name, *said;
} breaks[] = {
    {"--break=notrobust", "ETIMEDOUT: the mutex still belongs to the dead\n"},
    {"--break=noconsistent", "ENOTRECOVERABLE: unlocked without"},
    {"--break=norepair", "the data are not: the sum is 90\n"},
};

START_TEST(mistakes)
{
    struct ran ran = run_with("mutex/owner_died", run_backings[_i % 2],
                              breaks[_i / 2].name, NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "parent: owner killed after `taken': 90 + 0\n",
                 breaks[_i / 2].said, NULL);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("owner_died");
    TCase *tcase = tcase_create("owner_died");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, every_step, 0, 2);
    tcase_add_loop_test(tcase, mistakes, 0, 6);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
