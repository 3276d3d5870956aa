/* timed_wait: never early, the mutex owned again, the predicate looked at. */
#include "config.h"

#include "run.h"

static const struct story stories[] = {
    {{NULL},
     {"child 1: ETIMEDOUT, not before the deadline; the mutex is owned "
      "again\n",
      "parent: again, but child 2 takes the mutex meanwhile\n",
      "the deadline is over, child 1 waits for the mutex\n",
      "child 1: ETIMEDOUT, not before the deadline; the mutex is owned "
      "again\n",
      "child 1: and yet it is ready: child 2 has changed it\n"}},
    {{"--milliseconds=1"},
     {"ETIMEDOUT, not before", "ETIMEDOUT, not before",
      "and yet it is ready"}},
    {{"--break=relative"},
     {"child 1: ETIMEDOUT, at once: that moment was long ago; the mutex is "
      "owned again\n"}},
};
enum { STORIES = sizeof stories / sizeof *stories };

START_TEST(keeps_its_word)
{
    expect_story("cond/timed_wait", run_backings[_i % 2], &stories[_i / 2]);
}
END_TEST

/* More than a second: both members of the deadline count. */
START_TEST(seconds)
{
    struct ran ran = run_with("cond/timed_wait", "--milliseconds=1001", NULL);

    expect_code(&ran, 0);
    expect_order(&ran, "ETIMEDOUT, not before", "ETIMEDOUT, not before",
                 "and yet it is ready", NULL);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("timed_wait");
    TCase *tcase = tcase_create("timed_wait");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, keeps_its_word, 0, 2 * STORIES);
    tcase_add_test(tcase, seconds);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
