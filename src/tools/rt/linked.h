/* linked: how a program file is linked, which decides whether a runtime can be
   preloaded into it, and which. */
#ifndef MAPFORK_LINKED_H
#define MAPFORK_LINKED_H

#include <limits.h> /* __GLIBC__ */

enum linked {
    LINKED_GLIBC, /* dynamically */
    LINKED_MUSL,  /* dynamically */
    LINKED_STATIC,
    LINKED_OTHER,   /* for another kind of processor */
    LINKED_NOTHING, /* no program at all */
    LINKED_UNKNOWN, /* it cannot be read */
};

#if defined(__GLIBC__)
#define LINKED_OURS LINKED_GLIBC
#else
#define LINKED_OURS LINKED_MUSL
#endif

/* Of the file PATH; of a script, what interprets it. Async-signal-safe; leaves
   errno alone. */
enum linked linked_as(const char *path);

#endif
