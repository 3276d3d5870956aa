/* die: stop with one clear line on stderr and the exit status that fits. */
#include "config.h"

#include "die.h"
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *program = "mapfork";
static bool in_child;
static bool leaving;

void
die_name(const char *name)
{
    program = name;
}

const char *
die_program(void)
{
    return program;
}

void
die_in_child(void)
{
    in_child = true;
}

/* Write "program: role: message[: strerror]" as one line, with one write:
   several processes may be complaining at once. CODE 0 adds no strerror. */
DIE_PRINTF(2, 0)
static void
complain(int code, const char *format, va_list arguments)
{
    char line[1024];
    size_t room = sizeof line - 1; /* the last byte is for the newline */
    size_t used = 0;
    int n;

    n = snprintf(line, room, "%s: ", program);
    used += n > 0 ? (size_t)n : 0;
    if (in_child && used < room) {
        n = snprintf(line + used, room - used, "%s: ", say_who());
        used += n > 0 ? (size_t)n : 0;
    }
    if (used < room) {
        n = vsnprintf(line + used, room - used, format, arguments);
        used += n > 0 ? (size_t)n : 0;
    }
    if (code != 0 && used < room) {
        n = snprintf(line + used, room - used, ": %s", strerror(code));
        used += n > 0 ? (size_t)n : 0;
    }
    if (used >= room)
        used = room - 1;
    line[used++] = '\n';
    /* Nothing can be done where stderr itself is gone. */
    if (write(STDERR_FILENO, line, used) == -1)
        return;
}

bool
die_leaving(void)
{
    return leaving;
}

void
die_leave(int status)
{
    leaving = true;
    if (in_child)
        _exit(status);
    exit(status);
}

void
die(const char *format, ...)
{
    int code = errno;
    va_list arguments;

    va_start(arguments, format);
    complain(code, format, arguments);
    va_end(arguments);
    die_leave(EXIT_SYSTEM);
}

void
die_code(int code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain(code, format, arguments);
    va_end(arguments);
    die_leave(EXIT_SYSTEM);
}

void
die_child(int code, const char *format, ...)
{
    va_list arguments;

    in_child = true;
    va_start(arguments, format);
    complain(code, format, arguments);
    va_end(arguments);
    _exit(EXIT_SYSTEM);
}

void
die_promise(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain(0, format, arguments);
    va_end(arguments);
    die_leave(EXIT_BROKEN);
}

void
die_expected(const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    die_promise("expected %s%s", text,
                strstr(format, "seen: ") == NULL ? ", seen: it is not so"
                                                 : "");
}

DIE_PRINTF(1, 2)
static void
complain_plainly(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain(0, format, arguments);
    va_end(arguments);
}

void
die_missing(const char *what)
{
    complain_plainly("not supported on this system: %s", what);
    die_leave(EXIT_MISSING);
}

void
die_unless_zero(int code, const char *call)
{
    if (code != 0)
        die_code(code, "%s", call);
}
