/* record: events and notes, into the trace file. Every function here may be
   called in a signal handler and in a process that was forked a moment ago;
   none waits for anybody, changes errno or calls malloc. */
#ifndef MAPFORK_RECORD_H
#define MAPFORK_RECORD_H

#include "../rt/real.h"
#include "../rt/task.h"
#include "../rt/ticks.h"
#include "../rt/trace_file.h"

#include <stdbool.h>
#include <stdint.h>

/* Where one stream of events goes: the free slots of its chunk. */
struct record_stream {
    struct trace_event *at, *end;
};

/* What a thread knows of itself. A signal handler that comes while an event
   is being written, at depth 1, writes into a chunk of its own: so it cannot
   get hold of the half-written slot. */
struct recorder {
    uint32_t lane; /* plus 1 */
    int depth;
    uintptr_t writing; /* the frame that writes at depth 1 */
    bool has_first;    /* chunk, the small one that each lane has */
    uintptr_t waiting; /* the frame of the call that waits now, or 0 */
    struct record_stream stream[2];
};

extern __thread struct recorder record_me
    __attribute__((tls_model("initial-exec")));
extern bool record_on;
/* Points to a 1 that is 0 in a child of any fork, even of one that was made by
   syscall(), until record_forked() has been there. */
extern const volatile int *record_known;
extern bool record_by_tsc;

/* In the child of a fork, first of all. */
void record_forked(void);

/* Take the next chunk of this thread for STREAM, and this thread's lane if it
   has none. Returns false, and has counted one dropped event, where the file
   is full. */
bool record_chunk(struct record_stream *stream);

static inline uint64_t
record_now(void)
{
    return ticks_now(record_by_tsc);
}

/* Of a lock that was got: not before it was got. */
static inline uint64_t
record_after(void)
{
    return ticks_after(record_by_tsc);
}

/* One event, that happened at TIME. Its slot counts once its kind is there;
   on the same thread program order is all that needs, and whoever reads the
   file does so when this process has ended or been stopped for good. */
static inline void
record_at(uint64_t time, enum trace_kind kind, unsigned what, uint64_t object,
          uint32_t value, const void *pc)
{
    struct record_stream *stream;
    struct trace_event *event;
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    int depth;

    if (__builtin_expect(*record_known == 0, 0))
        record_forked();
    /* A signal handler that jumped out of here left it half done. */
    if (__builtin_expect(record_me.depth > 0, 0) && frame >= record_me.writing)
        record_me.depth = 0;
    depth = record_me.depth++;
    if (depth == 0)
        record_me.writing = frame;
    if (record_me.waiting != 0 && frame > record_me.waiting)
        record_me.waiting = 0;
    atomic_signal_fence(memory_order_seq_cst);
    stream = &record_me.stream[depth > 0];
    if (__builtin_expect(depth > 1, 0))
        atomic_fetch_add(&task_file->dropped, 1);
    else if (__builtin_expect(stream->at != stream->end, 1) ||
             record_chunk(stream)) {
        event = stream->at++;
        event->time = time;
        event->object = object;
        event->pc = (uint64_t)(uintptr_t)pc;
        event->value = value;
        if (record_me.waiting != 0 && frame < record_me.waiting)
            what |= TRACE_NESTED;
        event->what = (uint16_t)what;
        atomic_store_explicit(&event->kind, (uint16_t)kind,
                              memory_order_release);
    }
    atomic_signal_fence(memory_order_seq_cst);
    record_me.depth = depth;
}

static inline void
record(enum trace_kind kind, unsigned what, const void *object, uint32_t value,
       const void *pc)
{
    record_at(record_now(), kind, what, (uint64_t)(uintptr_t)object, value,
              pc);
}

/* The same, of a process or a lane. */
static inline void
record_task(enum trace_kind kind, int64_t whom, uint32_t value, const void *pc)
{
    record_at(record_now(), kind, 0, (uint64_t)whom, value, pc);
}

/* An event about two objects, OTHER first: two slots of one chunk. */
void record_pair(enum trace_kind kind, unsigned what, const void *object,
                 const void *other, uint32_t value, const void *pc);

/* CALL, which may wait. What is recorded deeper on the stack until it is over
   is a signal handler's. A thread that is cancelled in it cleans up. */
#define RECORD_WAITING(call)                                                  \
    do {                                                                      \
        pthread_cleanup_push(record_left, NULL);                              \
        record_me.waiting = (uintptr_t)__builtin_frame_address(0);            \
        call;                                                                 \
        pthread_cleanup_pop(1);                                               \
    } while (0)
void record_left(void *nothing);

/* A note with TEXT (NULL: none) and the numbers A to E. */
void record_note(enum trace_note_kind kind, unsigned what, const char *text,
                 const uint64_t numbers[5]);
#define RECORD_NOTE(kind, what, text, ...)                                    \
    record_note((kind), (what), (text), (const uint64_t[5]){__VA_ARGS__})

/* In a new process that shares no memory with its parent, and in a thread:
   from now on this thread is lane LANE. */
void record_become(uint32_t lane);
/* Around a fork. Before: the lane that the child will have, so that children
   have theirs in the order in which they were forked, whichever runs first.
   In the child comes record_forked(), in the parent this, with what fork()
   returned. */
void record_promise(void);
void record_kept(pid_t pid);
/* The last moment before it. */
uint64_t record_fork_time(void);

/* In a child of vfork(), which runs in its parent's memory and on its
   thread: what is recorded between the two goes to the child's own lane.
   Elsewhere they do nothing. */
void record_vfork(const void *pc);
void record_borrow(struct recorder *saved);
void record_give_back(const struct recorder *saved);

/* Where the exported function that this is used in was called from. */
#define RECORD_PC __builtin_return_address(0)

#endif
