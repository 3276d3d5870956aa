/* read_write_lock: who meets whom inside, and who passes whom. */
#include "config.h"

#include "run.h"

static const struct story stories[] = {
    {{NULL},
     {"own: children 1 and 2 read together\n",
      "own: child 3 wants to write, and waits\n",
      "own: child 4 comes to read, and waits behind the writer\n",
      "own: the readers leave: child 3 writes, alone; then child 4 reads\n",
      "POSIX: children 1 and 2 read together\n",
      "POSIX: child 3 wants to write, and waits\n",
      "4 children, 1000 rounds each: no reader saw half a change\n"}},
    {{"--break=mutex"}, {"own: child 2 waits, although child 1 only reads\n"}},
    {{"--break=starve"},
     {"own: children 1 and 2 read together\n",
      "own: child 3 wants to write, and waits\n",
      "own: child 4 comes to read, and passes the waiting writer\n",
      "own: children 1 and 2 leave, and child 3 still waits\n"}},
};
enum { STORIES = sizeof stories / sizeof *stories };

START_TEST(keeps_its_word)
{
    expect_story("cond/read_write_lock", run_backings[_i % 2],
                 &stories[_i / 2]);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("read_write_lock");
    TCase *tcase = tcase_create("read_write_lock");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, keeps_its_word, 0, 2 * STORIES);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
