/* bounded_buffer: nothing lost, in order, in bounds; three forced stalls. */
#include "config.h"

#include "run.h"

#include <stdio.h>

static const struct {
    const char *producers, *consumers, *capacity, *items;
    int total, bound;
} shapes[] = {
    {"--producers=1", "--consumers=1", "--capacity=1", "--items=3000", 3000,
     1},
    {"--producers=4", "--consumers=4", "--capacity=3", "--items=2000", 8000,
     3},
    {"--producers=8", "--consumers=1", "--capacity=64", "--items=1000", 8000,
     64},
    {"--producers=1", "--consumers=8", "--capacity=2", "--items=5000", 5000,
     2},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

START_TEST(conservation)
{
    int shape = _i / 2;
    struct ran ran =
        run_with("cond/bounded_buffer", run_backings[_i % 2],
                 shapes[shape].producers, shapes[shape].consumers,
                 shapes[shape].capacity, shapes[shape].items, NULL);
    char text[128];

    expect_code(&ran, 0);
    expect_no_err(&ran);
    snprintf(text, sizeof text, " producers put %d items, ",
             shapes[shape].total);
    expect_out(&ran, text);
    snprintf(
        text, sizeof text,
        "none lost, none twice, each producer's in order, 0 to %d inside\n",
        shapes[shape].bound);
    expect_out(&ran, text);
}
END_TEST

/* The signal for the producer wakes a consumer: all sleep, all is empty. */
START_TEST(onecond)
{
    struct ran ran = run_with("cond/bounded_buffer", run_backings[_i],
                              "--break=onecond", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(
        &ran, "child 1: finds 0 inside, sleeps\n",
        "child 2: finds 0 inside, sleeps\n", "child 3: put one, 1 inside\n",
        "child 3: finds 1 inside, sleeps\n", "child 1: took one, 0 inside\n",
        "child 2: was woken, finds 0 inside\n",
        "child 2: finds 0 inside, sleeps\n",
        "child 2 is blocked for good on `not_full'\n",
        "child 3 is blocked for good on `not_full'\n",
        "the signal for the producer woke child 2: 0 inside\n", NULL);
}
END_TEST

/* An item is inside, and the one who waits for it is never told. */
START_TEST(edge)
{
    struct ran ran = run_with("cond/bounded_buffer", run_backings[_i],
                              "--break=edge", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "child 2: finds 0 inside, sleeps\n",
                 "child 3: put one, 1 inside\n",
                 "child 3: put one, 2 inside\n",
                 "child 1: took one, 1 inside\n",
                 "child 2 is blocked for good on `not_empty'\n",
                 "nobody told child 2 of the second item: 1 inside\n", NULL);
}
END_TEST

/* An item is taken that is not there. */
START_TEST(look_again)
{
    struct ran ran =
        run_with("cond/bounded_buffer", run_backings[_i], "--break=if", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "child 1: finds 0 inside, sleeps\n",
                 "child 2: took one, 0 inside\n",
                 "child 1: was woken, finds 0 inside\n",
                 "child 1: took one, -1 inside\n",
                 "child 1 took what child 2 had taken: -1 inside\n", NULL);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("bounded_buffer");
    TCase *tcase = tcase_create("bounded_buffer");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, conservation, 0, 2 * SHAPES);
    tcase_add_loop_test(tcase, onecond, 0, 2);
    tcase_add_loop_test(tcase, edge, 0, 2);
    tcase_add_loop_test(tcase, look_again, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
