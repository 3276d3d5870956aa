/* args: the command line of an imaginary program with every kind of switch.
   What all the real programs have in common is in check_common.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "run.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool lock;
static long long rounds = 1000;
static long long any;
static const char *cure = "order";

static const struct args about = {
    .name = "imaginary",
    .idea = "There is no such program.",
    .breaks =
        {
            {"nolock", "nobody locks"},
            {"if", "a waiter does not look again"},
        },
    .options =
        {
            ARGS_FLAG("lock", &lock, "lock first"),
            ARGS_NUMBER("rounds", "N", &rounds, 1, 1 << 20, "how often"),
            ARGS_NUMBER("any", "N", &any, LLONG_MIN, LLONG_MAX, "any number"),
            ARGS_WORD("cure", "order|trylock", &cure, "how"),
        },
    .maps = true,
};

/* The words of the command line of the next scenario. */
static const char *words[8];

static void
parse(void)
{
    char *argv[9] = {(char *)"imaginary"};
    int argc = 1;

    for (; argc <= 8 && words[argc - 1] != NULL; argc++)
        argv[argc] = (char *)words[argc - 1];
    args_parse(&about, argc, argv);
}

/* What it understood, in one line. */
static void
parse_and_print(void)
{
    parse();
    printf("lock=%d rounds=%lld any=%lld cure=%s backing=%s nolock=%d if=%d "
           "broken=%d\n",
           lock, rounds, any, cure,
           args_backing() == REGION_ANON ? "anon" : "zero",
           args_broken("nolock"), args_broken("if"), args_any_break());
}

static struct ran
run_words(const char *first, const char *second)
{
    char name[128];

    words[0] = first;
    words[1] = first != NULL ? second : NULL;
    words[2] = NULL;
    snprintf(name, sizeof name, "imaginary %s %s", first != NULL ? first : "",
             second != NULL ? second : "");
    return run_scenario(name, parse_and_print);
}

/* ---- What is understood ------------------------------------------------- */

START_TEST(understood)
{
    static const struct {
        const char *words[2];
        const char *part; /* of the line it prints */
    } all[] = {
        {{NULL},
         "lock=0 rounds=1000 any=0 cure=order backing=anon nolock=0 if=0 "
         "broken=0\n"},
        {{"--lock"}, "lock=1 "},
        {{"--rounds=1"}, "rounds=1 "},
        {{"--rounds", "17"}, "rounds=17 "},
        {{"--rounds=1K"}, "rounds=1024 "},
        {{"--rounds=1M"}, "rounds=1048576 "},
        {{"--rounds=5", "--rounds=6"}, "rounds=6 "},
        {{"--any=3G"}, "any=3221225472 "},
        {{"--any=-2K"}, "any=-2048 "},
        {{"--any=9223372036854775807"}, "any=9223372036854775807 "},
        {{"--any=-9223372036854775808"}, "any=-9223372036854775808 "},
        {{"--any", "-1"}, "any=-1 "},
        {{"--cure=trylock"}, "cure=trylock "},
        {{"--cure", "order"}, "cure=order "},
        {{"--backing=zero"}, "backing=zero "},
        {{"--backing=anon"}, "backing=anon "},
        {{"--break=nolock"}, "nolock=1 if=0 broken=1\n"},
        {{"--break", "if"}, "nolock=0 if=1 broken=1\n"},
        {{"--deadline=0"}, "broken=0\n"},
        {{"--"}, "broken=0\n"},
        {{"--roun=9"}, "rounds=9 "}, /* getopt_long takes what is unique */
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct ran ran = run_words(all[i].words[0], all[i].words[1]);
        expect_code(&ran, 0);
        expect_out(&ran, all[i].part);
        expect_no_err(&ran);
    }
}
END_TEST

