/* spsc: the channel for one writer and one reader: no lock at all.

   The same ring of bytes as channel.h has, and the same verbs. Each side
   writes one counter, which only grows: how many bytes it has put, how many it
   has taken. Their difference is what the ring holds. A side that finds
   nothing to do spins for a moment if the other one runs on another CPU, and
   then sleeps; an idle channel uses no CPU time.

   Who may call what: one process at a time is the writer (room, put, write,
   send, close_write) and one the reader (data, take, read, receive,
   close_read); which ones may change between calls only if something orders
   them, as fork does. Nothing is locked, so a side that is killed leaves
   whatever it had put whole; the other one then waits for ever, and the
   program's deadline or family ends it (child.h). Whichever function of the
   system fails ends the process with EXIT_SYSTEM.

   The counters: L. Lamport, "Specifying Concurrent Program Modules", TOPLAS
   5(2), 1983. The copy that each side keeps of the other one's: P. P. C. Lee
   and others, "A Lock-Free, Cache-Efficient Multi-Core Synchronization
   Mechanism" (MCRingBuffer), IPDPS 2010. */
#ifndef MAPFORK_SPSC_H
#define MAPFORK_SPSC_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Three kinds of things, each in cache lines of its own: what a side tells
   the other; what both touch when one sleeps or ends, which is seldom; and
   what a side alone uses. In one line, each store of the third kind would
   take the line away from the other CPU, which is looking for the first. */
enum { SPSC_LINE = 64 };

/* One side. What it alone uses is apart from what the other one looks at while
   it spins: each store in that line costs two trips of the line. */
struct spsc_side {
    _Alignas(SPSC_LINE) atomic_size_t moved; /* bytes put, or taken, as told */
    atomic_int cpu;                          /* where it runs, see spin.h */
    _Alignas(SPSC_LINE) atomic_bool sleeps;  /* or is about to */
    atomic_bool closed;                      /* this side has ended */
    sem_t bell;                      /* posted once by whoever clears sleeps */
    _Alignas(SPSC_LINE) size_t done; /* bytes put, or taken, told or not */
    size_t seen;                     /* the other's moved, when looked at */
    size_t at;                       /* done, modulo the capacity */
};

struct spsc {
    size_t capacity; /* bytes in the ring; never changes */
    int spin;        /* turns of a wait before it sleeps; never changes */
    struct spsc_side writer, reader;
    _Alignas(SPSC_LINE) unsigned char ring[];
};

/* How many bytes of region a channel for CAPACITY bytes needs; the region, or
   whatever part of it is used, begins at a multiple of SPSC_LINE. */
size_t spsc_size(size_t capacity);

/* Initialise the channel, once, before fork. NAME is what it is called when
   somebody waits for it ("ring 1"); the text stays. SPIN is how long a side
   spins before it sleeps: SPIN_TURNS, or 0 to sleep at once. */
void spsc_init(struct spsc *spsc, size_t capacity, int spin, const char *name);

/* ---- A stream of bytes, in place ---------------------------------------- */

/* As channel_room(), channel_put(), channel_data(), channel_take(). */
size_t spsc_room(struct spsc *spsc, void **at);
void spsc_put(struct spsc *spsc, size_t size);
size_t spsc_data(struct spsc *spsc, const void **at);
void spsc_take(struct spsc *spsc, size_t size);

/* For a reader that will wait for something else before it takes more: tell
   the writer of all the room there is. Otherwise it may learn of it, or be
   woken for it, only when the ring is empty or half of it is free. */
void spsc_flush(struct spsc *spsc);

/* ---- A stream of bytes, copied ------------------------------------------ */

/* Write all SIZE bytes; returns false when the reader has closed. */
bool spsc_write(struct spsc *spsc, const void *bytes, size_t size);

/* Read exactly SIZE bytes; returns how many there were: less at the end. */
size_t spsc_read(struct spsc *spsc, void *bytes, size_t size);

/* ---- Messages ----------------------------------------------------------- */

/* As channel_send() and channel_receive(). */
int spsc_send(struct spsc *spsc, const void *message, size_t size);
int spsc_receive(struct spsc *spsc, void *message, size_t most, size_t *size);

/* ---- Either ------------------------------------------------------------- */

void spsc_close_write(struct spsc *spsc);
void spsc_close_read(struct spsc *spsc);

#endif
