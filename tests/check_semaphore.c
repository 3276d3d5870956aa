/* semaphore: exact counts on both kinds, and two ways to wait for ever. */
#include "config.h"

#include "run.h"

static const struct story stories[] = {
    {{"--rounds=500"},
     {"own: 2 inside, child 3 waits; one leaves, child 3 comes in\n",
      "own: 4 children, 500 rounds each, never more than 2 inside\n",
      "POSIX: 2 inside, child 3 waits; one leaves, child 3 comes in\n",
      "POSIX: 4 children, 500 rounds each, never more than 2 inside\n"}},
    {{"--rounds=1"},
     {"own: 4 children, 1 rounds", "POSIX: 4 children, 1 rounds"}},
    {{"--break=order"},
     {"child 1 is blocked for good on `own.more'\n",
      "child 2 is blocked for good on `mutex'\n",
      "`mutex' is held by child 1; child 2 would raise the semaphore\n"}},
    {{"--break=private_sem"},
     {"child 1 is blocked for good on `semaphore'\n",
      "child 2 has raised it, the permit is there, but only waiters of its "
      "own process were woken\n"}},
};
enum { STORIES = sizeof stories / sizeof *stories };

START_TEST(keeps_its_word)
{
    expect_story("cond/semaphore", run_backings[_i % 2], &stories[_i / 2]);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("semaphore");
    TCase *tcase = tcase_create("semaphore");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, keeps_its_word, 0, 2 * STORIES);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
