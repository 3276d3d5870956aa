/* order: the conductor. It forces one chosen interleaving of processes.

   Where the order of events is the lesson it must not be left to luck, nor to
   sleep(). The children stop at named points, order_point("load"); the parent
   conducts: order_play(order, "1:load 2:load 1:store 2:store") lets child 1
   pass its point "load", then child 2, and so on. It all goes through pipes,
   so the conductor never uses the mutexes and conditions being taught.

   One step is over when all is still again: each child stands at its next
   point, has ended, or is blocked on a futex without a timeout (blocked.h). So
   at every moment at most one child is on its way, on one CPU or many, unless
   a step woke another one: then that one too runs on until it is still.

   SIGPIPE must be ignored, as args_parse() does. */
#ifndef MAPFORK_ORDER_H
#define MAPFORK_ORDER_H

#include <stdbool.h>

enum { ORDER_MOST = 16 }; /* children in one order */

struct order;

/* The pipes for children 1 to CHILDREN; call before fork. There is one order
   at a time: release it before you create another. Never fails: ends the
   program with EXIT_SYSTEM where there are no descriptors left. */
struct order *order_create(int children);

/* In child number WHO, first thing after fork. */
void order_join(struct order *order, int who);

/* In the parent, when all are forked and before the first step. */
void order_lead(struct order *order);

/* In a child: stop here until the conductor says go. A name has at most 15
   bytes. Does nothing when ORDER is NULL: the same code then runs free. */
void order_point(struct order *order, const char *name);

/* Where a child is, once all is still. */
enum order_state { ORDER_AT_POINT, ORDER_BLOCKED, ORDER_ENDED };

/* In the parent: let child WHO pass POINT, at which it must arrive next (it
   is waited for), then wait until all is still. Returns where WHO is then.
   A child that stands elsewhere, has ended or is blocked: the script was
   wrong, and the program ends with EXIT_BROKEN. */
enum order_state order_step(struct order *order, int who, const char *point);

/* Where child WHO is now (all is waited for to be still). */
enum order_state order_where(struct order *order, int who);

/* All the steps of SCRIPT, "WHO:POINT WHO:POINT ...". */
void order_play(struct order *order, const char *script);

/* The script is over: let everybody pass every further point, and release the
   pipes. ORDER is gone afterwards; NULL is fine. */
void order_release(struct order *order);

#endif
