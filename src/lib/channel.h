/* channel: a bounded channel in a mapping: a pipe made of shared memory.

   A ring of bytes, one mutex, two condition variables: `not_empty' for those
   who read, `not_full' for those who write. It carries either a stream of
   bytes from one writer to one reader (channel_room/put, channel_data/take),
   or whole messages between any number of both (channel_send/receive); one
   channel carries one of the two.

   Who may call what: any process that has the region mapped since before
   fork; nobody while holding the channel's lock, which the functions take and
   release themselves. They block as long as it takes: the deadline is the
   program's (child.h). A function of the pthread_* kind that fails ends the
   process with EXIT_SYSTEM. Where one writer and one reader are all there is,
   spsc.h does the same without a lock. */
#ifndef MAPFORK_CHANNEL_H
#define MAPFORK_CHANNEL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* What one side stores again and again is in a cache line of its own: see
   spsc.h. */
enum { CHANNEL_LINE = 64 };

struct channel {
    pthread_mutex_t lock;
    pthread_cond_t not_empty; /* with lock: used > 0, or write_closed */
    pthread_cond_t not_full;  /* with lock: used < capacity, or read_closed */
    size_t capacity;          /* bytes in the ring; never changes */
    int spin;                 /* turns of a wait before it sleeps; likewise */
    size_t first;             /* lock: where the oldest byte lies */
    atomic_size_t used;       /* lock: how many bytes wait, <= capacity; to be
                                 peeked at without it, see await() */
    atomic_int writer_cpu;    /* lock: where it ran last, see spin.h */
    atomic_int reader_cpu;    /* lock */
    int readers_waiting;      /* lock: processes that sleep on not_empty */
    int writers_waiting;      /* lock: processes that sleep on not_full */
    atomic_bool write_closed; /* lock, or to be peeked at: no more will come */
    atomic_bool read_closed;  /* likewise: nobody will take any more */
    /* For a stream: the part of the ring that the one writer, the one reader
       has been given, and has not put or taken yet. Nobody else looks. */
    _Alignas(CHANNEL_LINE) struct channel_part {
        size_t at, size;
        size_t taken; /* and the others do not know of it yet */
    } room;
    _Alignas(CHANNEL_LINE) struct channel_part data;
    _Alignas(CHANNEL_LINE) unsigned char ring[];
};

/* How many bytes of region a channel for CAPACITY bytes needs; the region, or
   whatever part of it is used, begins at a multiple of CHANNEL_LINE. */
size_t channel_size(size_t capacity);

/* Initialise the channel, once, before fork. NAME is what it is called when
   somebody waits for it ("ring 1"); the text stays. SPIN is how long who finds
   nothing to do spins before it sleeps: SPIN_TURNS (spin.h), or 0 to sleep at
   once. */
void channel_init(struct channel *channel, size_t capacity, int spin,
                  const char *name);

/* ---- A stream of bytes: one writer, one reader, no copy in between ------ */

/* Wait until there is room; *AT is where up to the returned number of bytes
   may be stored, in place. Returns 0 when the reader has closed; room that
   was given before may still be filled, for nobody. The writer alone touches
   that part of the ring until channel_put(). */
size_t channel_room(struct channel *channel, void **at);

/* Publish the first SIZE bytes of that room: the reader may see them. */
void channel_put(struct channel *channel, size_t size);

/* Wait for data; *AT is where the returned number of bytes lie. Returns 0 at
   the end: the writer has closed and all was taken. The reader alone touches
   that part of the ring until channel_take(). */
size_t channel_data(struct channel *channel, const void **at);

/* Give the first SIZE bytes of that data back to the writer, as room. */
void channel_take(struct channel *channel, size_t size);

/* Write all SIZE bytes, copied; returns false when the reader has closed. */
bool channel_write(struct channel *channel, const void *bytes, size_t size);

/* Read exactly SIZE bytes; returns how many there were: less at the end. */
size_t channel_read(struct channel *channel, void *bytes, size_t size);

/* For a reader that will wait for something else before it takes more: tell
   the writer of all the room there is. Otherwise it may learn of it, or be
   woken for it, only when the ring is empty or half of it is free. */
void channel_flush(struct channel *channel);

/* ---- Messages: any number of senders and receivers ---------------------- */

/* Send a message of SIZE bytes, whole, when there is room for it. Returns 0;
   EPIPE when the reading side is closed; EMSGSIZE when it would never fit:
   a message takes sizeof(size_t) bytes beside its own. */
int channel_send(struct channel *channel, const void *message, size_t size);

/* Receive one message into the MOST bytes at MESSAGE, and its size into
   *SIZE. Returns 0; EPIPE at the end, when the writing side is closed and all
   was received; EMSGSIZE when it is longer than MOST: it stays. */
int channel_receive(struct channel *channel, void *message, size_t most,
                    size_t *size);

/* ---- Either ------------------------------------------------------------- */

/* No more will be written / read: wakes whoever waits for data / for room. A
   reader does not hear of another reader's close. */
void channel_close_write(struct channel *channel);
void channel_close_read(struct channel *channel);

#endif
