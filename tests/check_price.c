/* price: every way delivers what was sent, whatever the size, the capacity and
   the batch, on one CPU and on two; what is left out is named; what is printed
   for programs can be read by programs; and whoever is killed, nobody hangs
   and nothing is left. No test judges a time. */
#include "config.h"

#include "run.h"

#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const ways[] = {
    "cond-under",    "cond-after", "cond-waiter", "cond-half", "cond-batch",
    "cond-spin",     "sem",        "futex",       "spin",      "spin-futex",
    "eventfd",       "signal",     "pipe",        "pipe-big",  "vmsplice",
    "stream",        "seqpacket",  "mq",          "sysv",      "channel",
    "channel-block", "spsc"};
enum { WAYS = sizeof ways / sizeof *ways };

/* Did WAY leave a line of the table, "verify,pipe,same,...", or was it left
   out by name? */
static bool
is_measured(const struct ran *ran, const char *subject, const char *way)
{
    char text[80];

    snprintf(text, sizeof text, "\n%s,%s,", subject, way);
    return strstr(ran->out, text) != NULL;
}

static bool
is_left_out(const struct ran *ran, const char *subject, const char *way)
{
    char text[80];

    snprintf(text, sizeof text, "price: %s: %s is left out: ", subject, way);
    return strstr(ran->err, text) != NULL;
}

/* ---- Every way delivers ------------------------------------------------- */

static const struct {
    const char *sizes, *capacity, *batch;
} verified[] = {
    {"--sizes=1,2,7,15,16,17", "--capacity=1", "--batch=1"},
    {"--sizes=1,63,64,65", "--capacity=100", "--batch=3"},
    {"--sizes=1000,4095,4097", "--capacity=4096", "--batch=1"},
    {"--sizes=8,100", "--capacity=65536", "--batch=7"},
    {"--sizes=64", "--capacity=1M", "--batch=16"},
    {"--sizes=70001", "--capacity=65536", "--batch=2"},
};
enum { VERIFIED = sizeof verified / sizeof *verified };

START_TEST(delivers)
{
    int i = _i / 2;
    struct ran ran = run(&(struct run){
        .program = "compare/price",
        .args =
            (const char *[]){"verify", "--csv", "--rounds=1",
                             run_backings[_i % 2], verified[i].sizes,
                             verified[i].capacity, verified[i].batch, NULL},
        .seconds = 60});

    expect_code(&ran, 0);
    for (int w = 0; w < WAYS; w++)
        ck_assert_msg(is_measured(&ran, "verify", ways[w]) ||
                          is_left_out(&ran, "verify", ways[w]),
                      "%s: expected %s, or that it is left out", ran.what,
                      ways[w]);
    /* What needs nothing special is never left out. */
    for (int w = 0; w < WAYS; w++)
        if (strncmp(ways[w], "cond", 4) == 0 || strcmp(ways[w], "pipe") == 0)
            ck_assert_msg(is_measured(&ran, "verify", ways[w]),
                          "%s: expected %s, seen: %s", ran.what, ways[w],
                          ran.err);
}
END_TEST

/* Where there is one CPU: the other rows are left out, and it is said. */
static void
on_one_cpu(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(sched_getcpu(), &set);
    sched_setaffinity(0, sizeof set, &set);
}

START_TEST(one_cpu)
{
    struct ran ran = run(&(struct run){
        .program = "compare/price",
        .args = (const char *[]){_i == 0 ? "latency" : "throughput", "--csv",
                                 "--quick", "--rounds=1", "--sizes=64", NULL},
        .before_exec = on_one_cpu,
        .seconds = 60});

    expect_code(&ran, 0);
    expect_err(&ran, "price: --cpus=cross is left out: there is one CPU only");
    expect_out(&ran, ",same,");
    ck_assert_int_eq(count_out(&ran, ",cross,"), 0);
}
END_TEST

START_TEST(other_cpu_alone)
{
    struct ran ran = run(&(struct run){
        .program = "compare/price",
        .args = (const char *[]){"latency", "--cpus=cross", NULL},
        .before_exec = on_one_cpu});

    expect_code(&ran, 77);
    expect_err(&ran, "there is one CPU only");
}
END_TEST

/* ---- What a system lacks ------------------------------------------------ */

/* A queue of System V holds 8192 bytes, one of POSIX what the system allows,
   which is not 16 MiB. */
