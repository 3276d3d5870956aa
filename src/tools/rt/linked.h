/* linked: how a program file is linked, which decides whether a runtime can be
   preloaded into it, and which. */
#ifndef MAPFORK_LINKED_H
#define MAPFORK_LINKED_H

enum linked {
    LINKED_GLIBC, /* dynamically, or a script: what that runs is not asked */
    LINKED_MUSL,  /* dynamically */
    LINKED_STATIC,
    LINKED_OTHER,   /* for another kind of processor */
    LINKED_NOTHING, /* no program at all */
    LINKED_UNKNOWN, /* it cannot be read */
};

/* Of the file PATH. Async-signal-safe; leaves errno alone. */
enum linked linked_as(const char *path);

#endif
