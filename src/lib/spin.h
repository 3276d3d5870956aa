/* spin: to wait by looking again, for a moment, before going to sleep.

   A sleeper has to be woken, and to wake somebody on another CPU takes the
   kernel many microseconds; who is about to get what it waits for is better
   off looking for it. But to spin for somebody who would need this very CPU
   to go on is the worst one can do: it spins until its time slice is over. So
   each side leaves a note of the CPU that it runs on. A note may be out of
   date, and the answer wrong: that costs one spin or one sleep too many, no
   more.

   Nor is sched_yield() a way to wait on the same CPU. With the two alone on it
   spsc.c took 3.0 microseconds a trip so, instead of 4.4 asleep; but when a
   third process wanted that CPU, one trip in a hundred took 4 milliseconds, a
   time slice. A process that slept and is woken mostly goes before the
   third. */
#ifndef MAPFORK_SPIN_H
#define MAPFORK_SPIN_H

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

/* How many turns of a spinning wait are worth it, each with one spin_pause():
   about as long as it takes to wake a process on another CPU. A pause takes 10
   to 30 nanoseconds, so these are 20 to 60 microseconds. compare/price tells
   what a pause and a wake-up take, and what other numbers do. */
enum { SPIN_TURNS = 2000 };

/* Tell the CPU that this is a waiting loop: it saves power, and leaves more to
   the other hardware thread of the core. */
static inline void
spin_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#else
    atomic_signal_fence(memory_order_seq_cst);
#endif
}

/* The CPU that runs this process right now; -1 where nobody tells. */
static inline int
spin_cpu(void)
{
#if HAVE_SCHED_GETCPU
    return sched_getcpu();
#else
    return -1;
#endif
}

/* Leave a note of it. A store that changes nothing would take the cache line
   away from the other side, so that one is not made. */
static inline void
spin_note(atomic_int *note)
{
    int cpu = spin_cpu();

    if (atomic_load_explicit(note, memory_order_relaxed) != cpu)
        atomic_store_explicit(note, cpu, memory_order_relaxed);
}

/* Is it worth spinning for who left THEIRS? */
static inline bool
spin_worth(const atomic_int *theirs)
{
    return atomic_load_explicit(theirs, memory_order_relaxed) != spin_cpu();
}

#endif
