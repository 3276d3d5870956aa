/* claims: every row by itself and all together, and what its runner does with
   rows that go wrong. */
#include "config.h"

#include "../src/mapping/folklore/claims.h"
#include "run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 100, COLUMNS = 9 };

/* Valgrind has a line for every signal that kills. */
static void
expect_quiet(const struct ran *ran)
{
    if (getenv("MAPFORK_WRAPPER") == NULL)
        expect_no_err(ran);
}

static int
lines(const char *text)
{
    int count = 0;

    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

/* ---- The real table ----------------------------------------------------- */

START_TEST(all_rows)
{
    struct ran ran = run_with("mapping/claims", NULL);
    const char *last = strstr(ran.out, "\n100 rows: ");

    expect_code(&ran, 0);
    expect_quiet(&ran);
    ck_assert_int_eq(lines(ran.out), ROWS + 2);
    ck_assert_msg(last != NULL && strstr(last, ", 0 not\n") != NULL,
                  "%s: expected all as expected, seen: %s", ran.what, ran.out);
    ck_assert_int_eq(count_out(&ran, "NOT AS EXPECTED"), 0);
}
END_TEST

START_TEST(one_row)
{
    char number[16], line[32];
    struct ran ran;

    snprintf(number, sizeof number, "%d", _i);
    snprintf(line, sizeof line, "\n%3d  ", _i);
    ran = run_with("mapping/claims", number, NULL);
    expect_code(&ran, 0);
    expect_quiet(&ran);
    expect_out(&ran, line);
    expect_out(&ran, "\n1 row: ");
    expect_out(&ran, ", 0 not\n");
    ck_assert_int_eq(lines(ran.out), 3);
}
END_TEST

/* What a few rows must show where they can be tried at all: the table's own
   words are not enough, for a probe may have lost its meaning. */
static const struct {
    const char *row, *here;
} shown[] = {
    {"3", "next byte: SIGSEGV"},
    {"10", "2 increments: 1\n"},
    {"38", "mmap: OK; load: SIGBUS"},
    {"40", "MAP_SHARED: EACCES; MAP_PRIVATE: OK"},
    {"57", "read: new; another process: new"},
    {"70", "open again: ENOENT"},
};

START_TEST(what_rows_show)
{
    struct ran ran = run_with("mapping/claims", shown[_i].row, NULL);

    expect_out(&ran, shown[_i].here);
}
END_TEST

/* Rows come in the order of their numbers, each once. */
START_TEST(several_rows)
{
    struct ran ran = run_with("mapping/claims", "57", "12", "57", NULL);

    expect_code(&ran, 0);
    expect_order(&ran, "\n 12  ", "\n 57  ", "\n2 rows: ", NULL);
}
END_TEST

START_TEST(reasons)
{
    struct ran ran = run_with("mapping/claims", "--verbose", "47", NULL);
    struct ran all;

    expect_order(&ran, "\n 47  ", "\n     It is the flag that does it.\n1 row",
                 NULL);
    all = run_with("mapping/claims", "--verbose", NULL);
    expect_code(&all, 0);
    ck_assert_int_ge(count_out(&all, "\n     "), ROWS);
    for (char *at = strtok(all.out, "\n"); at != NULL; at = strtok(NULL, "\n"))
        ck_assert_msg(strncmp(at, "     ", 5) != 0 || strlen(at) <= 76,
                      "expected a narrow paragraph, seen: %s", at);
}
END_TEST

/* ---- For scripts -------------------------------------------------------- */

static const char *const articles[] = {"S0", "S1", "S2", "S3", "S4", "beyond"};
static const char *const verdicts[] = {"true",     "half-true", "false",
                                       "outdated", "unproven",  "omission"};
enum { SEVERAL = 6 };

static bool
among(const char *text, size_t n, const char *const list[SEVERAL])
{
    for (int i = 0; i < SEVERAL; i++)
        if (strlen(list[i]) == n && strncmp(list[i], text, n) == 0)
            return true;
    return false;
}

/* The verdicts once more, in this test's own words: true, half-true, false,
   outdated, row by row. */
static const char initials[] =
    "htthttttthththtttfohhhthhothttfttfthfhtfthhthfffht"
    "ttthftfthuttttffhttohtfttfttftfffffhtffhffhfffhhff";

/* One line of the table; LINE is cut into its columns. */
static void
judge_line(char *line, int number)
{
    enum { NUMBER, ARTICLES, SAYS, POSIX, EXPECTED, SEEN, VERDICT, RESULT };
    char *column[COLUMNS + 1] = {NULL};
    int n = 0;

    while (line != NULL && n <= COLUMNS)
        column[n++] = strsep(&line, "\t");
    ck_assert_msg(n == COLUMNS, "row %d: expected %d columns, seen: %d",
                  number, COLUMNS, n);
    for (int i = 0; i < COLUMNS; i++)
        ck_assert_msg(column[i][0] != '\0', "row %d: column %d is empty",
                      number, i);
    ck_assert_int_eq(atoi(column[NUMBER]), number);
    for (char *at = column[ARTICLES]; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        ck_assert_msg(among(at, length, articles), "row %d: article %s",
                      number, at);
        at += length;
    }
    ck_assert_int_eq(strcmp(column[ARTICLES], "beyond") == 0, number > 70);
    ck_assert_msg(strlen(column[SAYS]) <= 50 && strlen(column[POSIX]) <= 32,
                  "row %d: the claim is too long for a line", number);
    ck_assert_msg(among(column[VERDICT], strlen(column[VERDICT]), verdicts),
                  "row %d: verdict %s", number, column[VERDICT]);
    ck_assert_msg(strcmp(column[RESULT], "ok") == 0 ||
                      (strcmp(column[RESULT], "skipped") == 0 &&
                       strncmp(column[SEEN], "skipped: ", 9) == 0),
                  "row %d: result %s, seen %s", number, column[RESULT],
                  column[SEEN]);
    ck_assert_msg(column[VERDICT][0] == initials[number - 1],
                  "row %d: expected the verdict %c, seen: %s", number,
                  initials[number - 1], column[VERDICT]);
}

START_TEST(no_place_for_files)
{
    struct ran ran;

    if (run_wrapped("no_place_for_files"))
        return;
    ran = run(&(struct run){.program = "mapping/claims",
                            .before_exec = without_tmpdir});
    expect_code(&ran, 0);
    expect_out(&ran, "skipped: needs a temporary file: ENOENT\n");
    expect_out(&ran, ", 0 not\n");
}
END_TEST

START_TEST(columns)
{
    static const char titles[] = "number\tarticles\tclaim\tposix\texpected\t"
                                 "seen\tverdict\tresult\twhy\n";
    struct ran ran = run_with("mapping/claims", "--format=tsv", NULL);
    char *at, *end;
    int number = 0;

    expect_code(&ran, 0);
    ck_assert_int_eq(lines(ran.out), ROWS + 1);
    ck_assert_int_eq(strncmp(ran.out, titles, sizeof titles - 1), 0);
    at = ran.out + sizeof titles - 1;
    for (; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        *end = '\0';
        judge_line(at, ++number);
    }
}
END_TEST

START_TEST(one_article)
{
    static const int counts[SEVERAL] = {10, 25, 21, 14, 11, 30};
    char option[32];
    struct ran ran;
    int found = 0;

    snprintf(option, sizeof option, "--article=%s", articles[_i]);
    ran = run_with("mapping/claims", option, "--format=tsv", NULL);
    expect_code(&ran, 0);
    for (char *at = strtok(strchr(ran.out, '\n'), "\n"); at != NULL;
         at = strtok(NULL, "\n"), found++) {
        char *says = strchr(strchr(at, '\t') + 1, '\t');
        *says = '\0';
        ck_assert_msg(strstr(at, articles[_i]) != NULL, "%s: seen: %s",
                      ran.what, at);
    }
    ck_assert_msg(found == counts[_i], "%s: expected %d rows, seen: %d",
                  ran.what, counts[_i], found);
}
END_TEST

static const struct {
    const char *args[3];
    const char *says;
} wrong[] = {
    {{"0"}, "ROW: 0 is out of range; give a number from 1 to 100"},
    {{"101"}, "ROW: 101 is out of range"},
    {{"5", "x"}, "ROW: 'x' is not a number"},
    {{"--article=S5"}, "--article: 'S5' is unknown"},
    {{"--format=csv"}, "--format: 'csv' is unknown"},
    {{"--article=S4", "1"}, "article S4 does not claim that"},
};

START_TEST(wrong_line)
{
    struct ran ran =
        run_with("mapping/claims", wrong[_i].args[0], wrong[_i].args[1], NULL);

    expect_code(&ran, 2);
    expect_no_out(&ran);
    expect_err(&ran, wrong[_i].says);
    expect_err(&ran, "usage: claims ");
}
END_TEST

/* ---- Where it runs ------------------------------------------------------ */

START_TEST(quiet)
{
    struct ran ran = run_with("mapping/claims", "--quiet", NULL);

    expect_code(&ran, 0);
    expect_no_out(&ran);
    expect_quiet(&ran);
}
END_TEST

START_TEST(full_disk)
{
    struct ran ran =
        run(&(struct run){.program = "mapping/claims", .output = "/dev/full"});

    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "standard output");
}
END_TEST

