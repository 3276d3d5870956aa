/* barrier: nobody ahead on both kinds; without a phase one is lapped. */
#include "config.h"

#include "run.h"

static const struct story stories[] = {
    {{"--phases=300"},
     {"child 1 is woken and held up; child 2 is at the next barrier\n",
      "child 1 goes on: its phase is over",
      "own: 4 children, 300 phases, nobody ahead of anybody\n",
      "POSIX: 4 children, 300 phases, nobody ahead of anybody\n"}},
    {{"--phases=1"},
     {"own: 4 children, 1 phases", "POSIX: 4 children, 1 phases"}},
    {{"--break=counter"},
     {"child 1 is woken and held up; child 2 is at the next barrier\n",
      "child 1 finds one waiting, and takes it for its own phase\n",
      "child 1 is blocked for good on `own.opened'\n",
      "child 2 is blocked for good on `own.opened'\n"}},
};
enum { STORIES = sizeof stories / sizeof *stories };

START_TEST(keeps_its_word)
{
    expect_story("cond/barrier", run_backings[_i % 2], &stories[_i / 2]);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("barrier");
    TCase *tcase = tcase_create("barrier");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, keeps_its_word, 0, 2 * STORIES);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
