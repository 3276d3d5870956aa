/* say: whole lines, one write each, no colour but on a terminal, and an error
   where they cannot be written. */
#include "config.h"

#include "child.h"
#include "run.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
say_some(void)
{
    say("a %s of %d", "line", 4);
    say_as("child 1");
    say("%s", "");
    say_as("a role that is longer than thirty-one bytes");
    say("here");
    if (strcmp(say_who(), "a role that is longer than thir") != 0)
        exit(1);
    say_quiet(true);
    say("never");
    say_quiet(false);
    say("100%%");
}

START_TEST(role_and_text)
{
    struct ran ran = run_scenario("say_some", say_some);

    expect_code(&ran, 0);
    expect_exact_out(&ran, "parent: a line of 4\n"
                           "child 1: \n"
                           "a role that is longer than thir: here\n"
                           "a role that is longer than thir: 100%\n");
}
END_TEST

static void
say_long(void)
{
    char text[5000];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    say("%s", text);
    text[1000] = '\0';
    say("%s", text);
}

START_TEST(long_line_is_cut)
{
    struct ran ran = run_scenario("say_long", say_long);
    const char *newline = strchr(ran.out, '\n');

    expect_code(&ran, 0);
    ck_assert_msg(newline != NULL && newline - ran.out >= 1000 &&
                      newline - ran.out <= 1100,
                  "%s: expected a first line of about 1000 bytes, seen %ld",
                  ran.what, (long)(newline - ran.out));
    ck_assert_msg(strlen(newline + 1) == strlen("parent: ") + 1000 + 1,
                  "%s: expected 1000 bytes to be whole, seen %zu", ran.what,
                  strlen(newline + 1));
}
END_TEST

/* A socket that keeps messages apart shows how many writes there were. */
static void
say_in_messages(void)
{
    char message[256];
    int ends[2], messages = 0;
    ssize_t n;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == -1 ||
        fcntl(ends[0], F_SETFL, O_NONBLOCK) == -1)
        exit(77);
    dup2(ends[1], STDOUT_FILENO);
    for (int i = 0; i < 5; i++)
        say("line %d", i);
    while ((n = read(ends[0], message, sizeof message)) > 0) {
        if (memchr(message, '\n', (size_t)n) != message + n - 1)
            exit(1);
        messages++;
    }
    exit(messages == 5 ? 0 : 1);
}

START_TEST(one_write_for_a_line)
{
    struct ran ran = run_scenario("say_in_messages", say_in_messages);

    if (ran.code == 77)
        printf("one_write_for_a_line: left out, no such socket here\n");
    else
        expect_code(&ran, 0);
}
END_TEST

/* Several processes at once: every line is whole, none is missing. */
enum { SPEAKERS = 4, LINES = 200 };

static void
say_together(void)
{
    for (int i = 1; i <= SPEAKERS; i++)
        if (child_fork("child %d", i) == 0) {
            for (int j = 0; j < LINES; j++)
                say("line %d ends here", j);
            _exit(0);
        }
    child_reap_all();
}

