/* floor_roles: the machine itself, by programs that do nothing else.

   Most of it takes less time than to read the clock twice: so a sample is the
   mean of many in a row. What takes longer, a large copy or a wake-up
   (floor_wake.c), is measured one by one.

   A side that waits here spins, but never when both have only one CPU: there
   it would spin until the end of its time slice, every time. Should the other
   side die, the parent, which learns of it, ends this one. */
#include "config.h"

#include "die.h"
#include "floor.h"
#include "spin.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif

enum { TRIPS = 64, CALLS = 256 };

/* ---- Samples ------------------------------------------------------------ */

static double warm, over;

void
floor_begin(int side, int sides)
{
    pair_start(side, sides);
    warm = now() + asked_seconds() / 10;
    over = warm + asked_seconds();
}

/* A load may keep a side off its CPU for all of its time: three samples must
   be there, if it can be done in four times as long. */
bool
floor_over(double time)
{
    return cell->samples >= SAMPLES_MOST ||
           (time >= over && cell->samples >= 3) ||
           time >= over + 3 * asked_seconds();
}

void
floor_sample(double from, double until, int times)
{
    if (from >= warm && cell->samples < SAMPLES_MOST)
        cell->sample[cell->samples++] = (until - from) * 1e9 / times;
}

/* ---- A cache line, there and back --------------------------------------- */

/* False if it is the last word. No pause in the loop: that alone takes a
   tenth of what is measured. */
bool
floor_await(const atomic_uint *word, unsigned value)
{
    unsigned seen;

    while ((seen = atomic_load_explicit(word, memory_order_acquire)) != value)
        if (seen == FLOOR_LAST)
            return false;
    return true;
}

void
floor_put(atomic_uint *word, unsigned value)
{
    atomic_store_explicit(word, value, memory_order_release);
}

/* Side 0 writes odd numbers, side 1 answers with even ones, in the same line
   or in another one. To write, a CPU takes the line away from the other, which
   has to fetch it to look: two transfers are the least that an answer from
   another CPU can take, however it is sent. */
void
floor_bounce(int side, void *argument)
{
    const struct floor_task *task = argument;
    atomic_uint *there = &task->memory->there;
    atomic_uint *back = task->which == 1 ? there : &task->memory->back;
    unsigned n = 1;

    floor_begin(side, 2);
    if (side == 1) {
        for (; floor_await(there, n); n += 2)
            floor_put(back, n + 1);
        return;
    }
    for (double from = now(), until; !floor_over(from); from = until) {
        for (int i = 0; i < TRIPS; i++, n += 2) {
            floor_put(there, n);
            floor_await(back, n + 1);
        }
        until = now();
        floor_sample(from, until, TRIPS);
    }
    floor_put(there, FLOOR_LAST);
}

/* To look first and to write then are two transfers, once to share the line
   and once to own it. A compare-and-swap asks for ownership at once, and has
   it if its turn has come. */
static bool
take_turn(atomic_uint *word, unsigned from, unsigned to)
{
    unsigned seen = from;

    while (!atomic_compare_exchange_weak(word, &seen, to)) {
        if (seen == FLOOR_LAST)
            return false;
        seen = from;
    }
    return true;
}

void
floor_handoff(int side, void *argument)
{
    const struct floor_task *task = argument;
    atomic_uint *word = &task->memory->there;

    floor_begin(side, 2);
    if (side == 1) {
        while (take_turn(word, 1, 0))
            continue;
        return;
    }
    for (double from = now(), until; !floor_over(from); from = until) {
        for (int i = 0; i < TRIPS; i++)
            take_turn(word, 0, 1);
        until = now();
        floor_sample(from, until, TRIPS);
    }
    take_turn(word, 0, FLOOR_LAST);
}

/* ---- Copies ------------------------------------------------------------- */

/* Memory of this side alone, with its pages. */
static unsigned char *
own_memory(size_t size)
{
    unsigned char *own = malloc(size);

    if (own == NULL)
        die("malloc %zu bytes", size);
    memset(own, 1, size);
    return own;
}

/* The compiler must not leave out a copy because there is another one. */
static void
copy(void *to, const void *from, size_t size)
{
    memcpy(to, from, size);
    atomic_signal_fence(memory_order_seq_cst);
}

/* From the same memory to the same memory: as long as both fit there, they
   are in the caches of this CPU. */
void
floor_copy(int side, void *argument)
{
    const struct floor_task *task = argument;
    unsigned char *own = own_memory(task->size);
    int times = task->size < (256 << 10) ? (256 << 10) / (int)task->size : 1;

    if (times > 1024)
        times = 1024;
    pair_touch(task->memory->data, task->size);
    floor_begin(side, 1);
    for (double from = now(), until; !floor_over(from); from = until) {
        for (int i = 0; i < times; i++)
            copy(task->memory->data, own, task->size);
        until = now();
        floor_sample(from, until, times);
    }
    free(own);
}

/* Side 0 writes the memory, side 1 reads it, in turns: so whoever is next
   finds it in the other CPU's caches. WHICH side is timed. */
void
floor_copy_cross(int side, void *argument)
{
    const struct floor_task *task = argument;
    struct floor_memory *memory = task->memory;
    unsigned char *own = own_memory(task->size);
    double from = 0;

    pair_touch(memory->data, task->size);
    floor_begin(side, 2);
    for (unsigned n = 1;
         side == 1 ? floor_await(&memory->there, n) : !floor_over(from); n++) {
        from = now();
        if (side == 0)
            copy(memory->data, own, task->size);
        else
            copy(own, memory->data, task->size);
        if (side == task->which)
            floor_sample(from, now(), 1);
        floor_put(side == 0 ? &memory->there : &memory->back, n);
        if (side == 0)
            floor_await(&memory->back, n);
    }
    if (side == 0)
        floor_put(&memory->there, FLOOR_LAST);
    free(own);
}

/* ---- Calls -------------------------------------------------------------- */

/* getppid does the least that a system call can do, and no library answers it
   from memory. clock_gettime mostly is no system call: the kernel lends each
   process a page with the time (vdso(7)). With nobody else on this CPU,
   sched_yield has nobody to switch to. */
static void
call(int which)
{
    struct timespec time;

    switch (which) {
    case CALL_SYSTEM:
#if defined(SYS_getppid)
        syscall(SYS_getppid);
#else
        (void)getppid();
#endif
        break;
    case CALL_CLOCK:
        clock_gettime(CLOCK_MONOTONIC, &time);
        break;
    case CALL_YIELD:
        sched_yield();
        break;
    default:
        spin_pause();
    }
}

void
floor_call(int side, void *argument)
{
    const struct floor_task *task = argument;

    floor_begin(side, 1);
    for (double from = now(), until; !floor_over(from); from = until) {
        for (int i = 0; i < CALLS; i++)
            call(task->which);
        until = now();
        floor_sample(from, until, CALLS);
    }
}
