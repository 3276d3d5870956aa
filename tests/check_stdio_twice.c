/* stdio_twice: once with the flush, twice without. */
#include "config.h"

#include "run.h"

START_TEST(once)
{
    struct ran ran = run_with("process/stdio_twice", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(&ran, "parent: through a pipe: \"one line\" came 1 time\n"
                           "parent: in a file: \"one line\" came 1 time\n"
                           "parent: no fflush, but _exit in the child: \"one "
                           "line\" came 1 time\n");
}
END_TEST

START_TEST(noflush)
{
    struct ran ran = run_with("process/stdio_twice", "--break=noflush", NULL);

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(&ran, "through a pipe: \"one line\" came 2 times\n",
                 "in a file: \"one line\" came 2 times\n",
                 "fork copied the unflushed buffer", NULL);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("stdio_twice");
    TCase *tcase = tcase_create("stdio_twice");

    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, once);
    tcase_add_test(tcase, noflush);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
