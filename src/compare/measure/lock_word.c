/* lock_word: locks that are a word in the mapping, made by hand.

   Who finds the word taken has three choices. To look again until it is free
   (spin) is fastest while the owner runs on another CPU; if the owner has
   been put off the CPU, it is a time slice for nothing. To let others run in
   between (ticket) is a system call each time. To sleep until the owner wakes
   it (futex) costs nobody anything while it lasts, but a wake-up at the end.

   See futex(2); U. Drepper, "Futexes Are Tricky", of which the lock with
   three states is mutex2; pthread_spin_lock(3). */
#include "config.h"

#include "die.h"
#include "futex.h"
#include "locks.h"
#include "price.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

/* ---- No lock ------------------------------------------------------------ */

/* What is left if one takes the lock away: it tells how much of the other
   figures is the loop and its calls. As there are other processes, additions
   get lost: two of them load the same number and store the same sum. */
static void
do_nothing(struct lock *lock)
{
    (void)lock;
}

/* One instruction that nothing can come between: the CPU holds on to the cache
   line from the load to the store. */
static void
fetch_add(struct lock *lock)
{
    atomic_fetch_add(&lock->memory->counter.atomic, 1);
}

/* What to do where the sum is no single instruction: work it out, and store it
   only if the counter has not changed meanwhile. Somebody always gets on, but
   who fails has had the line for nothing. */
static void
compare_and_swap(struct lock *lock)
{
    atomic_ullong *counter = &lock->memory->counter.atomic;
    unsigned long long seen = atomic_load(counter);

    while (!atomic_compare_exchange_weak(counter, &seen, seen + 1))
        continue;
}

/* ---- Spinning ----------------------------------------------------------- */

#if defined(_POSIX_SPIN_LOCKS) && _POSIX_SPIN_LOCKS > 0
static const char *
open_spin(struct lock *lock)
{
    must(pthread_spin_init(&lock->memory->is.spin, PTHREAD_PROCESS_SHARED));
    return NULL;
}

static void
lock_spin(struct lock *lock)
{
    pthread_spin_lock(&lock->memory->is.spin);
}

static void
unlock_spin(struct lock *lock)
{
    pthread_spin_unlock(&lock->memory->is.spin);
}
#else
static const char *
open_spin(struct lock *lock)
{
    (void)lock;
    return "this system has no pthread_spin_lock";
}
#define lock_spin do_nothing
#define unlock_spin do_nothing
#endif

/* As at the baker's: draw a number, wait until it is called. Nobody is passed
   over, but also nobody gets in while the next one in turn is not even
   running: with more processes than CPUs each turn is a switch to the right
   one, if sched_yield finds it. */
static void
lock_ticket(struct lock *lock)
{
    unsigned mine = atomic_fetch_add(&lock->memory->is.ticket.next, 1);

    while (atomic_load_explicit(&lock->memory->is.ticket.served,
                                memory_order_acquire) != mine)
        sched_yield();
}

/* Only the owner writes it: the load needs no order, the store must be the
   last of what is done inside. */
static void
unlock_ticket(struct lock *lock)
{
    atomic_uint *served = &lock->memory->is.ticket.served;
    unsigned mine = atomic_load_explicit(served, memory_order_relaxed);

    atomic_store_explicit(served, mine + 1, memory_order_release);
}

/* ---- Sleeping ----------------------------------------------------------- */

#if defined(__linux__)
enum { NOBODYS, TAKEN, WANTED };

static const char *
open_futex(struct lock *lock)
{
    (void)lock;
    return NULL;
}

/* Only WANTED tells the owner that it has somebody to wake; else it would need
   a system call for each unlock. Who comes back from its sleep does not know
   whether others sleep, and so has to take the lock as WANTED: at most one
   wake-up too many. The kernel lets it sleep only if the word still is WANTED,
   so that an unlock right before is not missed. */
static void
lock_futex(struct lock *lock)
{
    atomic_uint *word = &lock->memory->is.word;
    unsigned seen = NOBODYS;

    if (atomic_compare_exchange_strong(word, &seen, TAKEN))
        return;
    if (seen != WANTED)
        seen = atomic_exchange(word, WANTED);
    while (seen != NOBODYS) {
        futex_wait(word, WANTED);
        seen = atomic_exchange(word, WANTED);
    }
}

/* The lock is free before anybody is woken, and whoever comes first has it:
   mostly the one that has just let go of it. That is unfair, and fast. */
static void
unlock_futex(struct lock *lock)
{
    atomic_uint *word = &lock->memory->is.word;

    if (atomic_exchange(word, NOBODYS) == WANTED)
        futex_wake(word);
}
#else
static const char *
open_futex(struct lock *lock)
{
    (void)lock;
    return "this system has no futex";
}
#define lock_futex do_nothing
#define unlock_futex do_nothing
#endif

const struct lock_kind locks_word[] = {
    {.name = "no-lock",
     .about = "some are lost",
     .is_none = true,
     .lock = do_nothing,
     .unlock = do_nothing},
    {.name = "fetch_add", .about = "one atomic instruction", .add = fetch_add},
    {.name = "cas", .about = "swap, or try again", .add = compare_and_swap},
    {.name = "spin",
     .about = "pthread_spin_lock",
     .open = open_spin,
     .lock = lock_spin,
     .unlock = unlock_spin},
    {.name = "ticket",
     .about = "in order, sched_yield",
     .lock = lock_ticket,
     .unlock = unlock_ticket},
    {.name = "futex",
     .about = "a word of 3 states",
     .open = open_futex,
     .lock = lock_futex,
     .unlock = unlock_futex},
    {.name = NULL},
};
