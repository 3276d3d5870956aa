/* spsc: one writer, one reader, no lock.

   Why bytes may be stored and loaded without a lock: the ring is always cut in
   two. From reader.moved to writer.moved it belongs to the reader, the rest to
   the writer, and each side moves only the end of its own part. The writer
   stores bytes, then writer.moved; the reader loads writer.moved, then the
   bytes. The store is (at least) a release and the load an acquire, so a
   reader that sees the new number sees the bytes that it stands for (C11,
   5.1.2.4). The same holds the other way round for room.

   Why nobody sleeps for ever. A side that would sleep stores sleeps, then
   looks at the other side's moved once more. The other side stores moved, then
   looks at sleeps. All four are sequentially consistent: in the one order that
   they have, one of the two stores comes first, and the load behind the other
   store finds it. So the sleeper sees that there is something to do, or the
   other side sees that there is somebody to wake; or both. Whoever changes
   sleeps back to false, and only one of them can, decides: the other side has
   to post the bell then, and the sleeper has to wait for it.

   Four things make it fast. Each side remembers how far the other one was when
   it looked last, and looks again only when that is used up. Nobody is woken
   who does not sleep. A reader tells what it has taken a quarter of the ring
   at a time, or when it finds nothing more: each time it does, a cache line
   has to come back from the writer's CPU and to go there again. And a writer
   that sleeps is woken only when half of the ring is free. That cannot strand
   it, since the reader goes on until the ring is empty and tells so then. A
   writer tells at once of whatever it has put, and a reader is woken for the
   first byte. */
#include "config.h"

#include "blocked.h"
#include "die.h"
#include "ring.h"
#include "spin.h"
#include "spsc.h"

#include <errno.h>
#include <string.h>

size_t
spsc_size(size_t capacity)
{
    return (sizeof(struct spsc) + capacity + SPSC_LINE - 1) / SPSC_LINE *
           SPSC_LINE;
}

static void
side_init(struct spsc_side *side)
{
    atomic_init(&side->moved, 0);
    atomic_init(&side->cpu, -1);
    atomic_init(&side->sleeps, false);
    atomic_init(&side->closed, false);
    side->done = side->seen = side->at = 0;
    if (sem_init(&side->bell, 1, 0) == -1)
        die("sem_init");
}

void
spsc_init(struct spsc *spsc, size_t capacity, int spin, const char *name)
{
    spsc->capacity = capacity;
    spsc->spin = spin;
    side_init(&spsc->writer);
    side_init(&spsc->reader);
    blocked_name(spsc, sizeof *spsc, name);
}

/* ---- Sleeping and waking ------------------------------------------------ */

/* Has THEIRS come as far as WANTED, or ended? The counters wrap round: one is
   no less than another if it is at most half of all numbers ahead. */
static bool
is_there(const struct spsc_side *theirs, size_t wanted)
{
    return atomic_load(&theirs->moved) - wanted <= (size_t)-1 / 2 ||
           atomic_load(&theirs->closed);
}

static void
await_bell(struct spsc_side *mine)
{
    while (sem_wait(&mine->bell) == -1)
        if (errno != EINTR)
            die("sem_wait");
}

/* Wait until THEIRS has moved WANTED bytes, or has ended. While it spins this
   side only loads: the lines stay in its cache until the other one stores. */
static void
await(struct spsc *spsc, struct spsc_side *mine, struct spsc_side *theirs,
      size_t wanted)
{
    spin_note(&mine->cpu);
    if (spsc->spin > 0 && spin_worth(&theirs->cpu))
        for (int turn = 0; turn < spsc->spin; turn++) {
            if (is_there(theirs, wanted))
                return;
            spin_pause();
        }
    while (!is_there(theirs, wanted)) {
        atomic_store(&mine->sleeps, true);
        if (!is_there(theirs, wanted))
            await_bell(mine);
        else if (!atomic_exchange(&mine->sleeps, false))
            await_bell(mine);
    }
}

/* Call after what THEIRS waits for was stored. */
static void
wake(struct spsc_side *theirs)
{
    if (atomic_load(&theirs->sleeps) &&
        atomic_exchange(&theirs->sleeps, false))
        if (sem_post(&theirs->bell) == -1)
            die("sem_post");
}

static void
close_side(struct spsc_side *mine, struct spsc_side *theirs)
{
    atomic_store(&mine->closed, true);
    wake(theirs);
}

void
spsc_close_write(struct spsc *spsc)
{
    close_side(&spsc->writer, &spsc->reader);
}

void
spsc_close_read(struct spsc *spsc)
{
    close_side(&spsc->reader, &spsc->writer);
}

/* ---- Either side's part of the ring ------------------------------------- */

/* SIZE bytes more are done. Nobody is told yet. */
static void
advance(struct spsc *spsc, struct spsc_side *mine, size_t size)
{
    mine->done += size;
    mine->at += size;
    if (mine->at >= spsc->capacity)
        mine->at -= spsc->capacity;
}