START_TEST(too_large)
{
    struct ran ran =
        run_with("compare/price", "verify", "--csv", "--rounds=1",
                 "--cpus=same", "--sizes=16M", "--only=mq,sysv", NULL);

    expect_code(&ran, 77);
    ck_assert(is_left_out(&ran, "verify", "mq"));
    ck_assert(is_left_out(&ran, "verify", "sysv"));
    expect_err(&ran, "all that was asked for");
    ck_assert_int_eq(count_out(&ran, "verify"), 0);
}
END_TEST

START_TEST(no_such_way)
{
    struct ran ran =
        run_with("compare/price", "latency", "--only=telepathy", NULL);

    expect_code(&ran, 2);
    expect_no_out(&ran);
    expect_err(&ran, "--only: 'telepathy' is none of cond-under,");
}
END_TEST

/* ---- For programs ------------------------------------------------------- */

static int
columns_of(const char *line, const char *end)
{
    int n = 1;

    for (; line < end; line++)
        n += *line == ',';
    return n;
}

/* Every line has the columns of the first; every figure is a number or
   nothing; the times of a latency are in order. */
START_TEST(csv)
{
    struct ran ran =
        run_with("compare/price", _i == 0 ? "latency" : "throughput", "--csv",
                 "--quick", "--rounds=2", "--sizes=8,100",
                 "--only=pipe,spsc,sem", NULL);
    const char *end = strchr(ran.out, '\n');
    int columns, lines = 0;

    expect_code(&ran, 0);
    ck_assert_ptr_nonnull(end);
    columns = columns_of(ran.out, end);
    ck_assert_int_eq(strncmp(ran.out, "subject,way,placement,", 22), 0);
    for (const char *line = end + 1; *line != '\0'; line = end + 1, lines++) {
        double least = 0, p50 = 0, p99 = 0;
        const char *at = line;
        end = strchr(line, '\n');
        ck_assert_ptr_nonnull(end);
        ck_assert_int_eq(columns_of(line, end), columns);
        for (int i = 0; i < columns; i++) {
            size_t length = strcspn(at, ",\n");
            for (size_t k = 0; i > 4 && k < length; k++)
                ck_assert_msg(isdigit((unsigned char)at[k]) || at[k] == '.',
                              "%s: a figure in %.200s", ran.what, line);
            p50 = i == 12 ? atof(at) : p50;
            p99 = i == 14 ? atof(at) : p99;
            least = i == 17 ? atof(at) : least;
            at += length + 1;
        }
        if (_i == 0)
            ck_assert_msg(0 < least && least <= p50 && p50 <= p99,
                          "%s: %.200s", ran.what, line);
    }
    /* Three ways, two sizes, two rounds, on one CPU or on two. */
    ck_assert(lines == 12 || lines == 24);
}
END_TEST

/* A reader of JSON (RFC 8259) as small as it can be: returns what follows the
   value at TEXT, or NULL. */
static const char *
skip_blank(const char *text)
{
    return text + strspn(text, " \t\r\n");
}

static const char *
after_value(const char *text)
{
    static const char *const words[] = {"null", "true", "false"};
    char close = *text == '{' ? '}' : ']', *end;

    if (*text == '"')
        return (text = strchr(text + 1, '"')) == NULL ? NULL : text + 1;
    for (size_t i = 0; i < 3; i++)
        if (strncmp(text, words[i], strlen(words[i])) == 0)
            return text + strlen(words[i]);
    if (*text != '{' && *text != '[')
        return strtod(text, &end), end == text ? NULL : end;
    text = skip_blank(text + 1);
    if (*text == close)
        return text + 1;
    for (;;) {
        if (close == '}') {
            if (*text != '"' || (text = after_value(text)) == NULL)
                return NULL;
            if (*(text = skip_blank(text)) != ':')
                return NULL;
            text = skip_blank(text + 1);
        }
        if ((text = after_value(text)) == NULL)
            return NULL;
        text = skip_blank(text);
        if (*text == close)
            return text + 1;
        if (*text != ',')
            return NULL;
        text = skip_blank(text + 1);
    }
}

START_TEST(json)
{
    struct ran ran =
        run_with("compare/price", "latency", "--json", "--quick", "--rounds=1",
                 _i == 0 ? "--sizes=64" : "--sizes=16M",
                 _i == 0 ? "--only=pipe,spsc" : "--only=mq", NULL);
    const char *end = after_value(ran.out);

    expect_code(&ran, _i == 0 ? 0 : 77);
    ck_assert_msg(end != NULL && *skip_blank(end) == '\0', "%s: no JSON: %s",
                  ran.what, ran.out);
    if (_i == 0)
        expect_order(&ran, "\"way\": \"pipe\"",
                     "\"p50_ns\": ", "\"way\": \"spsc\"", NULL);
}
END_TEST

