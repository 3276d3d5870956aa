/* say: the narrated lines of a program, "child 1: took the lock". */
#include "config.h"

#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char role[32] = "parent";
static bool silent;

void
say_as(const char *who)
{
    snprintf(role, sizeof role, "%s", who);
}

const char *
say_who(void)
{
    return role;
}

void
say_quiet(bool quiet)
{
    silent = quiet;
}

/* Colour is for people: only on a terminal that can show it, and never where
   NO_COLOR is set to something (no-color.org). */
static bool
in_colour(void)
{
    const char *never = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");

    return isatty(STDOUT_FILENO) && (never == NULL || *never == '\0') &&
           terminal != NULL && strcmp(terminal, "dumb") != 0;
}

/* The parent is bold; each child has one of five colours, by the number at
   the end of its role, so that two siblings are easy to tell apart. */
static int
colour(void)
{
    static const int of_child[] = {36, 33, 35, 32, 34};
    size_t at = strlen(role);
    size_t number;

    if (strcmp(role, "parent") == 0)
        return 1;
    while (at > 0 && role[at - 1] >= '0' && role[at - 1] <= '9')
        at--;
    number = strtoul(role + at, NULL, 10);
    return of_child[(number + 4) % 5];
}

int
say_write(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;

    while (size > 0) {
        ssize_t n = write(fd, at, size);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

void
say(const char *format, ...)
{
    char line[1100];
    size_t room = sizeof line - 1; /* the last byte is for the newline */
    size_t used;
    int n;
    va_list arguments;

    if (silent)
        return;
    if (in_colour())
        n = snprintf(line, room, "\033[%dm%s:\033[0m ", colour(), role);
    else
        n = snprintf(line, room, "%s: ", role);
    used = n > 0 ? (size_t)n : 0;
    va_start(arguments, format);
    n = vsnprintf(line + used, room - used, format, arguments);
    va_end(arguments);
    used += n > 0 ? (size_t)n : 0;
    if (used >= room)
        used = room - 1;
    line[used++] = '\n';
    if (say_write(STDOUT_FILENO, line, used) == -1)
        die("write to standard output");
}
