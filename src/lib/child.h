/* child: the family of a program: fork, reap, and never leave one behind.

   Rules that hold for every child made here. It dies with its parent. It is
   killed and reaped when the parent is interrupted (SIGINT, SIGTERM, SIGHUP),
   when the parent's deadline passes and when the parent exits. If it fails
   (any end but exit status 0) the rest of the family, which may be waiting
   for it, is ended at once and so is the program, with a line that says who
   failed; only a child that is forked as mortal may be killed, and what
   becomes of a doomed one is its parent's business alone.

   The library reaps these children itself, in a SIGCHLD handler that keeps
   the statuses: ask child_reap(), not waitpid(). Call all of this from the
   main thread. */
#ifndef MAPFORK_CHILD_H
#define MAPFORK_CHILD_H

#include "die.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Children of one process at a time; a dead one counts until child_reap() has
   told how it ended. */
enum { CHILD_MOST = 128 };

/* Fork, as fork(2): returns 0 in the child, the child's process number in the
   parent. FORMAT gives the child's role, its name in all messages ("child 1",
   "producer 2"). stdio is flushed first, so that no buffered byte is written
   twice. Failure (EAGAIN, ENOMEM) ends the program with EXIT_SYSTEM. */
pid_t child_fork(const char *format, ...) DIE_PRINTF(1, 2);

/* The same for a child that may be killed by a signal: child_reap() tells. One
   that exits with another status than 0 has failed as above. */
pid_t child_fork_mortal(const char *format, ...) DIE_PRINTF(1, 2);

/* The same for a child that may end in any way: only child_reap() tells. */
pid_t child_fork_doomed(const char *format, ...) DIE_PRINTF(1, 2);

/* What child number ME does, from 1. */
typedef void child_role(int me);

/* Fork COUNT children, "child 1" to "child N"; each plays ROLE and exits 0. */
void child_fork_each(int count, child_role *role);

/* For a program that shows fork(2) itself: the child calls child_born(ROLE),
   the parent child_adopt(PID, ROLE), as the first thing after fork; then the
   rules hold as for child_fork_mortal(). */
void child_born(const char *role);
void child_adopt(pid_t pid, const char *role);

/* Wait until PID, one of ours, has ended; returns its wait status. Also when
   it ended long ago, and as often as asked, while the family has had no more
   than CHILD_MOST children: then the place of the one told first is reused.
   Interrupted waits go on. */
int child_reap(pid_t pid);

/* Has PID, one of ours, ended? Does not wait. */
bool child_ended(pid_t pid);

/* Wait until all have ended. Returns 0 when each one exited with 0, else 1
   (that only a doomed child can cause: see above). */
int child_reap_all(void);

/* Kill PID, one of ours, with SIGKILL, and reap it; returns its status. */
int child_kill(pid_t pid);

/* In a child that is to be killed by a signal of its own making, SIGSEGV or
   SIGBUS: no core file, and no handler of a sanitizer that would turn the
   signal into an exit status. */
void child_may_crash(void);

/* STATUS in words: "exited 3", "was killed by SIGSEGV". SIZE bytes of BUFFER
   are used; returns BUFFER. Async-signal-safe. */
const char *child_words(int status, char *buffer, size_t size);

/* The name of a signal, "SIGKILL"; "signal 70" where it has none. The text
   lies in a buffer that the next call uses again. Async-signal-safe. */
const char *child_signal_name(int number);

/* Set or move the deadline of this process and its family: SECONDS from now
   (0: none) all of them are ended, with a line for each that says what it was
   waiting for, and the program with EXIT_BROKEN. */
void child_deadline(unsigned seconds);

/* What this process is doing, for that line: a string that stays. */
void child_doing(const char *what);

/* Call ACTION, once, when this process ends, after its children: at exit and
   wherever the family is ended early. It removes what must not be left, and
   may only call what a signal handler may. NULL: nothing. Children do not
   inherit it. */
void child_at_end(void (*action)(void));

/* From child_hold() to child_go_on() the signals that would end this process
   early wait: so that none comes between the making of what must not be left
   and child_at_end(). Not nested; keep it short. */
void child_hold(void);
void child_go_on(void);

/* Catch SIGINT, SIGTERM and SIGHUP (where they were not ignored), SIGALRM and
   SIGCHLD, and watch the exit of this process. child_fork() does this too. */
void child_guard(void);

#endif
