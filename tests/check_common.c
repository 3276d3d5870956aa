/* What holds for every program alike: help, bad command lines, output that
   cannot be written, descriptors that are missing, interruption. */
#include "config.h"

#include "../src/mapping/record.h"
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BREAKS_MOST = 8, OPERANDS_MOST = 4 };

/* A file to read from, made anew for each run, and what is in it. */
#define FILE_IN "in"
#define TEXT_IN "zhangxiang wrote this, and zhangxiang read it\n"

static const struct program {
    const char *path;
    bool maps;                       /* it takes --backing */
    bool silent;                     /* a filter: prints but what it reads */
    const char *breaks[BREAKS_MOST]; /* all it has */
    /* Operands for a run that goes well; @NAME is a file in the test's own
       folder; ? alone: it takes some, and goes well without. */
    const char *operands[OPERANDS_MOST];
} programs[] = {
    {"mapping/share", true, false, {"global", "private", "late"}, {NULL}},
    {"mapping/poke_file", false, false, {"private"}, {"@in"}},
    {"mapping/copy_file", false, false, {"nogrow"}, {"@in", "@copy"}},
    {"mapping/record_write",
     false,
     false,
     {"short", "half"},
     {"@new", "Ada", "1815"}},
    {"mapping/record_read", false, false, {"short"}, {"@record"}},
    {"mapping/named_region", false, false, {"notrunc", "nounlink"}, {"?"}},
    {"mapping/page_ends", false, false, {"nogrow"}, {NULL}},
    {"mapping/inherit",
     true,
     false,
     {"munmap", "mprotect", "mremap", "exec", "dontfork", "wipeonfork"},
     {NULL}},
    {"mapping/relative_pointers", false, false, {"pointer"}, {NULL}},
    {"mapping/claims", false, false, {NULL}, {"?"}},
    {"process/reap", false, false, {"nowait", "onewait"}, {NULL}},
    {"process/stdio_twice", false, false, {"noflush"}, {NULL}},
    {"race/lost_update", true, false, {NULL}, {NULL}},
    {"race/first_initialiser", false, false, {"noready"}, {NULL}},
    {"race/spin_flag", true, false, {"plain"}, {NULL}},
    {"mutex/counter",
     true,
     false,
     {"nolock", "private_mutex", "reinit"},
     {NULL}},
    {"mutex/mutex_kinds", true, false, {"relock", "stranger"}, {NULL}},
    {"mutex/owner_died",
     true,
     false,
     {"notrobust", "noconsistent", "norepair"},
     {NULL}},
    {"mutex/lock_order", true, false, {"abba"}, {NULL}},
    {"mutex/fork_while_locked", false, false, {"noatfork"}, {NULL}},
    {"mutex/lock_in_handler", true, false, {"inhandler"}, {NULL}},
    {"mutex/philosophers", true, false, {"left_first"}, {NULL}},
    {"cond/handoff",
     true,
     false,
     {"nopredicate", "if", "private_cond"},
     {NULL}},
    {"cond/timed_wait", true, false, {"relative"}, {NULL}},
    {"cond/bounded_buffer", true, false, {"onecond", "edge", "if"}, {NULL}},
    {"cond/semaphore", true, false, {"order", "private_sem"}, {NULL}},
    {"cond/barrier", true, false, {"counter"}, {NULL}},
    {"cond/read_write_lock", true, false, {"mutex", "starve"}, {NULL}},
    {"cond/dead_waiter", true, false, {"kill"}, {NULL}},
    {"compare/record_lock", false, false, {"closeother"}, {NULL}},
    {"compare/pipe_queue", false, false, {"keepend", "bigwrite"}, {NULL}},
    {"compare/price", true, false, {NULL}, {"verify", "--cpus=same"}},
    {"work/relay", true, true, {NULL}, {NULL}},
    {"work/tally", true, false, {NULL}, {"@in"}},
};
enum { PROGRAMS = sizeof programs / sizeof *programs };

/* The arguments of a run that goes well: FIRST (NULL: none), the operands. */
static const char *const *
usual(const struct program *program, const char *first)
{
    static const struct {
        uint32_t magic, version, size, count; /* a struct record's */
        struct person ada;
    } record = {
        RECORD_MAGIC, RECORD_VERSION, sizeof(struct person), 1, {"Ada", 1815}};
    static const char *words[OPERANDS_MOST + 2];
    int n = 0;

    if (first != NULL)
        words[n++] = first;
    temporary_file(FILE_IN, TEXT_IN, sizeof TEXT_IN - 1);
    temporary_file("record", &record, sizeof record);
    unlink(temporary("new"));
    for (int i = 0; i < OPERANDS_MOST && program->operands[i] != NULL; i++) {
        const char *operand = program->operands[i];
        if (*operand == '?')
            break;
        words[n++] = *operand == '@' ? temporary(operand + 1) : operand;
    }
    words[n] = NULL;
    return words;
}

