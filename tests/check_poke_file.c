/* poke_file: what is in the file afterwards, and what was refused. */
#include "config.h"

#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const program = "mapping/poke_file";

/* temporary() has eight paths in turn, and a run needs three. */
static const char *
new_file(const char *bytes, size_t size)
{
    static char path[4200];

    snprintf(path, sizeof path, "%s", temporary_file("file", bytes, size));
    return path;
}

/* The file is exactly these bytes. */
static void
expect_file(const char *path, const void *bytes, size_t size)
{
    static char seen[70000];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    ck_assert_msg(fd != -1, "%s: %s", path, strerror(errno));
    n = read(fd, seen, sizeof seen);
    close(fd);
    ck_assert_msg(n == (ssize_t)size && memcmp(seen, bytes, size) == 0,
                  "%s: expected %zu bytes `%.40s', seen %zd: `%.40s'", path,
                  size, (const char *)bytes, n, seen);
}

START_TEST(pokes)
{
    const char *path = new_file("zhangxiang", 10);
    struct ran ran = run_with(program, path, NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "through the mapping, 10 bytes:\nzhangxiang\n",
                 "stored 2 bytes at 0\n", "by pread(2):\nZXangxiang\n", NULL);
    expect_file(path, "ZXangxiang", 10);
}
END_TEST

START_TEST(pokes_at)
{
    static const struct {
        const char *at, *text, *expected;
    } all[] = {
        {"5", "XIANG", "zhangXIANG"},
        {"9", "!", "zhangxian!"},
        {"0", "0123456789", "0123456789"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *path = new_file("zhangxiang", 10);
        struct ran ran = run_with(program, path, all[i].at, all[i].text, NULL);
        expect_code(&ran, 0);
        expect_no_err(&ran);
        expect_file(path, all[i].expected, 10);
    }
}
END_TEST

/* A whole page without a zero byte: nothing lies behind it but what is not
   ours. Zero bytes and newlines are bytes like others. */
START_TEST(whole_pages)
{
    static const size_t sizes[] = {2, 4095, 4096, 4097, 65536};
    static char bytes[65536];

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const char *path;
        struct ran ran;
        const char *from;
        memset(bytes, 'a', sizeof bytes);
        bytes[sizes[i] / 2] = '\0';
        path = new_file(bytes, sizes[i]);
        ran = run_with(program, path, NULL);
        expect_code(&ran, 0);
        expect_no_err(&ran);
        from = strstr(ran.out, "bytes:\n");
        ck_assert_ptr_nonnull(from);
        from += 7;
        ck_assert_mem_eq(from, bytes, sizes[i]);
        ck_assert_msg(
            memcmp(from + sizes[i], "\nparent: stored", 15) == 0,
            "%s: expected %zu bytes and no more, seen `%.40s' behind them",
            ran.what, sizes[i], from + sizes[i]);
        memcpy(bytes, "ZX", 2);
        expect_file(path, bytes, sizes[i]);
    }
}
END_TEST

START_TEST(break_private)
{
    const char *path = new_file("zhangxiang", 10);
    struct ran ran = run_with(program, "--break=private", path, NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "stored 2 bytes at 0\n", "by pread(2):\nzhangxiang\n",
                 "the file is unchanged", NULL);
    expect_file(path, "zhangxiang", 10);
}
END_TEST

/* Where the text is there already, the mistake could not be seen. */
START_TEST(break_private_without_evidence)
{
    const char *path = new_file("ZXangxiang", 10);
    struct ran ran = run_with(program, "--break=private", path, NULL);

    expect_code(&ran, 2);
    expect_err(&ran, "has this text already");
}
END_TEST

/* ---- Refused, and the file untouched ------------------------------------ */

