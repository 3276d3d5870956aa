/* tally: the counts are those of tr, sort and uniq, however the files are cut,
   and whoever is killed, wherever. */
#include "config.h"

#include "run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXPECTED = 8 << 20 };

/* What the pipeline makes of FILES, each with a newline behind it: words are
   within one file. */
static const char *
by_pipeline(const char *const *files)
{
    static char out[EXPECTED];
    char command[4096] = "for f in";
    FILE *pipe;
    size_t n;

    for (; *files != NULL; files++) {
        strcat(command, " ");
        strcat(command, *files);
    }
    strcat(command, "; do cat $f; echo; done |"
                    " LC_ALL=C tr -cs '[:alnum:]' '\\n' | LC_ALL=C sort |"
                    " uniq -c | sed '/^ *[0-9]* *$/d' |"
                    " LC_ALL=C sort -k1,1nr -k2,2");
    pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    n = fread(out, 1, sizeof out - 1, pipe);
    out[n] = '\0';
    ck_assert_int_eq(pclose(pipe), 0);
    return out;
}

/* Not expect_exact_out(): that would print megabytes. */
static void
expect_counts(const struct ran *ran, const char *expected)
{
    size_t at = 0;

    expect_code(ran, 0);
    while (expected[at] != '\0' && expected[at] == ran->out[at])
        at++;
    ck_assert_msg(expected[at] == '\0' && at == ran->out_size,
                  "%s: expected at byte %zu: %.60s\nseen: %.60s", ran->what,
                  at, expected + at, ran->out + at);
}

/* ---- Texts -------------------------------------------------------------- */

/* The paths that temporary() returns are written over after a while. */
static const char *
kept(const char *path)
{
    static char paths[16][4200];
    static int used;

    ck_assert_int_lt(used, 16);
    snprintf(paths[used], sizeof paths[used], "%s", path);
    return paths[used++];
}

static unsigned long seed = 88172645463325252UL;

static unsigned long
any(unsigned long below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

/* SIZE bytes of words from a few KINDS, more or less frequent. */
static const char *
text_file(const char *name, size_t size, unsigned long kinds)
{
    char *text = malloc(size + 64);
    size_t n = 0;
    const char *path;

    ck_assert_ptr_nonnull(text);
    while (n < size)
        n += (size_t)sprintf(text + n, "w%lx%s", any(1 + any(kinds)),
                             any(9) == 0 ? ".\n" : " ");
    path = kept(temporary_file(name, text, size));
    free(text);
    return path;
}

static const char *
binary_file(const char *name, size_t size)
{
    char *bytes = malloc(size);
    const char *path;

    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)any(256);
    path = kept(temporary_file(name, bytes, size));
    free(bytes);
    return path;
}

/* A word of SIZE bytes, with text around it. */
static const char *
long_word(const char *name, size_t size)
{
    char *bytes = malloc(size + 8);
    const char *path;

    ck_assert_ptr_nonnull(bytes);
    memcpy(bytes, "one ", 4);
    memset(bytes + 4, 'a', size);
    memcpy(bytes + 4 + size, " two", 4);
    path = kept(temporary_file(name, bytes, size + 8));
    free(bytes);
    return path;
}

/* ---- The same as the pipeline ------------------------------------------- */

static const char *const pieces[] = {"--piece=1",    "--piece=2",
                                     "--piece=3",    "--piece=7",
                                     "--piece=4096", "--piece=1M"};
enum { PIECES = sizeof pieces / sizeof *pieces };

/* Every way to begin and to end, and every way to cut them. */
START_TEST(small_texts)
{
    static const char *const texts[] = {
        "",
        " ",
        "a",
        "a a",
        " a",
        "a ",
        "ab ab ab",
        ".,;\n\n\n",
        "aaaaaaaaaa",
        "aa aa aa b",
        "a\nb\n",
        "Aa0 aA0 0aA",
        "\377a\200a\001",
        "the end\n",
        "to be, or not to be\n",
    };

    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        const char *files[] = {
            temporary_file("text", texts[t], strlen(texts[t])), NULL};
        struct ran ran = run_with("work/tally", "--top=0", pieces[_i],
                                  run_backings[t % 2], files[0], NULL);
        expect_counts(&ran, by_pipeline(files));
        expect_no_err(&ran);
    }
}
END_TEST

static const char *const crews[] = {"--children=1", "--children=2",
                                    "--children=4", "--children=16"};

/* Words that go on where a piece ends, a binary file, an empty one, a file
   whose last word has no newline and another that begins with a word. */