static const char *
name_of(const struct program *program)
{
    return strrchr(program->path, '/') + 1;
}

/* The makefile tells what is built: none may be missing above. */
START_TEST(every_program_is_tested)
{
    const char *built = getenv("MAPFORK_PROGRAMS");
    char list[4096];

    if (built == NULL)
        return;
    snprintf(list, sizeof list, "%s", built);
    for (char *at = strtok(list, " \t\n"); at != NULL;
         at = strtok(NULL, " \t\n")) {
        bool known = false;
        for (int i = 0; i < PROGRAMS; i++)
            known = known || strstr(at, programs[i].path) != NULL;
        ck_assert_msg(known, "%s: expected it in the table, seen: it is not",
                      at);
    }
}
END_TEST

/* ---- What a user asks for ----------------------------------------------- */

START_TEST(help)
{
    const struct program *program = &programs[_i];
    struct ran ran = run_with(program->path, "--help", NULL);
    char text[128];
    const char *idea;
    int breaks = 0;

    expect_code(&ran, 0);
    expect_no_err(&ran);
    snprintf(text, sizeof text, "usage: %s ", name_of(program));
    ck_assert_msg(strncmp(ran.out, text, strlen(text)) == 0,
                  "%s: expected `%s' first, seen:\n%s", ran.what, text,
                  ran.out);
    idea = strstr(ran.out, "\n\n");
    ck_assert_msg(idea != NULL && strcspn(idea + 2, "\n") > 20,
                  "%s: expected the idea after the usage, seen:\n%s", ran.what,
                  ran.out);
    for (; breaks < BREAKS_MOST && program->breaks[breaks] != NULL; breaks++) {
        snprintf(text, sizeof text, "\n  --break=%s ",
                 program->breaks[breaks]);
        expect_out(&ran, text);
    }
    ck_assert_msg(count_out(&ran, "\n  --break=") == breaks,
                  "%s: expected %d breaks, seen:\n%s", ran.what, breaks,
                  ran.out);
    ck_assert_msg(count_out(&ran, "\n  --backing=") == program->maps,
                  "%s: expected --backing only where it maps, seen:\n%s",
                  ran.what, ran.out);
}
END_TEST

START_TEST(version)
{
    struct ran ran = run_with(programs[_i].path, "--version", NULL);
    char text[128];

    snprintf(text, sizeof text, "%s (mapfork) %s\n", name_of(&programs[_i]),
             PACKAGE_VERSION);
    expect_code(&ran, 0);
    expect_exact_out(&ran, text);
    expect_no_err(&ran);
}
END_TEST

START_TEST(quiet)
{
    const struct program *program = &programs[_i];
    struct ran ran = run(&(struct run){.program = program->path,
                                       .args = usual(program, "--quiet")});

    expect_code(&ran, 0);
    expect_no_out(&ran);
    expect_no_err(&ran);
}
END_TEST

/* ---- What a user gets wrong --------------------------------------------- */

/* The line that says what is wrong contains WORD; the usage follows. */
static void
expect_usage(const struct program *program, const char *const *args,
             const char *word)
{
    struct ran ran =
        run(&(struct run){.program = program->path, .args = args});
    const char *name = name_of(program);
    char text[128];

    expect_code(&ran, 2);
    expect_no_out(&ran);
    snprintf(text, sizeof text, "%s: ", name);
    ck_assert_msg(
        strncmp(ran.err, text, strlen(text)) == 0 &&
            strstr(ran.err, word) != NULL &&
            strstr(ran.err, word) < strchr(ran.err, '\n'),
        "%s: expected a first line `%s...%s...' on stderr, seen:\n%s",
        ran.what, text, word, ran.err);
    snprintf(text, sizeof text, "\nusage: %s ", name);
    expect_err(&ran, text);
}

START_TEST(bad_command_line)
{
    static const struct {
        const char *args[3];
        const char *word;
    } all[] = {
        {{"--nonsense"}, "unknown switch '--nonsense'"},
        {{"-x"}, "unknown switch '-x'"},
        {{"operand"}, "'operand': no operands"},
        {{"--quiet", "--", "-"}, "'-': no operands"},
        {{"--quiet=yes"}, "takes no value"},
        {{"--deadline"}, "needs a value"},
        {{"--deadline="}, "is not a number"},
        {{"--deadline=soon"}, "'soon' is not a number"},
        {{"--deadline=5x"}, "'5x' is not a number"},
        {{"--deadline=-1"}, "-1 is out of range"},
        {{"--deadline=86401"}, "out of range; give a number from 0 to 86400"},
        {{"--deadline=99999999999999999999"}, "out of range"},
        {{"--deadline=99999999999G"}, "out of range"},
    };

    if (programs[_i].operands[0] != NULL && *programs[_i].operands[0] != '?') {
        static const char *const none[] = {NULL};
        expect_usage(&programs[_i], none, "an operand is missing; give ");
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (programs[_i].operands[0] != NULL &&
            strstr(all[i].word, "no operands") != NULL)
            continue;
        const char *const args[] = {all[i].args[0], all[i].args[1],
                                    all[i].args[2], NULL};
        expect_usage(&programs[_i], args, all[i].word);
    }
}
END_TEST

