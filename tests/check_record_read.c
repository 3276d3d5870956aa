/* record_read: reads a whole record, refuses every other file. */
#include "config.h"

#include "../src/lib/blocked.h"
#include "run.h"

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const program = "mapping/record_read";

/* The layout once more, in this test's own words. */
struct image {
    uint32_t magic, version, size, count;
    struct {
        char name[28];
        uint32_t id;
    } people[2];
};
static const struct image whole = {
    0x4d666b31, 1, 32, 2, {{"Ada", 1815}, {"Grace", 1906}}};

static const char *
file_of(const void *bytes, size_t size)
{
    static char path[4200];

    snprintf(path, sizeof path, "%s", temporary_file("record", bytes, size));
    return path;
}

static struct ran
read_file(const void *bytes, size_t size)
{
    return run_with(program, file_of(bytes, size), NULL);
}

START_TEST(reads)
{
    struct ran ran = read_file(&whole, sizeof whole);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(&ran, "reader: Ada has the id 1815\n"
                           "reader: Grace has the id 1906\n");
}
END_TEST

START_TEST(reads_nobody)
{
    struct image image = whole;
    struct ran ran;

    image.count = 0;
    ran = read_file(&image, 16);
    expect_code(&ran, 0);
    expect_no_out(&ran);
    expect_no_err(&ran);
}
END_TEST

/* It needs no right to write. */
START_TEST(read_only)
{
    const char *args[] = {file_of(&whole, sizeof whole), NULL};
    struct run as_nobody = {
        .program = program, .args = args, .before_exec = run_as_nobody};
    struct ran ran;

    ck_assert_int_eq(chmod(args[0], 0444), 0);
    ran = run(&as_nobody);
    expect_code(&ran, 0);
    expect_out(&ran, "Ada has the id 1815\n");
    ck_assert_int_eq(chmod(args[0], 0), 0);
    ran = run(&as_nobody);
    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "record: Permission denied\n");
}
END_TEST

/* ---- Refused, never SIGBUS ---------------------------------------------- */

static void
expect_refused(const struct ran *ran, const char *said)
{
    expect_code(ran, 1);
    expect_no_out(ran);
    expect_one_line_err(ran);
    expect_err(ran, said);
}

/* Cut after every byte; and longer than it says. */
START_TEST(cut)
{
    char bytes[sizeof whole + 32] = "";

    memcpy(bytes, &whole, sizeof whole);
    for (size_t size = 0; size < sizeof whole; size++) {
        struct ran ran = read_file(bytes, size);
        expect_refused(&ran, size < 16 ? "expected 16 bytes or more in "
                                       : "expected 2 people in ");
    }
    for (size_t more = 1; more <= 32; more += 31) {
        struct ran ran = read_file(bytes, sizeof whole + more);
        expect_refused(&ran, "expected 2 people in ");
    }
}
END_TEST

START_TEST(foreign)
{
    static char text[70000];
    struct ran ran;

    memset(text, 'a', sizeof text);
    ran = read_file(text, sizeof text);
    expect_refused(&ran, "seen: 0x61616161, it is foreign\n");
    memset(text, 0, sizeof text);
    ran = read_file(text, sizeof text);
    expect_refused(&ran, "seen: 0, its writer was killed or is not ready\n");
    memset(text, 0xff, sizeof text);
    memcpy(text, &whole.magic, 4);
    ran = read_file(text, sizeof text);
    expect_refused(&ran, "expected version 1 in ");
}
END_TEST