START_TEST(lines_do_not_mix)
{
    struct ran ran = run_scenario("say_together", say_together);
    int next[SPEAKERS + 1] = {0};
    int lines = 0;

    expect_code(&ran, 0);
    for (char *line = strtok(ran.out, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        int who = 0, number = -1, end = 0;
        ck_assert_msg(sscanf(line, "child %d: line %d ends here%n", &who,
                             &number, &end) == 2 &&
                          line[end] == '\0' && end > 0 && who >= 1 &&
                          who <= SPEAKERS && next[who]++ == number,
                      "%s: expected whole lines, each child's in its order, "
                      "seen: %s",
                      ran.what, line);
        lines++;
    }
    ck_assert_int_eq(lines, SPEAKERS * LINES);
}
END_TEST

/* ---- Errors ------------------------------------------------------------- */

static void
say_hello(void)
{
    die_name("program");
    say("hello");
}

static void
say_quietly(void)
{
    say_quiet(true);
    say("hello");
}

START_TEST(full_disk)
{
    struct ran ran;

    if (access("/dev/full", W_OK) == -1)
        return;
    ran = run(&(struct run){
        .program = "say_hello", .scenario = say_hello, .output = "/dev/full"});
    expect_code(&ran, 3);
    ck_assert_str_eq(ran.err, "program: write to standard output: "
                              "No space left on device\n");
    ran = run(&(struct run){.program = "say_quietly",
                            .scenario = say_quietly,
                            .output = "/dev/full"});
    expect_code(&ran, 0);
    expect_no_err(&ran);
}
END_TEST

static void
to_a_pipe_without_a_reader(void)
{
    int ends[2];

    signal(SIGPIPE, SIG_IGN);
    if (pipe(ends) == -1)
        _exit(99);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
}

START_TEST(no_reader)
{
    struct ran ran =
        run(&(struct run){.program = "say_hello",
                          .scenario = say_hello,
                          .before_exec = to_a_pipe_without_a_reader});

    expect_code(&ran, 3);
    ck_assert_str_eq(ran.err,
                     "program: write to standard output: Broken pipe\n");
}
END_TEST

/* say_write goes on after a short write: a pipe takes 64 KiB at a time while
   signals come, and a child reads them on the other side. */
enum { MUCH = 1 << 20 };

static void
nothing(int number)
{
    (void)number;
}

static void
write_much(void)
{
    static char bytes[MUCH];
    struct sigaction action = {.sa_handler = nothing};
    int ends[2];
    pid_t pid;

    sigaction(SIGUSR1, &action, NULL);
    if (pipe(ends) == -1)
        exit(99);
    pid = child_fork("reader");
    if (pid == 0) {
        size_t got = 0;
        ssize_t n;
        close(ends[1]);
        /* Each read makes room; the signal then hits the parent inside its
           write, or between two of them. */
        while ((n = read(ends[0], bytes, 5000)) > 0) {
            got += (size_t)n;
            kill(getppid(), SIGUSR1);
        }
        _exit(got == MUCH ? 0 : 1);
    }
    close(ends[0]);
    if (say_write(ends[1], bytes, sizeof bytes) == -1)
        die("say_write");
    close(ends[1]);
    child_reap_all();
}

START_TEST(short_writes_go_on)
{
    struct ran ran = run_scenario("write_much", write_much);

    expect_code(&ran, 0);
}
END_TEST

START_TEST(write_to_nowhere)
{
    ck_assert_int_eq(say_write(-1, "x", 1), -1);
    ck_assert_int_eq(errno, EBADF);
    ck_assert_int_eq(say_write(-1, "x", 0), 0);
}
END_TEST

/* ---- Colour ------------------------------------------------------------- */

static const char *term, *no_color;

static void
say_in_colour(void)
{
    if (term != NULL)
        setenv("TERM", term, 1);
    else
        unsetenv("TERM");
    if (no_color != NULL)
        setenv("NO_COLOR", no_color, 1);
    say("hello");
    say_as("child 1");
    say("hello");
    say_as("child 2");
    say("hello");
    say_as("odd");
    say("hello");
}

/* no-color.org: set, but empty, counts as not set. */
START_TEST(colour)
{
    static const char with[] = "\033[1mparent:\033[0m hello\r\n"
                               "\033[36mchild 1:\033[0m hello\r\n"
                               "\033[33mchild 2:\033[0m hello\r\n"
                               "\033[34modd:\033[0m hello\r\n";
    static const char without[] = "parent: hello\r\nchild 1: hello\r\n"
                                  "child 2: hello\r\nodd: hello\r\n";
    static const struct {
        const char *term, *no_color, *expected;
    } all[] = {
        {"xterm", NULL, with},   {"xterm", "", with},
        {"xterm", "1", without}, {"dumb", NULL, without},
        {NULL, NULL, without},
    };
    struct terminal terminal;
    char text[1024];
    struct ran ran;

    if (!terminal_open(&terminal, "colour"))
        return;
    term = all[_i].term;
    no_color = all[_i].no_color;
    ran = run(&(struct run){.program = "say_in_colour",
                            .scenario = say_in_colour,
                            .output = terminal.path});
    expect_code(&ran, 0);
    terminal_read(&terminal, text, sizeof text,
                  _i < 2 ? "odd:\033[0m hello\r\n" : "odd: hello\r\n");
    ck_assert_msg(strcmp(text, all[_i].expected) == 0,
                  "TERM=%s NO_COLOR=%s: expected:\n%sseen:\n%s",
                  term != NULL ? term : "(none)",
                  no_color != NULL ? no_color : "(none)", all[_i].expected,
                  text);
}
END_TEST

START_TEST(no_colour_in_a_file)
{
    struct ran ran;

    term = "xterm";
    no_color = NULL;
    ran = run_scenario("say_in_colour", say_in_colour);
    expect_exact_out(&ran, "parent: hello\nchild 1: hello\nchild 2: hello\n"
                           "odd: hello\n");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("say");
    TCase *tests = tcase_create("lines");
    TCase *errors = tcase_create("errors");
    TCase *colours = tcase_create("colour");

    tcase_add_test(tests, role_and_text);
    tcase_add_test(tests, long_line_is_cut);
    tcase_add_test(tests, one_write_for_a_line);
    tcase_add_test(tests, lines_do_not_mix);
    suite_add_tcase(suite, tests);
    tcase_add_test(errors, full_disk);
    tcase_add_test(errors, no_reader);
    tcase_add_test(errors, short_writes_go_on);
    tcase_add_test(errors, write_to_nowhere);
    suite_add_tcase(suite, errors);
    tcase_add_loop_test(colours, colour, 0, 5);
    tcase_add_test(colours, no_colour_in_a_file);
    suite_add_tcase(suite, colours);
    return run_suite(suite);
}