/* ---- Corruption is seen ------------------------------------------------- */

/* Lent pages are written to again while they are on their way. */
START_TEST(lent_pages)
{
    struct ran ran =
        run_with("compare/price", "throughput", "--quick", "--rounds=1",
                 "--sizes=4096", "--only=vmsplice", "--cpus=same", NULL);

    if (ran.code == 77)
        return;
    expect_code(&ran, 0);
    expect_out(&ran, "CORRUPT: ");
}
END_TEST

/* ---- Ends that come too early ------------------------------------------- */

/* The queues and sets of System V that there are, a text of "msg ID" and "sem
   ID", from /proc: others may make some and remove them meanwhile. */
static const char *
sysv_objects(void)
{
    static char texts[2][65536];
    static int turn;
    char *text = texts[turn = 1 - turn], line[200];
    static const char *const kinds[] = {"msg", "sem"};
    size_t used = 0;
    long id;

    text[0] = '\0';
    for (int i = 0; i < 2; i++) {
        char path[40];
        FILE *list;
        snprintf(path, sizeof path, "/proc/sysvipc/%s", kinds[i]);
        if ((list = fopen(path, "r")) == NULL)
            continue;
        while (fgets(line, sizeof line, list) != NULL &&
               used + 40 < sizeof texts[0])
            if (sscanf(line, "%*d %ld", &id) == 1)
                used += (size_t)sprintf(text + used, "%s %ld\n", kinds[i], id);
        fclose(list);
    }
    return text;
}

/* Is nothing there that was not there BEFORE? A stranger's is gone sooner or
   later, ours would stay. Waits for what the kernel, or a keeper, does by
   itself after a death. */
static bool
is_clean(const char *before)
{
    char object[40];
    size_t length;

    for (const char *at = sysv_objects(); *at != '\0'; at += length + 1) {
        length = strcspn(at, "\n");
        snprintf(object, sizeof object, "%.*s\n", (int)length, at);
        if (strstr(before, object) == NULL)
            return false;
    }
    return true;
}

static void
await_sysv(const char *before)
{
    struct pollfd never = {.fd = -1, .events = 0};

    for (int looks = 0; looks < 10000 && !is_clean(before); looks++)
        poll(&never, 1, 1);
    ck_assert_msg(is_clean(before), "expected no more than %sseen %s", before,
                  sysv_objects());
}

static int victim;        /* which child: 0 or 1 */
static bool with_keepers; /* two more than that */

/* The two sides of a cell. Before them come the keepers of two queues, if the
   way has any: a keeper that is killed keeps nothing. */
static int
sides_of(pid_t pid, pid_t *pids, bool keepers)
{
    pid_t all[16];
    int seen = children_of(pid, all, 16), before = keepers ? 2 : 0;

    if (seen != before + 2)
        return 0;
    pids[0] = all[before];
    pids[1] = all[before + 1];
    return 2;
}

static bool
has_keepers(const char *way)
{
    return strcmp(way, "sysv") == 0;
}

/* A run of which every cell lasts: of a short one the sides have ended before
   anybody who looks from outside has seen them. */
static const char *
lasting(const char *way)
{
    return strcmp(way, "cond-half") == 0 || strcmp(way, "cond-batch") == 0
               ? "throughput"
               : "latency";
}

/* Whichever cell it hits; again, should that side have ended by itself. */
static void
kill_a_side(pid_t pid)
{
    struct pollfd never = {.fd = -1, .events = 0};
    siginfo_t about = {.si_pid = 0};
    pid_t pids[2];

    for (int looks = 0; looks < 10000 && about.si_pid == 0; looks++) {
        if (sides_of(pid, pids, with_keepers) == 2)
            kill(pids[victim], SIGKILL);
        poll(&never, 1, 1);
        ck_assert_int_eq(
            waitid(P_PID, (id_t)pid, &about, WEXITED | WNOHANG | WNOWAIT), 0);
    }
}

