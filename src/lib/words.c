/* words: put a message together inside a signal handler. */
#include "config.h"

#include "words.h"

#include <errno.h>

struct words
words_in(char *buffer, size_t size)
{
    buffer[0] = '\0';
    return (struct words){.at = buffer, .used = 0, .size = size};
}

static void
add_character(struct words *words, char c)
{
    if (words->used + 1 < words->size) {
        words->at[words->used++] = c;
        words->at[words->used] = '\0';
    }
}

void
words_add(struct words *words, const char *text)
{
    while (*text != '\0')
        add_character(words, *text++);
}

static void
add_digits(struct words *words, unsigned long number, unsigned long base)
{
    if (number >= base)
        add_digits(words, number / base, base);
    add_character(words, "0123456789abcdef"[number % base]);
}

void
words_number(struct words *words, long number)
{
    if (number < 0)
        add_character(words, '-');
    add_digits(words,
               number < 0 ? -(unsigned long)number : (unsigned long)number,
               10);
}

void
words_hex(struct words *words, unsigned long number)
{
    words_add(words, "0x");
    add_digits(words, number, 16);
}

const char *
words_error(int code)
{
#define NAME(error)                                                           \
    {                                                                         \
        error, #error                                                         \
    }
    static const struct {
        int code;
        const char *name;
    } names[] = {
        {0, "0"},         NAME(E2BIG),     NAME(EACCES),
        NAME(EAGAIN),     NAME(EBADF),     NAME(EBUSY),
        NAME(ECHILD),     NAME(EDEADLK),   NAME(EEXIST),
        NAME(EFAULT),     NAME(EFBIG),     NAME(EINTR),
        NAME(EINVAL),     NAME(EIO),       NAME(EISDIR),
        NAME(ELOOP),      NAME(EMFILE),    NAME(ENAMETOOLONG),
        NAME(ENODEV),     NAME(ENOENT),    NAME(ENOMEM),
        NAME(ENOSPC),     NAME(ENOSYS),    NAME(ENOTDIR),
        NAME(ENOTSUP),    NAME(ENXIO),     NAME(EOVERFLOW),
        NAME(EPERM),      NAME(EPIPE),     NAME(EROFS),
        NAME(ESRCH),      NAME(ETIMEDOUT), NAME(ETXTBSY),
        NAME(EOWNERDEAD), NAME(EMSGSIZE),  NAME(ENOTRECOVERABLE),
    };
#undef NAME
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].code == code)
            return names[i].name;
    return "?";
}
