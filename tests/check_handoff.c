/* handoff: strict turns; the three ways to lose or misread a wake-up. */
#include "config.h"

#include "run.h"

#include <string.h>

START_TEST(strict_turns)
{
    struct ran ran = run_with("cond/handoff", run_backings[_i], NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "child 1: ping 1\nchild 2: pong 1\n",
                 "child 1: ping 2\nchild 2: pong 2\n",
                 "child 1: ping 3\nchild 2: pong 3\n",
                 "parent: 6 turns, each in its turn\n", NULL);
}
END_TEST

START_TEST(many_turns)
{
    struct ran ran =
        run_with("cond/handoff", run_backings[_i], "--rounds=1000", NULL);
    const char *at = ran.out;

    expect_code(&ran, 0);
    expect_out(&ran, "parent: 2000 turns, each in its turn\n");
    /* Every line but the parent's is the other child's than the last one. */
    for (int turn = 0; turn < 2000; turn++) {
        at = strstr(at, "child ");
        ck_assert_msg(at != NULL && at[6] == '1' + turn % 2,
                      "%s: expected child %d in turn %d", ran.what,
                      1 + turn % 2, turn);
        at += 6;
    }
}
END_TEST

START_TEST(nopredicate)
{
    struct ran ran = run_with("cond/handoff", run_backings[_i],
                              "--break=nopredicate", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "child 1: ping 1\n",
                 "child 1 has signalled; child 2 was not waiting yet\n",
                 "child 1 is blocked for good on `turned'\n",
                 "child 2 is blocked for good on `turned'\n", NULL);
    ck_assert_int_eq(count_out(&ran, "pong"), 0);
}
END_TEST

START_TEST(once_is_not_enough)
{
    struct ran ran =
        run_with("cond/handoff", run_backings[_i], "--break=if", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "a wake-up without a reason, it is child 1's turn\n",
                 "child 2: pong 1\n", "child 2 took child 1's turn", NULL);
}
END_TEST

START_TEST(looks_again)
{
    struct ran ran =
        run_with("cond/handoff", run_backings[_i], "--spurious", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "a wake-up without a reason, it is child 1's turn\n",
                 "parent: child 2 looked again, and sleeps\n", NULL);
    ck_assert_int_eq(count_out(&ran, "pong"), 0);
}
END_TEST

/* Undefined by POSIX: glibc loses the signal, musl's signaller crashes. */
START_TEST(private_cond)
{
    struct ran ran = run_with("cond/handoff", run_backings[_i],
                              "--break=private_cond", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    if (count_out(&ran, "in pthread_cond_signal") == 0)
        expect_order(&ran,
                     "it is child 2's turn, and it was signalled, and "
                     "it sleeps\n",
                     "child 1 is blocked for good on `turned'\n",
                     "child 2 is blocked for good on `turned'\n", NULL);
    ck_assert_int_eq(count_out(&ran, "pong"), 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("handoff");
    TCase *tcase = tcase_create("handoff");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, strict_turns, 0, 2);
    tcase_add_loop_test(tcase, many_turns, 0, 2);
    tcase_add_loop_test(tcase, nopredicate, 0, 2);
    tcase_add_loop_test(tcase, once_is_not_enough, 0, 2);
    tcase_add_loop_test(tcase, looks_again, 0, 2);
    tcase_add_loop_test(tcase, private_cond, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
