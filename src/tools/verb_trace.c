/* trace: run a program, and draw who held and waited for what. */
#include "config.h"

#include "refuse.h"
#include "trace/supervise.h"
#include "trace/trace.h"
#include "verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The one that is built with the rest is for the libc that the rest has. */
#if defined(__GLIBC__)
#define RUNTIME_GLIBC "mapfork-rt.so"
#define RUNTIME_MUSL "mapfork-rt-musl.so"
#else
#define RUNTIME_GLIBC "mapfork-rt-glibc.so"
#define RUNTIME_MUSL "mapfork-rt.so"
#endif

/* What the command line asks for. */
static struct {
    const char *output; /* NULL: by the program's name */
    bool text, json, points, quiet;
    int timeout; /* s */
    int buffer;  /* MiB */
    int events;  /* in the picture */
} asked = {.timeout = 10, .buffer = 32, .events = 10000};

static const char help[] =
    "Usage: mapfork trace [OPTION...] PROGRAM [ARG...]\n\n"
    "Run PROGRAM as always, and leave a picture of who held which lock, who\n"
    "waited, and who woke whom, in all processes that came of it. What was\n"
    "wrong is told on stderr. PROGRAM may be a path, a name in PATH, or a\n"
    "program of the suite; it must be dynamically linked. What stands behind\n"
    "PROGRAM is for it.\n\n"
    "  -o, --output=FILE  the picture (PROGRAM.trace.html, here)\n"
    "      --text         also a diagram of characters, on stderr\n"
    "      --json         also Chrome trace events: beside FILE, .json for\n"
    "                     .html\n"
    "      --points       also the points that programs name by "
    "MAPFORK_POINT()\n"
    "      --timeout=S    end it after S seconds without progress (10; 0:\n"
    "                     never)\n"
    "      --buffer=MIB   room for events, 32 bytes each (32)\n"
    "      --events=N     how many of them the picture shows (10000)\n"
    "  -q, --quiet        do not tell what was found\n"
    "  -h, --help\n\n"
    "Names: MAPFORK_LABELS='shared1+64=lock queue.dat+0=full' in the\n"
    "environment names objects by where they are; a program can do it itself\n"
    "with MAPFORK_LABEL() of mapfork/label.h.\n\n"
    "The exit status is that of PROGRAM (128 and the number of the signal\n"
    "that ended it); 124 if it made no progress, 126 if it cannot be traced,\n"
    "127 if there is none, 2 if this command was wrong.\n";

/* ---- The command line --------------------------------------------------- */

static bool
number(const char *name, const char *text, int least, int most, int *to)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || errno != 0 || value < least ||
        value > most) {
        verb_wrong("--%s: '%s' is not a number from %d to %d", name, text,
                   least, most);
        return false;
    }
    *to = (int)value;
    return true;
}

