/* The figures of price, from samples whose summary is known; and that a stamp
   is seen to be wrong when it is. */
#include "config.h"

#include "../src/compare/measure/ways.h"
#include "run.h"

#include <string.h>

static struct cell room;

static struct row
made_row(const char *way, int round, double p50)
{
    struct row row = row_of("latency", way, round, SAME);

    row.size = 64;
    row.p50 = p50;
    row.processes = 2;
    return row;
}

/* 1 to 1001 in an order that is not theirs. */
START_TEST(percentiles)
{
    struct row row = row_of("latency", "pipe", 1, SAME);

    cell = &room;
    cell->samples = 1001;
    for (int i = 0; i < 1001; i++)
        cell->sample[i] = (i * 389) % 1001 + 1;
    row_samples(&row);
    ck_assert(row.least == 1 && row.most == 1001);
    ck_assert(row.p50 == 501 && row.mean == 501);
    ck_assert(fabs(row.p90 - 901) < 1e-6 && fabs(row.p99 - 991) < 1e-6);
    ck_assert(fabs(row.p999 - 1000) < 1e-6);
    ck_assert(row.count == 1001);
}
END_TEST

/* Of both sides, each its own kind. */
START_TEST(used)
{
    struct row row = row_of("latency", "pipe", 1, SAME);

    cell = &room;
    cell->used[0] = (struct used){1e-6, 10, 1};
    cell->used[1] = (struct used){3e-6, 30, 5};
    row_used(&row, 2, 10);
    ck_assert(fabs(row.cpu - 400) < 1e-6);
    ck_assert(row.voluntary == 4);
    ck_assert(fabs(row.involuntary - 0.6) < 1e-9);
}
END_TEST

/* Each round by itself: the load of the second one was ten times that of the
   first, which must not show. A round without its pipe does not count. */
START_TEST(ratios)
{
    struct row_key key = {
        .subject = "latency", .way = "spsc", .placement = SAME, .size = 64};
    struct row rows[] = {made_row("pipe", 1, 200),  made_row("spsc", 1, 100),
                         made_row("spsc", 2, 1000), made_row("pipe", 2, 2000),
                         made_row("pipe", 3, 500),  made_row("spsc", 3, 100),
                         made_row("spsc", 4, 1)};
    struct spread spread;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        row_add(&rows[i]);
    rows[0].placement = CROSS;
    rows[0].p50 = 1e9;
    row_add(&rows[0]);
    spread = row_ratio(&key, "pipe", row_p50);
    ck_assert_int_eq(spread.count, 3);
    ck_assert(spread.median == 2 && spread.low == 2 && spread.high == 3.5);
    spread = row_spread(&key, row_p50);
    ck_assert_int_eq(spread.count, 4);
    ck_assert(spread.median == 100 && spread.most == 1000);
    ck_assert(rows_have("latency") && !rows_have("locks"));
    ck_assert_int_eq(rows_count(), 8);
}
END_TEST

/* Whichever byte is another one, of a message of any size. A stamp looks at
   both ends only; that of a message is not that of the next. */
START_TEST(stamps)
{
    unsigned char message[100];
    size_t size = (size_t)_i;

    stamp(message, size, 77);
    ck_assert(stamped(message, size, 77));
    ck_assert(!stamped(message, size, 78));
    message[size - 1] ^= 1;
    ck_assert(!stamped(message, size, 77));
    stamp(message, size, 77);
    message[0] ^= 1;
    ck_assert(!stamped(message, size, 77));
    stamp_all(message, size, 77);
    ck_assert(stamped_all(message, size, 77));
    ck_assert(size == 1 || !stamped_all(message, size, 78));
    for (size_t at = 0; at < size; at++) {
        message[at] ^= 0x80;
        ck_assert(!stamped_all(message, size, 77));
        message[at] ^= 0x80;
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("measure");
    TCase *tcase = tcase_create("measure");

    tcase_add_test(tcase, percentiles);
    tcase_add_test(tcase, used);
    tcase_add_test(tcase, ratios);
    tcase_add_loop_test(tcase, stamps, 1, 100);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
