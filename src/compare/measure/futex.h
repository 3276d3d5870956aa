/* futex: the system call below mutexes and semaphores, where there is one.

   Not FUTEX_PRIVATE_FLAG: the word lies in memory that processes share, and
   the kernel has to look up which page of which mapping that is. See futex(2);
   U. Drepper, "Futexes Are Tricky", 2011. */
#ifndef MAPFORK_FUTEX_H
#define MAPFORK_FUTEX_H

#if defined(__linux__)
#include "die.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As in <linux/futex.h>, a header of the kernel's, which need not be there
   where a C library is. */
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1 };

/* Sleep if *WORD is still SEEN. Returns when woken, at once if it is not, and
   now and then for no reason: look again. */
static inline void
futex_wait(atomic_uint *word, unsigned seen)
{
    if (syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0) == -1 &&
        errno != EAGAIN && errno != EINTR)
        die("futex FUTEX_WAIT");
}

/* Wake one process that sleeps on *WORD; returns how many there were. */
static inline long
futex_wake(atomic_uint *word)
{
    long woken = syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);

    if (woken == -1)
        die("futex FUTEX_WAKE");
    return woken;
}
#endif

#endif
