/* run: a built program as a subprocess, and everything it must not leave. */
#ifndef MAPFORK_RUN_H
#define MAPFORK_RUN_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Address sanitizer wants more address space than any limit leaves, and its
   search for leaks wants one more process: tests of such limits look here. */
#if defined(__SANITIZE_ADDRESS__)
#define RUN_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RUN_SANITIZED 1
#endif
#endif
#ifndef RUN_SANITIZED
#define RUN_SANITIZED 0
#endif

/* What to run and how. Only .program is needed. */
struct run {
    const char *program;       /* "mutex/counter": build/src/mutex/counter */
    const char *const *args;   /* ends in NULL; without the program's name */
    const char *input;         /* file for stdin; NULL: /dev/null */
    const char *output;        /* file for stdout; NULL: captured */
    void (*before_exec)(void); /* in the new process: limits, closed fds */
    void (*scenario)(void);    /* runs there in place of a program, as part
                                   of this test's own code; if it returns, the
                                   process exits 0. .program is its name then.
                                   It judges by exit status and output: an
                                   assertion in it would be lost. */
    void (*meanwhile)(pid_t);  /* in the test, while it runs */
    unsigned seconds;          /* until it is killed; 0: 20 */
};

/* How it went. The texts are zero-terminated and lie in static memory: the
   next run uses it again. */
struct ran {
    const char *program; /* as it was given */
    int status;          /* wait status */
    int code;            /* exit status, or -1 if a signal ended it */
    int signal;          /* that signal, or 0 */
    char *out, *err;     /* what it wrote (stdout, stderr) */
    size_t out_size, err_size;
    char what[256]; /* "mutex/counter --backing=zero --break=nolock" */
};

/* Run it, wait for its end, and assert (ck_assert) what holds for every
   program: it ended before the deadline, no descendant of it lives (they
   would be re-parented to this process, a child subreaper), nothing new is in
   /dev/shm nor in its private TMPDIR. Every failure message begins with
   ran.what. */
struct ran run(const struct run *run);

/* Run a scenario, with the same rules. */
struct ran run_scenario(const char *name, void (*scenario)(void));

/* Short forms: run PROGRAM with the arguments, a list that ends in NULL. */
struct ran run_with(const char *program, ...);

/* The two backings, for _i in tcase_add_loop_test(tc, test, 0, 2). */
extern const char *const run_backings[2]; /* "--backing=anon", "...=zero" */

/* Assertions that name the run, what was expected and what was seen. */
void expect_code(const struct ran *ran, int code);
void expect_signal(const struct ran *ran, int signal);
void expect_out(const struct ran *ran, const char *text); /* contains */
void expect_err(const struct ran *ran, const char *text); /* contains */
void expect_no_out(const struct ran *ran);                /* stdout empty */
void expect_no_err(const struct ran *ran);
/* stderr is exactly one line that begins with the program's name. */
void expect_one_line_err(const struct ran *ran);
/* These texts occur in stdout in this order; the list ends in NULL. */
void expect_order(const struct ran *ran, ...);
/* stdout is exactly this text. */
void expect_exact_out(const struct ran *ran, const char *text);
/* A program keeps its word: with BACKING, one of run_backings (NULL: none),
   and these arguments it exits 0, prints nothing on stderr, and these texts
   on stdout in this order. Both lists end in NULL. */
struct story {
    const char *args[6];
    const char *texts[10];
};
void expect_story(const char *program, const char *backing,
                  const struct story *story);

/* How often TEXT occurs in stdout. */
int count_out(const struct ran *ran, const char *text);

/* A path in this test's private temporary folder (made at first use, removed
   at exit); static memory, 8 paths in turn. */
const char *temporary(const char *name);
/* A file there with this content; returns its path. */
const char *temporary_file(const char *name, const void *bytes, size_t size);

/* A full pipe of this name there, for .output: who writes to it is blocked.
   END, to be closed by the caller, is both its ends. */
const char *full_fifo(const char *name, int *end);

/* For .before_exec. Root may do everything: be somebody else (126: that cannot
   be had). There is no such folder for temporary files. */
void run_as_nobody(void);
void without_tmpdir(void);

/* The process numbers of PARENT's children, MOST of them at the most, from
   /proc; returns how many. */
int children_of(pid_t parent, pid_t *pids, int most);

/* A pseudo terminal: give .path as the .output of a run. */
struct terminal {
    int master, slave;
    const char *path;
};

/* Returns false, with a line that says so, where the system has none. */
bool terminal_open(struct terminal *terminal, const char *test);

/* Read what was written on it, until LAST has come (the system hands it over
   piece by piece) or a few seconds have passed; then close it. */
void terminal_read(struct terminal *terminal, char *text, size_t size,
                   const char *last);

/* main of a test program: run the suite (file output for forks: CK_FORK),
   print ONE summary line and the failures, return 0 only if at least one test
   ran and none failed. Resets SIGCHLD first. */
int run_suite(Suite *suite);

/* Do the programs run under $MAPFORK_WRAPPER, valgrind, which changes what
   TEST is about? Then it is to be left out, which is printed. */
bool run_wrapped(const char *test);

/* The folder of the built programs (build/src, or another build's), of the
   tests' own ones, and of the sources. */
const char *build_folder(void);
const char *tool_folder(void);
const char *source_folder(void);

#endif
