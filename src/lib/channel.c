/* channel: a bounded channel in a mapping: a pipe made of shared memory.

   What makes the in-place stream safe although bytes are stored and loaded
   outside the lock: the ring is always cut in two, `used' bytes from `first'
   on belong to the reader and the rest to the writer. Only a process that
   holds the lock moves the cut. channel_put() moves it after the bytes were
   stored, and the reader learns of the move under the same lock: the unlock
   in put happens before the lock in channel_data(), so the bytes are there.
   In the other direction channel_take() and channel_room() do the same.

   Two things make it fast, both without touching its meaning. Nobody is
   signalled who does not sleep. And a writer that sleeps for room is woken
   only when half of the ring is free: a wake-up costs as much as copying tens
   of kilobytes, so the two should not wake each other for every little piece.
   That cannot strand the writer: the reader goes on taking while there is
   data, and a ring that it emptied is at least half free. Readers are woken
   for the first byte: what came in must never be held back. */
#include "config.h"

#include "blocked.h"
#include "channel.h"
#include "die.h"
#include "shared.h"

#include <errno.h>
#include <string.h>

size_t
channel_size(size_t capacity)
{
    return sizeof(struct channel) + capacity;
}

void
channel_init(struct channel *channel, size_t capacity, const char *name)
{
    shared_mutex(&channel->lock, SHARED_NORMAL);
    shared_cond(&channel->not_empty);
    shared_cond(&channel->not_full);
    channel->capacity = capacity;
    channel->first = channel->used = 0;
    channel->readers_waiting = channel->writers_waiting = 0;
    channel->write_closed = channel->read_closed = false;
    blocked_name(channel, sizeof *channel, name);
}

static void
lock(struct channel *channel)
{
    must(pthread_mutex_lock(&channel->lock));
}

static void
unlock(struct channel *channel)
{
    must(pthread_mutex_unlock(&channel->lock));
}

/* Sleep on COND, counted in *WAITING, so that the other side knows whether a
   signal is worth its price. Call with the lock held; it is held again on
   return, and what was waited for must be looked at again. */
static void
wait_on(struct channel *channel, pthread_cond_t *cond, int *waiting)
{
    ++*waiting;
    must(pthread_cond_wait(cond, &channel->lock));
    --*waiting;
}

/* SIZE bytes were added: call with the lock held, it is released. One reader
   is enough: each arrival wakes one, and a reader looks before it sleeps. */
static void
unlock_after_add(struct channel *channel, size_t size)
{
    bool wake;

    channel->used += size;
    wake = channel->readers_waiting > 0;
    unlock(channel);
    if (wake)
        must(pthread_cond_signal(&channel->not_empty));
}

/* SIZE bytes were removed: the same for the writers. All are woken: the one
   that was chosen might be waiting for more room than there is. */
static void
unlock_after_remove(struct channel *channel, size_t size)
{
    bool wake;

    channel->first = (channel->first + size) % channel->capacity;
    channel->used -= size;
    wake =
        channel->writers_waiting > 0 && channel->used <= channel->capacity / 2;
    unlock(channel);
    if (wake)
        must(pthread_cond_broadcast(&channel->not_full));
}

/* ---- A stream of bytes -------------------------------------------------- */

size_t
channel_room(struct channel *channel, void **at)
{
    size_t start, contiguous, room;
    bool closed;

    lock(channel);
    while (channel->used == channel->capacity && !channel->read_closed)
        wait_on(channel, &channel->not_full, &channel->writers_waiting);
    start = (channel->first + channel->used) % channel->capacity;
    room = channel->capacity - channel->used;
    closed = channel->read_closed;
    unlock(channel);
    if (closed)
        return 0;
    /* Room that goes round the end of the ring comes in two pieces. */
    contiguous = channel->capacity - start;
    *at = channel->ring + start;
    return room < contiguous ? room : contiguous;
}

void
channel_put(struct channel *channel, size_t size)
{
    lock(channel);
    unlock_after_add(channel, size);
}

size_t
channel_data(struct channel *channel, const void **at)
{
    size_t start, contiguous, data;

    lock(channel);
    while (channel->used == 0 && !channel->write_closed)
        wait_on(channel, &channel->not_empty, &channel->readers_waiting);
    start = channel->first;
    data = channel->used;
    unlock(channel);
    contiguous = channel->capacity - start;
    *at = channel->ring + start;
    return data < contiguous ? data : contiguous;
}

void
channel_take(struct channel *channel, size_t size)
{
    lock(channel);
    unlock_after_remove(channel, size);
}

/* ---- Messages: the size, then the bytes, all under the lock ------------ */

/* Copy SIZE bytes into the ring OFFSET bytes behind `first', round its end. */
static void
copy_in(struct channel *channel, size_t offset, const void *from, size_t size)
{
    size_t start = (channel->first + offset) % channel->capacity;
    size_t piece = channel->capacity - start;

    if (piece > size)
        piece = size;
    memcpy(channel->ring + start, from, piece);
    memcpy(channel->ring, (const char *)from + piece, size - piece);
}

static void
copy_out(struct channel *channel, size_t offset, void *to, size_t size)
{
    size_t start = (channel->first + offset) % channel->capacity;
    size_t piece = channel->capacity - start;

    if (piece > size)
        piece = size;
    memcpy(to, channel->ring + start, piece);
    memcpy((char *)to + piece, channel->ring, size - piece);
}

int
channel_send(struct channel *channel, const void *message, size_t size)
{
    size_t whole = sizeof size + size;

    if (whole < size || whole > channel->capacity)
        return EMSGSIZE;
    lock(channel);
    while (channel->capacity - channel->used < whole && !channel->read_closed)
        wait_on(channel, &channel->not_full, &channel->writers_waiting);
    if (channel->read_closed) {
        unlock(channel);
        return EPIPE;
    }
    copy_in(channel, channel->used, &size, sizeof size);
    copy_in(channel, channel->used + sizeof size, message, size);
    unlock_after_add(channel, whole);
    return 0;
}

int
channel_receive(struct channel *channel, void *message, size_t most,
                size_t *size)
{
    lock(channel);
    while (channel->used == 0 && !channel->write_closed)
        wait_on(channel, &channel->not_empty, &channel->readers_waiting);
    if (channel->used == 0) {
        unlock(channel);
        return EPIPE;
    }
    copy_out(channel, 0, size, sizeof *size);
    if (*size > most) {
        unlock(channel);
        return EMSGSIZE;
    }
    copy_out(channel, sizeof *size, message, *size);
    unlock_after_remove(channel, sizeof *size + *size);
    return 0;
}

/* ---- Either ------------------------------------------------------------- */

void
channel_close_write(struct channel *channel)
{
    lock(channel);
    channel->write_closed = true;
    unlock(channel);
    must(pthread_cond_broadcast(&channel->not_empty));
}

void
channel_close_read(struct channel *channel)
{
    lock(channel);
    channel->read_closed = true;
    unlock(channel);
    must(pthread_cond_broadcast(&channel->not_full));
}
