/* relative_pointers: who can follow a list at two addresses. */
#include "config.h"

#include "run.h"

START_TEST(offsets)
{
    struct ran ran = run_with("mapping/relative_pointers", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(&ran,
                     "parent: the list, by offset: map then fork\n"
                     "child: the region lies at another address here\n"
                     "child: the list, by offset: map then fork\n"
                     "parent: the list, by offset: map then fork again\n");
}
END_TEST

START_TEST(pointers)
{
    struct ran ran =
        run_with("mapping/relative_pointers", "--break=pointer", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(&ran,
                     "parent: the list, by pointer: map then fork\n"
                     "child: the region lies at another address here\n"
                     "parent: the child got SIGSEGV: it followed an address "
                     "of the parent's\n");
}
END_TEST

START_TEST(no_temporary_file)
{
    struct ran ran;

    if (run_wrapped("without_tmpdir"))
        return;
    ran = run(&(struct run){.program = "mapping/relative_pointers",
                            .before_exec = without_tmpdir});

    expect_code(&ran, 3);
    expect_no_out(&ran);
    expect_one_line_err(&ran);
    expect_err(&ran, "/nowhere/at/all/mapfork.");
    expect_err(&ran, ": No such file or directory\n");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("relative_pointers");
    TCase *tcase = tcase_create("relative_pointers");

    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, offsets);
    tcase_add_test(tcase, pointers);
    tcase_add_test(tcase, no_temporary_file);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
