/* named_region: four processes that know a region only by its name, and names
   that stay. */
#include "config.h"

#include "run.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct story stories[] = {
    {{NULL},
     {"creator: made the region, 4096 bytes\n",
      "putter: stored `hello' and went\n", "getter: found `hello'\n",
      "the name is gone: ENOENT, but a map made before holds `hello'\n"}},
    {{"--break=notrunc"},
     {"creator: made the region, 0 bytes\n",
      "SIGBUS: the region has a name, but no bytes yet\n"}},
    {{"--break=nounlink"},
     {"all have gone, and nobody has removed the name\n",
      "stranger: found `hello'\n", "it is removed now\n"}},
};
enum { STORIES = sizeof stories / sizeof *stories };

START_TEST(keeps_its_word)
{
    expect_story("mapping/named_region", NULL, &stories[_i]);
}
END_TEST

/* Each step is a process of its own, started by a shell: the harness wants
   that after each run no name is left. */
static const struct {
    const char *steps; /* of a shell; $1 is the program, $2 a name */
    int code;
    const char *out, *err;
} steps[] = {
    {"$1 create $2 && $1 put $2 'a text' && $1 get $2 && $1 remove $2", 0,
     "parent: made the region, 4096 bytes\n"
     "parent: stored `a text' and went\n"
     "parent: found `a text'\n",
     ""},
    {"$1 create $2 && $1 get $2; $1 create $2; s=$?; $1 remove $2; exit $s", 3,
     "found `'\n", "File exists\n"},
    {"$1 get $2", 3, "", "No such file or directory\n"},
    {"$1 put $2 text", 3, "", "No such file or directory\n"},
    {"$1 remove $2", 3, "", "shm_unlink /"},
    {"$1 create $2; $1 remove $2; $1 get $2", 3, "made the region",
     "No such file or directory\n"},
};
enum { STEPS = sizeof steps / sizeof *steps };

START_TEST(step_by_step)
{
    char program[4200], name[64];
    const char *args[] = {"-c", steps[_i].steps, "sh", program, name, NULL};
    struct ran ran;

    snprintf(program, sizeof program, "%s/mapping/named_region",
             build_folder());
    snprintf(name, sizeof name, "/mapfork-test.%ld", (long)getpid());
    ran = run(&(struct run){.program = "/bin/sh", .args = args});
    shm_unlink(name);
    expect_code(&ran, steps[_i].code);
    expect_out(&ran, steps[_i].out);
    expect_err(&ran, steps[_i].err);
}
END_TEST

static const struct {
    const char *args[4];
    const char *says;
} wrong[] = {
    {{"create"}, "an operand is missing"},
    {{"create", "name"}, "give a slash"},
    {{"create", "/"}, "give a slash"},
    {{"create", ""}, "give a slash"},
    {{"create", "/a/b"}, "give a slash"},
    {{"put", "/name"}, "put: TEXT is missing"},
    {{"get", "/name", "text"}, "get takes no TEXT"},
    {{"keep", "/name"}, "'keep' is unknown"},
    {{"get", "/name", "text", "more"}, "one operand too many"},
    {{"--break=notrunc", "create", "/name"}, "--break goes without operands"},
};
enum { WRONG = sizeof wrong / sizeof *wrong };

START_TEST(bad_command_lines)
{
    const char *args[] = {wrong[_i].args[0], wrong[_i].args[1],
                          wrong[_i].args[2], wrong[_i].args[3], NULL};
    struct ran ran =
        run(&(struct run){.program = "mapping/named_region", .args = args});

    expect_code(&ran, 2);
    expect_no_out(&ran);
    expect_err(&ran, wrong[_i].says);
}
END_TEST

/* 254 bytes behind the slash are the longest that this program takes. */
START_TEST(long_names)
{
    char name[300] = "/", program[4200];
    const char *args[] = {
        "-c", "$1 create $2 && $1 remove $2", "sh", program, name, NULL};
    struct ran ran;

    snprintf(program, sizeof program, "%s/mapping/named_region",
             build_folder());
    memset(name + 1, 'x', _i == 0 ? 254 : 255);
    ran = run(&(struct run){.program = "/bin/sh", .args = args});
    expect_code(&ran, _i == 0 ? 0 : 2);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("named_region");
    TCase *tcase = tcase_create("named_region");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, keeps_its_word, 0, STORIES);
    tcase_add_loop_test(tcase, step_by_step, 0, STEPS);
    tcase_add_loop_test(tcase, bad_command_lines, 0, WRONG);
    tcase_add_loop_test(tcase, long_names, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