START_TEST(several_files)
{
    const char *files[] = {text_file("one", 300001, 5000),
                           binary_file("two", 200003),
                           kept(temporary_file("three", "", 0)),
                           kept(temporary_file("four", "end", 3)),
                           kept(temporary_file("five", "begin\n", 6)),
                           NULL};
    struct ran ran = run_with("work/tally", "--top=0", crews[_i % 4],
                              _i < 4 ? "--piece=1M" : "--piece=997", files[0],
                              files[1], files[2], files[3], files[4], NULL);

    expect_counts(&ran, by_pipeline(files));
    expect_no_err(&ran);
    expect_out(&ran, " 1 begin\n");
}
END_TEST

/* Nearly every word occurs once, so the table has to grow and grow. */
START_TEST(many_words)
{
    const char *files[] = {text_file("many", 3000000, 1UL << 40), NULL};
    struct ran ran = run_with("work/tally", "--top=0", crews[_i],
                              "--piece=64K", files[0], NULL);

    expect_counts(&ran, by_pipeline(files));
}
END_TEST

START_TEST(long_words)
{
    const char *files[] = {long_word("long", 1 << 20), NULL};
    struct ran ran =
        run_with("work/tally", "--top=0", "--children=2",
                 _i == 0 ? "--piece=10K" : "--piece=1G", files[0], NULL);

    expect_counts(&ran, by_pipeline(files));
    ck_assert_uint_eq(ran.out_size, (1 << 20) + 9 + 2 * 12);
}
END_TEST

START_TEST(as_many_files_as_may_be)
{
    enum { FILES = 512 };
    const char *args[FILES + 3] = {"--top=0"};
    const char *path = kept(temporary_file("text", "the same words", 14));
    struct ran ran;

    for (int i = 1; i <= FILES; i++)
        args[i] = path;
    ran = run(&(struct run){.program = "work/tally", .args = args});
    expect_code(&ran, 0);
    expect_exact_out(&ran, "    512 same\n    512 the\n    512 words\n");
    args[FILES + 1] = path;
    ran = run(&(struct run){.program = "work/tally", .args = args});
    expect_code(&ran, 2);
}
END_TEST

START_TEST(the_most_frequent)
{
    const char *path = temporary_file("text", "b a c c a b d d d e", 19);
    struct ran ran = run_with("work/tally", "--top=3", path, NULL);

    expect_code(&ran, 0);
    expect_exact_out(&ran, "      3 d\n      2 a\n      2 b\n");
}
END_TEST

/* Among 100000 words the best 10 and the best 5000, beginning the same. */
START_TEST(the_most_frequent_of_many)
{
    const char *files[] = {text_file("many", 2000000, 100000), NULL};
    const char *expected = by_pipeline(files);
    const char *end = expected;
    struct ran ran = run_with(
        "work/tally", _i == 0 ? "--children=2" : "--top=5000", files[0], NULL);

    expect_code(&ran, 0);
    for (int lines = _i == 0 ? 10 : 5000; lines > 0; lines--)
        end = strchr(end, '\n') + 1;
    ck_assert_uint_eq(ran.out_size, (size_t)(end - expected));
    ck_assert_int_eq(memcmp(ran.out, expected, ran.out_size), 0);
}
END_TEST

/* ---- Killed children ---------------------------------------------------- */

static const char *const kills[] = {"--kill=claiming", "--kill=claimed",
                                    "--kill=counted",  "--kill=adding",
                                    "--kill=added",    "--kill=committed"};
enum { KILLS = sizeof kills / sizeof *kills };

/* With one piece and with many, alone and among others. */
START_TEST(killed_at_a_point)
{
    const char *files[] = {text_file("one", 200000, 3000),
                           text_file("two", 100000, 3000), NULL};
    const char *expected = by_pipeline(files);

    for (int crew = 0; crew < 3; crew++)
        for (int piece = 0; piece < 2; piece++) {
            struct ran ran =
                run_with("work/tally", "--top=0", crews[crew], kills[_i],
                         piece == 0 ? "--piece=1M" : "--piece=5000",
                         run_backings[piece], files[0], files[1], NULL);
            expect_counts(&ran, expected);
            ck_assert_str_eq(
                ran.err,
                "tally: child 1 was killed by SIGKILL and is replaced\n");
        }
}
END_TEST

/* Wait for children, at least COUNT. */
static int
await_children(pid_t pid, pid_t *pids, int count)
{
    struct pollfd never = {.fd = -1, .events = 0};

    for (int looks = 0; looks < 5000; looks++) {
        int seen = children_of(pid, pids, 64);
        if (seen >= count)
            return seen;
        poll(&never, 1, 1);
    }
    ck_abort_msg("work/tally: expected %d children", count);
}

/* Whichever children there are, at moments that nobody chose. */
static void
kill_some(pid_t pid)
{
    struct pollfd never = {.fd = -1, .events = 0};
    pid_t pids[64];
    int count = await_children(pid, pids, 2);

    for (int n = 0; n < 12 && count > 0; n++) {
        kill(pids[any((unsigned long)count)], SIGKILL);
        poll(&never, 1, (int)any(20));
        count = children_of(pid, pids, 64);
    }
}

