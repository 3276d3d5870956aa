/* floor_wake: what it takes to wake a process that sleeps on a futex: for who
   wakes it, the call; for who sleeps, until it runs.

   Only here is each sample taken by itself: a wake-up takes much longer than
   to look at the clock, and between two of them the sleeper has to go back to
   sleep. See futex(2). */
#include "config.h"

#include "die.h"
#include "floor.h"
#include "futex.h"
#include "spin.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>
#if defined(__linux__)
const char *
floor_no_wake(void)
{
    return NULL;
}

/* Sleep until THERE is N, again and again. BACK tells that this is about to
   begin, and that what was before it is over. */
static void
sleep_and_run(struct floor_memory *memory)
{
    unsigned seen;

    for (unsigned n = 1;; n++) {
        floor_put(&memory->back, n);
        while ((seen = atomic_load(&memory->there)) == n - 1)
            futex_wait(&memory->there, n - 1);
        if (seen == FLOOR_LAST)
            return;
        memory->ran = now();
    }
}

static int
wake(struct floor_memory *memory, unsigned n)
{
    floor_put(&memory->there, n);
    return (int)futex_wake(&memory->there);
}

/* Until the other side is about to sleep for the N'th time. */
static void
let_sleep(const struct floor_task *task, unsigned n)
{
    while (atomic_load_explicit(&task->memory->back, memory_order_acquire) !=
           n)
        if (task->placement == CROSS)
            spin_pause();
        else
            sched_yield();
}

/* A CPU with nothing to do goes to sleep, too, deeper as time goes by, and a
   virtual one is given back to the host: to get it back is most of what a
   wake-up costs. So the sleeper is given a tenth of a millisecond. On the same
   CPU it has gone to sleep when this side runs again.

   Only who was really asleep counts: FUTEX_WAKE tells how many it has woken.
   On one CPU the sleeper may run before the call returns; then it is not the
   call that was timed. */
static void
wake_again(const struct floor_task *task)
{
    struct floor_memory *memory = task->memory;
    double from = now(), called, idle;

    for (unsigned n = 1; !floor_over(from); n++) {
        bool at_once;
        int woken;
        let_sleep(task, n);
        if (task->placement == CROSS)
            for (idle = now(); now() - idle < 1e-4;)
                spin_pause();
        else
            sched_yield();
        from = now();
        woken = wake(memory, n);
        called = now();
        at_once = atomic_load(&memory->back) != n;
        let_sleep(task, n + 1);
        if (woken == 1 && task->which == WAKE_RUN)
            floor_sample(from, memory->ran, 1);
        else if (woken == 1 && (task->placement == CROSS || !at_once))
            floor_sample(from, called, 1);
    }
    wake(memory, FLOOR_LAST);
}

void
floor_wake(int side, void *argument)
{
    const struct floor_task *task = argument;

    floor_begin(side, 2);
    if (side == 0)
        wake_again(task);
    else
        sleep_and_run(task->memory);
}
#else
const char *
floor_no_wake(void)
{
    return "this system has no futex";
}

void
floor_wake(int side, void *argument)
{
    (void)side;
    (void)argument;
}
#endif
