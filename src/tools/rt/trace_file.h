/* trace_file: what `mapfork trace' and the runtime inside the traced programs
   share: one file, mapped by all of them, so that what a process has recorded
   is there after it was killed.

     +--------+----------------+----------------------+--------------------+
     | header | lanes          | notes                | chunks of events   |
     +--------+----------------+----------------------+--------------------+

   A lane is a thread of a process. Each fills a chunk of its own, without a
   lock, first a small one that is its own, and takes the next one by adding
   one to `chunks'. So an event costs a
   clock and four stores, and nobody waits for anybody. A slot whose kind is
   still 0 was never finished: the writer died in it, or has not come so far.

   Notes are what is rare and has a text: mappings, modules, labels, names. */
#ifndef MAPFORK_TRACE_FILE_H
#define MAPFORK_TRACE_FILE_H

#include <stdatomic.h>
#include <stdint.h>

enum {
    TRACE_LANES = 4096,
    TRACE_CHUNK = 512, /* slots, of which the first is the chunk's head */
    TRACE_FIRST = 64,  /* slots that each lane has anyway */
    TRACE_NOTES = 4 << 20,
};

enum trace_libc { TRACE_GLIBC, TRACE_MUSL, TRACE_LIBCS };

#define TRACE_MAGIC UINT64_C(0x31307472666b706d) /* "mpkfrt01" */
#define TRACE_FILE "MAPFORK_TRACE" /* environment: the file's name */

enum trace_kind {
    TRACE_NONE,
    TRACE_MORE, /* `object' is the second object of the next event */
    /* Tasks. `object' is a process number, or a lane's. */
    TRACE_START,      /* a process or a thread begins; value: enum start */
    TRACE_FORK,       /* object: the child's number; value: errno */
    TRACE_EXEC,       /* is about to; the note says what */
    TRACE_EXEC_BACK,  /* it failed; value: errno */
    TRACE_EXIT,       /* value: the status */
    TRACE_WAIT_CHILD, /* object: which, as waitpid() has it */
    TRACE_REAPED,     /* object: which; value: as waitpid() tells */
    TRACE_NOT_REAPED, /* the wait is over without one; value: errno */
    TRACE_KILL,       /* object: whom; value: the signal */
    TRACE_CREATE,     /* object: the thread's lane */
    TRACE_JOIN,       /* object: the thread's lane; waits */
    TRACE_JOINED,
    /* Locks. A request is told only where the lock was not free at once. */
    TRACE_REQUEST,
    TRACE_LOCK, /* value: what the call returned, 0 or EOWNERDEAD */
    TRACE_LOCK_FAILED,
    TRACE_BUSY,   /* trylock: EBUSY */
    TRACE_UNLOCK, /* told before it happens */
    TRACE_UNLOCK_FAILED,
    TRACE_CONSISTENT,
    TRACE_READ_LOCK, /* of a read-write lock; a write lock is TRACE_LOCK */
    /* Conditions. TRACE_MORE gives the mutex. */
    TRACE_WAIT,
    TRACE_WAIT_END, /* value: what the call returned */
    TRACE_SIGNAL,
    TRACE_BROADCAST,
    /* Semaphores. */
    TRACE_TAKE,     /* value: errno of a call that failed, or 0 */
    TRACE_TAKE_ASK, /* there was nothing to take at once */
    TRACE_POST,
    /* Barriers, once. */
    TRACE_BARRIER_IN,
    TRACE_BARRIER_OUT,
    TRACE_ONCE,
    TRACE_ONCE_DONE,
    /* An object's life; value: its size or count where it has one. */
    TRACE_INIT,
    TRACE_OPEN, /* of a semaphore that has a name; value: its count then */
    TRACE_DESTROY,
    /* Memory; value: KiB. The note has the rest. */
    TRACE_MAP,
    TRACE_UNMAP,
    TRACE_SHM_OPEN, /* these two: of a name */
    TRACE_UNLINK,
    TRACE_POINT, /* the note has its name */
    TRACE_KINDS
};

/* What an event is about, and how that object was made: `what' of an event.
   The flags are read from the object itself, for nobody need have seen how it
   was initialised. */
enum trace_what {
    TRACE_MUTEX = 1,
    TRACE_COND,
    TRACE_SEM,
    TRACE_RWLOCK,
    TRACE_BARRIER,
    TRACE_SPIN,
    TRACE_ONCE_CONTROL,
    TRACE_WHAT = 15, /* the mask of these */
    TRACE_PSHARED = 16,
    TRACE_ROBUST = 32,
    TRACE_RECURSIVE = 64,
    TRACE_CHECKING = 128, /* PTHREAD_MUTEX_ERRORCHECK */
    TRACE_NESTED = 256, /* by a signal handler, inside of a call that waits */
    TRACE_TIMED = 512,  /* that wait ends by itself */
};

