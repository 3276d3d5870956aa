/* philosophers: everybody eats with either cure, nobody without. */
#include "config.h"

#include "run.h"

#include <stdio.h>

static const struct story stories[] = {
    {{NULL},
     {"5 forks lie in ", "child 1 and child 3 eat at the same time\n",
      "all have eaten 1000 times\n"}},
    {{"--cure=seats"},
     {"child 1 and child 3 eat at the same time\n",
      "all have eaten 1000 times\n"}},
    {{"--philosophers=2", "--meals=500"},
     {"2 forks lie in ", "all have eaten 500 times\n"}},
    {{"--philosophers=3", "--cure=seats"}, {"all have eaten 1000 times\n"}},
    {{"--philosophers=4", "--meals=1"},
     {"child 1 and child 3 eat at the same time\n",
      "all have eaten 1 times\n"}},
    {{"--philosophers=16", "--meals=100"},
     {"child 1 and child 3 eat at the same time\n",
      "all have eaten 100 times\n"}},
    {{"--philosophers=16", "--meals=100", "--cure=seats"},
     {"child 1 and child 3 eat at the same time\n",
      "all have eaten 100 times\n"}},
    {{"--break=left_first", "--philosophers=3"},
     {"child 1 is blocked for good on `fork 2'\n",
      "child 2 is blocked for good on `fork 3'\n",
      "child 3 is blocked for good on `fork 1'\n",
      "fork 1 is held by child 1\n", "fork 2 is held by child 2\n",
      "fork 3 is held by child 3\n",
      "a cycle: each of the 3 waits for what the next one holds\n"}},
};
enum { STORIES = sizeof stories / sizeof *stories };

START_TEST(keeps_its_word)
{
    expect_story("mutex/philosophers", run_backings[_i % 2], &stories[_i / 2]);
}
END_TEST

/* Certain deadlock, however many they are. */
START_TEST(deadlock)
{
    static const int numbers[] = {2, 3, 4, 5, 16};
    int number = numbers[_i];
    char many[32], said[80];
    struct ran ran;

    snprintf(many, sizeof many, "--philosophers=%d", number);
    snprintf(said, sizeof said,
             "a cycle: each of the %d waits for what the next one holds\n",
             number);
    ran = run_with("mutex/philosophers", "--break=left_first", many, NULL);
    expect_code(&ran, 0);
    expect_out(&ran, said);
    ck_assert_int_eq(count_out(&ran, " is blocked for good on `fork "),
                     number);
}
END_TEST

START_TEST(too_few_or_many)
{
    static const char *const counts[] = {"--philosophers=1",
                                         "--philosophers=17"};
    struct ran ran = run_with("mutex/philosophers", counts[_i], NULL);

    expect_code(&ran, 2);
    expect_err(&ran, "give a number from 2 to 16");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("philosophers");
    TCase *tcase = tcase_create("philosophers");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, keeps_its_word, 0, 2 * STORIES);
    tcase_add_loop_test(tcase, deadlock, 0, 5);
    tcase_add_loop_test(tcase, too_few_or_many, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