static void
tell(struct spsc_side *mine)
{
    spin_note(&mine->cpu);
    atomic_store(&mine->moved, mine->done);
}

/* What the writer has put since it was looked at only makes the ring
   fuller. */
static void
tell_taken(struct spsc *spsc)
{
    struct spsc_side *writer = &spsc->writer, *mine = &spsc->reader;

    if (atomic_load_explicit(&mine->moved, memory_order_relaxed) == mine->done)
        return;
    tell(mine);
    if (atomic_load(&writer->sleeps) &&
        atomic_load(&writer->moved) - mine->done <= spsc->capacity / 2)
        wake(writer);
}

/* At least LEAST bytes of room, or 0 when the reader has closed. The reader's
   counter is looked at only when what was seen of it last is used up: its line
   then crosses from CPU to CPU once for many messages. */
static size_t
room(struct spsc *spsc, size_t least)
{
    struct spsc_side *mine = &spsc->writer, *theirs = &spsc->reader;
    size_t put = mine->done;

    if (spsc->capacity - (put - mine->seen) < least) {
        await(spsc, mine, theirs, put + least - spsc->capacity);
        mine->seen = atomic_load(&theirs->moved);
    }
    if (atomic_load(&theirs->closed))
        return 0;
    return spsc->capacity - (put - mine->seen);
}

/* Nothing is left if the writer has closed; its counter is loaded after
   await() has seen that, so all that it had put is seen as well. */
static size_t
data(struct spsc *spsc)
{
    struct spsc_side *mine = &spsc->reader, *theirs = &spsc->writer;
    size_t taken = mine->done;

    if (mine->seen == taken) {
        tell_taken(spsc);
        await(spsc, mine, theirs, taken + 1);
        mine->seen = atomic_load(&theirs->moved);
    }
    return mine->seen - taken;
}

/* ---- A stream of bytes, in place ---------------------------------------- */

size_t
spsc_room(struct spsc *spsc, void **at)
{
    size_t size = room(spsc, 1);

    *at = spsc->ring + spsc->writer.at;
    return ring_before_end(spsc->capacity, spsc->writer.at, size);
}

void
spsc_put(struct spsc *spsc, size_t size)
{
    advance(spsc, &spsc->writer, size);
    tell(&spsc->writer);
    wake(&spsc->reader);
}

size_t
spsc_data(struct spsc *spsc, const void **at)
{
    size_t size = data(spsc);

    *at = spsc->ring + spsc->reader.at;
    return ring_before_end(spsc->capacity, spsc->reader.at, size);
}

void
spsc_take(struct spsc *spsc, size_t size)
{
    struct spsc_side *mine = &spsc->reader;

    advance(spsc, mine, size);
    if (mine->done -
            atomic_load_explicit(&mine->moved, memory_order_relaxed) >=
        spsc->capacity / 4)
        tell_taken(spsc);
}

void
spsc_flush(struct spsc *spsc)
{
    tell_taken(spsc);
    wake(&spsc->writer);
}

/* ---- A stream of bytes, copied ------------------------------------------ */

bool
spsc_write(struct spsc *spsc, const void *bytes, size_t size)
{
    const char *from = bytes;
    size_t n;
    void *at;

    for (; size > 0; from += n, size -= n) {
        if ((n = spsc_room(spsc, &at)) == 0)
            return false;
        n = ring_part(spsc->capacity, &spsc->reader.cpu, n < size ? n : size);
        memcpy(at, from, n);
        spsc_put(spsc, n);
    }
    return true;
}

size_t
spsc_read(struct spsc *spsc, void *bytes, size_t size)
{
    size_t n, done = 0;
    const void *at;

    for (; done < size; done += n) {
        if ((n = spsc_data(spsc, &at)) == 0)
            break;
        n = ring_part(spsc->capacity, &spsc->writer.cpu,
                      n < size - done ? n : size - done);
        memcpy((char *)bytes + done, at, n);
        spsc_take(spsc, n);
    }
    return done;
}

/* ---- Messages: the size, then the bytes, published by one store --------- */

int
spsc_send(struct spsc *spsc, const void *message, size_t size)
{
    size_t whole = sizeof size + size, at = spsc->writer.at;

    if (whole < size || whole > spsc->capacity)
        return EMSGSIZE;
    if (room(spsc, whole) == 0)
        return EPIPE;
    ring_store(spsc->ring, spsc->capacity, at, &size, sizeof size);
    ring_store(spsc->ring, spsc->capacity, at + sizeof size, message, size);
    spsc_put(spsc, whole);
    return 0;
}

int
spsc_receive(struct spsc *spsc, void *message, size_t most, size_t *size)
{
    size_t at = spsc->reader.at;

    if (data(spsc) == 0)
        return EPIPE;
    ring_load(spsc->ring, spsc->capacity, at, size, sizeof *size);
    if (*size > most)
        return EMSGSIZE;
    ring_load(spsc->ring, spsc->capacity, at + sizeof *size, message, *size);
    spsc_take(spsc, sizeof *size + *size);
    return 0;
}
