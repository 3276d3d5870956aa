/* page_ends: the exact signal at each offset, before and after ftruncate. */
#include "config.h"

#include "run.h"

#define OFFSETS                                                               \
    "parent: offset      6     7   P-1     P  2P-1    2P  3P-1    3P\n"
#define SEVEN                                                                 \
    "parent: 7 bytes     k     0     0   BUS   BUS   BUS   BUS  SEGV\n"

START_TEST(every_offset)
{
    struct ran ran = run_with("mapping/page_ends", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(
        &ran, OFFSETS SEVEN
        "parent: P+1         k     0     0     x     0   BUS   BUS  SEGV\n"
        "parent: empty     BUS   BUS   BUS   BUS   BUS   BUS   BUS  SEGV\n"
        "parent: P+1         0     0     0     0     0   BUS   BUS  SEGV\n"
        "parent: a t stored at 2P-1 is there in memory, not in the file\n");
}
END_TEST

START_TEST(nogrow)
{
    struct ran ran = run_with("mapping/page_ends", "--break=nogrow", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(&ran, OFFSETS SEVEN
                     "parent: an x stored at P: SIGBUS; a store makes no file "
                     "longer\n");
}
END_TEST

START_TEST(no_temporary_file)
{
    struct ran ran;

    if (run_wrapped("without_tmpdir"))
        return;
    ran = run(&(struct run){.program = "mapping/page_ends",
                            .before_exec = without_tmpdir});

    expect_code(&ran, 3);
    expect_no_out(&ran);
    expect_one_line_err(&ran);
    expect_err(&ran, "/nowhere/at/all/mapfork.");
    expect_err(&ran, ": No such file or directory\n");
}
END_TEST

START_TEST(no_operand)
{
    struct ran ran = run_with("mapping/page_ends", "file", NULL);

    expect_code(&ran, 2);
    expect_no_out(&ran);
    expect_err(&ran, "page_ends: 'file': no operands are taken");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("page_ends");
    TCase *tcase = tcase_create("page_ends");

    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, every_offset);
    tcase_add_test(tcase, nogrow);
    tcase_add_test(tcase, no_temporary_file);
    tcase_add_test(tcase, no_operand);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
