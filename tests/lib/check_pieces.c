/* pieces: every word is read once, in the piece in which it begins. */
#include "config.h"

#include "pieces.h"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The words of all pieces, "one two|three": a stroke between two pieces. */
static void
expect_words(size_t count, const char *expected)
{
    static struct reader reader;
    char seen[1024] = "";
    char *at = seen;

    for (size_t piece = 0; piece < count; piece++) {
        const char *word;
        size_t length;
        const char *before = piece > 0 ? "|" : "";
        ck_assert_int_eq(pieces_read(&reader, piece), 0);
        while ((word = pieces_word(&reader, &length)) != NULL) {
            at += sprintf(at, "%s%.*s", before, (int)length, word);
            before = " ";
        }
        ck_assert_ptr_null(pieces_word(&reader, &length));
        if (strcmp(before, "|") == 0)
            at += sprintf(at, "|");
    }
    ck_assert_str_eq(seen, expected);
}

static const struct {
    size_t size;
    const char *text, *words;
} cuts[] = {
    {100, "to be or", "to be or"},
    {1, "to be", "to|||be|"},
    {2, "to be", "to|be|"},
    {3, "to be", "to|be"},
    {4, "to be", "to be|"},
    {5, "to be", "to be"},
    {2, " a b", "a|b"},
    {2, "aaaaaa b", "aaaaaa|||b"},
    {3, "aa\n", "aa"},
    {1, ".", ""},
    {2, "ab\377cd", "ab|cd|"},
};
enum { CUTS = sizeof cuts / sizeof *cuts };

START_TEST(cut)
{
    size_t length = strlen(cuts[_i].text), count;

    pieces_open(temporary_file("text", cuts[_i].text, length));
    count = pieces_cut(cuts[_i].size);
    ck_assert_uint_eq(count, (length + cuts[_i].size - 1) / cuts[_i].size);
    ck_assert_uint_eq(pieces_bytes(), length + 1);
    expect_words(count, cuts[_i].words);
    pieces_close();
}
END_TEST

/* A word ends with its file, and an empty file has no piece. */
START_TEST(files)
{
    char names[4][4096];
    static const char *const texts[] = {"", "one t", "", "wo three"};

    for (int i = 0; i < 4; i++) {
        snprintf(names[i], sizeof names[i], "%s",
                 temporary_file(i == 1   ? "b"
                                : i == 3 ? "d"
                                         : "a",
                                texts[i], strlen(texts[i])));
        pieces_open(names[i]);
    }
    ck_assert_uint_eq(pieces_cut(4), 4);
    ck_assert_uint_eq(pieces_bytes(), 5 + 8 + 4);
    expect_words(4, "one|t|wo three|");
    ck_assert_ptr_eq(pieces_name(0), names[1]);
    ck_assert_ptr_eq(pieces_name(1), names[1]);
    ck_assert_ptr_eq(pieces_name(2), names[3]);
    ck_assert_ptr_eq(pieces_name(3), names[3]);
    pieces_close();
}
END_TEST

/* What was cut off after the file was opened cannot be read, what was added
   is not. */
START_TEST(changed_meanwhile)
{
    const char *path = temporary_file("text", "one two three", 13);
    struct reader reader = {.text = NULL};

    pieces_open(path);
    ck_assert_uint_eq(pieces_cut(8), 2);
    ck_assert_int_eq(truncate(path, 20), 0);
    ck_assert_int_eq(pieces_read(&reader, 1), 0);
    ck_assert_uint_eq(reader.size, 6);
    ck_assert_int_eq(truncate(path, 12), 0);
    ck_assert_int_eq(pieces_read(&reader, 0), 0);
    ck_assert_int_eq(pieces_read(&reader, 1), PIECES_SHORT);
    /* Also where only the rest of the last word is missing. */
    ck_assert_uint_eq(pieces_cut(10), 2);
    ck_assert_int_eq(pieces_read(&reader, 0), PIECES_SHORT);
    free(reader.text);
    pieces_close();
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("pieces");
    TCase *tcase = tcase_create("pieces");

    tcase_add_loop_test(tcase, cut, 0, CUTS);
    tcase_add_test(tcase, files);
    tcase_add_test(tcase, changed_meanwhile);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
