/* price: what the files of the program share: the table of ways, the pair of
   processes that is measured, and the rows that come out.

   price.c reads the command line and calls the subjects; each subject
   measures cells, one way at one size and placement in one round, and hands
   each of them to rows.c as a row. */
#ifndef MAPFORK_PRICE_H
#define MAPFORK_PRICE_H

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ---- What was asked for (price.c) --------------------------------------- */

/* Both sides on one CPU, on two, or wherever the kernel puts them. */
enum placement { SAME, CROSS, FREE, PLACEMENTS };

enum format { TABLE, CSV, JSON };

enum { SIZES_MOST = 16, ROUNDS_MOST = 100 };

/* Read by everybody, written by price.c alone, before the first fork. */
struct asked {
    bool quick;
    int rounds, round;        /* how many, and which one it is: from 1 */
    size_t sizes[SIZES_MOST]; /* bytes; as the subject likes, if none */
    int size_count;
    size_t capacity;  /* bytes between sender and receiver */
    int spin;         /* turns of a wait before it sleeps */
    int batch;        /* messages handed over at a time */
    const char *only; /* names, with commas between them; "": all */
    bool place[PLACEMENTS];
    enum format format;
};
extern struct asked asked;

/* Is NAME among those of --only? True if that was not given. */
bool asked_for(const char *name);

/* From the one call, with BEGIN, to the other, without, asked_for() collects
   the names that it is asked about, and says no; then the command line is
   wrong if --only names another one. */
void asked_collect(bool begin);

/* SIGINT or SIGTERM came: stop after this cell and print what there is. Ask
   between any two cells. */
bool asked_to_stop(void);

/* The sizes of --sizes, or else COUNT of USUAL. */
struct sizes {
    int count;
    const size_t *size;
};
struct sizes asked_sizes(const size_t *usual, int count);

/* Hear of these signals, from now on; and end by the one that came, if any. */
void asked_listen(void);
void asked_end(void);

/* Show on a terminal what is being measured; SIZE 0: none; SUBJECT NULL: all
   is. */
void asked_progress(const char *subject, const char *way, size_t size);

/* A cell may take so long, in seconds, for its measured part. */
double asked_seconds(void);

/* ---- Where the two sides run (pair.c) ----------------------------------- */

/* Can the two sides be placed so? Else the reason, for a line on stderr:
   there may be one CPU only, or a system that lets nobody choose. */
bool place_possible(enum placement placement, const char **why);

/* The CPU of side SIDE (0 or 1), and the core it belongs to; -1: unknown. */
int place_cpu(enum placement placement, int side);
int place_core(int cpu);
const char *place_name(enum placement placement); /* "same", "cross", "free" */
const char *place_words(enum placement placement); /* "on two CPUs" */

/* Put the calling process on CPU; ends it with EXIT_SYSTEM if that fails.
   Does nothing if CPU is -1. */
void place_on(int cpu);

/* ---- The two sides of a cell (pair.c) ----------------------------------- */

/* What one process has used in the measured part. */
struct used {
    double cpu;                  /* seconds */
    long voluntary, involuntary; /* context switches */
};

enum { SAMPLES_MOST = 1 << 16, SIDES_MOST = 8 };

/* Lies in a region of its own, zeroed for each cell. Each side writes its own
   members and those that its role names; the parent reads them after it has
   reaped both, which orders everything. */
struct cell {
    atomic_int ready[SIDES_MOST]; /* side N is at pair_start() */
    atomic_ullong warm;   /* the measured part begins with this message */
    atomic_bool two_sent; /* two messages, or batches, are on their way */
    atomic_ullong total;  /* how many there will be; 0: not known yet */
    struct used used[SIDES_MOST]; /* by side N */
    int cpu[SIDES_MOST];          /* where side N ended; -1: unknown */
    double seconds;            /* the measured part, by who takes the time */
    double count;              /* messages, round trips, operations in it */
    atomic_ullong wrong;       /* messages that were not what was sent */
    double number[SIDES_MOST]; /* whatever else a subject wants to hand back */
    int samples;               /* how many of them there are */
    double sample[SAMPLES_MOST]; /* nanoseconds each */
};

/* The cell that is being measured; the same memory for all of them. */
extern struct cell *cell;

/* What a side does; ARGUMENT is for whatever the subject wants. */
typedef void side_role(int side, void *argument);

/* Fork SIDES processes (at most 8), side N on the CPU of side N % 2 of
   PLACEMENT, let each play ROLE and reap them; then *cell holds what they
   left. A side that fails or hangs ends the program, with a line that says so.
   No side hears SIGINT: the parent decides. Called by the parent alone. */
