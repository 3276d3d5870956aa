/* fork_while_locked: the child finds the lock free, or is blocked for good. */
#include "config.h"

#include "run.h"

static const struct story stories[] = {
    {{NULL},
     {"parent: a thread holds the lock, in the middle of an update\n",
      "parent: forks\n", "child: took the lock, found 2 of 2 steps done\n"}},
    {{"--break=noatfork"},
     {"parent: forks\n", "the thread has unlocked, here: 2 of 2 steps done\n",
      "the child is blocked for good on its copy of `lock'"}},
};
enum { STORIES = sizeof stories / sizeof *stories };

START_TEST(keeps_its_word)
{
    expect_story("mutex/fork_while_locked", NULL, &stories[_i]);
}
END_TEST

/* In the broken run the child must never get the lock. */
START_TEST(never_gets_it)
{
    struct ran ran =
        run_with("mutex/fork_while_locked", "--break=noatfork", NULL);

    ck_assert_int_eq(count_out(&ran, "took the lock"), 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("fork_while_locked");
    TCase *tcase = tcase_create("fork_while_locked");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, keeps_its_word, 0, STORIES);
    tcase_add_test(tcase, never_gets_it);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
