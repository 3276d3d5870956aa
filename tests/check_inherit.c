/* inherit: what each process has after the other changed its own mapping. */
#include "config.h"

#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *said;
} cases[] = {
    {"--deadline=20", "parent: fork, shared page: child p, parent c\n"
                      "parent: fork, private page: child p, parent p\n"},
    {"--break=munmap", "parent: munmap: child SIGSEGV, parent p\n"},
    {"--break=mprotect", "parent: mprotect: child SIGSEGV, parent p\n"},
    {"--break=mremap", "parent: mremap: child SIGSEGV, parent p\n"},
    {"--break=exec", "parent: exec: child SIGSEGV, parent p\n"},
    {"--break=dontfork", "parent: MADV_DONTFORK: child SIGSEGV, parent p\n"},
    {"--break=wipeonfork",
     "parent: MADV_WIPEONFORK, private: child 0, parent p\n"
     "parent: MADV_WIPEONFORK, shared, EINVAL: child p, parent c\n"},
};
enum { CASES = sizeof cases / sizeof *cases };

/* The first line says where the page lies; the rest is the table, whole. */
START_TEST(table)
{
    const char *name = cases[_i / 2].name, *rest;
    struct ran ran;

    if (name != NULL && strcmp(name, "--break=exec") == 0 && run_wrapped(name))
        return;
    ran = run_with("mapping/inherit", run_backings[_i % 2], name, NULL);
    rest = strchr(ran.out, '\n');
    if (ran.code == 77) {
        expect_err(&ran, "not supported on this system: ");
        fprintf(stderr, "skipped: %s: %s", name, ran.err);
        return;
    }
    expect_code(&ran, 0);
    expect_no_err(&ran);
    ck_assert_msg(rest != NULL && strcmp(rest + 1, cases[_i / 2].said) == 0,
                  "%s: expected after the first line:\n%sseen:\n%s", ran.what,
                  cases[_i / 2].said, ran.out);
    expect_out(&ran, "parent: the shared page lies in ");
    if (_i % 2 == 1)
        expect_out(&ran, "the shared page lies in /dev/zero\n");
}
END_TEST

/* Where there is a /proc the program finds itself without PATH. */
static void
elsewhere(void)
{
    setenv("PATH", "/nowhere", 1);
}

START_TEST(exec_without_path)
{
    static const char *const args[] = {"--break=exec", NULL};
    struct ran ran;

    if (run_wrapped("exec_without_path"))
        return;
    ran = run(&(struct run){
        .program = "mapping/inherit", .args = args, .before_exec = elsewhere});
    if (access("/proc/self/exe", X_OK) != 0) {
        fprintf(stderr, "skipped: exec_without_path: no /proc/self/exe\n");
        return;
    }
    expect_code(&ran, 0);
    expect_out(&ran, "parent: exec: child SIGSEGV, parent p\n");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("inherit");
    TCase *tcase = tcase_create("inherit");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, table, 0, 2 * CASES);
    tcase_add_test(tcase, exec_without_path);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
