/* args: the command line that all programs of the suite share. */
#ifndef MAPFORK_ARGS_H
#define MAPFORK_ARGS_H

#include "die.h"
#include "region.h"

#include <stdbool.h>
#include <sys/types.h>

struct stat;

/* A mistake that the program makes on purpose: --break=NAME. */
struct args_break {
    const char *name;
    const char *does;
};

/* A switch of one program. Exactly one of flag, number and word is set. */
struct args_option {
    const char *name;  /* "rounds" for --rounds */
    const char *value; /* how the help names its value: "N"; NULL for a flag */
    const char *does;
    bool *flag;            /* set to true */
    long long *number;     /* set to a number from least to most; K, M and G */
    long long least, most; /*   behind it mean 1024, 1024^2 and 1024^3 */
    const char **word;     /* set to one of those in value, "order|seats"; to
                              any text if value has no "|" */
};

/* The three kinds, for a list of options. */
#define ARGS_FLAG(option, variable, text)                                     \
    {                                                                         \
        .name = (option), .does = (text), .flag = (variable)                  \
    }
#define ARGS_NUMBER(option, meaning, variable, from, to, text)                \
    {                                                                         \
        .name = (option), .value = (meaning), .does = (text),                 \
        .number = (variable), .least = (from), .most = (to)                   \
    }
#define ARGS_WORD(option, choice, variable, text)                             \
    {                                                                         \
        .name = (option), .value = (choice), .does = (text),                  \
        .word = (variable)                                                    \
    }

/* At most so many, the {0} behind the last one included. */
enum { ARGS_BREAKS = 16, ARGS_OPTIONS = 12, ARGS_NEVER = -1 };

struct args {
    const char *name;     /* of the program */
    const char *idea;     /* in one line */
    const char *operands; /* as the usage shows them, "FILE [AT TEXT]" */
    int least, most;      /* how many of them there must be */
    struct args_break breaks[ARGS_BREAKS];
    struct args_option options[ARGS_OPTIONS];
    bool maps;    /* it maps memory for kin: takes --backing */
    int deadline; /* seconds until it is ended if it hangs; 0: twenty of
                     them; ARGS_NEVER: it may run as long as it likes */
};

/* Read the command line, act on what is common to all programs, and make the
   process keep the rules of the house:
   - --help and --version print on stdout and end the program;
   - a command line that is wrong ends it with EXIT_USAGE: one line that says
     what and why, then the usage, all on stderr;
   - --quiet, --backing=anon|zero, --deadline=SECONDS, --break=NAME;
   - SIGPIPE and SIGXFSZ are ignored, so that a write without a reader and one
     beyond the limit on a file's size fail and are reported; no signal is
     blocked, whatever the program was started with;
   - a closed stdout is an error at once; a closed stdin or stderr is filled
     with /dev/null, lest the next open() take its number (to read from that
     stdin still fails);
   - signals and the deadline end the whole family (child.h);
   - a descriptor that is left open at exit is an error.
   Call it first in main. */
void args_parse(const struct args *about, int argc, char **argv);

/* Was --break=NAME given? NAME must be in the program's list. */
bool args_broken(const char *name);

/* Was any --break given? */
bool args_any_break(void);

/* Was --quiet given? */
bool args_quiet(void);

/* What --backing asks for. */
enum region_backing args_backing(void);

/* Map SIZE bytes of that memory, before fork, and say where they lie: with
   WHAT "the counter lies" the line is "the counter lies in /dev/zero". Zeroed;
   unmapped, as every mapping is, when the process ends. See region_map(). */
void *args_map(size_t size, const char *what);

/* The operands: how many, and number I, from 0; NULL where there is none. */
int args_operands(void);
const char *args_operand(int i);

/* Open operand I, a regular file, as open(2) with FLAGS and MODE, and look at
   its STATUS. Anything else (a FIFO, a device) is refused without waiting for
   it: the command line is wrong; what open refuses is EXIT_SYSTEM. Returns
   the descriptor, to be closed by the caller. */
int args_file(int i, int flags, mode_t mode, struct stat *status);

/* Remove operand I, if that name is still the file with this STATUS, and not
   another one's or a symbolic link. Returns whether it is gone.
   Async-signal-safe: for child_at_end(). */
bool args_remove(int i, const struct stat *status);

/* TEXT, which messages call WHAT ("AT"), as a number from LEAST to MOST, as
   switches take it; else the command line is wrong. */
long long args_number(const char *what, const char *text, long long least,
                      long long most);

/* The command line is wrong in a way that only the program can see: print the
   line that FORMAT makes and the usage, exit with EXIT_USAGE. */
_Noreturn void args_wrong(const char *format, ...) DIE_PRINTF(1, 2);

#endif