void pair_run(int sides, enum placement placement, side_role *role,
              void *argument);

/* For a side: wait until all SIDES are here. Before it, each side touches
   what it will use: a child's page tables are empty (pair_touch). */
void pair_start(int side, int sides);
void pair_touch(void *memory, size_t size);

/* For a side, around the measured part; the second fills cell->used[side]. */
void pair_used_from(void);
void pair_used_until(int side);

/* Monotonic time in seconds; good to some tens of nanoseconds. */
double now(void);

/* ---- What comes out (rows.c) -------------------------------------------- */

/* One cell. A number that does not apply is NAN, a text NULL. */
struct row {
    const char *subject; /* "latency", "locks", ... */
    const char *way;     /* "pipe", "fetch_add", ...: [a-z0-9_-] */
    int round;           /* from 1 */
    int placement;       /* enum placement, or -1: no matter */
    double size;         /* bytes */
    double capacity;     /* bytes */
    int batch, spin;     /* -1: no matter */
    int processes;
    double count; /* messages, round trips, operations, pages */
    double p50, p90, p99, p999, most, least, mean; /* nanoseconds each */
    double per_second, bytes_per_second;
    double cpu;                    /* nanoseconds each, of all processes */
    double voluntary, involuntary; /* context switches each */
    double wrong;                  /* corrupt messages, lost updates */
    double share; /* of whoever got least, to the mean: 1 is fair */
};

/* A row with nothing in it but what is given. */
struct row row_of(const char *subject, const char *way, int round,
                  int placement);

/* Fill percentiles, mean and the like from cell->sample; sorts them. */
void row_samples(struct row *row);

/* Fill cpu, voluntary and involuntary from cell->used of SIDES sides, each
   divided by COUNT. */
void row_used(struct row *row, int sides, double count);

/* Keep the row; with --csv print it at once. */
void row_add(const struct row *row);

/* A way that this system lacks: says so on stderr, once for each WAY and
   reason; never counts as measured. */
void row_missing(const char *subject, const char *way, const char *why);

/* How many rows there are, and how many were left out; and the end of what is
   printed for machines. */
int rows_count(void);
int rows_missing(void);
bool rows_have(const char *subject);
void rows_end(void);

/* The median, the quartiles and the most of a figure over the rounds. */
struct spread {
    int count;
    double median, low, high, most;
};

/* Which rows. PLACEMENT -1, PROCESSES 0 and SIZE NAN match any. */
struct row_key {
    const char *subject, *way;
    int placement, processes;
    double size;
};

/* Which figure of a row. */
typedef double row_figure(const struct row *row);

/* Over all rounds of those rows. */
struct spread row_spread(const struct row_key *key, row_figure *figure);

/* The same for the ratio, round by round, of the figure of the way BASE to
   that of KEY: with a time, how many times as fast KEY is. */
struct spread row_ratio(const struct row_key *key, const char *base,
                        row_figure *figure);

/* The figures of a row; sleeps are its voluntary switches: a process that is
   put off the CPU by one that it woke has not slept. */
double row_p50(const struct row *row);
double row_p99(const struct row *row);
double row_mean(const struct row *row);
double row_bytes(const struct row *row);
double row_cpu(const struct row *row);
double row_sleeps(const struct row *row);
double row_count(const struct row *row);
double row_capacity(const struct row *row);
double row_wrong(const struct row *row);
double row_share(const struct row *row);

/* A figure in TEXT, for people: "1.23 us", "4.56 GB/s", "1.23x" and
   the quartiles, "64 KiB"; "-" for NAN. Return TEXT. */
char *row_time(char *text, size_t size, double ns);
char *row_rate(char *text, size_t size, double bytes_per_second);
char *row_ratio_text(char *text, size_t size, const struct spread *ratio);
char *row_bytes_text(char *text, size_t size, double bytes);

/* ---- The subjects, each in a file of that name -------------------------- */

/* Measure one round of it (from 1). */
void verify_round(int round);
void latency_round(int round);
void throughput_round(int round);
void locks_round(int round);
void mapping_round(int round);
void copies_round(int round);
void floor_round(int round);

/* Print its table from the rows, on stdout. */
void verify_print(void);
void latency_print(void);
void throughput_print(void);
void locks_print(void);
void mapping_print(void);
void copies_print(void);
void floor_print(void);

/* Two or three sentences: what dominates SUBJECT here, from the floor. */
void floor_verdict(const char *subject);

#endif
