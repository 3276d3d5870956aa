/* floor: what the two sides of a cell do when the machine itself is measured,
   and what they share meanwhile. */
#ifndef MAPFORK_FLOOR_H
#define MAPFORK_FLOOR_H

#include "price.h"

#include <limits.h>

/* Two cache lines, and then some: the CPU may fetch lines in pairs. */
enum { FLOOR_LINES = 128 };

struct floor_memory {
    _Alignas(FLOOR_LINES) atomic_uint there;
    _Alignas(FLOOR_LINES) atomic_uint back;
    _Alignas(FLOOR_LINES) double ran; /* when the sleeper ran, by it */
    _Alignas(4096) unsigned char data[];
};

struct floor_task {
    struct floor_memory *memory;
    enum placement placement;
    size_t size; /* bytes of data */
    int which;   /* as the role likes */
};

/* Each takes samples until asked_seconds() are over. Beside them, what WHICH
   is for it. */
side_role floor_bounce;     /* how many lines, 1 or 2 */
side_role floor_handoff;    /* nothing */
side_role floor_copy;       /* nothing */
side_role floor_copy_cross; /* the side that is timed: 0 writes, 1 reads */
side_role floor_wake;       /* what is timed */
side_role floor_call;       /* which call */
enum { WAKE_CALL, WAKE_RUN };
enum { CALL_SYSTEM, CALL_CLOCK, CALL_YIELD, CALL_PAUSE };

/* For these: wait for SIDES sides; is it time to end, now that it is TIME (see
   now())? Keep a sample: what was done TIMES times FROM then UNTIL then. */
void floor_begin(int side, int sides);
bool floor_over(double time);
void floor_sample(double from, double until, int times);

/* Spin until another side has put VALUE, or the last word: then false. */
#define FLOOR_LAST UINT_MAX
bool floor_await(const atomic_uint *word, unsigned value);
void floor_put(atomic_uint *word, unsigned value);

/* NULL, or why there is no floor_wake here. */
const char *floor_no_wake(void);

/* A figure over the rounds; of no size if SIZE is 0. Nothing but NAN where it
   was not measured. */
struct spread floor_spread(const char *way, int placement, size_t size,
                           row_figure *figure);

#endif