/* In any way: the other side may wait for ever, and does not. */
START_TEST(killed_side)
{
    char only[40];
    char before[65536];
    struct ran ran;

    snprintf(before, sizeof before, "%s", sysv_objects());
    snprintf(only, sizeof only, "--only=%s", ways[_i / 2]);
    victim = _i % 2;
    with_keepers = has_keepers(ways[_i / 2]);
    ran = run(&(struct run){
        .program = "compare/price",
        .args = (const char *[]){lasting(ways[_i / 2]), "--rounds=100",
                                 "--sizes=100", "--capacity=1000", only, NULL},
        .meanwhile = kill_a_side});
    if (ran.code == 77)
        return;
    expect_code(&ran, 1);
    expect_err(&ran, "to exit 0, seen: it was killed by SIGKILL; the others "
                     "were ended\n");
    await_sysv(before);
}
END_TEST

/* Nobody can remove anything then but the keeper. It outlives the parent for
   a moment, so this is no run() like the others: this process adopts it. */
START_TEST(killed_parent)
{
    struct pollfd never = {.fd = -1, .events = 0};
    char before[65536];
    int status;
    char path[400], only[40];
    pid_t pids[2], pid;
    int null = open("/dev/null", O_WRONLY);
    bool killed = false;

    snprintf(before, sizeof before, "%s", sysv_objects());
    snprintf(path, sizeof path, "%s/compare/price", build_folder());
    snprintf(only, sizeof only, "--only=%s", ways[_i]);
    ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    ck_assert_int_ne(null, -1);
    if ((pid = fork()) == 0) {
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execl(path, path, lasting(ways[_i]), "--rounds=100", "--sizes=100",
              "--capacity=1000", only, (char *)NULL);
        _exit(99);
    }
    for (int looks = 0; looks < 10000 && !killed; looks++) {
        siginfo_t about = {.si_pid = 0};
        waitid(P_PID, (id_t)pid, &about, WEXITED | WNOHANG | WNOWAIT);
        if (about.si_pid != 0)
            break;
        if (sides_of(pid, pids, has_keepers(ways[_i])) == 2)
            killed = kill(pid, SIGKILL) == 0;
        poll(&never, 1, 1);
    }
    close(null);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(killed ? WIFSIGNALED(status)
                     : WIFEXITED(status) && WEXITSTATUS(status) == 77);
    for (int looks = 0; looks < 10000 && waitpid(-1, NULL, WNOHANG) != -1;
         looks++)
        poll(&never, 1, 1);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    await_sysv(before);
}
END_TEST

static int stop_with;

static void
stop(pid_t pid)
{
    struct pollfd never = {.fd = -1, .events = 0};
    pid_t pids[2];

    for (int looks = 0; looks < 10000; looks++) {
        if (sides_of(pid, pids, false) == 2 && kill(pid, stop_with) == 0)
            return;
        poll(&never, 1, 1);
    }
    ck_abort_msg("price: expected two children");
}

/* Ctrl-C: what was measured until then is printed, and the end is that of the
   signal. */
START_TEST(stopped)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct ran ran;

    stop_with = signals[_i / 2];
    ran = run(&(struct run){
        .program = "compare/price",
        .args = (const char *[]){"latency", "--rounds=100", "--only=pipe",
                                 "--cpus=same", "--sizes=64",
                                 _i % 2 == 0 ? "--csv" : NULL, NULL},
        .meanwhile = stop});
    expect_signal(&ran, stop_with);
    expect_err(&ran, "price: stopped by SIG");
    if (strstr(ran.err, "after 0 rows") == NULL)
        expect_out(&ran, _i % 2 == 0 ? "\nlatency,pipe,same," : "\n  pipe ");
}
END_TEST

/* The deadline is for all of it, not for each cell. */
START_TEST(deadline)
{
    struct ran ran =
        run_with("compare/price", "latency", "--deadline=1", "--rounds=100",
                 "--only=pipe", "--sizes=64", NULL);

    expect_code(&ran, 1);
    expect_err(&ran, "price: the deadline has passed, all is ended");
}
END_TEST

/* What the lines say is what was asked for. */
START_TEST(asked)
{
    struct ran ran = run_with(
        "compare/price", "throughput", "--csv", "--quick", "--rounds=1",
        "--sizes=100", "--only=cond-waiter", "--cpus=same", "--capacity=1000",
        "--batch=3", "--spin=7", NULL);

    expect_code(&ran, 0);
    expect_out(&ran, "\nthroughput,cond-waiter,same,");
    expect_out(&ran, ",1,100,1000,3,7,2,");
}
END_TEST

