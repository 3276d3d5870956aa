/* spin_flag: a flag that one process sets and another one waits for must be an
   atomic; and to wait by looking at it again and again costs a CPU.

   Child 1 spins on an atomic flag, child 2 sleeps on a mutex. The parent lets
   them wait until child 1 has used 100 ms of CPU time; only then it stores a
   message and tells both. Look at what each of them has paid. Break it: with
   --break=plain a child spins on a plain int, which says nothing to anybody.

     $ spin_flag
     parent: flags and message lie in MAP_SHARED|MAP_ANONYMOUS
     parent: child 1 has used 100 ms of CPU time, child 2 not a tenth of that
     child 1: need not wait any more, the message is 42
     child 2: need not wait any more, the message is 42

   See also: C11, 5.1.2.4: release and acquire, data races; 6.8.5: loops;
   clock_getcpuclockid(3). Next: mutex/counter.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "say.h"
#include "shared.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

enum { HOLD = 100000 }; /* microseconds of CPU time */

static const struct args about = {
    .name = "spin_flag",
    .idea = "A plain int is no signal, an atomic is; spinning on it costs.",
    .breaks =
        {
            {"plain", "the child spins on a plain int"},
        },
    .maps = true,
};

struct shared {
    pthread_mutex_t lock; /* held by the parent, from before fork */
    atomic_int flag;      /* by the parent, after the message */
    int plain;            /* the same, by mistake */
    int message;          /* by the parent, before flag, plain and unlock */
    atomic_int waiting;   /* how many children have begun to wait */
};
static struct shared *shared;

/* C lets a compiler assume that nobody else stores into a plain int. With -O2
   gcc makes of this loop one load and, if that found 0, a jump to itself; the
   attributes have it do so in every build. Another compiler may also leave out
   a loop that has no effect: there the one load is made by hand. */
#if defined(__GNUC__) && !defined(__clang__)
__attribute__((optimize("O2"), noinline, no_sanitize("address"),
               no_sanitize("undefined"))) static void
spin_on_plain(void)
{
    while (shared->plain == 0)
        continue;
}
#else
static void
spin_on_plain(void)
{
    static atomic_llong turns;
    int seen = shared->plain;

    while (seen == 0)
        turns++;
}
#endif

/* Three ways to wait. The load that ends the right loop is an acquire and
   finds what the parent stored as a release: so the message, which was stored
   before, is there, too. Unlock and lock order it in the same way, and the
   kernel, which knows who waits, gives the CPU to somebody else. */
static void
child(int me)
{
    atomic_fetch_add(&shared->waiting, 1);
    if (me == 2) {
        must(pthread_mutex_lock(&shared->lock));
        must(pthread_mutex_unlock(&shared->lock));
    } else if (args_broken("plain")) {
        spin_on_plain();
    } else {
        while (atomic_load_explicit(&shared->flag, memory_order_acquire) == 0)
            continue;
    }
    say("need not wait any more, the message is %d", shared->message);
    promise(shared->message == 42, "the message 42, seen: %d",
            shared->message);
}

/* The CPU time that PID, a child that waits, has used, in microseconds. */
static long long
used(pid_t pid)
{
    struct timespec time;
    clockid_t clock;
    int code = clock_getcpuclockid(pid, &clock);

    if (code == ENOSYS || code == EPERM)
        die_missing("the CPU-time clock of another process");
    promise(code == 0 && clock_gettime(clock, &time) != -1,
            "the child to wait, seen: it has ended");
    return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

/* Until PID has used HOLD more. Nobody would wake the parent for that: it
   spins as well, but lets others run in between. */
static void
let_use(pid_t pid)
{
    long long until = used(pid) + HOLD;

    while (used(pid) < until)
        sched_yield();
}

/* What child 2 has used before, to be born, does not count. */
static void
hand_over(const pid_t *pids)
{
    long long before = used(pids[1]);

    let_use(pids[0]);
    promise(used(pids[1]) - before <= HOLD / 10,
            "child 2 to use less than a tenth, seen: more");
    say("child 1 has used 100 ms of CPU time, child 2 not a tenth of that");
    shared->message = 42;
    atomic_store_explicit(&shared->flag, 1, memory_order_release);
    child_reap(pids[0]);
    must(pthread_mutex_unlock(&shared->lock));
    child_reap(pids[1]);
}

/* What the child uses so much CPU time for is the loop: it has found 0. Then
   it can end or loop on. */
static void
hand_over_by_plain(pid_t pid)
{
    let_use(pid);
    shared->message = 42;
    shared->plain = 1;
    say("the plain int is set, whoever loads it finds %d", shared->plain);
    promise(shared->plain == 1, "the plain int to be 1");
    let_use(pid);
    say("child 1 spins on, for 100 ms of CPU time more: it looks no more");
    child_kill(pid);
}

int
main(int argc, char **argv)
{
    pid_t pids[2];
    int children;

    args_parse(&about, argc, argv);
    children = args_broken("plain") ? 1 : 2;
    shared = args_map(sizeof *shared, "flags and message lie");
    shared_mutex(&shared->lock, SHARED_NORMAL);
    must(pthread_mutex_lock(&shared->lock));
    for (int i = 0; i < children; i++)
        if ((pids[i] = child_fork("child %d", i + 1)) == 0) {
            child(i + 1);
            _exit(EXIT_HELD);
        }
    while (atomic_load(&shared->waiting) < children)
        sched_yield();
    if (args_broken("plain"))
        hand_over_by_plain(pids[0]);
    else
        hand_over(pids);
    return EXIT_HELD;
}