/* Returns -1: go on. */
static int
read_options(int argc, char **argv)
{
    enum { TEXT = 256, JSON, POINTS, TIMEOUT, BUFFER, EVENTS };
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'},
        {"text", no_argument, NULL, TEXT},
        {"json", no_argument, NULL, JSON},
        {"points", no_argument, NULL, POINTS},
        {"timeout", required_argument, NULL, TIMEOUT},
        {"buffer", required_argument, NULL, BUFFER},
        {"events", required_argument, NULL, EVENTS},
        {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static char name[] = "mapfork trace";
    int option;
    bool good = true;

    argv[0] = name; /* for getopt_long's own messages */

    while ((option = getopt_long(argc, argv, "+o:qh", options, NULL)) != -1) {
        switch (option) {
        case 'o':
            asked.output = optarg;
            break;
        case TEXT:
            asked.text = true;
            break;
        case JSON:
            asked.json = true;
            break;
        case POINTS:
            asked.points = true;
            break;
        case TIMEOUT:
            good = number("timeout", optarg, 0, 1000000, &asked.timeout);
            break;
        case BUFFER:
            good = number("buffer", optarg, 1, 1 << 16, &asked.buffer);
            break;
        case EVENTS:
            good = number("events", optarg, 1, INT_MAX / 2, &asked.events);
            break;
        case 'q':
            asked.quiet = true;
            break;
        case 'h':
            fputs(help, stdout);
            return fflush(stdout) == 0 ? 0 : VERB_USAGE;
        default:
            return verb_wrong("the options were not understood");
        }
        if (!good)
            return VERB_USAGE;
    }
    return optind < argc ? -1 : verb_wrong("which program?");
}

/* ---- Which program? ----------------------------------------------------- */

static bool
is_file(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* NAME as a shell finds it; else as a program of ours; else NULL. */
static const char *
find_program(const char *name)
{
    static char path[PATH_MAX];
    const char *at = getenv("PATH");

    if (strchr(name, '/') != NULL)
        return access(name, F_OK) == 0 ? name : programs_find(name);
    while (at != NULL && *at != '\0') {
        int length = (int)strcspn(at, ":");
        snprintf(path, sizeof path, "%.*s%s%s", length, at,
                 length > 0 ? "/" : "./", name);
        if (is_file(path) && access(path, X_OK) == 0)
            return path;
        at += length + (at[length] == ':');
    }
    return programs_find(name);
}

/* Returns 0, or the exit status. */
static int
choose(struct supervised *run)
{
    static const char *const files[] = {
        [TRACE_GLIBC] = RUNTIME_GLIBC, [TRACE_MUSL] = RUNTIME_MUSL};
    const char *name = run->arguments[0], *why;
    enum linked as;

    if ((run->path = find_program(name)) == NULL) {
        verb_say("%s: there is no such program", name);
        return VERB_NOT_FOUND;
    }
    if (!is_file(run->path) || access(run->path, X_OK) == -1) {
        verb_say("%s: it is %s; is it the source, or was it not built?", name,
                 is_file(run->path) ? "not executable" : "no program");
        return VERB_REFUSED;
    }
    if ((why = refuse(run->path, &as)) != NULL) {
        verb_say("%s: %s", name, why);
        return VERB_REFUSED;
    }
    for (int libc = 0; libc < TRACE_LIBCS; libc++) {
        const char *path = programs_runtime(files[libc]);
        snprintf(run->runtime[libc], sizeof run->runtime[libc], "%s",
                 path != NULL ? path : "");
    }
    run->libc = as == LINKED_MUSL ? TRACE_MUSL : TRACE_GLIBC;
    if (*run->runtime[run->libc] == '\0') {
        verb_say("%s: the runtime %s is not installed%s", name,
                 files[run->libc],
                 as == LINKED_MUSL ? "; it is built where musl-gcc is" : "");
        return VERB_REFUSED;
    }
    if (strpbrk(run->runtime[run->libc], " :") != NULL) {
        verb_say("the runtime cannot be preloaded from %s: there is a blank "
                 "or a colon in that",
                 run->runtime[run->libc]);
        return VERB_REFUSED;
    }
    return 0;
}

/* ---- Files -------------------------------------------------------------- */

struct output {
    char path[PATH_MAX];
};

/* Looked at before the program runs, lest what was seen is lost afterwards for
   want of a place; but nothing is changed until there is something to put
   there. It must not be the program itself. */
static bool
can_write(const struct output *it, const char *program)
{
    struct stat there, ours;
    char folder[PATH_MAX];
    char *slash;
    bool good;

    errno = 0;
    if (stat(it->path, &there) == 0) {
        good = !S_ISDIR(there.st_mode) && access(it->path, W_OK) == 0 &&
               (stat(program, &ours) == -1 || ours.st_dev != there.st_dev ||
                ours.st_ino != there.st_ino);
    } else {
        snprintf(folder, sizeof folder, "%s", it->path);
        slash = strrchr(folder, '/');
        if (slash != NULL)
            slash[1] = '\0';
        good = access(slash != NULL ? folder : ".", W_OK | X_OK) == 0;
    }
    if (!good)
        verb_say("%s: the picture cannot be put there%s%s; give another place "
                 "with --output",
                 it->path, errno != 0 ? ": " : "",
                 errno != 0 ? strerror(errno) : "");
    return good;
}

/* A picture that is cut off is none: it is not left there. */
static bool
write_output(struct output *it, const struct trace *trace, bool is_json)
{
    FILE *file = fopen(it->path, "we");
    struct stat status;
    bool good = file != NULL;

    good = good && (is_json ? chrome_write(trace, file)
                            : page_write(trace, file, asked.events));
    if (file != NULL)
        good = fclose(file) == 0 && good;
    if (good)
        return true;
    verb_say("write %s: %s", it->path, strerror(errno));
    if (stat(it->path, &status) == 0 && S_ISREG(status.st_mode))
        unlink(it->path);
    return false;
}

static void
name_outputs(const char *program, struct output *page, struct output *json)
{
    const char *base = strrchr(program, '/');
    size_t length;

    base = base != NULL ? base + 1 : program;
    if (asked.output != NULL)
        snprintf(page->path, sizeof page->path, "%s", asked.output);
    else
        snprintf(page->path, sizeof page->path, "%s.trace.html", base);
    length = strlen(page->path);
    if (length > 5 && strcmp(page->path + length - 5, ".html") == 0)
        length -= 5;
    snprintf(json->path, sizeof json->path, "%.*s.json", (int)length,
             page->path);
}

/* ---- The story ---------------------------------------------------------- */

static void
describe(struct trace *trace, const struct supervised *run)
{
    static char command[1000];
    size_t length = 0;
    time_t now = time(NULL);

    for (int i = 0; run->arguments[i] != NULL && length < sizeof command; i++)
        length +=
            (size_t)snprintf(command + length, sizeof command - length, "%s%s",
                             i > 0 ? " " : "", run->arguments[i]);
    trace->command = command;
    strftime(trace->date, sizeof trace->date, "%Y-%m-%d %H:%M:%S UTC",
             gmtime(&now));
    trace->hung = run->hung;
    trace->asleep = run->asleep;
    if (run->hung)
        snprintf(trace->end, sizeof trace->end,
                 "no progress for %d s, %d process%s ended", run->timeout,
                 run->ended, run->ended == 1 ? " was" : "es were");
    else
        snprintf(trace->end, sizeof trace->end, "%s",
                 words_status((uint32_t)run->status));
}

static int
status_of(const struct supervised *run)
{
    /* If it has ended itself, only what it left behind hung. */
    if (run->hung && run->hung_itself)
        return VERB_HUNG;
    return WIFSIGNALED(run->status) ? 128 + WTERMSIG(run->status)
                                    : WEXITSTATUS(run->status);
}

static bool
show(const struct supervised *run, struct output *page, struct output *json)
{
    static struct trace trace;
    bool good;

    trace_load(&trace, run->file);
    trace.hung = run->hung;
    trace_replay(&trace);
    describe(&trace, run);
    judge(&trace);
    good = write_output(page, &trace, false);
    if (asked.json)
        good = write_output(json, &trace, true) && good;
    if (asked.text)
        diagram_write(&trace, stderr, asked.events);
    if (!asked.quiet) {
        story_write(&trace, stderr);
        if (run->left > 0)
            fprintf(stderr, "  Still running, and left alone: %d.\n",
                    run->left);
        if (good)
            fprintf(stderr, "  The picture: %s\n", page->path);
    }
    return good;
}

int
verb_trace(int argc, char **argv)
{
    struct supervised run = {.status = -1};
    struct output page, json;
    int status = read_options(argc, argv);
    const char *why;

    if (status != -1)
        return status;
    run.arguments = argv + optind;
    run.timeout = asked.timeout;
    run.buffer = (size_t)asked.buffer << 20;
    run.points = asked.points;
    if ((status = choose(&run)) != 0)
        return status;
    name_outputs(argv[optind], &page, &json);
    if (!can_write(&page, run.path) ||
        (asked.json && !can_write(&json, run.path)))
        return VERB_USAGE;
    if ((why = supervise(&run)) != NULL) {
        verb_say("%s: %s: %s", argv[optind], why, strerror(errno));
        return run.file == NULL || errno == EAGAIN ? VERB_USAGE : VERB_REFUSED;
    }
    if (!show(&run, &page, &json) && status_of(&run) == 0)
        return VERB_USAGE;
    return status_of(&run);
}
