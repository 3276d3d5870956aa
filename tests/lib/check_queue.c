/* queue: who is killed loses nothing, and nothing is done twice.

   A child claims a piece and adds its words; it runs one machine instruction
   at a time (ptrace) and is killed after the first that stores into the
   region, after the second, ... . Each time the parent must find all counts as
   they were before, and the claim held, or everything done. */
#include "config.h"

#include "queue.h"
#include "region.h"
#include "run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/ptrace.h>
#endif

static struct table *
own_table(const char *words)
{
    struct table *own = table_own(NULL, 100);

    ck_assert_ptr_nonnull(own);
    for (; *words != '\0'; words++)
        table_add(own, words, 1, 1);
    return own;
}

static uint64_t
count_of(const struct queue *queue, const char *word)
{
    for (size_t i = 0; i < table_words(queue->table); i++)
        if (strcmp(table_entry(queue->table, i).word, word) == 0)
            return table_entry(queue->table, i).count;
    return 0;
}

static void
expect_counts(const struct queue *queue, uint64_t a, uint64_t b, uint64_t c,
              const char *when)
{
    uint64_t of_a = count_of(queue, "a"), of_b = count_of(queue, "b"),
             of_c = count_of(queue, "c");

    ck_assert_msg(of_a == a && of_b == b && of_c == c,
                  "%s: expected %lu %lu %lu, seen: %lu %lu %lu", when,
                  (unsigned long)a, (unsigned long)b, (unsigned long)c,
                  (unsigned long)of_a, (unsigned long)of_b,
                  (unsigned long)of_c);
}

/* Three pieces; the first is counted already. */
static struct queue *
three_pieces(struct region *region)
{
    struct table *own = own_table("abb");
    struct queue *queue;
    size_t piece;

    *region = region_map(queue_size(100), REGION_ANON);
    queue = queue_init(region->memory, 3, 100);
    ck_assert(queue_take(queue, 0, &piece));
    ck_assert_uint_eq(piece, 0);
    queue_add(queue, 0, own);
    free(own);
    return queue;
}

START_TEST(in_turn)
{
    struct region region;
    struct queue *queue = three_pieces(&region);
    struct table *own = own_table("bc");
    size_t piece;

    ck_assert_uint_eq(queue_wait(queue, 0), 1);
    ck_assert(queue_take(queue, 0, &piece));
    ck_assert_uint_eq(piece, 1);
    /* A successor in the same slot gets the same piece, others another. */
    ck_assert(queue_take(queue, 0, &piece));
    ck_assert_uint_eq(piece, 1);
    ck_assert(queue_take(queue, 15, &piece));
    ck_assert_uint_eq(piece, 2);
    ck_assert(!queue_take(queue, 7, &piece));
    ck_assert_uint_eq(queue_wait(queue, 0), 1);
    queue_add(queue, 15, own);
    ck_assert_uint_eq(queue_wait(queue, 0), 2);
    ck_assert(!queue_take(queue, 15, &piece));
    queue_add(queue, 0, own);
    ck_assert_uint_eq(queue_wait(queue, 1000000), 3);
    ck_assert(!queue_take(queue, 0, &piece));
    expect_counts(queue, 1, 4, 2, "in turn");
    free(own);
    region_unmap(&region);
}
END_TEST

#if defined(__linux__)

static void
take_and_add(struct queue *queue, const struct table *own)
{
    size_t piece;

    if (queue_take(queue, 1, &piece))
        queue_add(queue, 1, own);
}

/* Begin a child that will do it; it stands still, and step() lets it do one
   instruction. */
static int
begin_child(pid_t *pid, struct queue *queue, const struct table *own)
{
    int status;

    *pid = fork();
    ck_assert_int_ne(*pid, -1);
    if (*pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1)
            _exit(77);
        raise(SIGSTOP);
        take_and_add(queue, own);
        _exit(0);
    }
    waitpid(*pid, &status, 0);
    return status;
}

