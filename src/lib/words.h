/* words: put a message together inside a signal handler, where snprintf(3)
   is not on the list of functions that may be called (POSIX, 2.4.3). */
#ifndef MAPFORK_WORDS_H
#define MAPFORK_WORDS_H

#include <stddef.h>

/* A text that grows in a buffer of the caller's; what does not fit is cut
   off, and the text always ends in a zero byte. */
struct words {
    char *at;
    size_t used, size;
};

struct words words_in(char *buffer, size_t size);
void words_add(struct words *words, const char *text);
void words_number(struct words *words, long number);
void words_hex(struct words *words, unsigned long number);

/* The name of an error number, "EPERM"; "0" for 0 and "?" for one that no
   program of the suite meets. Async-signal-safe. */
const char *words_error(int code);

#endif
