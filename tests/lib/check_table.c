/* table: counts that can be undone, in memory that is big enough for any text
   of its size. */
#include "config.h"

#include "run.h"
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct table *
new_table(size_t bytes)
{
    struct table *table = table_own(NULL, bytes);

    ck_assert_ptr_nonnull(table);
    return table;
}

static void
add(struct table *table, const char *word, uint64_t times)
{
    table_add(table, word, strlen(word), times);
}

/* All of it, the most frequent first: "b 2, a 1". */
static void
expect(const struct table *table, const char *expected)
{
    char seen[1024] = "";
    size_t count;
    struct table_entry *top = table_top(table, 0, &count);

    ck_assert_ptr_nonnull(top);
    ck_assert_uint_eq(count, table_words(table));
    for (size_t i = 0; i < count; i++)
        snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s%s %lu",
                 i > 0 ? ", " : "", top[i].word, (unsigned long)top[i].count);
    free(top);
    ck_assert_str_eq(seen, expected);
}

START_TEST(counts)
{
    struct table *table = new_table(1000);

    expect(table, "");
    add(table, "a", 1);
    add(table, "b", 1);
    add(table, "ab", 1);
    add(table, "b", 1);
    /* Only the bytes that were given count, not what lies behind them. */
    table_add(table, "abc", 2, 5);
    expect(table, "ab 6, b 2, a 1");
    table = table_own(table, 500);
    expect(table, "");
    add(table, "b", 7);
    expect(table, "b 7");
    free(table);
}
END_TEST

/* A change that is undone leaves nothing, old words and new ones alike; one
   that is committed stays. */
START_TEST(undo)
{
    struct table *table = new_table(1000);

    add(table, "old", 1);
    ck_assert(!table_begun(table));
    for (int i = 0; i < 3; i++) {
        table_begin(table);
        ck_assert(table_begun(table));
        add(table, "old", 1);
        add(table, "new", 1);
        add(table, "old", 1);
        table_undo(table);
        ck_assert(!table_begun(table));
        expect(table, "old 1");
    }
    table_begin(table);
    add(table, "new", 1);
    add(table, "old", 1);
    table_commit(table);
    ck_assert(!table_begun(table));
    expect(table, "old 2, new 1");
    table_begin(table);
    add(table, "new", 40);
    add(table, "other", 1);
    table_undo(table);
    expect(table, "old 2, new 1");
    add(table, "other", 1);
    expect(table, "old 2, new 1, other 1");
    free(table);
}
END_TEST

/* The index grows many times within a change that is then undone. */
START_TEST(undo_growth)
{
    struct table *table = new_table(1 << 20);
    char word[16];

    add(table, "old", 1);
    table_begin(table);
    for (int i = 0; i < 100000; i++) {
        snprintf(word, sizeof word, "%d", i);
        add(table, word, 1);
    }
    ck_assert_uint_eq(table_words(table), 100001);
    table_undo(table);
    expect(table, "old 1");
    add(table, "77777", 1);
    add(table, "old", 1);
    expect(table, "old 2, 77777 1");
    free(table);
}
END_TEST

/* The text that has the most words for its size: all words of one byte, then
   of two, of three. Each SIZE must be enough; the memory ends where it is said
   to end (address sanitizer and valgrind see to that). */
START_TEST(big_enough)
{
    static const size_t sizes[] = {0,      1,      2,      3,      509,
                                   510,    511,    512,    5000,   195585,
                                   195586, 195589, 195590, 1000003};
    size_t size = sizes[_i], used = 0, words = 0, whole;
    struct table *table = new_table(size);
    unsigned char word[4] = {1, 0, 0, 0};
    size_t length = 1;

    for (; used + length + 1 <= size; used += length + 1, words++) {
        size_t at = 0;
        table_add(table, (char *)word, length, 1);
        while (at < length && word[at] == 255)
            word[at++] = 1;
        if (at < length)
            word[at]++;
        else
            word[length++] = 1;
    }
    ck_assert_uint_eq(table_words(table), words);
    whole = table_words(table);
    for (size_t i = 0; i < whole; i++)
        ck_assert_uint_eq(table_entry(table, i).count, 1);
    free(table);
}
END_TEST
enum { SIZES = 14 };

START_TEST(one_long_word)
{
    size_t size = 1 << 20;
    char *word = malloc(size);
    struct table *table = new_table(2 * size + 1);

    ck_assert_ptr_nonnull(word);
    memset(word, 'a', size);
    table_add(table, word, size, 1);
    table_add(table, word, size - 1, 1);
    table_add(table, word, size, 1);
    ck_assert_uint_eq(table_words(table), 2);
    ck_assert_uint_eq(table_entry(table, 0).count, 2);
    ck_assert_uint_eq(strlen(table_entry(table, 0).word), size);
    free(table);
    free(word);
}
END_TEST

/* Address sanitizer would end the program where calloc says no. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

START_TEST(impossible_size)
{
    ck_assert_uint_eq(table_size(SIZE_MAX), SIZE_MAX / 2);
    ck_assert_uint_eq(table_size(SIZE_MAX / 4), SIZE_MAX / 2);
    ck_assert_ptr_null(table_own(NULL, SIZE_MAX / 4));
}
END_TEST

/* What is undone takes no room: else this would run over the table's end. */
START_TEST(undone_many_times)
{
    struct table *table = new_table(100);

    add(table, "a", 1);
    for (int i = 0; i < 1000000; i++) {
        table_begin(table);
        add(table, "another", 1);
        table_undo(table);
    }
    expect(table, "a 1");
    free(table);
}
END_TEST

START_TEST(part_of_another)
{
    struct table *from = new_table(100), *to = new_table(100);

    add(from, "a", 1);
    add(from, "b", 2);
    add(from, "c", 3);
    add(to, "b", 10);
    table_add_table(to, from, 1, 3);
    expect(to, "b 12, c 3");
    table_add_table(to, from, 0, 1);
    table_add_table(to, from, 2, 2);
    expect(to, "b 12, c 3, a 1");
    free(from);
    free(to);
}
END_TEST

/* The best few of many, in whichever order they come. */
START_TEST(top)
{
    static const size_t mosts[] = {1, 2, 10, 999, 5000, 9999, 10000, 20000};
    struct table *table = new_table(100000);
    char word[16];

    for (unsigned i = 0; i < 10000; i++) {
        unsigned n = _i == 0 ? i : _i == 1 ? 9999 - i : i * 7919 % 10000;
        snprintf(word, sizeof word, "%04u", n);
        add(table, word, 1 + n / 2);
    }
    for (size_t m = 0; m < sizeof mosts / sizeof *mosts; m++) {
        size_t count;
        struct table_entry *best = table_top(table, mosts[m], &count);
        ck_assert_ptr_nonnull(best);
        ck_assert_uint_eq(count, mosts[m] < 10000 ? mosts[m] : 10000);
        for (unsigned i = 0; i < count; i++) {
            snprintf(word, sizeof word, "%04u", (9999 - i) ^ 1);
            ck_assert_str_eq(best[i].word, word);
        }
        free(best);
    }
    free(table);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("table");
    TCase *tcase = tcase_create("table");

    tcase_add_test(tcase, counts);
    tcase_add_test(tcase, undo);
    tcase_add_test(tcase, undo_growth);
    tcase_add_loop_test(tcase, big_enough, 0, SIZES);
    tcase_add_test(tcase, one_long_word);
    tcase_add_test(tcase, impossible_size);
    tcase_add_test(tcase, part_of_another);
    tcase_add_test(tcase, undone_many_times);
    tcase_add_loop_test(tcase, top, 0, 3);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
