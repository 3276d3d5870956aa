/* claims: what a row of the folklore is, and what its probe may use. */
#ifndef MAPFORK_CLAIMS_H
#define MAPFORK_CLAIMS_H

#include "die.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>

/* ---- The table ---------------------------------------------------------- */

/* One row. `expected' is what its probe saw on the systems where the suite
   was written: parts with "; " between them, and where systems may differ
   each part has its alternatives, with "|" between them. */
struct claim {
    int number;
    const char *articles; /* who says so: "S0 S2"; "beyond": none of them */
    const char *says;     /* the claim, in a few words */
    const char *posix;    /* what POSIX promises about it */
    const char *expected;
    const char *verdict; /* true, half-true, false, outdated, unproven */
    const char *why;
    void (*probe)(void); /* provokes it, in a process of its own */
};

/* Each theme's rows end with one whose number is 0. */
extern const struct claim claims_arguments[], claims_lengths[],
    claims_anonymous[], claims_sharing[], claims_files[], claims_errors[],
    claims_ends[], claims_limits[], claims_shm[], claims_names[],
    claims_beyond_ends[], claims_beyond_files[], claims_beyond_fork[],
    claims_beyond_calls[];

/* ---- Running and printing (run.c, print.c) ------------------------------ */

enum claims_result { CLAIMS_AS_EXPECTED, CLAIMS_SKIPPED, CLAIMS_NOT };

struct claims_how {
    bool tsv;         /* for scripts: columns with tabs between them */
    bool verbose;     /* also why */
    unsigned seconds; /* that a probe may take; 0: 10 */
};

/* Run and print these rows. Returns EXIT_HELD, or EXIT_BROKEN after a line
   on stderr for each row that did not end as expected. */
int claims_run(const struct claim *const *rows, int count,
               const struct claims_how *how);

void claims_print_head(const struct claim *const *rows, int count,
                       const struct claims_how *how);
void claims_print(const struct claim *row, enum claims_result result,
                  const char *seen);
void claims_print_tail(const int counts[3]);

/* ---- For probes (probe.c) ----------------------------------------------- */

/* Add a part to what was seen, "length 0: EINVAL". */
void saw(const char *format, ...) DIE_PRINTF(1, 2);

/* This row cannot be tried here, because of this; needs() does so unless
   THERE. What was seen until then does not count. */
_Noreturn void skip(const char *format, ...) DIE_PRINTF(1, 2);
void needs(bool there, const char *what);

/* Skips under valgrind, which answers some system calls itself and reports
   what a few rows do on purpose. */
void needs_kernel(void);

/* Skips under an emulator of another processor, such as qemu-aarch64, which
   translates system calls, and does not know all of them. */
void needs_native(void);

/* Where the two lie, for run.c: in memory shared with the runner. */
struct claims_seen {
    char parts[600];
    char skipped[200]; /* why; empty: it was not */
};
extern struct claims_seen *claims_seen;

/* The names in the POSIX shared memory name space that a probe may make:
   short, and as long as they may be. The runner removes what is left. */
const char *claims_name(void);
const char *claims_long_name(void);
void claims_choose_names(void);
void claims_remove_names(void);

/* Fork, let the child go on, and wait for its end: true in the child, which
   must end by leave(); false in the parent. SIGSEGV and SIGBUS kill it without
   a word. kin_end() tells how: "OK", "SIGBUS", "exited 1". */
bool kin(void);
_Noreturn void leave(void);
const char *kin_end(void);

/* Load or store a byte at AT, in such a child: "OK", "SIGSEGV", "SIGBUS". */
const char *load(const void *at);
const char *store(void *at);

/* "OK", or the name of errno: for what mmap returned, and for what all those
   calls return that give -1. */
const char *mapped(const void *memory);
const char *done(long result);
const char *error_name(int number);

/* A file without a name, with SIZE zero bytes, or with TEXT in it; and the
   same file opened once more. */
int scratch(size_t size);
int scratch_text(const char *text);
int reopen(int fd, int flags);
void resize(int fd, size_t size);
struct stat stat_of(int fd);

/* A shared memory object of that name, made and open; its mode is just that,
   without umask. Skips where the system has none. */
int make(const char *name, mode_t mode);

/* What a probe needs in order to begin: mmap at offset 0, from FD, or with FD
   -1 anonymous memory. A failure ends it. */
char *map(size_t size, int prot, int flags, int fd);

/* Two pages: the first is free for MAP_FIXED, the second is a wall. */
char *before_a_wall(void);

/* The bytes of the file as read(2) sees them: SIZE, from AT, as a string. */
const char *file_text(int fd, size_t at, size_t size);

/* Run a command with FROM as its stdin; returns the first 400 bytes of what it
   prints. */
const char *output_of(int from, const char *command, const char *argument);

/* Be nobody for the rest of this probe, where we are root; skips where that is
   not possible. */
void become_nobody(void);

/* Skips where the hard limit is lower already. */
void limit(int resource, size_t most);
size_t page_size(void);
#define PAGE page_size()

/* The bytes that went through read(2) and write(2) of this process so far, and
   how many calls that were, but for those that find it out; skips where the
   system does not tell. */
struct traffic {
    long long bytes, calls;
};
struct traffic traffic(void);

/* The line of /proc/self/maps about AT; "" if it is not mapped. */
const char *maps_line(const void *at);

#define RW (PROT_READ | PROT_WRITE)

/* Anonymous memory by the name that this system has for it; 0: by none. */
#if HAVE_DECL_MAP_ANONYMOUS
#define ANON MAP_ANONYMOUS
#elif HAVE_DECL_MAP_ANON
#define ANON MAP_ANON
#else
#define ANON 0
#endif

/* Address sanitizer wants more address space than any limit leaves, and makes
   mlock and its like do nothing. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
