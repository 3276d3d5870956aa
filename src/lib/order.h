/* order: the conductor. It forces one chosen interleaving of processes.

   Where the order of events is the lesson it must not be left to luck, nor to
   sleep(). The children stop at named points, order_point("load"); the parent
   conducts: order_play("1:load 2:load 1:store 2:store") lets child 1
   pass its point "load", then child 2, and so on. It all goes through pipes,
   so the conductor never uses the mutexes and conditions being taught.

   One step is over when all is still again: each child stands at its next
   point, has ended, or is blocked on a futex without a timeout (blocked.h). So
   at every moment at most one child is on its way, on one CPU or many, unless
   a step woke another one: then that one too runs on until it is still.

   There is one order at a time, so no function names it. SIGPIPE must be
   ignored, as args_parse() does. */
#ifndef MAPFORK_ORDER_H
#define MAPFORK_ORDER_H

#include "child.h"

#include <pthread.h>
#include <stdbool.h>

enum { ORDER_MOST = 16 }; /* children in one order */

/* Fork CHILDREN children, "child 1" to "child N", under the conductor; each
   plays ROLE(its number), from 1, and exits 0. They are mortal (child.h): a
   broken run may kill them. Call it in the parent, which is the conductor from
   then on. Ends the program with EXIT_SYSTEM where no descriptors are left. */
void order_fork(int children, child_role *role);

/* For a program that forks by itself: the pipes for children 1 to CHILDREN,
   before fork; in child number WHO, first thing after fork; in the parent,
   when all are forked. */
void order_create(int children);
void order_join(int who);
void order_lead(void);

/* In a child: stop here until the conductor says go. A name has at most 15
   bytes. Without a conductor it does nothing: the same code then runs free. */
void order_point(const char *name);

/* In a child: is there a conductor? */
bool order_joined(void);

/* In a child that has just returned from a wait on a condition variable with
   LOCK: between the wake-up and that moment others may have had the lock, any
   number of times. The conductor draws that gap out: the child stands at the
   point "woken", without the lock, until it is let on. Without a conductor it
   does nothing. */
void order_woken(pthread_mutex_t *lock);

/* Where a child is, once all is still. */
enum order_state { ORDER_AT_POINT, ORDER_BLOCKED, ORDER_ENDED };

/* In the parent: let child WHO pass POINT, at which it must arrive next (it
   is waited for), then wait until all is still. Returns where WHO is then.
   A child that stands elsewhere, has ended or is blocked: the script was
   wrong, and the program ends with EXIT_BROKEN. */
enum order_state order_step(int who, const char *point);

/* Where child WHO is now (all is waited for to be still). */
enum order_state order_where(int who);

/* All the steps of SCRIPT, "WHO:POINT WHO:POINT ...". */
void order_play(const char *script);

/* The process number of child WHO of order_fork(). */
pid_t order_pid(int who);

/* Are children FIRST to LAST of order_fork() blocked for good? It is decided,
   not guessed: see blocked_for_good(). Where the system does not tell who is
   asleep, a second without a sign of life must do. */
bool order_stuck(int first, int last);

/* They must be, or the program ends with EXIT_BROKEN. Each has its line:
   "child 2 is blocked for good on `lock'", by the address that it gave the
   kernel; where the system does not show that, without the name. */
void order_expect_stuck(int first, int last);

/* The script is over: let everybody pass every further point, and release the
   pipes. Without an order it does nothing. */
void order_release(void);

/* The same, but kill and reap all children of order_fork() first. */
void order_kill(void);

#endif
