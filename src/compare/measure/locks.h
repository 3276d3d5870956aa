/* locks: the kinds of lock, one table in three parts. Each is a pair of
   functions, and what has to be done before the fork and after it. */
#ifndef MAPFORK_LOCKS_H
#define MAPFORK_LOCKS_H

#include "keeper.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h> /* _POSIX_SPIN_LOCKS */

enum { LOCK_SIDES = 8, LOCK_LINE = 64 };

/* What the sides share. The lock lies in one cache line with what it guards,
   as it often does in programs: who gets the lock gets the counter with it.
   What a side leaves for the parent is far from that line. */
struct lock_memory {
    _Alignas(LOCK_LINE) union {
        atomic_uint word;
        struct {
            atomic_uint next, served;
        } ticket;
        pthread_mutex_t mutex;
        pthread_rwlock_t rwlock;
        sem_t sem;
#if defined(_POSIX_SPIN_LOCKS) && _POSIX_SPIN_LOCKS > 0
        pthread_spinlock_t spin;
#endif
    } is;
    union {
        unsigned long long plain; /* whoever has the lock */
        atomic_ullong atomic;     /* by fetch_add and cas: without one */
    } counter;
    _Alignas(LOCK_LINE) atomic_ullong end; /* when all stop; in ns */
    struct {
        double from, until; /* by the side, as now() */
        unsigned long long count;
    } side[LOCK_SIDES];
};

/* A struct of the parent's, which fork copies. */
struct lock {
    const struct lock_kind *kind;
    struct lock_memory *memory;
    int sides;
    int fds[LOCK_SIDES]; /* a file, opened once for each side */
    int fd;              /* the one of this side */
    int id;              /* of a set of semaphores */
    struct keeper keeper;
};

struct lock_kind {
    const char *name;  /* [a-z0-9_-] */
    const char *about; /* in a few words */
    bool is_alone;     /* no other process can use it */
    bool is_none;      /* it is no lock: what is lost is counted */
    bool is_reading;   /* the counter is only looked at */
    int how;           /* for OPEN */
    /* Before fork. Returns NULL, or why this system lacks it; NULL: nothing
       to be done, zeros will do. */
    const char *(*open)(struct lock *lock);
    /* After fork, in each side; NULL: nothing. */
    void (*begin)(struct lock *lock, int side);
    void (*lock)(struct lock *lock);
    void (*unlock)(struct lock *lock);
    /* In place of these two and of what is between them; or NULL. */
    void (*add)(struct lock *lock);
    /* In the parent, when the sides have ended; NULL: nothing. */
    void (*close)(struct lock *lock);
};

/* Each list ends with one that has no name. */
extern const struct lock_kind locks_word[], locks_posix[], locks_kernel[];

#endif
