/* record_write: what it leaves is what record_read reads, or nothing. */
#include "config.h"

#include "run.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const program = "mapping/record_write";

/* A path of this test that is free. */
static const char *
new_path(void)
{
    static char path[4200];

    snprintf(path, sizeof path, "%s", temporary("record"));
    unlink(path);
    return path;
}

static size_t
contents(const char *path, void *bytes, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t n;

    ck_assert_ptr_nonnull(file);
    n = fread(bytes, 1, size, file);
    fclose(file);
    return n;
}

START_TEST(round_trip)
{
    const char *path = new_path();
    struct ran ran =
        run_with(program, path, "Ada", "1815", "Grace", "1906",
                 "a name of 27 bytes, no more", "4294967295", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "writer: stored 3 people in ",
                 "writer: stored the magic: they may be read\n", NULL);
    ran = run_with("mapping/record_read", path, NULL);
    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(&ran, "reader: Ada has the id 1815\n"
                           "reader: Grace has the id 1906\n"
                           "reader: a name of 27 bytes, no more has the id "
                           "4294967295\n");
}
END_TEST

START_TEST(as_many_as_it_takes)
{
    const char *args[2 + 2 * 32] = {new_path()};
    struct ran ran;

    for (int i = 0; i < 32; i++) {
        args[1 + 2 * i] = "name";
        args[2 + 2 * i] = "7";
    }
    ran = run(&(struct run){.program = program, .args = args});
    expect_code(&ran, 2);
    expect_err(&ran, "'name': one operand too many");
    args[1 + 2 * 31] = NULL;
    ran = run(&(struct run){.program = program, .args = args});
    expect_code(&ran, 0);
    ran = run_with("mapping/record_read", args[0], NULL);
    expect_code(&ran, 0);
    ck_assert_int_eq(count_out(&ran, "reader: name has the id 7\n"), 31);
}
END_TEST

/* The layout is a promise to other programs: byte for byte. */
START_TEST(layout)
{
    const char *path = new_path();
    struct {
        uint32_t magic, version, size, count;
        char name[28];
        uint32_t id;
    } seen, expected = {0x4d666b31, 1, 32, 1, "Ada", 1815};
    struct ran ran = run_with(program, path, "Ada", "1815", NULL);
    char bytes[100];

    expect_code(&ran, 0);
    ck_assert_uint_eq(contents(path, bytes, sizeof bytes), sizeof seen);
    memcpy(&seen, bytes, sizeof seen);
    ck_assert_mem_eq(&seen, &expected, sizeof seen);
}
END_TEST

/* ---- Mistakes ----------------------------------------------------------- */

START_TEST(break_short)
{
    const char *path = new_path();
    struct ran ran =
        run_with(program, "--break=short", path, "Ada", "1815", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(&ran, "writer: was killed by SIGBUS: the file has no "
                           "byte that it could store\n");
    ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

/* Everything is there but the magic; the reader must see that. */
START_TEST(break_half)
{
    const char *path = new_path();
    struct ran ran =
        run_with(program, "--break=half", path, "Ada", "1815", NULL);
    char bytes[100];

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(
        &ran, "writer: stored 1 person in ",
        "writer: was killed by SIGKILL: the magic is 0, none may read\n",
        NULL);
    ck_assert_uint_eq(contents(path, bytes, sizeof bytes), 48);
    ck_assert_mem_eq(bytes, "\0\0\0\0", 4);
    ck_assert_str_eq(bytes + 16, "Ada");
    ran = run_with("mapping/record_read", path, NULL);
    expect_code(&ran, 1);
    expect_no_out(&ran);
    expect_one_line_err(&ran);
    expect_err(&ran, "record_read: reader: expected the magic in ");
    expect_err(&ran, "seen: 0, its writer was killed or is not ready\n");
}
END_TEST

/* ---- Refused, and nothing made ------------------------------------------ */

START_TEST(refused)
{
    static const struct {
        const char *name, *id, *second, *said;
    } all[] = {
        {NULL, NULL, NULL, "an operand is missing; give FILE NAME ID ...\n"},
        {"Ada", NULL, NULL, "an operand is missing; give FILE NAME ID ...\n"},
        {"Ada", "1815", "Grace", "'Grace' has no ID\n"},
        {"", "1", NULL, "'': a NAME has from 1 to 27 bytes\n"},
        {"a name of 28 bytes, too much", "1", NULL, "from 1 to 27 bytes\n"},
        {"Ada", "one", NULL, "ID: 'one' is not a number"},
        {"Ada", "4294967296", NULL, "ID: 4294967296 is out of range"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *path = new_path();
        struct ran ran = run_with(program, path, all[i].name, all[i].id,
                                  all[i].second, NULL);
        expect_code(&ran, 2);
        expect_no_out(&ran);
        expect_err(&ran, all[i].said);
        expect_err(&ran, "\nusage: record_write ");
        ck_assert_int_eq(access(path, F_OK), -1);
    }
}
END_TEST

/* Whatever is there stays as it is: somebody may have it mapped. */
START_TEST(an_old_file)
{
    static const char *const breaks[] = {"--quiet", "--break=short",
                                         "--break=half"};
    char path[4200], bytes[100];
    struct ran ran;

    snprintf(path, sizeof path, "%s", temporary_file("old", "precious", 8));
    ran = run_with(program, breaks[_i], path, "Ada", "1815", NULL);
    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "old: File exists\n");
    ck_assert_uint_eq(contents(path, bytes, sizeof bytes), 8);
    ck_assert_mem_eq(bytes, "precious", 8);
}
END_TEST

START_TEST(no_place)
{
    struct ran ran = run_with(program, temporary("."), "Ada", "1815", NULL);

    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    ran = run_with(program, temporary("no/folder"), "Ada", "1815", NULL);
    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "no/folder: No such file or directory\n");
}
END_TEST

/* ---- Failures after the file was made: it goes again -------------------- */

/* That keeps this run's own stderr empty, too: it is a file. */
static void
empty_files_only(void)
{
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0});
}

START_TEST(too_large)
{
    const char *args[] = {new_path(), "Ada", "1815", NULL};
    struct ran ran;

    if (run_wrapped("too_large"))
        return;
    ran = run(&(struct run){.program = program,
                            .args = args,
                            .output = "/dev/null",
                            .before_exec = empty_files_only});
    expect_code(&ran, 3);
    ck_assert_int_eq(access(args[0], F_OK), -1);
}
END_TEST

START_TEST(output)
{
    const char *args[] = {new_path(), "Ada", "1815", NULL};
    struct ran ran = run(&(struct run){
        .program = program, .args = args, .output = "/dev/full"});

    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "No space left on device");
    ck_assert_int_eq(access(args[0], F_OK), -1);
    ran = run_with(program, "--quiet", args[0], "Ada", "1815", NULL);
    expect_code(&ran, 0);
    expect_no_out(&ran);
    expect_no_err(&ran);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("record_write");
    TCase *tcase = tcase_create("record_write");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, round_trip);
    tcase_add_test(tcase, as_many_as_it_takes);
    tcase_add_test(tcase, layout);
    tcase_add_test(tcase, break_short);
    tcase_add_test(tcase, break_half);
    tcase_add_test(tcase, refused);
    tcase_add_loop_test(tcase, an_old_file, 0, 3);
    tcase_add_test(tcase, no_place);
    tcase_add_test(tcase, too_large);
    tcase_add_test(tcase, output);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
