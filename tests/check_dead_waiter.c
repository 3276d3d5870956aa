/* dead_waiter: the spare works; the old one does what this libc does. */
#include "config.h"

#include "run.h"

#include <stdio.h>

static const struct story stories[] = {
    {{NULL},
     {"child 1 waits, and is killed\n",
      "the mutex is free: a waiter does not hold it\n",
      "from here on the spare is used\n", "child 3: was woken\n",
      "child 3 was woken through the spare\n"}},
};
enum { STORIES = sizeof stories / sizeof *stories };

START_TEST(keeps_its_word)
{
    expect_story("cond/dead_waiter", run_backings[_i % 2], &stories[_i / 2]);
}
END_TEST

/* The outcomes that are known: glibc before 2.41 hangs in the third signal,
   later ones and musl bear it; pthread_cond_destroy hangs on all of them. One
   that does not says that it is missing here (77). */
START_TEST(used_on)
{
    struct ran ran =
        run_with("cond/dead_waiter", run_backings[_i], "--break=kill", NULL);
    bool hangs = count_out(&ran, "the third signal never returns") == 1;
    bool bears = count_out(&ran, "the third signal has woken child 3") == 1;

    ck_assert_msg(hangs != bears,
                  "%s: expected one of two outcomes, seen:\n%s", ran.what,
                  ran.out);
    ck_assert_int_eq(count_out(&ran, "child 3: was woken"), bears);
    if (ran.code == 77) {
        printf("left out: %s", ran.err);
        return;
    }
    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_out(&ran, "pthread_cond_destroy never returns");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("dead_waiter");
    TCase *tcase = tcase_create("dead_waiter");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, keeps_its_word, 0, 2 * STORIES);
    tcase_add_loop_test(tcase, used_on, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