START_TEST(refused)
{
    static const struct {
        const char *at, *text, *content, *said;
    } all[] = {
        {NULL, NULL, "", " is empty: there is nothing to map\n"},
        {NULL, NULL, "z", " has 1 bytes: 2 at 0 would go past its end\n"},
        {"9", "ab", "zhangxiang", " has 10 bytes: 2 at 9 would go past"},
        {"10", "a", "zhangxiang", " would go past its end\n"},
        {"0", "01234567890", "zhangxiang", " would go past its end\n"},
        {"9223372036854775807", "a", "zhangxiang", " would go past its end\n"},
        {"9223372036854775808", "a", "zhangxiang", " is out of range"},
        {"three", "a", "zhangxiang", "AT: 'three' is not a number"},
        {"3", NULL, "zhangxiang", "AT '3' has no TEXT"},
        {"3", "", "zhangxiang", "TEXT is empty"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t size = strlen(all[i].content);
        const char *path = new_file(all[i].content, size);
        struct ran ran = run_with(program, path, all[i].at, all[i].text, NULL);
        expect_code(&ran, 2);
        expect_no_out(&ran);
        expect_err(&ran, all[i].said);
        expect_err(&ran, "\nusage: poke_file ");
        expect_file(path, all[i].content, size);
    }
}
END_TEST

START_TEST(operands)
{
    struct ran ran = run_with(program, NULL);

    expect_code(&ran, 2);
    expect_err(&ran, "an operand is missing; give FILE [AT TEXT]\n");
    ran = run_with(program, "a", "1", "b", "c", NULL);
    expect_code(&ran, 2);
    expect_err(&ran, "'c': one operand too many");
}
END_TEST

START_TEST(no_regular_file)
{
    const char *fifo = temporary("fifo");
    struct ran ran;

    ck_assert_int_eq(mkfifo(fifo, 0666), 0);
    ran = run_with(program, fifo, NULL);
    expect_code(&ran, 2);
    expect_err(&ran, "fifo is not a regular file\n");
    ran = run_with(program, "/dev/null", NULL);
    expect_code(&ran, 2);
    expect_err(&ran, "/dev/null is not a regular file\n");
    ran = run_with(program, temporary("."), NULL);
    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, ": Is a directory\n");
    ran = run_with(program, temporary("none"), NULL);
    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, ": No such file or directory\n");
    ck_assert_int_eq(access(temporary("none"), F_OK), -1);
}
END_TEST

/* Only readable, only writable, neither: a shared mapping needs both. */
START_TEST(closed_file)
{
    static const mode_t modes[] = {0444, 0222, 0};
    const char *path = new_file("zhangxiang", 10);
    const char *args[] = {path, NULL};

    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct ran ran;
        ck_assert_int_eq(chmod(path, modes[i]), 0);
        ran = run(&(struct run){
            .program = program, .args = args, .before_exec = run_as_nobody});
        expect_code(&ran, 3);
        expect_no_out(&ran);
        expect_one_line_err(&ran);
        expect_err(&ran, "poke_file: open ");
        expect_err(&ran, ": Permission denied\n");
        ck_assert_int_eq(chmod(path, 0600), 0);
        expect_file(path, "zhangxiang", 10);
    }
}
END_TEST

/* ---- Output ------------------------------------------------------------- */

static void
close_stdin(void)
{
    close(0);
}

START_TEST(output)
{
    const char *path = new_file("zhangxiang", 10);
    const char *args[] = {path, NULL};
    struct ran ran = run_with(program, "--quiet", path, NULL);

    expect_code(&ran, 0);
    expect_no_out(&ran);
    expect_no_err(&ran);
    expect_file(path, "ZXangxiang", 10);
    path = new_file("zhangxiang", 10);
    ran = run(&(struct run){
        .program = program, .args = args, .output = "/dev/full"});
    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_file(path, "zhangxiang", 10);
    ran = run(&(struct run){
        .program = program, .args = args, .before_exec = close_stdin});
    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_file(path, "ZXangxiang", 10);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("poke_file");
    TCase *tcase = tcase_create("poke_file");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, pokes);
    tcase_add_test(tcase, pokes_at);
    tcase_add_test(tcase, whole_pages);
    tcase_add_test(tcase, break_private);
    tcase_add_test(tcase, break_private_without_evidence);
    tcase_add_test(tcase, refused);
    tcase_add_test(tcase, operands);
    tcase_add_test(tcase, no_regular_file);
    tcase_add_test(tcase, closed_file);
    tcase_add_test(tcase, output);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
