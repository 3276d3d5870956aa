/* order: the conductor lets pass whom the script names, and nobody else. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "order.h"
#include "region.h"
#include "run.h"
#include "shared.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The children note here what they do, one letter each. */
struct shared {
    pthread_mutex_t lock;
    char story[64];
};

static struct shared *shared;

static void
note(char letter)
{
    size_t n = strlen(shared->story);

    shared->story[n] = letter;
}

static void
setup(void)
{
    struct region region = region_map(sizeof *shared, REGION_ANON);

    shared = region.memory;
    signal(SIGPIPE, SIG_IGN);
    shared_mutex(&shared->lock, SHARED_NORMAL);
}

/* Children 1 to COUNT note a letter behind each of two points. */
static void
begin(int count)
{
    order_create(count);
    for (int i = 1; i <= count; i++)
        if (child_fork("child %d", i) == 0) {
            order_join(i);
            order_point("one");
            note((char)('a' + 2 * (i - 1)));
            order_point("two");
            note((char)('b' + 2 * (i - 1)));
            _exit(0);
        }
    order_lead();
}

START_TEST(plays_the_script)
{
    static const char *const scripts[][2] = {
        {"1:one 1:two 2:one 2:two", "abcd"},
        {"1:one 2:one 1:two 2:two", "acbd"},
        {"2:one 1:one 1:two 2:two", "cabd"},
        {"2:one 2:two 1:one 1:two", "cdab"},
    };
    begin(2);
    order_play(scripts[_i][0]);
    ck_assert_int_eq(order_where(1), ORDER_ENDED);
    ck_assert_int_eq(order_where(2), ORDER_ENDED);
    ck_assert_str_eq(shared->story, scripts[_i][1]);
    order_release();
    ck_assert_int_eq(child_reap_all(), 0);
}
END_TEST

START_TEST(nobody_passes_unasked)
{
    begin(3);
    for (int i = 1; i <= 3; i++)
        ck_assert_int_eq(order_where(i), ORDER_AT_POINT);
    ck_assert_str_eq(shared->story, "");
    ck_assert_int_eq(order_step(2, "one"), ORDER_AT_POINT);
    ck_assert_str_eq(shared->story, "c");
    order_release();
    ck_assert_int_eq(child_reap_all(), 0);
    ck_assert_uint_eq(strlen(shared->story), 6);
}
END_TEST

/* A step that makes a child wait for a mutex ends when it is asleep; one that
   wakes it ends when it stands at its next point. */
START_TEST(a_step_that_blocks)
{
    order_create(2);
    for (int i = 1; i <= 2; i++)
        if (child_fork("child %d", i) == 0) {
            order_join(i);
            order_point("lock");
            must(pthread_mutex_lock(&shared->lock));
            note((char)('0' + i));
            order_point("unlock");
            must(pthread_mutex_unlock(&shared->lock));
            order_point("end");
            _exit(0);
        }
    order_lead();
    ck_assert_int_eq(order_step(2, "lock"), ORDER_AT_POINT);
    ck_assert_int_eq(order_step(1, "lock"), ORDER_BLOCKED);
    ck_assert_str_eq(shared->story, "2");
    ck_assert_int_eq(order_step(2, "unlock"), ORDER_AT_POINT);
    ck_assert_int_eq(order_where(1), ORDER_AT_POINT);
    ck_assert_str_eq(shared->story, "21");
    order_release();
    ck_assert_int_eq(child_reap_all(), 0);
}
END_TEST

/* It may die standing at its point, or on its way to the next. */
START_TEST(a_child_that_dies)
{
    pid_t pid;

    order_create(1);
    if ((pid = child_fork_doomed("child 1")) == 0) {
        order_join(1);
        order_point("one");
        if (_i == 1)
            raise(SIGKILL);
        order_point("two");
        _exit(0);
    }
    order_lead();
    ck_assert_int_eq(order_where(1), ORDER_AT_POINT);
    if (_i == 0)
        child_kill(pid);
    ck_assert_int_eq(order_step(1, "one"), ORDER_ENDED);
    ck_assert_int_eq(WTERMSIG(child_reap(pid)), SIGKILL);
    order_release();
}
END_TEST

/* Scripts that cannot be played end the program with EXIT_BROKEN, a script
   that cannot be read with EXIT_SYSTEM; the message names child and point.
   Each is played in a process of its own. */
