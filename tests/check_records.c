/* record_write and record_read: two programs that know each other only by a
   file; and what the reader refuses to believe. */
#include "config.h"

#include "../src/mapping/record.h"
#include "run.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What temporary() returns is overwritten by later runs. */
static char path[4200];

static struct record
whole_record(void)
{
    return (struct record){.magic = RECORD_MAGIC,
                           .version = RECORD_VERSION,
                           .size = sizeof(struct record),
                           .person = {"Ada", 1815}};
}

START_TEST(round_trip)
{
    const char *card = strcpy(path, temporary("card"));
    struct ran ran =
        run_with("mapping/record_write", card, "Ada Lovelace", "1815", NULL);
    struct stat status;
    char text[4300];

    expect_code(&ran, 0);
    expect_no_err(&ran);
    ck_assert_int_eq(stat(card, &status), 0);
    ck_assert_int_eq(status.st_size, sizeof(struct record));
    for (int i = 0; i < 2; i++) {
        ran = run_with("mapping/record_read", card, NULL);
        expect_code(&ran, 0);
        snprintf(text, sizeof text, "parent: %s holds %s\n", card,
                 i == 0 ? "Ada Lovelace, 1815" : "Grace Hopper, 1906");
        expect_exact_out(&ran, text);
        /* A record may be written over. */
        ran = run_with("mapping/record_write", card, "Grace Hopper", "1906",
                       NULL);
        expect_code(&ran, 0);
    }
}
END_TEST

/* 23 bytes fit, 24 have no room for the zero. */
START_TEST(longest_name)
{
    const char *card = strcpy(path, temporary("card"));
    struct ran ran = run_with("mapping/record_write", card,
                              "12345678901234567890123", "0", NULL);

    expect_code(&ran, 0);
    ran = run_with("mapping/record_read", card, NULL);
    expect_out(&ran, "holds 12345678901234567890123, 0\n");
    ran = run_with("mapping/record_write", card, "123456789012345678901234",
                   "7", NULL);
    expect_code(&ran, 2);
    expect_err(&ran, "is too long; give at most 23 bytes");
    ran = run_with("mapping/record_read", card, NULL);
    expect_out(&ran, "holds 12345678901234567890123, 0\n");
}
END_TEST

/* Files that are no records: the reader says so, and never dies of it. */
static const struct {
    const char *says;
    size_t size; /* of the file, so many bytes of a record */
    int spoil;   /* and what is wrong in it */
} strange[] = {
    {"expected 48 bytes, seen: 0", 0, 0},
    {"expected 48 bytes, seen: 1", 1, 0},
    {"expected 48 bytes, seen: 47", 47, 0},
    {"expected 48 bytes, seen: 49", 49, 0},
    {"seen: no such file, or one that is not complete", 48, 1},
    {"seen: no such file, or one that is not complete", 48, 2},
    {"seen: version 2 of 48", 48, 3},
    {"seen: version 1 of 4096", 48, 4},
    {"seen: one without an end", 48, 5},
};
enum { STRANGE = sizeof strange / sizeof *strange };

START_TEST(refused)
{
    struct record records[2] = {whole_record(), whole_record()};
    struct ran ran;

    switch (strange[_i].spoil) {
    case 1:
        records[0].magic = 0;
        break;
    case 2:
        records[0].magic++;
        break;
    case 3:
        records[0].version++;
        break;
    case 4:
        records[0].size = 4096;
        break;
    case 5:
        memset(records[0].person.name, 'x', sizeof records[0].person.name);
        break;
    default:
        break;
    }
    ran = run_with("mapping/record_read",
                   temporary_file("strange", records, strange[_i].size), NULL);
    expect_code(&ran, 1);
    expect_no_out(&ran);
    expect_one_line_err(&ran);
    expect_err(&ran, strange[_i].says);
}
END_TEST

/* A file that holds something else is not the writer's to destroy. */
START_TEST(foreign_file)
{
    static const char *const texts[] = {
        "a letter", "123456789012345678901234567890123456789012345678"};
    const char *file = temporary_file("letter", texts[_i], strlen(texts[_i]));
    struct ran ran = run_with("mapping/record_write", file, "x", "1", NULL);
    char seen[64] = "";
    int fd = open(file, O_RDONLY);

    expect_code(&ran, 2);
    expect_no_out(&ran);
    expect_err(&ran, "is no record; give a new or an empty file");
    ck_assert_int_ne(read(fd, seen, sizeof seen - 1), -1);
    close(fd);
    ck_assert_str_eq(seen, texts[_i]);
}
END_TEST

static const char *const programs[] = {"mapping/record_write",
                                       "mapping/record_read"};

START_TEST(short_file)
{
    const char *card = strcpy(path, temporary("card"));
    struct ran ran =
        run_with("mapping/record_write", card, "Ada", "1815", NULL);

    expect_code(&ran, 0);
    if (_i == 0)
        ran = run_with(programs[0], "--break=short", card, "Ada", "1", NULL);
    else
        ran = run_with(programs[1], "--break=short", card, NULL);
    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_out(&ran, "parent: SIGBUS: ");
}
END_TEST

static void
expect_failure(int i, const char *file, int code, const char *says)
{
    struct ran ran = i == 0 ? run_with(programs[0], file, "x", "1", NULL)
                            : run_with(programs[1], file, NULL);

    expect_code(&ran, code);
    expect_no_out(&ran);
    expect_err(&ran, says);
}

START_TEST(bad_files)
{
    const char *fifo = temporary("fifo");

    ck_assert_int_eq(mkfifo(fifo, 0666), 0);
    expect_failure(_i, fifo, _i == 0 ? 2 : 2, "is not a regular file");
    expect_failure(_i, "/dev/null", 2, "is not a regular file");
    expect_failure(_i, "/nowhere/card", 3,
                   "open /nowhere/card: No such file or directory\n");
    expect_failure(_i, temporary("."), _i == 0 ? 3 : 2,
                   _i == 0 ? "Is a directory\n" : "is not a regular file");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("records");
    TCase *tcase = tcase_create("records");

    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, round_trip);
    tcase_add_test(tcase, longest_name);
    tcase_add_loop_test(tcase, refused, 0, STRANGE);
    tcase_add_loop_test(tcase, foreign_file, 0, 2);
    tcase_add_loop_test(tcase, short_file, 0, 2);
    tcase_add_loop_test(tcase, bad_files, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