/* More descriptors than a keeper closes one by one. */
static void
many_descriptors(void)
{
    while (dup(STDIN_FILENO) != -1 && dup(STDIN_FILENO) < 400)
        continue;
}

START_TEST(inherited)
{
    struct ran ran = run(&(struct run){
        .program = "compare/price",
        .args = (const char *[]){"verify", "--only=sysv", "--sizes=64",
                                 "--rounds=1", "--cpus=same", NULL},
        .before_exec = many_descriptors});

    if (ran.code != 77)
        expect_code(&ran, 0);
}
END_TEST

/* Every run but verify ends with what dominates here. */
static const char *const ends[] = {"latency", "locks", "mapping", "all"};

START_TEST(verdict)
{
    struct ran ran = run_with("compare/price", ends[_i], "--quick",
                              "--rounds=1", "--sizes=4096",
                              _i == 1   ? "--only=mutex"
                              : _i == 2 ? "--only=shared-anon"
                                        : "--only=pipe",
                              NULL);

    expect_code(&ran, 0);
    ck_assert_msg(
        strstr(ran.out, "\n\nThe first touch of a shared page ") != NULL ||
            strstr(ran.out, "\n\nWhat the CPUs contend for ") != NULL ||
            strstr(ran.out, "\n\nBetween two CPUs ") != NULL ||
            strstr(ran.out, "\n\nOn one CPU ") != NULL,
        "%s: expected sentences, seen: %s", ran.what, ran.out);
}
END_TEST

/* ---- The subjects ------------------------------------------------------- */

static const char *const subjects[] = {"latency", "throughput", "locks",
                                       "mapping", "copies",     "floor"};

/* Each prints a table, and none says that an update was lost. */
START_TEST(subject)
{
    struct ran ran = run(&(struct run){
        .program = "compare/price",
        .args = (const char *[]){subjects[_i], "--quick", "--rounds=1", NULL},
        .seconds = 60});

    expect_code(&ran, 0);
    ck_assert_msg(ran.out_size > 200, "%s: expected a table, seen: %s",
                  ran.what, ran.out);
}
END_TEST

static const char *const wrong[][3] = {
    {"speed", "one operand too many", NULL},
    {"--sizes=0", "out of range", NULL},
    {"--sizes=1,x", "'x' is not a number", NULL},
    {"--sizes=,", "holds no number", NULL},
    {"--cpus=all", "'all' is unknown", NULL},
    {"--capacity=0", "out of range", NULL},
};
enum { WRONG = sizeof wrong / sizeof *wrong };

START_TEST(command_line)
{
    struct ran ran = run_with("compare/price", "verify", wrong[_i][0], NULL);

    expect_code(&ran, 2);
    expect_no_out(&ran);
    expect_err(&ran, wrong[_i][1]);
}
END_TEST

START_TEST(no_such_subject)
{
    struct ran ran = run_with("compare/price", "speed", NULL);

    expect_code(&ran, 2);
    expect_no_out(&ran);
    expect_err(&ran, "'speed' is no subject");
}
END_TEST

START_TEST(two_formats)
{
    struct ran ran =
        run_with("compare/price", "verify", "--csv", "--json", NULL);

    expect_code(&ran, 2);
    expect_no_out(&ran);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("price");
    TCase *tcase = tcase_create("price");

    tcase_set_timeout(tcase, 90);
    tcase_add_loop_test(tcase, delivers, 0, 2 * VERIFIED);
    tcase_add_loop_test(tcase, one_cpu, 0, 2);
    tcase_add_test(tcase, other_cpu_alone);
    tcase_add_test(tcase, too_large);
    tcase_add_test(tcase, no_such_way);
    tcase_add_loop_test(tcase, csv, 0, 2);
    tcase_add_loop_test(tcase, json, 0, 2);
    tcase_add_test(tcase, lent_pages);
    tcase_add_loop_test(tcase, killed_side, 0, 2 * WAYS);
    tcase_add_loop_test(tcase, killed_parent, 0, WAYS);
    tcase_add_loop_test(tcase, stopped, 0, 6);
    tcase_add_test(tcase, deadline);
    tcase_add_test(tcase, asked);
    tcase_add_test(tcase, inherited);
    tcase_add_loop_test(tcase, verdict, 0, 4);
    tcase_add_loop_test(tcase, subject, 0, sizeof subjects / sizeof *subjects);
    tcase_add_loop_test(tcase, command_line, 0, WRONG);
    tcase_add_test(tcase, no_such_subject);
    tcase_add_test(tcase, two_formats);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
