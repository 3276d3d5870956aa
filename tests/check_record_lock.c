/* record_lock: who owns which lock, and when it is lost. */
#include "config.h"

#include "run.h"

static const struct story stories[] = {
    {{NULL},
     {"fcntl: a child gets EAGAIN: fork does not pass the lock on\n",
      "fcntl: held by child 1: EAGAIN; child 1 is killed: 0\n",
      "flock: a child gets 0 by the inherited descriptor: one lock\n",
      "flock: a child gets EAGAIN by a descriptor of its own\n",
      "flock: held by child 1: EAGAIN; child 1 is killed: 0\n"}},
    {{"--break=closeother"},
     {"fcntl: another descriptor is closed: a child gets 0: lost\n",
      "flock: another descriptor is closed: a child gets EAGAIN: still "
      "held\n"}},
};
enum { STORIES = sizeof stories / sizeof *stories };

START_TEST(keeps_its_word)
{
    expect_story("compare/record_lock", NULL, &stories[_i]);
}
END_TEST

START_TEST(no_folder)
{
    struct ran ran;

    if (run_wrapped("without_tmpdir"))
        return;
    ran = run(&(struct run){.program = "compare/record_lock",
                            .before_exec = without_tmpdir});

    expect_code(&ran, 3);
    expect_no_out(&ran);
    expect_one_line_err(&ran);
    expect_err(&ran, "make /nowhere/at/all/mapfork.");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("record_lock");
    TCase *tcase = tcase_create("record_lock");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, keeps_its_word, 0, STORIES);
    tcase_add_test(tcase, no_folder);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
