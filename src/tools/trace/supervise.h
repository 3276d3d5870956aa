/* supervise: run a program under the runtime, until it and all that came of it
   have ended or make no progress any more. */
#ifndef MAPFORK_SUPERVISE_H
#define MAPFORK_SUPERVISE_H

#include "../rt/trace_file.h"

#include <stdbool.h>
#include <stddef.h>

struct supervised {
    char *const *arguments; /* of the program; the first one names it */
    const char *path;       /* where it is */
    char runtime[TRACE_LIBCS][1024]; /* the libraries to preload */
    enum trace_libc libc;            /* which one the program needs */
    size_t buffer;                   /* bytes for events */
    int timeout; /* seconds without progress; 0: for ever */
    bool points;

    /* What came of it. */
    struct trace_header *file; /* all that was recorded */
    int status;                /* as waitpid() tells */
    bool hung;                 /* it made no progress and was ended */
    bool hung_itself;          /* not only what it had left behind */
    int ended;                 /* how many processes were, then */
    char asleep[800];          /* in what they slept, in words */
    int left;                  /* how many go on, and were left alone */
};

/* Run it. Returns NULL, or why it could not be run: then nothing ran. The file
   stays mapped; the caller's children are all reaped. Call it once, in a
   process with one thread and no other children. */
const char *supervise(struct supervised *run);

#endif
