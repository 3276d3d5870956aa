/* stamp: how a message shows that it is the one that was sent.

   A benchmark that does not look at what arrives measures anything, also a
   channel that delivers the wrong bytes (vmsplice does, see kernel.c). While
   the clock runs only both ends of a message are marked and looked at, which
   costs two stores and two loads; a separate pass compares every byte. */
#include "config.h"

#include "ways.h"

#include <string.h>

enum { WORD = sizeof(uint64_t), SHORT = 2 * WORD };

/* Byte I of a message that is all number. */
static unsigned char
number_byte(uint64_t n, size_t i)
{
    return (unsigned char)(n >> (8 * (i % WORD)));
}

void
stamp(void *message, size_t size, uint64_t n)
{
    unsigned char *bytes = message;

    if (size >= SHORT) {
        memcpy(bytes, &n, WORD);
        memcpy(bytes + size - WORD, &n, WORD);
        return;
    }
    for (size_t i = 0; i < size; i++)
        bytes[i] = number_byte(n, i);
}

bool
stamped(const void *message, size_t size, uint64_t n)
{
    const unsigned char *bytes = message;

    if (size >= SHORT)
        return memcmp(bytes, &n, WORD) == 0 &&
               memcmp(bytes + size - WORD, &n, WORD) == 0;
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != number_byte(n, i))
            return false;
    return true;
}

/* Bytes that follow from nothing but the place and the message: xorshift
   (G. Marsaglia, "Xorshift RNGs", 2003), so that no piece looks like another
   one of the same message or of the next. */
static uint64_t
follow(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

void
stamp_all(void *message, size_t size, uint64_t n)
{
    uint64_t state = n * 2654435761U + 88172645463325252U, word = 0;

    for (size_t at = 0; at < size; at += WORD) {
        word = follow(&state);
        memcpy((char *)message + at, &word,
               size - at < WORD ? size - at : (size_t)WORD);
    }
}

bool
stamped_all(const void *message, size_t size, uint64_t n)
{
    uint64_t state = n * 2654435761U + 88172645463325252U, word = 0;

    for (size_t at = 0; at < size; at += WORD) {
        word = follow(&state);
        if (memcmp((const char *)message + at, &word,
                   size - at < WORD ? size - at : (size_t)WORD) != 0)
            return false;
    }
    return true;
}
