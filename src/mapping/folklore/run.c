/* claims: run the probe of a row in a process of its own, and judge. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "claims.h"
#include "region.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct claims_seen *claims_seen;

/* ---- Names that must not stay ------------------------------------------- */

static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};
enum { ENDS = sizeof ends / sizeof *ends };

static struct sigaction library[ENDS];
static volatile pid_t running;

/* Before the library ends the family, and us: first the probe must be dead,
   or it could make the name that is removed here once more. */
static void
on_end(int number)
{
    if (running > 0) {
        kill(running, SIGKILL);
        waitpid(running, NULL, 0);
    }
    claims_remove_names();
    for (int i = 0; i < ENDS; i++)
        if (ends[i] == number)
            library[i].sa_handler(number);
}

static void
catch_ends(void)
{
    child_guard();
    for (int i = 0; i < ENDS; i++) {
        struct sigaction action;

        if (sigaction(ends[i], NULL, &library[i]) == -1)
            die("sigaction %s", child_signal_name(ends[i]));
        if (library[i].sa_handler == SIG_IGN ||
            library[i].sa_handler == SIG_DFL)
            continue;
        action = library[i];
        action.sa_handler = on_end;
        if (sigaction(ends[i], &action, NULL) == -1)
            die("sigaction %s", child_signal_name(ends[i]));
    }
}

/* ---- One row ------------------------------------------------------------ */

static _Noreturn void
child(const struct claim *row, const struct claims_how *how)
{
    /* A probe that hangs is ended by SIGALRM. One that means to die by SIGBUS
       or SIGSEGV forks kin for that; where its own end is such a signal it
       went wrong, and a sanitizer may tell why. */
    alarm(how->seconds != 0 ? how->seconds : 10);
    row->probe();
    _exit(EXIT_HELD);
}

/* Does the part of N bytes equal one of the alternatives in the M bytes? */
static bool
one_of(const char *part, size_t n, const char *alternatives, size_t m)
{
    const char *end = alternatives + m;

    for (const char *at = alternatives; at <= end;) {
        const char *bar = memchr(at, '|', (size_t)(end - at));
        size_t length = (size_t)((bar != NULL ? bar : end) - at);

        if (length == n && memcmp(at, part, n) == 0)
            return true;
        at += length + 1;
    }
    return false;
}

static size_t
part_length(const char *parts)
{
    const char *end = strstr(parts, "; ");

    return end != NULL ? (size_t)(end - parts) : strlen(parts);
}

static bool
as_expected(const char *seen, const char *expected)
{
    for (;;) {
        size_t n = part_length(seen), m = part_length(expected);

        if (!one_of(seen, n, expected, m))
            return false;
        seen += n;
        expected += m;
        if (*seen == '\0' || *expected == '\0')
            return *seen == *expected;
        seen += 2;
        expected += 2;
    }
}

/* The end of the wait orders what the probe stored in *claims_seen before what
   is loaded from there: no lock is needed. */
static enum claims_result
judge(const struct claim *row, int status, char *seen, size_t size)
{
    char end[64] = "";

    if (status != 0)
        child_words(status, end, sizeof end);
    if (status == 0 && claims_seen->skipped[0] != '\0') {
        snprintf(seen, size, "skipped: %s", claims_seen->skipped);
        return CLAIMS_SKIPPED;
    }
    snprintf(seen, size, "%s%s%s", claims_seen->parts,
             claims_seen->parts[0] != '\0' && status != 0 ? "; " : "",
             status == 0 ? "" : end);
    return status == 0 && as_expected(seen, row->expected) ? CLAIMS_AS_EXPECTED
                                                           : CLAIMS_NOT;
}

static enum claims_result
run_one(const struct claim *row, const struct claims_how *how, char *seen,
        size_t size)
{
    sigset_t all, before;
    int status;

    *claims_seen = (struct claims_seen){.parts = ""};
    /* on_end() must know whom to kill as soon as there is somebody. */
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    running = child_fork_doomed("row %d", row->number);
    if (running == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        child(row, how);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    status = child_reap(running);
    running = 0;
    claims_remove_names();
    return judge(row, status, seen, size);
}

int
claims_run(const struct claim *const *rows, int count,
           const struct claims_how *how)
{
    struct region region = region_map(sizeof *claims_seen, REGION_ANON);
    int counts[3] = {0};
    char seen[700];

    claims_seen = region.memory;
    claims_choose_names();
    claims_remove_names();
    catch_ends();
    claims_print_head(rows, count, how);
    for (int i = 0; i < count; i++) {
        enum claims_result result = run_one(rows[i], how, seen, sizeof seen);

        counts[result]++;
        claims_print(rows[i], result, seen);
        if (result == CLAIMS_NOT)
            fprintf(stderr, "%s: row %d: expected \"%s\", seen: \"%s\"\n",
                    die_program(), rows[i]->number, rows[i]->expected, seen);
    }
    claims_print_tail(counts);
    region_unmap(&region);
    return counts[CLAIMS_NOT] == 0 ? EXIT_HELD : EXIT_BROKEN;
}
