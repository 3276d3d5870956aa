/* pipe_queue: whole records and an end; neither with the mistakes. */
#include "config.h"

#include "run.h"

static const struct story stories[] = {
    {{"--records=3000"},
     {"consumer: 3000 whole records of child 1, in order\n",
      "consumer: 3000 whole records of child 2, in order\n",
      "consumer: end of file: every write end is closed\n"}},
    {{"--records=1"},
     {"consumer: 1 whole records of child 1, in order\n", "end of file"}},
    {{"--break=keepend"},
     {"the consumer is blocked for good in read: the last write end that is "
      "open is its own\n"}},
    {{"--break=bigwrite"},
     {"child 1 sleeps in write, in the middle of its record\n",
      "child 2 sleeps in write, the pipe is full\n",
      "both records hold bytes of the other one\n"}},
};
enum { STORIES = sizeof stories / sizeof *stories };

START_TEST(keeps_its_word)
{
    expect_story("compare/pipe_queue", NULL, &stories[_i]);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("pipe_queue");
    TCase *tcase = tcase_create("pipe_queue");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, keeps_its_word, 0, STORIES);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