static void
become_other(void)
{
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        _exit(125);
}

/* May everybody search the folder of the programs, and all above it? */
static bool
open_to_all(void)
{
    char path[4096];
    struct stat about;

    snprintf(path, sizeof path, "%s/mapping", build_folder());
    for (char *slash; (slash = strrchr(path, '/')) != NULL; *slash = '\0')
        if (stat(path, &about) == -1 || (about.st_mode & S_IXOTH) == 0)
            return false;
    return true;
}

/* Without root fewer rows can be tried, but none goes wrong. */
START_TEST(not_root)
{
    struct ran ran;

    if (!open_to_all()) {
        printf("not_root: left out, others may not enter the build folder\n");
        return;
    }
    ran = run(&(struct run){.program = "mapping/claims",
                            .before_exec = become_other});
    if (ran.code == 125) {
        printf("not_root: left out, nobody cannot be had\n");
        return;
    }
    expect_code(&ran, 0);
    expect_quiet(&ran);
    expect_out(&ran, "skipped: needs root\n");
    expect_out(&ran, ", 0 not\n");
}
END_TEST

/* ---- The runner, with a table of its own -------------------------------- */

static void
probe_word(void)
{
    saw("a word");
}

static void
probe_two(void)
{
    saw("first: %d", 1);
    saw("second: %d", 2);
}