/* A program that takes two operands, a third perhaps, a number. */
static void
take_operands(void)
{
    static const struct args taker = {
        .name = "taker",
        .idea = "There is no such program.",
        .operands = "FROM TO [AT]",
        .least = 2,
        .most = 3,
        .options = {ARGS_FLAG("lock", &lock, "lock first")},
    };
    char *argv[9] = {(char *)"taker"};
    int argc = 1;

    for (; argc <= 8 && words[argc - 1] != NULL; argc++)
        argv[argc] = (char *)words[argc - 1];
    args_parse(&taker, argc, argv);
    printf("%d: %s, %s, at %lld, lock=%d\n", args_operands(), args_operand(0),
           args_operand(1),
           args_operand(2) == NULL
               ? -1
               : args_number("AT", args_operand(2), 0, 1 << 20),
           lock);
    if (args_operand(3) != NULL)
        exit(1);
}

START_TEST(operands)
{
    static const struct {
        const char *words[5];
        int code;
        const char *says;
    } all[] = {
        {{"a", "b"}, 0, "2: a, b, at -1, lock=0\n"},
        {{"a", "b", "2K"}, 0, "3: a, b, at 2048, lock=0\n"},
        {{"a", "--lock", "b"}, 0, "2: a, b, at -1, lock=1\n"},
        {{"--", "--lock", "-b"}, 0, "2: --lock, -b, at -1, lock=0\n"},
        {{NULL}, 2, "taker: an operand is missing; give FROM TO [AT]\n"},
        {{"a"}, 2, "taker: an operand is missing; give FROM TO [AT]\n"},
        {{"a", "b", "1", "c"},
         2,
         "taker: 'c': one operand too many; give FROM TO [AT]\n"},
        {{"a", "b", "c"},
         2,
         "taker: AT: 'c' is not a number; give one from 0 to 1048576\n"},
        {{"a", "b", "2M"},
         2,
         "taker: AT: 2M is out of range; give a number from 0 to 1048576\n"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct ran ran;

        memcpy(words, all[i].words, sizeof all[i].words);
        ran = run_scenario(all[i].says, take_operands);
        expect_code(&ran, all[i].code);
        if (all[i].code == 0) {
            expect_exact_out(&ran, all[i].says);
            continue;
        }
        expect_no_out(&ran);
        ck_assert_int_eq(strncmp(ran.err, all[i].says, strlen(all[i].says)),
                         0);
        expect_err(&ran, "\nusage: taker [--lock] [--deadline=SECONDS] "
                         "[--quiet] FROM TO [AT]\n");
    }
}
END_TEST

/* ---- What is wrong ------------------------------------------------------ */

START_TEST(wrong)
{
    static const struct {
        const char *words[2];
        const char *first; /* line on stderr */
    } all[] = {
        {{"--rounds=0"},
         "--rounds: 0 is out of range; give a number from 1 to 1048576"},
        {{"--rounds=1048577"},
         "--rounds: 1048577 is out of range; give a number from 1 to 1048576"},
        {{"--rounds=2M"},
         "--rounds: 2M is out of range; give a number from 1 to 1048576"},
        {{"--rounds=-1K"},
         "--rounds: -1K is out of range; give a number from 1 to 1048576"},
        {{"--rounds=K"},
         "--rounds: 'K' is not a number; give one from 1 to 1048576"},
        {{"--rounds=1k"},
         "--rounds: '1k' is not a number; give one from 1 to 1048576"},
        {{"--rounds=1KK"},
         "--rounds: '1KK' is not a number; give one from 1 to 1048576"},
        {{"--rounds=1.5"},
         "--rounds: '1.5' is not a number; give one from 1 to 1048576"},
        {{"--rounds=0x10"},
         "--rounds: '0x10' is not a number; give one from 1 to 1048576"},
        {{"--rounds="},
         "--rounds: '' is not a number; give one from 1 to 1048576"},
        {{"--any=9223372036854775808"},
         "--any: 9223372036854775808 is out of range; give a number from "
         "-9223372036854775808 to 9223372036854775807"},
        {{"--any=9007199254740992G"},
         "--any: 9007199254740992G is out of range; give a number from "
         "-9223372036854775808 to 9223372036854775807"},
        {{"--any=-9007199254740992G"},
         "--any: -9007199254740992G is out of range; give a number from "
         "-9223372036854775808 to 9223372036854775807"},
        {{"--rounds"}, "--rounds needs a value"},
        {{"--lock=1"}, "--lock=1: this switch takes no value"},
        {{"--cure=prayer"}, "--cure: 'prayer' is unknown; give order|trylock"},
        {{"--backing=file"}, "--backing: 'file' is unknown; give anon|zero"},
        {{"--break=no"}, "--break: 'no' is unknown; give one of: nolock, if"},
        {{"--break="}, "--break: '' is unknown; give one of: nolock, if"},
        {{"--break=if", "--break=if"},
         "--break was given twice; make one mistake at a time"},
        {{"--break=if", "--break=nolock"},
         "--break was given twice; make one mistake at a time"},
        {{"--nothing"}, "unknown switch '--nothing'; see 'imaginary --help'"},
        {{"-q"}, "unknown switch '-q'; see 'imaginary --help'"},
        {{"file"}, "'file': no operands are taken; see 'imaginary --help'"},
        {{"--", "--lock"},
         "'--lock': no operands are taken; see 'imaginary --help'"},
        {{""}, "'': no operands are taken; see 'imaginary --help'"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct ran ran = run_words(all[i].words[0], all[i].words[1]);
        char text[512];

        snprintf(text, sizeof text,
                 "imaginary: %s\n"
                 "usage: imaginary [--lock] [--rounds=N] [--any=N] "
                 "[--cure=order|trylock] [--backing=anon|zero] "
                 "[--deadline=SECONDS] [--quiet] [--break=NAME]\n",
                 all[i].first);
        expect_code(&ran, 2);
        expect_no_out(&ran);
        ck_assert_msg(strcmp(ran.err, text) == 0,
                      "%s: expected on stderr:\n%sseen:\n%s", ran.what, text,
                      ran.err);
    }
}
END_TEST

static void
find_it_wrong_later(void)
{
    parse();
    args_wrong("--rounds: %d is not even", 7);
}

START_TEST(wrong_by_the_program)
{
    struct ran ran;

    words[0] = NULL;
    ran = run_scenario("find_it_wrong_later", find_it_wrong_later);
    expect_code(&ran, 2);
    expect_no_out(&ran);
    expect_err(&ran, "imaginary: --rounds: 7 is not even\n"
                     "usage: imaginary [--lock] ");
}
END_TEST

static void
ask_for_another_break(void)
{
    parse();
    (void)args_broken("nolok");
}

START_TEST(break_that_is_not_declared)
{
    struct ran ran;

    words[0] = NULL;
    ran = run_scenario("ask_for_another_break", ask_for_another_break);
    expect_code(&ran, 3);
    expect_err(&ran, "no break 'nolok' is declared");
}
END_TEST

/* ---- The rules of the house --------------------------------------------- */

static void
leave_one_open(void)
{
    parse();
    if (open("/dev/null", O_RDONLY) == -1)
        _exit(99);
}

static void
leave_none_open(void)
{
    int fd;

    parse();
    fd = open("/dev/null", O_RDONLY);
    close(fd);
}

/* What was open when the program began is its caller's affair. */
static void
open_one_before(void)
{
    if (open("/dev/null", O_RDONLY) == -1)
        _exit(99);
    parse();
}

static void
leave_one_open_in_a_child(void)
{
    parse();
    if (child_fork_doomed("child") == 0) {
        if (open("/dev/null", O_RDONLY) == -1)
            _exit(99);
        exit(0);
    }
    exit(child_reap_all() == 1 ? 0 : 1);
}

START_TEST(descriptors)
{
    struct ran ran;

    words[0] = NULL;
    ran = run_scenario("leave_one_open", leave_one_open);
    expect_code(&ran, 3);
    ck_assert_str_eq(ran.err, "imaginary: descriptor 3 was left open\n");
    ran = run_scenario("leave_none_open", leave_none_open);
    expect_code(&ran, 0);
    ran = run_scenario("open_one_before", open_one_before);
    expect_code(&ran, 0);
    ran = run_scenario("leave_one_open_in_a_child", leave_one_open_in_a_child);
    expect_code(&ran, 0);
    expect_err(&ran, "imaginary: descriptor 3 was left open\n");
}
END_TEST

/* A closed stdin or stderr must not be the number of the next file. */
static void
open_a_file(void)
{
    int fd;
    char byte;

    parse();
    fd = open("/dev/null", O_RDONLY);
    printf("%d\n", fd);
    if (read(STDIN_FILENO, &byte, 1) == -1)
        printf("stdin: %s\n", strerror(errno));
    if (write(STDERR_FILENO, "lost\n", 5) != 5)
        printf("stderr: %s\n", strerror(errno));
    close(fd);
}

static void
close_stdin_and_stderr(void)
{
    close(STDIN_FILENO);
    close(STDERR_FILENO);
}

static void
close_all(void)
{
    close_stdin_and_stderr();
    close(STDOUT_FILENO);
}

START_TEST(closed_ones)
{
    struct ran ran;

    words[0] = NULL;
    ran = run(&(struct run){.program = "open_a_file",
                            .scenario = open_a_file,
                            .before_exec = close_stdin_and_stderr});
    expect_code(&ran, 0);
    expect_exact_out(&ran, "3\nstdin: Bad file descriptor\n");
    ran = run(&(struct run){.program = "open_a_file",
                            .scenario = open_a_file,
                            .before_exec = close_all});
    expect_code(&ran, 3);
}
END_TEST

static void
write_without_a_reader(void)
{
    int ends[2];
    ssize_t n;

    parse();
    if (pipe(ends) == -1)
        _exit(99);
    close(ends[0]);
    n = write(ends[1], "x", 1);
    printf("%s\n", n == -1 ? strerror(errno) : "written");
    close(ends[1]);
}

START_TEST(broken_pipe_is_an_error)
{
    struct ran ran;

    words[0] = NULL;
    ran = run_scenario("write_without_a_reader", write_without_a_reader);
    expect_code(&ran, 0);
    expect_exact_out(&ran, "Broken pipe\n");
}
END_TEST

static void
wait_for_nothing(void)
{
    parse();
    child_doing("waits for nothing");
    for (;;)
        pause();
}

static void
say_something(void)
{
    parse();
    say("something");
}

START_TEST(deadline_and_quiet)
{
    struct ran ran;

    words[0] = "--deadline=1";
    words[1] = NULL;
    ran = run_scenario("wait_for_nothing --deadline=1", wait_for_nothing);
    expect_code(&ran, 1);
    ck_assert_str_eq(ran.err, "imaginary: the deadline has passed, all is "
                              "ended: the parent waits for nothing\n");
    words[0] = "--quiet";
    ran = run_scenario("say_something --quiet", say_something);
    expect_code(&ran, 0);
    expect_no_out(&ran);
    words[0] = NULL;
    ran = run_scenario("say_something", say_something);
    expect_exact_out(&ran, "parent: something\n");
}
END_TEST

START_TEST(help)
{
    struct ran ran = run_words("--help", "--nonsense");

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_order(
        &ran, "usage: imaginary [--lock] ", "\n\nThere is no such program.\n",
        "\n  --break=nolock           nobody locks\n",
        "  --break=if               a waiter does not look again\n",
        "\n  --lock                   lock first\n",
        "  --rounds=N               how often\n", "  --backing=anon|zero ",
        "  --deadline=SECONDS ", "  --quiet ", "  --help ", "  --version ",
        "Exit status: 0 ", NULL);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("args");
    TCase *line = tcase_create("the command line");
    TCase *rules = tcase_create("the rules of the house");

    tcase_add_test(line, understood);
    tcase_add_test(line, operands);
    tcase_add_test(line, wrong);
    tcase_add_test(line, wrong_by_the_program);
    tcase_add_test(line, break_that_is_not_declared);
    tcase_add_test(line, help);
    suite_add_tcase(suite, line);
    tcase_add_test(rules, descriptors);
    tcase_add_test(rules, closed_ones);
    tcase_add_test(rules, broken_pipe_is_an_error);
    tcase_add_test(rules, deadline_and_quiet);
    suite_add_tcase(suite, rules);
    return run_suite(suite);
}