START_TEST(killed_at_random)
{
    const char *files[] = {text_file("big", 24 << 20, 20000), NULL};
    const char *args[] = {"--top=0", "--children=4", "--piece=16K", files[0],
                          NULL};
    struct ran ran;

    seed += (unsigned long)getpid();
    ran = run(&(struct run){.program = "work/tally",
                            .args = args,
                            .meanwhile = kill_some,
                            .seconds = 40});
    expect_counts(&ran, by_pipeline(files));
    expect_err(&ran, "was killed by SIGKILL and is replaced\n");
}
END_TEST

/* Far more than there can be at a time, each as soon as it is there: one piece
   is all there is, and nobody gets far enough to count it. */
static int killed;

static void
kill_all(pid_t pid)
{
    struct pollfd never = {.fd = -1, .events = 0};
    static pid_t before[200];

    for (killed = 0; killed < 200;) {
        pid_t pids[64];
        int count = children_of(pid, pids, 64);
        siginfo_t about = {.si_pid = 0};
        for (int i = 0; i < count; i++) {
            int k = 0;
            while (k < killed && before[k] != pids[i])
                k++;
            if (k == killed && k < 200 && kill(pids[i], SIGKILL) == 0)
                before[killed++] = pids[i];
        }
        poll(&never, 1, 1);
        ck_assert_int_eq(
            waitid(P_PID, (id_t)pid, &about, WEXITED | WNOHANG | WNOWAIT), 0);
        ck_assert_msg(about.si_pid == 0, "it has ended after %d kills",
                      killed);
    }
}

START_TEST(killed_again_and_again)
{
    const char *files[] = {text_file("big", 24 << 20, 20000), NULL};
    const char *args[] = {"--top=0", "--children=16", "--piece=24M", files[0],
                          NULL};
    struct ran ran = run(&(struct run){.program = "work/tally",
                                       .args = args,
                                       .meanwhile = kill_all,
                                       .seconds = 40});

    expect_counts(&ran, by_pipeline(files));
    expect_err(&ran, "was killed by SIGKILL and is replaced\n");
}
END_TEST

/* ---- Ends that come too early ------------------------------------------- */

/* Wait until PID has used some CPU time. A child that was stopped in its very
   first instructions would not have asked yet to die with its parent. */
static void
await_work(pid_t pid)
{
    struct pollfd never = {.fd = -1, .events = 0};
    struct timespec used = {0, 0};
    long enough = getenv("MAPFORK_WRAPPER") != NULL ? 200000000 : 2000000;
    clockid_t clock;

    for (int looks = 0; looks < 5000; looks++) {
        if (clock_getcpuclockid(pid, &clock) == 0 &&
            clock_gettime(clock, &used) == 0 && used.tv_nsec > enough)
            return;
        poll(&never, 1, 1);
    }
    ck_abort_msg("work/tally: expected a child that works");
}

/* A child that stands still keeps the others from coming to an end. */
static void
stop_and_interrupt(pid_t pid)
{
    pid_t pids[64];

    await_children(pid, pids, 2);
    await_work(pids[0]);
    kill(pids[0], SIGSTOP);
    ck_assert_int_eq(kill(pid, SIGINT), 0);
}

static void
stop_and_kill_the_parent(pid_t pid)
{
    pid_t pids[64];

    await_children(pid, pids, 2);
    await_work(pids[0]);
    kill(pids[0], SIGSTOP);
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
}

START_TEST(interrupted)
{
    const char *args[] = {"--children=2", text_file("big", 24 << 20, 20000),
                          NULL};
    struct ran ran = run(&(struct run){
        .program = "work/tally",
        .args = args,
        .meanwhile = _i == 0 ? stop_and_interrupt : stop_and_kill_the_parent});

    expect_signal(&ran, _i == 0 ? SIGINT : SIGKILL);
    expect_no_out(&ran);
    if (_i == 0) {
        expect_one_line_err(&ran);
        expect_err(&ran, "tally: ended by SIGINT, with all its children\n");
    }
}
END_TEST

static void
expect_refusal(const char *file, const char *text)
{
    struct ran ran = run_with("work/tally", file, NULL);

    expect_code(&ran, 3);
    expect_no_out(&ran);
    expect_one_line_err(&ran);
    expect_err(&ran, text);
}

