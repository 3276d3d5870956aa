/* verbs: what `mapfork VERB' can be. Each gets its own arguments, the verb
   first, and returns the exit status. */
#ifndef MAPFORK_VERBS_H
#define MAPFORK_VERBS_H

int verb_list(int argc, char **argv);
int verb_run(int argc, char **argv);
int verb_trace(int argc, char **argv);

/* Exit statuses beside the program's own. */
enum {
    VERB_USAGE = 2,      /* wrong use, or mapfork itself cannot go on */
    VERB_HUNG = 124,     /* no progress: it was ended */
    VERB_REFUSED = 126,  /* the program is there, but cannot be run so */
    VERB_NOT_FOUND = 127 /* there is no such program */
};

/* A line on stderr, "mapfork trace: ...". */
void verb_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The command line is wrong: say so, and what to do. Returns VERB_USAGE. */
int verb_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* For the two above: "trace". */
extern const char *verb_name;

/* programs.c: where the programs of the suite and the runtime are: in the
   build tree if this mapfork is in one, else where they were installed. */

/* The path of program NAME ("lock_order"), if it is one of ours and is there;
   else NULL. Good until the next call. */
const char *programs_find(const char *name);
/* Program number I, from 0, as "mutex/lock_order"; NULL behind the last. */
const char *programs_number(int i);
/* The path of a FILE that belongs to mapfork, the runtime; NULL: not there. */
const char *programs_runtime(const char *file);

#endif
