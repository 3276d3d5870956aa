/* shared: mutexes and condition variables in a mapping really serve several
   processes. Scenarios judge by their exit status; run() waits for their end
   and asserts that nobody is left. */
#include "config.h"

#include "blocked.h"
#include "child.h"
#include "region.h"
#include "run.h"
#include "say.h"
#include "shared.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct shared {
    pthread_mutex_t lock;
    pthread_cond_t cond; /* with lock: turn has changed, or there is a word */
    long counter;        /* lock */
    int inside;          /* lock: who is inside, never more than 1 */
    int turn;            /* lock: whose turn it is, 0 or 1 */
};

/* What the next scenario is to use. */
static enum shared_kind kind;
static enum region_backing backing;

static const struct {
    enum shared_kind kind;
    const char *name;
} kinds[] = {
    {SHARED_NORMAL, "a normal mutex"},
    {SHARED_ERRORCHECK, "an errorcheck mutex"},
    {SHARED_ROBUST, "a robust mutex"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static struct shared *
map(void)
{
    struct region region = region_map(sizeof(struct shared), backing);
    struct shared *shared = region.memory;

    shared_mutex(&shared->lock, kind);
    shared_cond(&shared->cond);
    blocked_name(&shared->lock, sizeof shared->lock, "lock");
    blocked_name(&shared->cond, sizeof shared->cond, "cond");
    child_deadline(15);
    return shared;
}

static void
expect(int seen, int expected, const char *call)
{
    if (seen != expected)
        die_promise("%s: expected %d (%s), seen %d (%s)", call, expected,
                    strerror(expected), seen, strerror(seen));
}

/* Run SCENARIO with a mutex of kinds[K]; it must exit 0. 77: this system has
   no such mutex, and the words of the library say so. */
static void
expect_held(const char *name, int k, void (*scenario)(void))
{
    char what[128];
    struct ran ran;

    kind = kinds[k].kind;
    for (int i = 0; i < 2; i++) {
        backing = i == 0 ? REGION_ANON : REGION_ZERO;
        snprintf(what, sizeof what, "%s of %s in %s", name, kinds[k].name,
                 i == 0 ? "anonymous memory" : "/dev/zero");
        ran = run_scenario(what, scenario);
        if (ran.code == 77) {
            printf("%s: left out: %s", what, ran.err);
            continue;
        }
        expect_code(&ran, 0);
        expect_no_err(&ran);
    }
}

/* ---- Mutual exclusion --------------------------------------------------- */

/* The parent holds the lock until both children are seen asleep on it: so it
   is really contended, on one CPU or many. Then they race. */
static void
contend(void)
{
    enum { ROUNDS = 2000, CHILDREN = 2 };
    struct shared *shared = map();
    pid_t pids[CHILDREN];

    must(pthread_mutex_lock(&shared->lock));
    for (int i = 0; i < CHILDREN; i++)
        if ((pids[i] = child_fork("child %d", i + 1)) == 0) {
            for (int j = 0; j < ROUNDS; j++) {
                must(pthread_mutex_lock(&shared->lock));
                if (++shared->inside != 1)
                    die_promise("expected one inside, seen %d",
                                shared->inside);
                shared->counter++;
                shared->inside--;
                must(pthread_mutex_unlock(&shared->lock));
            }
            _exit(0);
        }
    if (blocked_for_good(pids, CHILDREN) == BLOCKED_ENDED)
        die_promise("expected both to wait for the lock, seen: one ended");
    if (shared->counter != 0)
        die_promise("expected nobody inside, seen %ld", shared->counter);
    must(pthread_mutex_unlock(&shared->lock));
    child_reap_all();
    if (shared->counter != CHILDREN * ROUNDS)
        die_promise("expected %d, seen %ld", CHILDREN * ROUNDS,
                    shared->counter);
    must(pthread_cond_destroy(&shared->cond));
    must(pthread_mutex_destroy(&shared->lock));
}

START_TEST(mutual_exclusion)
{
    expect_held("contention", _i, contend);
}
END_TEST

/* Another process sees that it is locked. */
static void
try_from_outside(void)
{
    struct shared *shared = map();

    must(pthread_mutex_lock(&shared->lock));
    if (child_fork("child") == 0) {
        expect(pthread_mutex_trylock(&shared->lock), EBUSY,
               "pthread_mutex_trylock");
        _exit(0);
    }
    child_reap_all();
    must(pthread_mutex_unlock(&shared->lock));
    if (child_fork("child") == 0) {
        expect(pthread_mutex_trylock(&shared->lock), 0,
               "pthread_mutex_trylock");
        must(pthread_mutex_unlock(&shared->lock));
        _exit(0);
    }
    child_reap_all();
}

START_TEST(trylock)
{
    expect_held("trylock", _i, try_from_outside);
}
END_TEST

/* ---- The kinds ---------------------------------------------------------- */

static void
err_and_be_told(void)
{
    struct shared *shared = map();

    must(pthread_mutex_lock(&shared->lock));
    expect(pthread_mutex_lock(&shared->lock), EDEADLK, "a second lock");
    if (child_fork("child") == 0) {
        expect(pthread_mutex_unlock(&shared->lock), EPERM,
               "unlock by a stranger");
        _exit(0);
    }
    child_reap_all();
    must(pthread_mutex_unlock(&shared->lock));
    expect(pthread_mutex_unlock(&shared->lock), EPERM, "a second unlock");
}

START_TEST(errorcheck)
{
    expect_held("mistakes", 1, err_and_be_told);
}
END_TEST

static void
die_inside(struct shared *shared)
{
    pid_t pid = child_fork_doomed("owner");

    if (pid == 0) {
        must(pthread_mutex_lock(&shared->lock));
        raise(SIGKILL);
    }
    child_reap(pid);
}

/* The next locker is told; it repairs, says so, and all is well. Where it
   does not say so, the mutex is of no use any more. */
static void
lose_the_owner(void)
{
    struct shared *shared = map();

    die_inside(shared);
    expect(pthread_mutex_trylock(&shared->lock), EOWNERDEAD,
           "trylock after the owner's death");
    must(pthread_mutex_consistent(&shared->lock));
    must(pthread_mutex_unlock(&shared->lock));
    must(pthread_mutex_lock(&shared->lock));
    must(pthread_mutex_unlock(&shared->lock));

    die_inside(shared);
    expect(pthread_mutex_lock(&shared->lock), EOWNERDEAD,
           "lock after the owner's death");
    must(pthread_mutex_unlock(&shared->lock));
    expect(pthread_mutex_lock(&shared->lock), ENOTRECOVERABLE,
           "lock of what was not made consistent");
}

/* A waiter that sleeps already is woken by the owner's death. */
static void
lose_the_owner_while_waiting(void)
{
    struct shared *shared = map();
    pid_t pids[2];
    int report[2];
    char byte;

    if (pipe(report) == -1)
        die("pipe");
    pids[0] = child_fork_doomed("owner");
    if (pids[0] == 0) {
        must(pthread_mutex_lock(&shared->lock));
        if (write(report[1], "x", 1) != 1)
            die("write");
        for (;;)
            pause();
    }
    if (read(report[0], &byte, 1) != 1)
        die("read");
    pids[1] = child_fork("waiter");
    if (pids[1] == 0) {
        expect(pthread_mutex_lock(&shared->lock), EOWNERDEAD,
               "a lock that waited");
        must(pthread_mutex_consistent(&shared->lock));
        must(pthread_mutex_unlock(&shared->lock));
        _exit(0);
    }
    blocked_for_good(&pids[1], 1);
    child_kill(pids[0]);
    if (child_reap(pids[1]) != 0)
        die_promise("expected the waiter to exit 0");
}

START_TEST(robust)
{
#if HAVE_PTHREAD_MUTEXATTR_SETROBUST && HAVE_DECL_PTHREAD_MUTEX_ROBUST
    expect_held("the owner's death", 2, lose_the_owner);
    expect_held("the owner's death, with a waiter", 2,
                lose_the_owner_while_waiting);
#else
    printf("robust: left out, this system has no robust mutexes\n");
#endif
}
END_TEST

/* ---- Condition variables ------------------------------------------------ */

/* Two processes in turn: each wakes the other, or it would hang. */
static void
take_turns(void)
{
    enum { TURNS = 500 };
    struct shared *shared = map();

    for (int me = 0; me < 2; me++)
        if (child_fork("child %d", me + 1) == 0) {
            for (int i = 0; i < TURNS; i++) {
                must(pthread_mutex_lock(&shared->lock));
                while (shared->turn != me)
                    must(pthread_cond_wait(&shared->cond, &shared->lock));
                if (shared->counter++ % 2 != me)
                    die_promise("expected strict turns");
                shared->turn = 1 - me;
                must(pthread_cond_signal(&shared->cond));
                must(pthread_mutex_unlock(&shared->lock));
            }
            _exit(0);
        }
    child_reap_all();
    if (shared->counter != 2 * TURNS)
        die_promise("expected %d turns, seen %ld", 2 * TURNS, shared->counter);
}

START_TEST(signal_to_another_process)
{
    expect_held("turns", _i, take_turns);
}
END_TEST

/* All are asleep on it; one broadcast wakes them all. */
static void
wake_all(void)
{
    enum { CHILDREN = 3 };
    struct shared *shared = map();
    pid_t pids[CHILDREN];

    for (int i = 0; i < CHILDREN; i++)
        if ((pids[i] = child_fork("child %d", i + 1)) == 0) {
            must(pthread_mutex_lock(&shared->lock));
            while (shared->turn == 0)
                must(pthread_cond_wait(&shared->cond, &shared->lock));
            must(pthread_mutex_unlock(&shared->lock));
            _exit(0);
        }
    if (blocked_for_good(pids, CHILDREN) == BLOCKED_ENDED)
        die_promise("expected all to wait, seen: one ended");
    must(pthread_mutex_lock(&shared->lock));
    shared->turn = 1;
    must(pthread_cond_broadcast(&shared->cond));
    must(pthread_mutex_unlock(&shared->lock));
    child_reap_all();
}

START_TEST(broadcast)
{
    expect_held("broadcast", 0, wake_all);
}
END_TEST

static bool
is_before(struct timespec a, struct timespec b)
{
    return a.tv_sec < b.tv_sec ||
           (a.tv_sec == b.tv_sec && a.tv_nsec < b.tv_nsec);
}

/* On the clock it was promised, and never early: on another clock the same
   number would be long past (at once) or far away (the deadline). */
static void
wait_until(void)
{
    struct shared *shared = map();
    struct timespec until = shared_deadline(SHARED_CLOCK, 30);
    struct timespec now;
    int code;

    must(pthread_mutex_lock(&shared->lock));
    do
        code = pthread_cond_timedwait(&shared->cond, &shared->lock, &until);
    while (code == 0);
    expect(code, ETIMEDOUT, "pthread_cond_timedwait");
    if (clock_gettime(SHARED_CLOCK, &now) == -1)
        die("clock_gettime");
    if (is_before(now, until))
        die_promise("expected no return before the moment");
    must(pthread_mutex_unlock(&shared->lock));
}

#if HAVE_PTHREAD_MUTEX_TIMEDLOCK
static void
lock_until(void)
{
    struct shared *shared = map();

    must(pthread_mutex_lock(&shared->lock));
    if (child_fork("child") == 0) {
        struct timespec until = shared_deadline(CLOCK_REALTIME, 30);
        expect(pthread_mutex_timedlock(&shared->lock, &until), ETIMEDOUT,
               "pthread_mutex_timedlock");
        _exit(0);
    }
    child_reap_all();
    must(pthread_mutex_unlock(&shared->lock));
}
#endif

START_TEST(timed_waits)
{
    expect_held("timed wait", _i, wait_until);
#if HAVE_PTHREAD_MUTEX_TIMEDLOCK
    expect_held("timed lock", _i, lock_until);
#endif
}
END_TEST

/* The nanoseconds carry over into the seconds. */
START_TEST(deadlines)
{
    static const long all[] = {0, 1, 999, 1000, 1999, 86400000};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (int again = 0; again < 100; again++) {
            struct timespec before, after;
            struct timespec at;
            clock_gettime(SHARED_CLOCK, &before);
            at = shared_deadline(SHARED_CLOCK, all[i]);
            clock_gettime(SHARED_CLOCK, &after);
            ck_assert_int_ge(at.tv_nsec, 0);
            ck_assert_int_lt(at.tv_nsec, 1000000000);
            at.tv_sec -= all[i] / 1000;
            at.tv_nsec -= all[i] % 1000 * 1000000;
            if (at.tv_nsec < 0) {
                at.tv_nsec += 1000000000;
                at.tv_sec--;
            }
            ck_assert_msg(!is_before(at, before) && !is_before(after, at),
                          "shared_deadline: %ld ms from now is not", all[i]);
        }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("shared");
    TCase *mutexes = tcase_create("mutexes");
    TCase *conds = tcase_create("condition variables");

    tcase_add_loop_test(mutexes, mutual_exclusion, 0, KINDS);
    tcase_add_loop_test(mutexes, trylock, 0, KINDS);
    tcase_add_test(mutexes, errorcheck);
    tcase_add_test(mutexes, robust);
    suite_add_tcase(suite, mutexes);
    tcase_add_loop_test(conds, signal_to_another_process, 0, KINDS);
    tcase_add_test(conds, broadcast);
    tcase_add_loop_test(conds, timed_waits, 0, KINDS);
    tcase_add_test(conds, deadlines);
    suite_add_tcase(suite, conds);
    return run_suite(suite);
}
