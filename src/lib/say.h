/* say: the narrated lines of a program, "child 1: took the lock". */
#ifndef MAPFORK_SAY_H
#define MAPFORK_SAY_H

#include "die.h"

#include <stdbool.h>
#include <stddef.h>

/* Print one line on stdout: this process's role, a colon, the text. The line
   goes out by one write(2), so that lines of several processes never mix and
   nothing waits in a buffer that fork would copy. A line that cannot be
   written (a full disk, a reader that went away) ends the program with
   EXIT_SYSTEM. After say_quiet(true) it does nothing. At most about 1000
   bytes; the rest of a longer line is cut off. */
void say(const char *format, ...) DIE_PRINTF(1, 2);

/* The role in front of this process's lines, "parent" at first. The text is
   copied; only its first 31 bytes count. */
void say_as(const char *role);
const char *say_who(void);

void say_quiet(bool quiet);

/* Write all SIZE bytes to FD, however many calls it takes: after a short
   write it goes on, after EINTR it tries again. Returns 0, or -1 with errno
   set; some bytes may be out by then. */
int say_write(int fd, const void *bytes, size_t size);

#endif
