/* die: stop with one clear line on stderr and the exit status that fits. */
#ifndef MAPFORK_DIE_H
#define MAPFORK_DIE_H

#include <stdbool.h>

/* What every program of the suite means by its exit status. */
enum {
    EXIT_HELD = 0,     /* what the program promises held */
    EXIT_BROKEN = 1,   /* it did not: expected and seen were printed */
    EXIT_USAGE = 2,    /* the command line was wrong */
    EXIT_SYSTEM = 3,   /* a system call failed: call, object, strerror */
    EXIT_MISSING = 77, /* this system lacks what the program needs */
};

#if defined(__GNUC__)
#define DIE_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define DIE_PRINTF(f, a)
#endif

/* A system call failed and said why in errno. FORMAT names the call and its
   object: die("open %s", path). Exit status EXIT_SYSTEM. In a child that the
   library made, this is die_child(errno, ...). */
_Noreturn void die(const char *format, ...) DIE_PRINTF(1, 2);

/* A function of the pthread_* kind failed: it returned the error number CODE
   and left errno alone. Otherwise as die(). */
_Noreturn void die_code(int code, const char *format, ...) DIE_PRINTF(2, 3);

/* The same, in a child: leaves by _exit, so that stdio buffers copied from
   the parent are not written twice and the parent's atexit functions, which
   end the family, do not run here. */
_Noreturn void die_child(int code, const char *format, ...) DIE_PRINTF(2, 3);

/* What was promised did not hold: FORMAT says what was expected and what was
   seen. Exit status EXIT_BROKEN. */
_Noreturn void die_promise(const char *format, ...) DIE_PRINTF(1, 2);

/* A promise that HELD is a true expression. Else it is the end as above:
   promise(n == 2, "2, seen: %d", n) says "expected 2, seen: 3", and
   promise(done, "all to be done") that "it is not so" was seen. */
#define promise(held, ...) ((held) ? (void)0 : die_expected(__VA_ARGS__))
_Noreturn void die_expected(const char *format, ...) DIE_PRINTF(1, 2);

/* This system lacks WHAT ("a robust mutex"). Exit status EXIT_MISSING. */
_Noreturn void die_missing(const char *what);

/* Check what a function of the pthread_* kind returned:
   must(pthread_mutex_lock(&m)) does nothing when that is 0, else the message
   shows the call as it stands in the source. See die_code(). */
#define must(call) die_unless_zero((call), #call)
void die_unless_zero(int code, const char *call);

/* Leave with STATUS: by exit, or by _exit in a child of the library. */
_Noreturn void die_leave(int status);

/* Is this process on its way out by die_leave()? It complained, and its exit
   status stands: what it could not release on the way is no second error. */
bool die_leaving(void);

/* For args.c and child.c: the name in front of every message (kept, not
   copied), and the news that this process is a child now. */
void die_name(const char *program);
void die_in_child(void);
const char *die_program(void);

#endif
