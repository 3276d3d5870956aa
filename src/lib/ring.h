/* ring: bytes into and out of a ring, round its end. */
#ifndef MAPFORK_RING_H
#define MAPFORK_RING_H

#include "spin.h"

#include <stddef.h>
#include <string.h>

/* How many of SIZE bytes from AT on lie before the end of the ring. */
static inline size_t
ring_before_end(size_t capacity, size_t at, size_t size)
{
    return size < capacity - at ? size : capacity - at;
}

/* How much of SIZE bytes to hand over at a time. If who left THEIRS runs on
   another CPU, a quarter of the ring: it copies out one part while the next
   one is copied in. On this CPU it can only take turns with us: all. */
static inline size_t
ring_part(size_t capacity, const atomic_int *theirs, size_t size)
{
    size_t quarter = capacity / 4;

    return quarter > 0 && size > quarter && spin_worth(theirs) ? quarter
                                                               : size;
}

/* Copy SIZE bytes, at most CAPACITY, into the RING from AT on; AT may lie
   behind the end. */
static inline void
ring_store(unsigned char *ring, size_t capacity, size_t at, const void *from,
           size_t size)
{
    size_t start = at % capacity;
    size_t piece = ring_before_end(capacity, start, size);

    memcpy(ring + start, from, piece);
    memcpy(ring, (const char *)from + piece, size - piece);
}

/* The same out of it. */
static inline void
ring_load(const unsigned char *ring, size_t capacity, size_t at, void *to,
          size_t size)
{
    size_t start = at % capacity;
    size_t piece = ring_before_end(capacity, start, size);

    memcpy(to, ring + start, piece);
    memcpy((char *)to + piece, ring, size - piece);
}

#endif
