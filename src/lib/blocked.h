/* blocked: which process waits for which object, and whether for good.

   On Linux the kernel tells: /proc/PID/syscall shows the system call that a
   sleeping process is in, and for futex(2), on which pthread mutexes and
   condition variables sleep, the address. A forked child has the region at
   the same address as its parent, so the parent can name the object.
   Elsewhere, or where /proc is not mounted, a look tells nothing. */
#ifndef MAPFORK_BLOCKED_H
#define MAPFORK_BLOCKED_H

#include "words.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Give the SIZE bytes at OBJECT, in the region, the name that messages use.
   Call before fork or in the parent; at most 128 names, NAME is kept; the
   name given last counts. shared_mutex() and shared_cond() call it. */
void blocked_name(const void *object, size_t size, const char *name);

struct blocked {
    bool asleep;        /* in a futex wait */
    bool forever;       /* and that wait has no timeout */
    const char *object; /* the name of what it waits on, or NULL */
    unsigned long at;   /* its address; of another call, the first argument */
    long call;          /* the system call it sleeps in, -1: none */
    unsigned long ran;  /* how often it was switched out since it began */
};

/* Look at PID, a living child. Returns false where this system does not tell.
   Async-signal-safe. */
bool blocked_look(pid_t pid, struct blocked *seen);

/* Does an emulator of another processor, such as qemu-aarch64, stand between
   this program and the kernel? Then /proc speaks of the emulator's calls. */
bool blocked_emulated(void);

/* Add what PID is doing, "waits for `lock'", to a message.
   Async-signal-safe. */
void blocked_words(pid_t pid, struct words *words);

enum blocked_verdict {
    BLOCKED_FOR_GOOD, /* decided: nobody is left who could wake any of them */
    BLOCKED_ENDED,    /* one of them has ended, so they were not */
    BLOCKED_UNKNOWN,  /* the system does not tell, which is said on stdout */
};

/* Wait until COUNT children, all that could wake one another, are blocked for
   good, or one of them ends. The caller must not be about to wake them, nor
   anybody else. The program's deadline still holds.

   Why the verdict is certain where the system tells: all of them are seen
   asleep, without a timeout, in two sweeps, and between the two nobody was
   switched out again. So nobody ran in between, all were asleep at one
   moment, and from that moment only a stranger could wake them. */
enum blocked_verdict blocked_for_good(const pid_t *pids, int count);

/* The same for one child that sleeps in read(2) or write(2) on descriptor FD
   of its own, a pipe or the like: wait until it does, or ends. That nobody
   will come and wake it is for the caller to know. */
enum blocked_call { BLOCKED_IN_READ, BLOCKED_IN_WRITE };
enum blocked_verdict blocked_in_call(pid_t pid, enum blocked_call call,
                                     int fd);

#endif
