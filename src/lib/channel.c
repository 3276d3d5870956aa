/* channel: a bounded channel in a mapping: a pipe made of shared memory.

   What makes the in-place stream safe although bytes are stored and loaded
   outside the lock: the ring is always cut in two, `used' bytes from `first'
   on belong to the reader and the rest to the writer. Only a process that
   holds the lock moves the cut. channel_put() moves it after the bytes were
   stored, and the reader learns of the move under the same lock: the unlock
   in put happens before the lock in channel_data(), so the bytes are there.
   In the other direction channel_take() and channel_room() do the same.

   What makes it fast, without touching its meaning:
   - Nobody is signalled who does not sleep (but at a flush or a close), and
     nobody while the lock is held: a process that is woken then runs into it,
     and sleeps again.
   - A writer that sleeps for room is woken only when half of the ring is free:
     a wake-up costs as much as copying tens of kilobytes, so the two should
     not wake each other for every little piece. That cannot strand the writer
     as long as the reader goes on: a ring that it emptied is at least half
     free; a reader that stops before that calls channel_flush(). Readers are
     woken for the first byte: what came in must never be held back.
   - The writer of a stream remembers the room that it was given, and asks for
     more, under the lock, only when that is used up; so does the reader, and
     it tells what it has taken a quarter of the ring at a time, or when it
     finds nothing more. The lock is taken once for a message that is put, and
     rarely for one that is taken.
   - Who finds nothing to do, while the other side runs on another CPU, looks
     again for a moment before it sleeps (spin.h). It looks at `used' without
     the lock: what it sees may be out of date, and is no more than a reason to
     take the lock and to look there. */
#include "config.h"

#include "blocked.h"
#include "channel.h"
#include "die.h"
#include "ring.h"
#include "shared.h"
#include "spin.h"

#include <errno.h>
#include <string.h>

size_t
channel_size(size_t capacity)
{
    return (sizeof(struct channel) + capacity + CHANNEL_LINE - 1) /
           CHANNEL_LINE * CHANNEL_LINE;
}

void
channel_init(struct channel *channel, size_t capacity, int spin,
             const char *name)
{
    shared_mutex(&channel->lock, SHARED_NORMAL);
    shared_cond(&channel->not_empty);
    shared_cond(&channel->not_full);
    channel->capacity = capacity;
    channel->spin = spin;
    channel->first = 0;
    atomic_init(&channel->used, 0);
    atomic_init(&channel->writer_cpu, -1);
    atomic_init(&channel->reader_cpu, -1);
    channel->readers_waiting = channel->writers_waiting = 0;
    atomic_init(&channel->write_closed, false);
    atomic_init(&channel->read_closed, false);
    channel->room = channel->data = (struct channel_part){0, 0, 0};
    blocked_name(channel, sizeof *channel, name);
}

/* The lock is held for some nanoseconds only. Who finds it taken gets it
   sooner by trying again than by going to sleep for it. */
static void
lock(struct channel *channel)
{
    enum { TRIES = 100 };

    for (int turn = 0; turn < TRIES && channel->spin > 0; turn++) {
        int code = pthread_mutex_trylock(&channel->lock);
        if (code == 0)
            return;
        if (code != EBUSY)
            die_code(code, "pthread_mutex_trylock");
        spin_pause();
    }
    must(pthread_mutex_lock(&channel->lock));
}

static void
unlock(struct channel *channel)
{
    must(pthread_mutex_unlock(&channel->lock));
}

static bool
has_data(const struct channel *channel, size_t least)
{
    return atomic_load_explicit(&channel->used, memory_order_relaxed) >=
               least ||
           atomic_load_explicit(&channel->write_closed, memory_order_relaxed);
}

static bool
has_room(const struct channel *channel, size_t least)
{
    return channel->capacity - atomic_load_explicit(&channel->used,
                                                    memory_order_relaxed) >=
               least ||
           atomic_load_explicit(&channel->read_closed, memory_order_relaxed);
}

/* Wait until there ARE so many bytes, or nobody is left to change that. Called
   with the lock held, and it is held again on return. First without sleeping,
   if whoever left THEIRS runs on another CPU; then on COND, counted in
   *WAITING, so that the other side knows whether a signal is worth its
   price. */
static void
await(struct channel *channel, bool (*are)(const struct channel *, size_t),
      size_t least, const atomic_int *theirs, pthread_cond_t *cond,
      int *waiting)
{
    if (channel->spin > 0 && !are(channel, least) && spin_worth(theirs)) {
        unlock(channel);
        for (int turn = 0; turn < channel->spin; turn++) {
            if (are(channel, least))
                break;
            spin_pause();
        }
        lock(channel);
    }
    while (!are(channel, least)) {
        ++*waiting;
        must(pthread_cond_wait(cond, &channel->lock));
        --*waiting;
    }
}

static void
await_data(struct channel *channel)
{
    spin_note(&channel->reader_cpu);
    await(channel, has_data, 1, &channel->writer_cpu, &channel->not_empty,
          &channel->readers_waiting);
}

static void
await_room(struct channel *channel, size_t least)
{
    spin_note(&channel->writer_cpu);
    await(channel, has_room, least, &channel->reader_cpu, &channel->not_full,
          &channel->writers_waiting);
}

