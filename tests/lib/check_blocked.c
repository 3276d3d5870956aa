/* blocked: who waits for what, and whether for good. */
#include "config.h"

#include "blocked.h"
#include "child.h"
#include "region.h"
#include "run.h"
#include "shared.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct shared {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int ready;
};

static struct shared *shared;

static void
setup(void)
{
    struct region region = region_map(sizeof *shared, REGION_ANON);

    shared = region.memory;
    shared_mutex(&shared->lock, SHARED_NORMAL);
    shared_cond(&shared->changed);
    blocked_name(&shared->lock, sizeof shared->lock, "lock");
    blocked_name(&shared->changed, sizeof shared->changed, "changed");
}

static void
lock(void)
{
    must(pthread_mutex_lock(&shared->lock));
}

/* Two children wait for a mutex that their parent holds and will not give. */
START_TEST(on_a_mutex)
{
    struct blocked seen;
    char text[100];
    struct words words = words_in(text, sizeof text);
    pid_t pids[2];

    lock();
    for (int i = 0; i < 2; i++)
        if ((pids[i] = child_fork_doomed("child %d", i)) == 0) {
            lock();
            _exit(0);
        }
    ck_assert_int_eq(blocked_for_good(pids, 2), BLOCKED_FOR_GOOD);
    ck_assert(blocked_look(pids[0], &seen));
    ck_assert(seen.asleep && seen.forever);
    ck_assert_str_eq(seen.object, "lock");
    blocked_words(pids[1], &words);
    ck_assert_str_eq(text, "waits for `lock'");
    for (int i = 0; i < 2; i++)
        child_kill(pids[i]);
}
END_TEST

START_TEST(on_a_condition)
{
    struct blocked seen;
    pid_t pid = child_fork_doomed("child");

    if (pid == 0) {
        lock();
        while (!shared->ready)
            must(pthread_cond_wait(&shared->changed, &shared->lock));
        _exit(0);
    }
    ck_assert_int_eq(blocked_for_good(&pid, 1), BLOCKED_FOR_GOOD);
    ck_assert(blocked_look(pid, &seen));
    ck_assert_str_eq(seen.object, "changed");
    child_kill(pid);
}
END_TEST

/* The signal came before anybody waited, and a condition variable does not
   remember: the waiter has lost it, for good. */
START_TEST(a_lost_waiter)
{
    pid_t pid;

    must(pthread_cond_signal(&shared->changed));
    if ((pid = child_fork_doomed("waiter")) == 0) {
        lock();
        must(pthread_cond_wait(&shared->changed, &shared->lock));
        _exit(0);
    }
    ck_assert_int_eq(blocked_for_good(&pid, 1), BLOCKED_FOR_GOOD);
    child_kill(pid);
}
END_TEST

/* What has no name is told by its address. */
START_TEST(without_a_name)
{
    struct region region = region_map(sizeof(pthread_mutex_t), REGION_ANON);
    pthread_mutex_t *nameless = region.memory;
    struct blocked seen;
    char text[100];
    struct words words = words_in(text, sizeof text);
    pid_t pid;

    shared_mutex(nameless, SHARED_NORMAL);
    blocked_name(nameless, sizeof *nameless, NULL);
    must(pthread_mutex_lock(nameless));
    if ((pid = child_fork_doomed("child")) == 0) {
        must(pthread_mutex_lock(nameless));
        _exit(0);
    }
    ck_assert_int_eq(blocked_for_good(&pid, 1), BLOCKED_FOR_GOOD);
    ck_assert(blocked_look(pid, &seen));
    ck_assert_ptr_null(seen.object);
    blocked_words(pid, &words);
    ck_assert_ptr_nonnull(strstr(text, "waits on a futex at 0x"));
    child_kill(pid);
    region_unmap(&region);
}
END_TEST

/* A child that sleeps with a deadline goes on by itself: not for good. */
START_TEST(a_timed_wait_is_not_for_good)
{
    pid_t pid = child_fork_doomed("child");

    if (pid == 0) {
        struct timespec soon = shared_deadline(SHARED_CLOCK, 100);
        lock();
        pthread_cond_timedwait(&shared->changed, &shared->lock, &soon);
        _exit(0);
    }
    ck_assert_int_eq(blocked_for_good(&pid, 1), BLOCKED_ENDED);
    child_reap(pid);
}
END_TEST

/* One waits for the other, which waits for nobody: they go on. */
START_TEST(a_sibling_that_runs_can_wake)
{
    pid_t pids[2];

    if ((pids[0] = child_fork_doomed("waiter")) == 0) {
        lock();
        while (!shared->ready)
            must(pthread_cond_wait(&shared->changed, &shared->lock));
        _exit(0);
    }
    if ((pids[1] = child_fork_doomed("waker")) == 0) {
        /* Runs long enough to be seen running. */
        for (volatile long i = 0; i < 20000000; i++)
            continue;
        lock();
        shared->ready = 1;
        must(pthread_cond_signal(&shared->changed));
        must(pthread_mutex_unlock(&shared->lock));
        _exit(0);
    }
    ck_assert_int_eq(blocked_for_good(pids, 2), BLOCKED_ENDED);
    ck_assert_int_eq(child_reap(pids[0]), 0);
    ck_assert_int_eq(child_reap(pids[1]), 0);
}
END_TEST

START_TEST(other_states_in_words)
{
    char text[100];
    struct words words = words_in(text, sizeof text);
    int ends[2];
    pid_t pid;
    char byte;

    ck_assert_int_eq(pipe(ends), 0);
    if ((pid = child_fork_doomed("reader")) == 0) {
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
    }
    /* It may not have come as far as its read yet. */
    for (int looks = 0; looks < 1000000 && strcmp(text, "reads") != 0;
         looks++) {
        words = words_in(text, sizeof text);
        blocked_words(pid, &words);
    }
    ck_assert_str_eq(text, "reads");
    close(ends[1]);
    ck_assert_int_eq(child_reap(pid), 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("blocked");
    TCase *tcase = tcase_create("blocked");
    struct blocked seen;

    if (!blocked_look(getpid(), &seen)) {
        printf("skipped: this system does not show system calls in /proc\n");
        return EXIT_MISSING;
    }
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, on_a_mutex);
    tcase_add_test(tcase, on_a_condition);
    tcase_add_test(tcase, a_lost_waiter);
    tcase_add_test(tcase, without_a_name);
    tcase_add_test(tcase, a_timed_wait_is_not_for_good);
    tcase_add_test(tcase, a_sibling_that_runs_can_wake);
    tcase_add_test(tcase, other_states_in_words);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
