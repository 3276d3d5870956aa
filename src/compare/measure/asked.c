/* asked: what the command line asked for, and whether somebody has asked to
   stop. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "price.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct asked asked;

/* Is WORD, of LENGTH letters, one of those in LIST, between commas? */
static bool
is_among(const char *list, const char *word, size_t length)
{
    for (const char *at = list; *at != '\0'; at += *at == ',') {
        size_t n = strcspn(at, ",");
        if (n == length && strncmp(at, word, n) == 0)
            return true;
        at += n;
    }
    return false;
}

/* While names are collected nothing is asked for, and so nothing measured. */
static char known[2000];
static bool collecting;

static void
collect(const char *name)
{
    size_t used = strlen(known);

    if (!is_among(known, name, strlen(name)))
        snprintf(known + used, sizeof known - used, "%s%s",
                 used > 0 ? "," : "", name);
}

void
asked_collect(bool begin)
{
    collecting = begin;
    if (begin)
        return;
    for (const char *at = asked.only; *at != '\0'; at += *at == ',') {
        size_t n = strcspn(at, ",");
        if (!is_among(known, at, n))
            args_wrong("--only: '%.*s' is none of %s", (int)n, at, known);
        at += n;
    }
}

bool
asked_for(const char *name)
{
    if (collecting) {
        collect(name);
        return false;
    }
    return *asked.only == '\0' || is_among(asked.only, name, strlen(name));
}

struct sizes
asked_sizes(const size_t *usual, int count)
{
    if (asked.size_count > 0)
        return (struct sizes){asked.size_count, asked.sizes};
    return (struct sizes){count, usual};
}

double
asked_seconds(void)
{
    return asked.quick ? 0.008 : 0.05;
}

/* ---- Ctrl-C, progress --------------------------------------------------- */

static volatile sig_atomic_t stopped;
static struct sigaction usual[3];
static const int stoppers[] = {SIGINT, SIGTERM, SIGHUP};

/* The first one asks to come to an end with what there is; whoever cannot wait
   for that sends a second one, and the library ends all. */
static void
on_stop(int number)
{
    stopped = number;
    for (int i = 0; i < 3; i++)
        sigaction(stoppers[i], &usual[i], NULL);
}

void
asked_listen(void)
{
    struct sigaction action = {.sa_handler = on_stop, .sa_flags = SA_RESTART};

    child_guard();
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < 3; i++) {
        sigaction(stoppers[i], NULL, &usual[i]);
        if (usual[i].sa_handler != SIG_IGN)
            sigaction(stoppers[i], &action, NULL);
    }
}

bool
asked_to_stop(void)
{
    return stopped != 0;
}

void
asked_end(void)
{
    if (stopped == 0)
        return;
    fprintf(stderr, "price: stopped by %s after %d rows\n",
            child_signal_name(stopped), rows_count());
    signal(stopped, SIG_DFL);
    raise(stopped);
}

void
asked_progress(const char *subject, const char *way, size_t size)
{
    char text[16] = "";

    if (!isatty(STDERR_FILENO) || args_quiet())
        return;
    if (subject == NULL) {
        dprintf(STDERR_FILENO, "\r\033[K");
        return;
    }
    if (size > 0)
        row_bytes_text(text, sizeof text, (double)size);
    dprintf(STDERR_FILENO, "\rprice: round %d of %d, %s, %s %s\033[K",
            asked.round, asked.rounds, subject, way, text);
}