static void
probe_skip(void)
{
    saw("a word");
    skip("needs a miracle");
}

static void
probe_segv(void)
{
    saw("a word");
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static void
probe_hang(void)
{
    for (;;)
        pause();
}

static void
probe_fail(void)
{
    saw("a word");
    die_code(0, "no luck");
}

static void
probe_name(void)
{
    make(claims_name(), 0600);
    make(claims_long_name(), 0600);
    saw("a word");
}

/* Run one row, as a program would. */
static void
run_row(void (*probe)(void), const char *expected, bool tsv)
{
    struct claim row = {7,        "S0",       "a claim", "silent",
                        expected, "unproven", "none",    probe};
    const struct claim *rows[] = {&row};
    struct claims_how how = {.tsv = tsv, .seconds = 1};

    die_name("claims");
    exit(claims_run(rows, 1, &how));
}

static const struct {
    void (*probe)(void);
    const char *expected;
    int code;
    const char *out; /* the end of the row's line, and the next one */
    const char *err; /* all of it, but what the probe itself says */
} fates[] = {
    {probe_word, "a word", 0,
     "  a word\n1 row: 1 as expected, 0 skipped, 0 not\n", ""},
    {probe_word, "another|a word", 0, "  a word\n1 row: 1 as", ""},
    {probe_word, "another", 1,
     "  NOT AS EXPECTED: a word\n1 row: 0 as expected, 0 skipped, 1 not\n",
     "claims: row 7: expected \"another\", seen: \"a word\"\n"},
    {probe_word, "a", 1, "1 not", "claims: row 7: "},
    {probe_word, "a word or two", 1, "1 not", "claims: row 7: "},
    {probe_two, "first: 1; second: 3|second: 2", 0, "  first: 1; second: 2\n",
     ""},
    {probe_two, "first: 1", 1, "1 not",
     "expected \"first: 1\", seen: \"first: 1; second: 2\"\n"},
    {probe_two, "first: 1; second: 2; third: 3", 1, "1 not", "claims: row 7"},
    {probe_two, "second: 2; first: 1", 1, "1 not", "claims: row 7"},
    {probe_skip, "a word", 0,
     "  skipped: needs a miracle\n1 row: 0 as expected, 1 skipped, 0 not\n",
     ""},
    {probe_segv, "a word", 1, ": a word; was killed by SIGSEGV\n",
     "claims: row 7: "},
    {probe_hang, "a word", 1, ": was killed by SIGALRM\n", "claims: row 7: "},
    {probe_fail, "a word", 1, ": a word; exited 3\n", "claims: row 7: "},
    {probe_name, "a word", 0, "  a word\n", ""},
};
enum { FATES = sizeof fates / sizeof *fates };

static int fate;

static void
scenario_fate(void)
{
    run_row(fates[fate].probe, fates[fate].expected, false);
}

START_TEST(row_ends)
{
    struct ran ran;

    fate = _i;
    ran = run_scenario("claims", scenario_fate);
    expect_code(&ran, fates[_i].code);
    expect_out(&ran, fates[_i].out);
    if (fates[_i].err[0] == '\0')
        expect_quiet(&ran);
    else
        expect_err(&ran, fates[_i].err);
}
END_TEST

static void
scenario_not_in_tsv(void)
{
    run_row(probe_word, "another", true);
}

START_TEST(not_in_tsv)
{
    struct ran ran = run_scenario("claims", scenario_not_in_tsv);

    expect_code(&ran, 1);
    expect_out(&ran, "\n7\tS0\ta claim\tsilent\tanother\ta word\tunproven\t"
                     "not\tnone\n");
}
END_TEST

/* While a name is there the program is interrupted: the name must go (run.c
   looks), and the kin must. */
static void
probe_wait_with_name(void)
{
    make(claims_name(), 0600);
    if (kin())
        probe_hang();
}

static void
scenario_interrupted(void)
{
    run_row(probe_wait_with_name, "", false);
}

static int interruption;

static void
interrupt(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof path, "/dev/shm/mapfork-claims.%ld", (long)pid);
    for (int i = 0; i < 5000 && access(path, F_OK) == -1; i++)
        poll(NULL, 0, 1);
    kill(pid, interruption);
}

