/* cond: a ring of messages under a mutex, with two condition variables; and
   what the moment of the signal is worth.

   All of them are the bounded buffer of cond/bounded_buffer.c. They differ in
   when they signal, and that alone makes one of them twice as fast as another:

   - cond-under signals while it holds the lock. Who is woken runs into the
     lock, sleeps again and is woken again: two switches for one message, on
     one CPU. (glibc has no more "wait morphing", which moved the sleeper from
     the condition to the mutex without waking it.)
   - cond-after signals after the unlock: one switch.
   - cond-waiter signals only if somebody waits. The signal of a condition that
     nobody waits for is cheap, but not free.
   - cond-half lets a sleeper lie until half of the ring is full, or free. What
     came in last would lie for ever if it did not signal once more before it
     stops (flush).
   - cond-batch hands over sixteen messages under one lock.
   - cond-spin looks again for a moment, if the other side runs on another CPU,
     before it sleeps. */
#include "config.h"

#include "die.h"
#include "shared.h"
#include "spin.h"
#include "ways.h"

#include <string.h>

enum { UNDER = 1, ALWAYS = 2, HALF = 4, SPIN = 8 };

struct ring {
    pthread_mutex_t lock;
    pthread_cond_t not_empty, not_full;
    atomic_size_t used;     /* lock: messages; to be peeked at without */
    size_t first, slots;    /* lock; never changes */
    int receivers, senders; /* lock: how many sleep */
    atomic_int sender_cpu, receiver_cpu; /* see spin.h */
    unsigned policy;                     /* never changes */
    unsigned char data[];
};

static size_t
slots_of(const struct link *link)
{
    size_t slots = link->capacity / link->size;

    return slots > 0 ? slots : 1;
}

static size_t
memory(const struct link *link)
{
    return sizeof(struct ring) + slots_of(link) * link->size;
}

static const char *
open_with(struct link *link, unsigned policy)
{
    struct ring *ring = link->memory;

    shared_mutex(&ring->lock, SHARED_NORMAL);
    shared_cond(&ring->not_empty);
    shared_cond(&ring->not_full);
    ring->slots = slots_of(link);
    ring->policy = policy;
    atomic_init(&ring->sender_cpu, -1);
    atomic_init(&ring->receiver_cpu, -1);
    link->capacity = ring->slots * link->size;
    return NULL;
}

/* A wait that need not sleep at once: only a look at USED, which may be out of
   date; the lock is taken again and the truth looked at there. */
static void
look_again(struct link *link, struct ring *ring, size_t unwanted,
           const atomic_int *theirs)
{
    if (!(ring->policy & SPIN) || !spin_worth(theirs))
        return;
    must(pthread_mutex_unlock(&ring->lock));
    for (int turn = 0; turn < link->spin && ring->used == unwanted; turn++)
        spin_pause();
    must(pthread_mutex_lock(&ring->lock));
}

static void
await(struct link *link, struct ring *ring, size_t unwanted,
      const atomic_int *theirs, pthread_cond_t *cond, int *sleepers)
{
    if (ring->used == unwanted)
        look_again(link, ring, unwanted, theirs);
    while (ring->used == unwanted) {
        ++*sleepers;
        must(pthread_cond_wait(cond, &ring->lock));
        --*sleepers;
    }
}

/* Unlock, and signal COND according to the policy. */
static void
unlock(struct ring *ring, pthread_cond_t *cond, int sleepers, bool is_half)
{
    bool wake = (sleepers > 0 || ring->policy & ALWAYS) &&
                (is_half || !(ring->policy & HALF));

    if (wake && ring->policy & UNDER)
        must(pthread_cond_signal(cond));
    must(pthread_mutex_unlock(&ring->lock));
    if (wake && !(ring->policy & UNDER))
        must(pthread_cond_signal(cond));
}

static void
send_messages(struct link *link, const void *messages, int count)
{
    struct ring *ring = link->memory;
    const char *from = messages;
    size_t last;

    must(pthread_mutex_lock(&ring->lock));
    spin_note(&ring->sender_cpu);
    for (int i = 0; i < count; i++, from += link->size) {
        /* Part of a batch fills the ring: what is there must go first. */
        if (ring->used == ring->slots && ring->receivers > 0)
            must(pthread_cond_signal(&ring->not_empty));
        await(link, ring, ring->slots, &ring->receiver_cpu, &ring->not_full,
              &ring->senders);
        last = (ring->first + ring->used) % ring->slots;
        memcpy(ring->data + last * link->size, from, link->size);
        ring->used++;
    }
    unlock(ring, &ring->not_empty, ring->receivers,
           ring->used >= (ring->slots + 1) / 2);
}

static void
receive_messages(struct link *link, void *messages, int count)
{
    struct ring *ring = link->memory;
    char *to = messages;

    must(pthread_mutex_lock(&ring->lock));
    spin_note(&ring->receiver_cpu);
    for (int i = 0; i < count; i++, to += link->size) {
        if (ring->used == 0 && ring->senders > 0)
            must(pthread_cond_signal(&ring->not_full));
        await(link, ring, 0, &ring->sender_cpu, &ring->not_empty,
              &ring->receivers);
        memcpy(to, ring->data + ring->first * link->size, link->size);
        ring->first = (ring->first + 1) % ring->slots;
        ring->used--;
    }
    unlock(ring, &ring->not_full, ring->senders,
           ring->used <= ring->slots / 2);
}

/* The last messages may be less than half a ring. Signalled without the lock:
   what the receiver waits for was stored under it before. */
static void
flush(struct link *link)
{
    struct ring *ring = link->memory;

    must(pthread_cond_signal(&ring->not_empty));
}

static const char *
open_under(struct link *link)
{
    return open_with(link, ALWAYS | UNDER);
}

static const char *
open_after(struct link *link)
{
    return open_with(link, ALWAYS);
}

static const char *
open_waiter(struct link *link)
{
    return open_with(link, 0);
}

static const char *
open_half(struct link *link)
{
    return open_with(link, HALF);
}

static const char *
open_spin(struct link *link)
{
    return open_with(link, SPIN);
}

#define COND                                                                  \
    .memory = memory, .send = send_messages, .receive = receive_messages

const struct way ways_cond[] = {
    {.name = "cond-under",
     .about = "mutex and condition, signal while locked",
     .open = open_under,
     COND},
    {.name = "cond-after",
     .about = "the same, signal after the unlock",
     .open = open_after,
     COND},
    {.name = "cond-waiter",
     .about = "the same, signal only if one waits",
     .open = open_waiter,
     COND},
    {.name = "cond-half",
     .about = "the same, wake at half full",
     .open = open_half,
     .flush = flush,
     .no_latency = true,
     COND},
    {.name = "cond-batch",
     .about = "the same, 16 messages a lock",
     .open = open_waiter,
     .no_latency = true,
     .batch = 16,
     COND},
    {.name = "cond-spin",
     .about = "the same, spin before the sleep",
     .open = open_spin,
     COND},
    {.name = NULL},
};