/* One member wrong, the others right. */
START_TEST(lies)
{
    struct image image = whole;
    struct ran ran;

    image.magic = 0x316b664d;
    ran = read_file(&image, sizeof image);
    expect_refused(&ran, "seen: 0x316b664d, it is foreign\n");
    image = whole;
    image.version = 2;
    ran = read_file(&image, sizeof image);
    expect_refused(&ran, "expected version 1 in ");
    image = whole;
    image.size = 36;
    ran = read_file(&image, sizeof image);
    expect_refused(&ran, "expected people of 32 bytes in ");
    for (int i = 0; i < 4; i++) {
        static const uint32_t counts[] = {1, 3, 0x08000002, 0xffffffff};
        image = whole;
        image.count = counts[i];
        ran = read_file(&image, sizeof image);
        expect_refused(&ran, ", seen: a file of 80 bytes\n");
    }
    image = whole;
    memset(image.people[1].name, 'x', 28);
    ran = read_file(&image, sizeof image);
    expect_refused(&ran, "expected the end of name 2 in ");
}
END_TEST

START_TEST(no_regular_file)
{
    char fifo[4200];
    struct ran ran;

    snprintf(fifo, sizeof fifo, "%s", temporary("fifo"));
    ck_assert_int_eq(mkfifo(fifo, 0666), 0);
    ran = run_with(program, fifo, NULL);
    expect_code(&ran, 2);
    expect_err(&ran, "fifo is not a regular file\n");
    ran = run_with(program, temporary("."), NULL);
    expect_code(&ran, 2);
    expect_err(&ran, " is not a regular file\n");
    ran = run_with(program, NULL);
    expect_code(&ran, 2);
    expect_err(&ran, "an operand is missing; give FILE\n");
    ran = run_with(program, temporary("none"), NULL);
    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "none: No such file or directory\n");
    ck_assert_int_eq(access(temporary("none"), F_OK), -1);
}
END_TEST

/* It has checked the file and is held up at its first line: stdout is full.
   Then the file is cut, and it goes on. */
static int end;

static void
cut_then_go_on(pid_t pid)
{
    pid_t reader = pid;
    char bytes[4096];

    for (int i = 0; i < 100000 && children_of(pid, &reader, 1) == 0; i++)
        sched_yield();
    blocked_in_call(reader, BLOCKED_IN_WRITE, STDOUT_FILENO);
    ck_assert_int_eq(truncate(temporary("record"), 0), 0);
    while (read(end, bytes, sizeof bytes) > 0)
        continue;
}

START_TEST(cut_meanwhile)
{
    const char *args[] = {file_of(&whole, sizeof whole), NULL};
    struct ran ran = run(&(struct run){.program = program,
                                       .args = args,
                                       .output = full_fifo("fifo", &end),
                                       .meanwhile = cut_then_go_on});

    close(end);
    expect_code(&ran, 1);
    expect_one_line_err(&ran);
    expect_err(&ran, "to stay as it is, seen: the reader was killed by "
                     "SIGBUS\n");
}
END_TEST

/* ---- The mistake, output ------------------------------------------------ */

START_TEST(break_short)
{
    char expected[200];
    struct ran ran = run_with(program, "--break=short",
                              file_of(&whole, sizeof whole), NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    snprintf(expected, sizeof expected,
             "reader: was killed by SIGBUS at byte %ld: it was mapped, but "
             "the file has 80\n",
             sysconf(_SC_PAGESIZE));
    expect_exact_out(&ran, expected);
}
END_TEST

START_TEST(output)
{
    const char *args[] = {file_of(&whole, sizeof whole), NULL};
    struct ran ran = run(&(struct run){
        .program = program, .args = args, .output = "/dev/full"});

    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    ran = run_with(program, "--quiet", args[0], NULL);
    expect_code(&ran, 0);
    expect_no_out(&ran);
    expect_no_err(&ran);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("record_read");
    TCase *tcase = tcase_create("record_read");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, reads);
    tcase_add_test(tcase, reads_nobody);
    tcase_add_test(tcase, read_only);
    tcase_add_test(tcase, cut);
    tcase_add_test(tcase, cut_meanwhile);
    tcase_add_test(tcase, foreign);
    tcase_add_test(tcase, lies);
    tcase_add_test(tcase, no_regular_file);
    tcase_add_test(tcase, break_short);
    tcase_add_test(tcase, output);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
