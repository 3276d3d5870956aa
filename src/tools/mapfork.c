/* mapfork: one command for the suite and its tools. */
#include "config.h"

#include "verbs.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct verb {
    const char *name;
    int (*act)(int argc, char **argv);
    const char *operands, *does;
} verbs[] = {
    {"list", verb_list, "", "list the programs of the suite"},
    {"run", verb_run, "NAME [ARG...]", "run one of them"},
    {"trace", verb_trace, "[OPTION...] PROGRAM [ARG...]",
     "run any program, and draw who held and waited for what"},
};
enum { VERBS = sizeof verbs / sizeof *verbs };

const char *verb_name = "";

__attribute__((format(printf, 1, 0))) static void
say(const char *format, va_list rest)
{
    fprintf(stderr, "mapfork%s%s: ", *verb_name != '\0' ? " " : "", verb_name);
    vfprintf(stderr, format, rest);
    fputs("\n", stderr);
}

void
verb_say(const char *format, ...)
{
    va_list rest;

    va_start(rest, format);
    say(format, rest);
    va_end(rest);
}

int
verb_wrong(const char *format, ...)
{
    va_list rest;

    va_start(rest, format);
    say(format, rest);
    va_end(rest);
    fprintf(stderr, "Try `mapfork %s%s--help'.\n", verb_name,
            *verb_name != '\0' ? " " : "");
    return VERB_USAGE;
}

static int
help(void)
{
    printf("Usage: mapfork VERB ...\n\n"
           "See how a parent and the children it forks share memory.\n\n");
    for (int i = 0; i < VERBS; i++)
        printf("  %-6s %-30s %s\n", verbs[i].name, verbs[i].operands,
               verbs[i].does);
    printf("\n`mapfork VERB --help' says more.\n");
    return fflush(stdout) == 0 ? 0 : VERB_USAGE;
}

int
main(int argc, char **argv)
{
    if (argc < 2)
        return verb_wrong("what is to be done? list, run or trace");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help();
    if (strcmp(argv[1], "--version") == 0) {
        printf(PACKAGE_NAME " " PACKAGE_VERSION "\n");
        return fflush(stdout) == 0 ? 0 : VERB_USAGE;
    }
    for (int i = 0; i < VERBS; i++)
        if (strcmp(argv[1], verbs[i].name) == 0) {
            verb_name = verbs[i].name;
            return verbs[i].act(argc - 1, argv + 1);
        }
    return verb_wrong("'%s' is no verb; there are list, run and trace",
                      argv[1]);
}
