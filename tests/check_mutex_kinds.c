/* mutex_kinds: the table of codes, and what a normal mutex does not check. */
#include "config.h"

#include "run.h"

static const struct story stories[] = {
    {{NULL},
     {"parent: normal       -       -            -\n",
      "parent: errorcheck   EDEADLK EPERM        EPERM\n",
      "parent: recursive    0       EPERM        EPERM\n",
      "parent: robust       -       EPERM        EPERM\n"}},
    {{"--break=relock"},
     {"child 1 holds the mutex\n", "child 1 is blocked for good on `mutex'\n",
      "child 1 holds that mutex: only child 1 could unlock it\n"}},
    {{"--break=stranger"},
     {"child 1 holds the mutex\n", "child 2 waits for it\n",
      "child 3, which held nothing, has unlocked it: 0; now two are "
      "inside\n"}},
};
enum { STORIES = sizeof stories / sizeof *stories };

START_TEST(keeps_its_word)
{
    expect_story("mutex/mutex_kinds", run_backings[_i % 2], &stories[_i / 2]);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("mutex_kinds");
    TCase *tcase = tcase_create("mutex_kinds");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, keeps_its_word, 0, 2 * STORIES);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