START_TEST(bad_files)
{
    const char *fifo = kept(temporary("fifo"));
    char text[4096];

    expect_refusal("/nonexistent",
                   "tally: open /nonexistent: No such file or directory\n");
    expect_refusal("/", "tally: read /: Is a directory\n");
    expect_refusal("/dev/null", "tally: /dev/null is not a regular file\n");
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    snprintf(text, sizeof text, "tally: %s is not a regular file\n", fifo);
    expect_refusal(fifo, text);
    if (access("/proc/self/status", R_OK) == 0)
        expect_refusal("/proc/self/status", "is not a regular file\n");
}
END_TEST

/* A file of /sys says that it has a page, and has a line. */
START_TEST(short_file)
{
    static const char path[] = "/sys/kernel/mm/transparent_hugepage/enabled";
    struct ran ran;

    if (access(path, R_OK) == -1) {
        printf("short_file: left out, there is no %s\n", path);
        return;
    }
    ran = run_with("work/tally", "--children=16", "--piece=1", path, NULL);
    expect_code(&ran, 3);
    expect_no_out(&ran);
    expect_one_line_err(&ran);
    expect_err(&ran, "became shorter\n");
}
END_TEST

/* For root every file is readable. */
START_TEST(unreadable_file)
{
    const char *args[] = {temporary_file("text", "text", 4), NULL};
    struct ran ran;

    ck_assert_int_eq(chmod(args[0], 0), 0);
    ran = run(&(struct run){
        .program = "work/tally", .args = args, .before_exec = run_as_nobody});
    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "Permission denied\n");
}
END_TEST

START_TEST(bad_command_lines)
{
    static const char *const all[] = {
        "--children=0", "--children=17", "--piece=0", "--piece=2G",
        "--top=-1",     "--kill=never",  "--quiet"};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct ran ran = run_with("work/tally", all[i], NULL);
        expect_code(&ran, 2);
        expect_no_out(&ran);
        expect_err(&ran, "\nusage: tally ");
    }
}
END_TEST

START_TEST(full_disk)
{
    const char *args[] = {"--top=0", text_file("text", 100000, 50000), NULL};
    struct ran ran = run(&(struct run){
        .program = "work/tally", .args = args, .output = "/dev/full"});

    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "write to standard output: No space left on device\n");
}
END_TEST

static void
close_stdin(void)
{
    close(0);
}

START_TEST(closed_stdin)
{
    const char *args[] = {temporary_file("text", "text", 4), NULL};
    struct ran ran = run(&(struct run){
        .program = "work/tally", .args = args, .before_exec = close_stdin});

    expect_code(&ran, 0);
    expect_no_err(&ran);
    expect_exact_out(&ran, "      1 text\n");
}
END_TEST

/* ---- Progress, on a terminal only --------------------------------------- */

static struct terminal terminal;

static void
stderr_on_the_terminal(void)
{
    int slave = open(terminal.path, O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (slave == -1 || dup2(slave, 2) != 2)
        _exit(126);
}

START_TEST(progress)
{
    char seen[4096];
    const char *args[] = {"--piece=1", _i == 0 ? "--top=1" : "--quiet",
                          temporary_file("text", "one two", 7), NULL};
    struct ran ran;

    if (!terminal_open(&terminal, "progress"))
        return;
    ran = run(&(struct run){.program = "work/tally",
                            .args = args,
                            .before_exec = stderr_on_the_terminal});
    expect_code(&ran, 0);
    expect_exact_out(&ran, _i == 0 ? "      1 one\n" : "");
    /* What comes last in any case. */
    (void)!write(terminal.slave, "!", 1);
    terminal_read(&terminal, seen, sizeof seen, "!");
    if (_i == 0)
        ck_assert_msg(strstr(seen, "\rtally: 100 %\r\n!") != NULL,
                      "expected 100 %% on the terminal, seen: %s", seen);
    else
        ck_assert_str_eq(seen, "!");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("tally");
    TCase *tcase = tcase_create("tally");

    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, small_texts, 0, PIECES);
    tcase_add_loop_test(tcase, several_files, 0, 8);
    tcase_add_loop_test(tcase, many_words, 0, 3);
    tcase_add_loop_test(tcase, long_words, 0, 2);
    tcase_add_test(tcase, as_many_files_as_may_be);
    tcase_add_test(tcase, the_most_frequent);
    tcase_add_loop_test(tcase, the_most_frequent_of_many, 0, 2);
    tcase_add_loop_test(tcase, killed_at_a_point, 0, KILLS);
    tcase_add_test(tcase, killed_at_random);
    tcase_add_test(tcase, killed_again_and_again);
    tcase_add_loop_test(tcase, interrupted, 0, 2);
    tcase_add_test(tcase, bad_files);
    tcase_add_test(tcase, short_file);
    tcase_add_test(tcase, unreadable_file);
    tcase_add_test(tcase, bad_command_lines);
    tcase_add_test(tcase, full_disk);
    tcase_add_test(tcase, closed_stdin);
    tcase_add_loop_test(tcase, progress, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