static const struct {
    const char *script;
    int code;
    const char *says;
} wrong[] = {
    {"1:two", EXIT_BROKEN, "wants child 1 at `two', but it stands at `one'\n"},
    {"2:one 2:one", EXIT_BROKEN,
     "wants child 2 at `one', but it stands at `two'\n"},
    {"1:one 1:two 1:one", EXIT_BROKEN,
     "wants child 1 at `one', but it has ended\n"},
    {"3:one", EXIT_BROKEN, "wants child 3, but there are only 1 to 2\n"},
    {"0:one", EXIT_BROKEN, "wants child 0, but there are only 1 to 2\n"},
    {"-1:one", EXIT_BROKEN, "wants child -1, but there are only 1 to 2\n"},
    {"99:one", EXIT_BROKEN, "wants child 99, but there are only 1 to 2\n"},
    {"1:one nonsense", EXIT_SYSTEM, "the script at ` nonsense'"},
    {"1:", EXIT_SYSTEM, "the script at `1:'"},
};
enum { WRONG = sizeof wrong / sizeof *wrong };

/* As a program begins: the rules of args.c hold, and the pipes that are still
   open when a script ends it must not cost it its exit status. */
static void
begin_program(void)
{
    static const struct args about = {
        .name = "script", .idea = "Plays a script.", .deadline = 20};
    static char name[] = "script";
    static char *argv[] = {name, NULL};

    args_parse(&about, 1, argv);
}

static int chosen;

static void
play_wrong(void)
{
    begin_program();
    begin(2);
    order_play(wrong[chosen].script);
}

START_TEST(wrong_scripts)
{
    struct ran ran;

    chosen = _i;
    ran = run_scenario("script", play_wrong);
    expect_code(&ran, wrong[_i].code);
    expect_err(&ran, wrong[_i].says);
    expect_one_line_err(&ran);
}
END_TEST

/* The script wants somebody who sleeps on the mutex. */
static void
play_blocked(void)
{
    begin_program();
    order_create(1);
    must(pthread_mutex_lock(&shared->lock));
    if (child_fork("child 1") == 0) {
        order_join(1);
        order_point("lock");
        must(pthread_mutex_lock(&shared->lock));
        order_point("inside");
        _exit(0);
    }
    order_lead();
    order_play("1:lock 1:inside");
}

START_TEST(a_script_for_the_blocked)
{
    struct ran ran = run_scenario("script", play_blocked);

    expect_code(&ran, EXIT_BROKEN);
    expect_err(&ran, "wants child 1 at `inside', but it is blocked\n");
    expect_one_line_err(&ran);
}
END_TEST

/* The role for order_fork(): child 1 keeps the lock, the others want it. */
static void
hold_or_wait(int me)
{
    order_point("lock");
    must(pthread_mutex_lock(&shared->lock));
    note((char)('0' + me));
    order_point(order_joined() ? "inside" : "nowhere");
    must(pthread_mutex_unlock(&shared->lock));
}

START_TEST(forks_and_tells_who_is_stuck)
{
    order_fork(3, hold_or_wait);
    ck_assert_int_eq(order_step(1, "lock"), ORDER_AT_POINT);
    ck_assert_int_eq(order_step(2, "lock"), ORDER_BLOCKED);
    ck_assert_int_eq(order_step(3, "lock"), ORDER_BLOCKED);
    ck_assert(order_stuck(2, 3));
    ck_assert_int_eq(order_step(1, "inside"), ORDER_ENDED);
    ck_assert(!order_stuck(1, 2));
    ck_assert_int_eq(child_reap(order_pid(1)), 0);
    ck_assert_int_eq(order_where(2), ORDER_AT_POINT);
    ck_assert_str_eq(shared->story, "12");
    order_kill();
    ck_assert_int_eq(WTERMSIG(child_reap(order_pid(2))), SIGKILL);
    ck_assert_int_eq(WTERMSIG(child_reap(order_pid(3))), SIGKILL);
    /* And once more: an order can be had again after the last one. */
    shared_mutex(&shared->lock, SHARED_NORMAL);
    order_fork(1, hold_or_wait);
    order_release();
    ck_assert_int_eq(child_reap(order_pid(1)), 0);
}
END_TEST

START_TEST(without_a_conductor)
{
    ck_assert(!order_joined());
    order_point("nobody waits here");
    order_release();
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("order");
    TCase *tcase = tcase_create("order");

    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_loop_test(tcase, plays_the_script, 0, 4);
    tcase_add_test(tcase, nobody_passes_unasked);
    tcase_add_test(tcase, a_step_that_blocks);
    tcase_add_loop_test(tcase, a_child_that_dies, 0, 2);
    tcase_add_loop_test(tcase, wrong_scripts, 0, WRONG);
    tcase_add_test(tcase, a_script_for_the_blocked);
    tcase_add_test(tcase, forks_and_tells_who_is_stuck);
    tcase_add_test(tcase, without_a_conductor);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
