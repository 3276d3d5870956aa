/* queue: numbered pieces of work that processes claim from a queue, each to
   count words, and the table in which the counts add up.

   Any of them may be killed at any moment, and no piece is lost nor counted
   twice. The rule: whoever holds a claim counts the piece into memory of its
   own, then adds that to the common table. The claim ends in the same moment
   as the addition is made: it is one change, by table_begin() to
   table_commit(). Who is killed before leaves the claim to its successor. */
#ifndef MAPFORK_QUEUE_H
#define MAPFORK_QUEUE_H

#include "table.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { QUEUE_SLOTS = 16 };

/* Each process works in a slot; should it be killed, its successor gets it. */
struct claim {
    size_t piece;
    atomic_bool held; /* and the piece is not counted yet */
};

/* What tells the next owner how far a dead one had come is atomic: not for
   others, who cannot come in, but because these stores must happen in the
   order that the source has, wherever among them the owner is killed. */
struct queue {
    pthread_mutex_t lock;            /* robust */
    sem_t counted;                   /* posted after each piece */
    size_t pieces;                   /* how many there are; never changes */
    atomic_size_t next;              /* lock: none is claimed from here on */
    struct claim slots[QUEUE_SLOTS]; /* lock */
    int adding;                      /* lock: which slot adds its words */
    struct table *table;             /* lock */
};

/* The points that order_point() announces in queue_take() and queue_add(),
   in this order: "claiming", where the claim is half made; "adding", where
   half of the words are added; "added", where all are, and nothing is
   committed; "committed". In each of them the lock is held. */

/* How much region a queue and a table for texts of BYTES bytes need. */
size_t queue_size(size_t bytes);

/* Initialise them, once, before fork, in zeroed memory. */
struct queue *queue_init(void *memory, size_t pieces, size_t bytes);

/* Claim a piece for SLOT, unless it has one, from a process that was killed.
   Returns false when none is left. */
bool queue_take(struct queue *queue, int slot, size_t *piece);

/* Add OWN, the words of that piece, to the table. */
void queue_add(struct queue *queue, int slot, const struct table *own);

/* Wait until another piece is counted or a signal comes, but so many
   milliseconds at most; returns how many are counted.

   The parent sleeps on a semaphore. A condition variable is not robust:
   whoever is killed within pthread_cond_wait(), or within the few instructions
   for which pthread_cond_signal() has it locked, leaves one on which the next
   process may hang for ever (cond/dead_waiter.c).
   sem_post() is one atomic addition and then a wake-up. Whoever is killed
   between the two leaves a number that is right and a parent asleep, until its
   time is over. */
size_t queue_wait(struct queue *queue, long milliseconds);

#endif
