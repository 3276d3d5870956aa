/* list and run: the programs of the suite. */
#include "config.h"

#include "verbs.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The options of a verb that has none but --help. Returns -1: go on. */
static int
only_help(int argc, char **argv, const char *help)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    static char name[] = "mapfork";
    int option;

    argv[0] = name; /* for getopt_long's own messages */
    /* What comes behind the first operand is not ours. */
    while ((option = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
        if (option != 'h')
            return verb_wrong("unknown option");
        fputs(help, stdout);
        return fflush(stdout) == 0 ? 0 : VERB_USAGE;
    }
    return -1;
}

/* The idea of the program at PATH is the paragraph of its own help behind the
   usage: nothing here has to be kept up to date. */
static void
idea_of(const char *path, char *text, size_t size)
{
    char command[8300];
    bool is_behind = false, is_done = false;
    FILE *help;

    *text = '\0';
    snprintf(command, sizeof command, "exec '%s' --help", path);
    /* A path with a quote in it is not given to the shell. */
    if (strchr(path, '\'') != NULL || (help = popen(command, "re")) == NULL)
        return;
    while (fgets(command, sizeof command, help) != NULL) {
        if (is_behind && !is_done) {
            snprintf(text, size, "%.*s", (int)strcspn(command, "\n"), command);
            is_done = true;
        }
        is_behind = is_behind || *command == '\n';
    }
    pclose(help);
}

int
verb_list(int argc, char **argv)
{
    const char *name;
    int missing = 0;
    int status = only_help(argc, argv,
                           "Usage: mapfork list\n\n"
                           "The programs of the suite, by topic: the name and "
                           "the idea of each, in a line.\n");

    if (status != -1)
        return status;
    if (optind < argc)
        return verb_wrong("'%s' is too much", argv[optind]);
    for (int i = 0; (name = programs_number(i)) != NULL; i++) {
        const char *path = programs_find(name);
        char idea[200];
        if (path == NULL) {
            missing++;
            continue;
        }
        idea_of(path, idea, sizeof idea);
        printf("%-26s %s\n", name, idea);
    }
    if (fflush(stdout) != 0) {
        verb_say("write to standard output: %s", strerror(errno));
        return VERB_USAGE;
    }
    if (missing > 0)
        verb_say("%d programs are not there; build them, or install them with "
                 "configure --enable-install",
                 missing);
    return missing > 0 ? VERB_NOT_FOUND : 0;
}

int
verb_run(int argc, char **argv)
{
    const char *path;
    int status = only_help(argc, argv,
                           "Usage: mapfork run NAME [ARGUMENT...]\n\n"
                           "Run a program of the suite. `mapfork list' has "
                           "the names; NAME --help says what it does.\n");

    if (status != -1)
        return status;
    if (optind == argc)
        return verb_wrong("which program? `mapfork list' has their names");
    path = programs_find(argv[optind]);
    if (path == NULL) {
        verb_say("there is no program '%s' here; `mapfork list' has the names",
                 argv[optind]);
        return VERB_NOT_FOUND;
    }
    execv(path, argv + optind);
    verb_say("exec %s: %s", path, strerror(errno));
    return errno == ENOENT ? VERB_NOT_FOUND : VERB_REFUSED;
}
