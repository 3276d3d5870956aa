/* lock_in_handler: a clean report, or a handler that waits for itself. */
#include "config.h"

#include "run.h"

static const struct story stories[] = {
    {{NULL},
     {"the child is inside, SIGUSR1 is sent\n",
      "child 1: took SIGUSR1 by sigwait, outside: the count is 1\n",
      "parent: clean\n"}},
    {{"--break=inhandler"},
     {"the child is inside, SIGUSR1 is sent\n",
      "child 1 is blocked for good on `locks[0]'\n",
      "normal mutex: it is in the handler, and holds the mutex itself\n",
      "the child is inside, SIGUSR1 is sent\n",
      "errorcheck mutex: EDEADLK in the handler, no report\n"}},
};
enum { STORIES = sizeof stories / sizeof *stories };

START_TEST(keeps_its_word)
{
    expect_story("mutex/lock_in_handler", run_backings[_i % 2],
                 &stories[_i / 2]);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lock_in_handler");
    TCase *tcase = tcase_create("lock_in_handler");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, keeps_its_word, 0, 2 * STORIES);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