static int
step(pid_t pid)
{
    int status;

    ck_assert_int_eq(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
    waitpid(pid, &status, 0);
    return status;
}

/* Let a child do it and kill it after STEPS instructions. Returns false when
   it has ended before. */
static bool
kill_after(long steps, struct queue *queue, const struct table *own)
{
    pid_t pid;
    int status = begin_child(&pid, queue, own);

    for (long n = 0; n < steps && WIFSTOPPED(status); n++)
        status = step(pid);
    if (!WIFSTOPPED(status)) {
        ck_assert_msg(WIFEXITED(status) && (WEXITSTATUS(status) == 0 ||
                                            WEXITSTATUS(status) == 77),
                      "the child ended with wait status %#x",
                      (unsigned)status);
        return false;
    }
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    ck_assert(WIFSIGNALED(status));
    return true;
}

/* When to kill: what a dead process leaves is what it has stored, so after
   each instruction that changed the region; and EVENLY times in between. With
   QUEUE_EVERY=1 in the environment after each instruction, which takes
   minutes. */
enum { MOMENTS = 1 << 17, EVENLY = 20 };
struct moments {
    long steps[MOMENTS];
    int count;
    long late; /* the last moment that leaves a change begun, no claim held */
};

static int
by_number(const void *a, const void *b)
{
    long difference = *(const long *)a - *(const long *)b;

    return (difference > 0) - (difference < 0);
}

/* Step through it once. False: that cannot be done here. */
static bool
find_moments(struct region *region, struct queue *queue,
             const struct table *own, struct moments *moments)
{
    char *before = malloc(queue_size(100));
    bool every = getenv("QUEUE_EVERY") != NULL;
    pid_t pid;
    int status = begin_child(&pid, queue, own);
    long n, evenly;

    ck_assert_ptr_nonnull(before);
    *moments = (struct moments){.count = 0};
    memcpy(before, region->memory, queue_size(100));
    for (n = 1; WIFSTOPPED(status); n++) {
        status = step(pid);
        if (!every && memcmp(before, region->memory, queue_size(100)) == 0)
            continue;
        memcpy(before, region->memory, queue_size(100));
        ck_assert_int_lt(moments->count, MOMENTS - EVENLY);
        moments->steps[moments->count++] = n;
        if (table_begun(queue->table) && !queue->slots[1].held)
            moments->late = n;
    }
    evenly = n / EVENLY + 1;
    for (long at = evenly; at < n - 1 && !every; at += evenly)
        moments->steps[moments->count++] = at;
    qsort(moments->steps, (size_t)moments->count, sizeof *moments->steps,
          by_number);
    free(before);
    return n > 1;
}

/* Which of the three things that may have happened did happen, 0: nothing, 1:
   the claim was made, 2: all was done. It must not go back. */
static int
judge(long steps, struct queue *queue, const struct table *own)
{
    char when[64];
    size_t piece = 99, counted = queue_wait(queue, 0);
    bool held = queue->slots[1].held;

    snprintf(when, sizeof when, "killed after %ld instructions", steps);
    ck_assert_msg(counted == 1 || (counted == 2 && !held),
                  "%s: seen: %zu are counted", when, counted);
    expect_counts(queue, 1, counted == 1 ? 2 : 3, counted == 1 ? 0 : 2, when);
    /* Two go on: the successor, and another one that takes what is left. */
    ck_assert(queue_take(queue, 1, &piece));
    ck_assert_msg(piece == counted, "%s: expected piece %zu, seen: %zu", when,
                  counted, piece);
    queue_add(queue, 1, own);
    if (counted == 1) {
        ck_assert(queue_take(queue, 2, &piece));
        ck_assert_uint_eq(piece, 2);
        queue_add(queue, 2, own);
    }
    ck_assert(!queue_take(queue, 1, &piece));
    ck_assert_uint_eq(queue_wait(queue, 0), 3);
    expect_counts(queue, 1, 4, 4, when);
    return held ? 1 : counted == 2 ? 2 : 0;
}

START_TEST(killed_at_every_store)
{
    static struct moments moments;
    struct table *own = own_table("bcc");
    struct region region;
    struct queue *queue = three_pieces(&region);
    bool can = find_moments(&region, queue, own, &moments);
    int seen[3] = {0, 0, 0}, last = 0;

    region_unmap(&region);
    for (int i = 0; i < moments.count; i++) {
        int now;
        queue = three_pieces(&region);
        ck_assert(kill_after(moments.steps[i], queue, own));
        now = judge(moments.steps[i], queue, own);
        ck_assert_int_ge(now, last);
        last = now;
        seen[now]++;
        region_unmap(&region);
    }
    free(own);
    if (!can)
        printf("killed_at_every_store: left out, no ptrace here\n");
    else
        ck_assert_msg(seen[0] > 0 && seen[1] > 0 && seen[2] > 0,
                      "expected all three, seen: %d %d %d", seen[0], seen[1],
                      seen[2]);
}
END_TEST

/* The one who repairs what a dead owner left is killed, too. The first was
   killed as late as possible before the commit: its words are added and its
   claim is given up, yet nothing of that may count. */
START_TEST(killed_while_repairing)
{
    static struct moments first, second;
    struct table *own = own_table("bcc");
    struct region region;
    struct queue *queue = three_pieces(&region);
    bool can = find_moments(&region, queue, own, &first);
    int repairs = 0;

    region_unmap(&region);
    /* Twice before the kills begin: for judge() to repair, so that all it
       calls is linked to this process, and no child steps through the dynamic
       linker; then to step through it. */
    for (int i = -2; can && i < second.count; i++) {
        queue = three_pieces(&region);
        ck_assert(kill_after(first.late, queue, own));
        ck_assert(table_begun(queue->table) && !queue->slots[1].held);
        if (i == -1)
            find_moments(&region, queue, own, &second);
        if (i >= 0) {
            ck_assert(kill_after(second.steps[i], queue, own));
            repairs += table_begun(queue->table);
        }
        if (i != -1)
            judge(i < 0 ? 0 : second.steps[i], queue, own);
        region_unmap(&region);
    }
    free(own);
    if (!can)
        printf("killed_while_repairing: left out, no ptrace here\n");
    else
        ck_assert_int_gt(repairs, 0);
}
END_TEST

#endif

int
main(void)
{
    Suite *suite = suite_create("queue");
    TCase *tcase = tcase_create("queue");

    tcase_set_timeout(tcase, 600);
    tcase_add_test(tcase, in_turn);
#if defined(__linux__)
    if (!run_wrapped("killed at every store")) {
        tcase_add_test(tcase, killed_at_every_store);
        tcase_add_test(tcase, killed_while_repairing);
    }
#endif
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