START_TEST(bad_backing)
{
    static const char *const args[] = {"--backing=floppy", NULL};

    expect_usage(&programs[_i], args,
                 programs[_i].maps ? "'floppy' is unknown; give anon|zero"
                                   : "unknown switch '--backing=floppy'");
}
END_TEST

START_TEST(bad_break)
{
    const struct program *program = &programs[_i];
    static const char *const unknown[] = {"--break=nonsense", NULL};
    static const char *const none[] = {"--break", NULL};
    const char *twice[] = {NULL, NULL, NULL};
    char text[64];

    if (program->breaks[0] == NULL) {
        expect_usage(program, unknown, "unknown switch '--break=nonsense'");
        return;
    }
    expect_usage(program, unknown, program->breaks[0]);
    expect_usage(program, none, "--break needs a value");
    snprintf(text, sizeof text, "--break=%s", program->breaks[0]);
    twice[0] = twice[1] = text;
    expect_usage(program, twice, "given twice");
}
END_TEST

/* ---- Output ------------------------------------------------------------- */

START_TEST(into_a_file)
{
    const char *path = strcpy((char[4200]){0}, temporary("into_a_file"));
    struct ran ran = run(&(struct run){.program = programs[_i].path,
                                       .args = usual(&programs[_i], NULL),
                                       .output = path});
    struct stat about;
    char text[8192] = "";
    FILE *file;

    expect_code(&ran, 0);
    expect_no_err(&ran);
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_msg((about.st_size == 0) == programs[_i].silent,
                  "%s: seen %ld bytes in the file", ran.what,
                  (long)about.st_size);
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    (void)!fread(text, 1, sizeof text - 1, file);
    fclose(file);
    ck_assert_msg(strchr(text, '\033') == NULL,
                  "%s: expected no colour in a file, seen:\n%s", ran.what,
                  text);
}
END_TEST

/* A full disk. stdio may notice only at the very end: no excuse. */
START_TEST(into_a_full_disk)
{
    static const char *const arguments[] = {NULL, "--help", "--version"};
    char input[4200]; /* later calls of temporary() overwrite its texts */

    strcpy(input, temporary_file("some", "some bytes\n", 11));

    if (access("/dev/full", W_OK) == -1)
        return;
    for (size_t i = 0; i < 3; i++) {
        struct ran ran =
            run(&(struct run){.program = programs[_i].path,
                              .args = usual(&programs[_i], arguments[i]),
                              .input = input,
                              .output = "/dev/full"});
        expect_code(&ran, 3);
        expect_one_line_err(&ran);
        expect_err(&ran, "No space left on device");
    }
}
END_TEST

static void
close_stdout(void)
{
    close(1);
}

START_TEST(into_a_closed_stdout)
{
    struct ran ran = run(&(struct run){.program = programs[_i].path,
                                       .args = usual(&programs[_i], NULL),
                                       .before_exec = close_stdout});

    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "standard output");
}
END_TEST

static void
close_stdin(void)
{
    close(0);
}

static void
close_stderr(void)
{
    close(2);
}

/* Only a program that reads may complain; nobody else may even notice, also
   not by a file of its own that is opened under the number 0. */
START_TEST(without_stdin)
{
    struct ran ran = run(&(struct run){.program = programs[_i].path,
                                       .args = usual(&programs[_i], NULL),
                                       .before_exec = close_stdin});

    if (programs[_i].silent) {
        expect_code(&ran, 3);
        expect_one_line_err(&ran);
        expect_err(&ran, "read standard input: Bad file descriptor");
    } else {
        expect_code(&ran, 0);
        expect_no_err(&ran);
    }
}
END_TEST

START_TEST(without_stderr)
{
    struct ran ran;

    ran = run(&(struct run){.program = programs[_i].path,
                            .args = usual(&programs[_i], NULL),
                            .before_exec = close_stderr});
    expect_code(&ran, 0);
    ck_assert_msg((ran.out_size == 0) == programs[_i].silent,
                  "%s: seen on stdout:\n%s", ran.what, ran.out);
}
END_TEST

/* ---- Colour, on a terminal ---------------------------------------------- */