enum trace_start { TRACE_FORKED, TRACE_LOADED, TRACE_THREAD };
enum { TRACE_STATUS_UNKNOWN = 0x100 }; /* value of TRACE_EXIT */

struct trace_event {
    uint64_t time;   /* ticks */
    uint64_t object; /* its address in that process, or see above */
    uint64_t pc;     /* where the call returns to; 0: no call */
    uint32_t value;
    uint16_t what;
    _Atomic uint16_t kind; /* written last */
};

/* The first slot of a chunk. */
struct trace_chunk {
    uint32_t lane; /* of whom, plus 1; 0: nobody's yet */
    uint32_t spare;
    uint64_t unused[3];
};

struct trace_lane {
    int32_t pid, tid;
    int32_t parent;  /* a lane, or -1 */
    uint64_t born;   /* ticks */
    uint64_t thread; /* pthread_t */
    _Atomic uint32_t used;
    _Atomic uint64_t timer; /* when a timer of its process goes off, in ns of
                               CLOCK_MONOTONIC; 0: there is none */
    uint16_t is_thread;
    _Atomic uint16_t in_exec; /* the next image is this process again */
    char name[40];
};

enum trace_note_kind {
    TRACE_MODULE = 1, /* a: bias, b: from, c: to; text: its file */
    TRACE_REGION,     /* a: address, b: length, c: offset, d: device,
                         e: inode, what: enum trace_region; text: its name */
    TRACE_GONE,       /* a: address, b: length */
    TRACE_MOVED,      /* a: address, b: length; c and d: the new ones */
    TRACE_LABEL,      /* a: address, b: length; text */
    TRACE_PROGRAM,    /* text: what was given to exec */
    TRACE_OPENED,     /* a: 1 if it is made if need be; text: "/name" of
                         shm_open, "sem /name"; d: sem's address */
    TRACE_REMOVED,    /* text likewise */
    TRACE_POINT_NAME, /* text */
    TRACE_ENDED, /* of `mapfork trace': a: number, b: as waitpid() tells */
};

enum trace_region {
    TRACE_REGION_ANON, /* e: this mapping's own number */
    TRACE_REGION_FILE,
    TRACE_REGION_SYSV, /* e: the identifier */
};

struct trace_note {
    _Atomic uint32_t size; /* with the text, a multiple of 8; written first */
    _Atomic uint16_t kind; /* written last */
    uint16_t what;
    uint32_t lane;
    uint64_t time, a, b, c, d, e;
    char text[];
};

struct trace_header {
    _Alignas(64) uint64_t magic;
    uint64_t size;        /* of the file */
    uint32_t chunks_most; /* how many there are */
    uint32_t by_tsc;      /* ticks are the processor's, else nanoseconds */
    int32_t supervisor, program; /* process numbers */
    uint32_t points;             /* record the points of our own programs */
    _Atomic uint32_t lanes;
    _Atomic uint32_t chunks; /* taken; may run beyond chunks_most */
    _Atomic uint32_t notes;  /* bytes taken; may run beyond TRACE_NOTES */
    _Atomic uint64_t dropped;
    _Atomic uint64_t regions;        /* numbers of anonymous mappings */
    uint64_t ticks[2], ns[2];        /* two moments, to make time of ticks */
    uint32_t shell;                  /* enum linked: what /bin/sh is */
    char runtime[TRACE_LIBCS][1024]; /* for programs linked with each libc;
                                        empty: there is none */
    struct trace_lane lane[TRACE_LANES];
};

static inline char *
trace_notes(struct trace_header *header)
{
    return (char *)(header + 1);
}

/* Where the first slots of each lane, and then the chunks, begin: at a page,
   of whatever size. */
#define TRACE_FIRSTS                                                          \
    ((sizeof(struct trace_header) + TRACE_NOTES + 65535) / 65536 * 65536)
#define TRACE_CHUNKS                                                          \
    (TRACE_FIRSTS +                                                           \
     (uint64_t)TRACE_LANES * TRACE_FIRST * sizeof(struct trace_event))

/* The first slots of LANE, from 0. */
static inline struct trace_event *
trace_first(struct trace_header *header, uint32_t lane)
{
    char *firsts = (char *)header + TRACE_FIRSTS;

    return (struct trace_event *)(void *)firsts + (uint64_t)lane * TRACE_FIRST;
}

static inline struct trace_event *
trace_slots(struct trace_header *header, uint32_t chunk)
{
    char *chunks = (char *)header + TRACE_CHUNKS;

    return (struct trace_event *)(void *)chunks +
           (uint64_t)chunk * TRACE_CHUNK;
}

static inline uint64_t
trace_size(uint32_t chunks)
{
    return TRACE_CHUNKS +
           (uint64_t)chunks * TRACE_CHUNK * sizeof(struct trace_event);
}

#endif