/* Only who holds the lock changes it: no need for one step. */
static void
set_used(struct channel *channel, size_t used)
{
    atomic_store_explicit(&channel->used, used, memory_order_relaxed);
}

/* SIZE bytes were added: call with the lock held, it is released. One reader
   is enough: each arrival wakes one, and a reader looks before it sleeps. */
static void
unlock_after_add(struct channel *channel, size_t size)
{
    bool wake;

    spin_note(&channel->writer_cpu);
    set_used(channel, channel->used + size);
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

    spin_note(&channel->reader_cpu);
    channel->first = (channel->first + size) % channel->capacity;
    set_used(channel, channel->used - size);
    wake =
        channel->writers_waiting > 0 && channel->used <= channel->capacity / 2;
    unlock(channel);
    if (wake)
        must(pthread_cond_broadcast(&channel->not_full));
}

/* ---- A stream of bytes -------------------------------------------------- */

static void
use_up(const struct channel *channel, struct channel_part *part, size_t size)
{
    part->size -= size;
    part->at += size;
    if (part->at >= channel->capacity)
        part->at -= channel->capacity;
}

size_t
channel_room(struct channel *channel, void **at)
{
    struct channel_part *part = &channel->room;
    bool closed;

    if (part->size == 0) {
        lock(channel);
        await_room(channel, 1);
        part->size = channel->capacity - channel->used;
        closed = channel->read_closed;
        unlock(channel);
        if (closed)
            return part->size = 0;
    }
    *at = channel->ring + part->at;
    return ring_before_end(channel->capacity, part->at, part->size);
}

void
channel_put(struct channel *channel, size_t size)
{
    use_up(channel, &channel->room, size);
    lock(channel);
    unlock_after_add(channel, size);
}

/* Call with the lock held, it is released. */
static void
unlock_after_taken(struct channel *channel)
{
    size_t taken = channel->data.taken;

    channel->data.taken = 0;
    unlock_after_remove(channel, taken);
}

size_t
channel_data(struct channel *channel, const void **at)
{
    struct channel_part *part = &channel->data;

    if (part->size == 0) {
        lock(channel);
        if (part->taken > 0) {
            unlock_after_taken(channel);
            lock(channel);
        }
        await_data(channel);
        part->size = channel->used;
        unlock(channel);
    }
    *at = channel->ring + part->at;
    return ring_before_end(channel->capacity, part->at, part->size);
}

void
channel_take(struct channel *channel, size_t size)
{
    struct channel_part *part = &channel->data;

    use_up(channel, part, size);
    part->taken += size;
    if (part->taken >= channel->capacity / 4) {
        lock(channel);
        unlock_after_taken(channel);
    }
}

void
channel_flush(struct channel *channel)
{
    lock(channel);
    unlock_after_taken(channel);
    must(pthread_cond_broadcast(&channel->not_full));
}

bool
channel_write(struct channel *channel, const void *bytes, size_t size)
{
    const char *from = bytes;
    size_t n;
    void *at;

    for (; size > 0; from += n, size -= n) {
        if ((n = channel_room(channel, &at)) == 0)
            return false;
        n = ring_part(channel->capacity, &channel->reader_cpu,
                      n < size ? n : size);
        memcpy(at, from, n);
        channel_put(channel, n);
    }
    return true;
}

size_t
channel_read(struct channel *channel, void *bytes, size_t size)
{
    size_t n, done = 0;
    const void *at;

    for (; done < size; done += n) {
        if ((n = channel_data(channel, &at)) == 0)
            break;
        n = ring_part(channel->capacity, &channel->writer_cpu,
                      n < size - done ? n : size - done);
        memcpy((char *)bytes + done, at, n);
        channel_take(channel, n);
    }
    return done;
}

/* ---- Messages: the size, then the bytes, all under the lock ------------- */

int
channel_send(struct channel *channel, const void *message, size_t size)
{
    size_t whole = sizeof size + size, at;

    if (whole < size || whole > channel->capacity)
        return EMSGSIZE;
    lock(channel);
    await_room(channel, whole);
    if (channel->read_closed) {
        unlock(channel);
        return EPIPE;
    }
    at = channel->first + channel->used;
    ring_store(channel->ring, channel->capacity, at, &size, sizeof size);
    ring_store(channel->ring, channel->capacity, at + sizeof size, message,
               size);
    unlock_after_add(channel, whole);
    return 0;
}

int
channel_receive(struct channel *channel, void *message, size_t most,
                size_t *size)
{
    size_t at;

    lock(channel);
    await_data(channel);
    if (channel->used == 0) {
        unlock(channel);
        return EPIPE;
    }
    at = channel->first;
    ring_load(channel->ring, channel->capacity, at, size, sizeof *size);
    if (*size > most) {
        bool others = channel->readers_waiting > 0;
        unlock(channel);
        /* It was this one that was woken for the message: another one may
           have the room for it. */
        if (others)
            must(pthread_cond_signal(&channel->not_empty));
        return EMSGSIZE;
    }
    ring_load(channel->ring, channel->capacity, at + sizeof *size, message,
              *size);
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