START_TEST(interrupted)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct ran ran;

    if (access("/dev/shm", F_OK) == -1)
        return;
    interruption = signals[_i];
    ran = run(&(struct run){.program = "claims",
                            .scenario = scenario_interrupted,
                            .meanwhile = interrupt});
    expect_signal(&ran, interruption);
    expect_err(&ran, "claims: ended by SIG");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("claims");
    TCase *tcase = tcase_create("claims");

    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, all_rows);
    tcase_add_loop_test(tcase, one_row, 1, ROWS + 1);
    tcase_add_loop_test(tcase, what_rows_show, 0,
                        sizeof shown / sizeof *shown);
    tcase_add_test(tcase, several_rows);
    tcase_add_test(tcase, reasons);
    tcase_add_test(tcase, columns);
    tcase_add_test(tcase, no_place_for_files);
    tcase_add_loop_test(tcase, one_article, 0, SEVERAL);
    tcase_add_loop_test(tcase, wrong_line, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tcase, quiet);
    tcase_add_test(tcase, full_disk);
    tcase_add_test(tcase, not_root);
    tcase_add_loop_test(tcase, row_ends, 0, FATES);
    tcase_add_test(tcase, not_in_tsv);
    tcase_add_loop_test(tcase, interrupted, 0, 3);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