static void
on_a_terminal(void)
{
    setenv("TERM", "xterm", 1);
}

static void
on_a_terminal_without_colour(void)
{
    setenv("TERM", "xterm", 1);
    setenv("NO_COLOR", "1", 1);
}

START_TEST(colour)
{
    struct terminal terminal;
    char text[4096];
    struct ran ran;

    if (!terminal_open(&terminal, "colour"))
        return;
    ran = run(
        &(struct run){.program = "mapping/share",
                      .output = terminal.path,
                      .before_exec = _i == 0 ? on_a_terminal
                                             : on_a_terminal_without_colour});
    expect_code(&ran, 0);
    terminal_read(&terminal, text, sizeof text, "sees 2: one memory");
    ck_assert_msg(strstr(text, "sees 2: one memory") != NULL,
                  "%s: expected all lines on the terminal, seen: %s", ran.what,
                  text);
    ck_assert_msg((strchr(text, '\033') != NULL) == (_i == 0),
                  "%s: expected colour %s, seen: %s", ran.what,
                  _i == 0 ? "on a terminal" : "nowhere with NO_COLOR", text);
}
END_TEST

/* ---- A program that blocks: relay, whose input does not go on ----------- */

static int out_end; /* our reading end of its output */

static const char *
make_fifo(const char *name, int *end)
{
    const char *path = temporary(name);

    ck_assert_msg(mkfifo(path, 0666) == 0, "%s: %s", path, strerror(errno));
    /* Both ends at once: nobody waits for the other side, and no end of file
       comes before we are done. */
    *end = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_int_ne(*end, -1);
    return path;
}

START_TEST(deadline)
{
    const char *args[] = {"--deadline=1", NULL};
    int in_end;
    struct ran ran = run(&(struct run){.program = "work/relay",
                                       .args = args,
                                       .input = make_fifo("in", &in_end)});

    expect_code(&ran, 1);
    expect_no_out(&ran);
    expect_one_line_err(&ran);
    expect_err(&ran, "the deadline has passed");
    close(in_end);
}
END_TEST

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
static int ending_now;

/* When a byte has come through, all the children are at work. */
static void
interrupt(pid_t pid)
{
    struct pollfd come = {.fd = out_end, .events = POLLIN};
    int n = poll(&come, 1, 10000);

    kill(pid, ending_now);
    ck_assert_msg(n == 1, "work/relay: expected the first byte to come "
                          "through at once, seen: it did not");
}

START_TEST(interrupted)
{
    static const char *const names[] = {"ended by SIGINT", "ended by SIGTERM",
                                        "ended by SIGHUP"};
    const char *args[] = {run_backings[_i % 2], NULL};
    int in_end;
    const char *in = make_fifo("in", &in_end);
    const char *out = make_fifo("out", &out_end);
    struct ran ran;

    ending_now = ending[_i / 2];
    ck_assert_int_eq(write(in_end, "x", 1), 1);
    ran = run(&(struct run){.program = "work/relay",
                            .args = args,
                            .input = in,
                            .output = out,
                            .meanwhile = interrupt});
    expect_signal(&ran, ending_now);
    expect_one_line_err(&ran);
    expect_err(&ran, names[_i / 2]);
    close(in_end);
    close(out_end);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("common");
    TCase *each = tcase_create("every program");
    TCase *some = tcase_create("one program for all");

    tcase_add_test(each, every_program_is_tested);
    tcase_add_loop_test(each, help, 0, PROGRAMS);
    tcase_add_loop_test(each, version, 0, PROGRAMS);
    tcase_add_loop_test(each, quiet, 0, PROGRAMS);
    tcase_add_loop_test(each, bad_command_line, 0, PROGRAMS);
    tcase_add_loop_test(each, bad_backing, 0, PROGRAMS);
    tcase_add_loop_test(each, bad_break, 0, PROGRAMS);
    tcase_add_loop_test(each, into_a_file, 0, PROGRAMS);
    tcase_add_loop_test(each, into_a_full_disk, 0, PROGRAMS);
    tcase_add_loop_test(each, without_stdin, 0, PROGRAMS);
    /* Valgrind takes the lowest numbers for itself. */
    if (!run_wrapped("into_a_closed_stdout"))
        tcase_add_loop_test(each, into_a_closed_stdout, 0, PROGRAMS);
    if (!run_wrapped("without_stderr"))
        tcase_add_loop_test(each, without_stderr, 0, PROGRAMS);
    suite_add_tcase(suite, each);
    tcase_add_loop_test(some, colour, 0, 2);
    tcase_add_test(some, deadline);
    tcase_add_loop_test(some, interrupted, 0, 6);
    suite_add_tcase(suite, some);
    return run_suite(suite);
}
