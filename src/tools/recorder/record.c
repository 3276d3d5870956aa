/* record: see record.h. */
#include "record.h"

#include "exec.h"
#include "modules.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

__thread struct recorder record_me;
bool record_on, record_by_tsc;

static const int one = 1;
const volatile int *record_known = &one;

/* A page of our own that Linux fills with zeroes in every child. Where it does
   not (before 4.14), forks by other ways than libc's are not noticed. */
static void
mark_known(void)
{
    static int *page;

    if (page == NULL) {
        size_t size = (size_t)sysconf(_SC_PAGESIZE);
        page = real.mmap(NULL, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED || madvise(page, size, MADV_WIPEONFORK) == -1)
            return;
        record_known = page;
    }
    if (record_known == page)
        *page = 1;
}

/* ---- vfork: what a child of it needs to know -------------------------- */

/* The thread that called vfork() stands still until its child has left, so
   there is one such child of a thread at a time. */
static __thread pid_t lender;
static __thread uint64_t lent;
static __thread struct recorder borrowed;

/* ---- Streams ------------------------------------------------------------ */

void
record_become(uint32_t lane)
{
    memset(&record_me, 0, sizeof record_me);
    record_me.lane = lane;
}

/* A thread that nobody has seen begin, as C11's thrd_create() makes them. */
static bool
join(void)
{
    pid_t pid = getpid();
    uint32_t lane =
        task_lane(pid, task_tid(), task_find(pid), task_tid() != pid);

    if (lane == 0)
        return false;
    task_of(lane)->thread = (uint64_t)pthread_self();
    task_of(lane)->born = record_now();
    record_me.lane = lane;
    return true;
}

bool
record_chunk(struct record_stream *stream)
{
    int error = errno;
    uint32_t number = 0;
    struct trace_chunk *head;

    if (record_me.lane == 0 && !join())
        goto dropped;
    if (stream == &record_me.stream[0] && !record_me.has_first) {
        record_me.has_first = true;
        stream->at = trace_first(task_file, record_me.lane - 1);
        stream->end = stream->at + TRACE_FIRST;
        errno = error;
        return true;
    }
    /* The load keeps the counter from running round when all are gone. */
    if (atomic_load(&task_file->chunks) < task_file->chunks_most)
        number = atomic_fetch_add(&task_file->chunks, 1) + 1;
    if (number == 0 || number > task_file->chunks_most)
        goto dropped;
    stream->at = trace_slots(task_file, number - 1);
    stream->end = stream->at + TRACE_CHUNK;
    /* To read first makes Linux map the pages around, 64 KiB of them, as well
       as this one; a fault at the first write to each page would be a third of
       what an event costs. */
    (void)*(volatile const uint64_t *)&stream->at->time;
    head = (struct trace_chunk *)(void *)stream->at++;
    head->lane = record_me.lane;
    errno = error;
    return true;
dropped:
    atomic_fetch_add(&task_file->dropped, 1);
    errno = error;
    return false;
}

void
record_left(void *nothing)
{
    (void)nothing;
    record_me.waiting = 0;
}

void
record_pair(enum trace_kind kind, unsigned what, const void *object,
            const void *other, uint32_t value, const void *pc)
{
    uint64_t time = record_now();
    struct record_stream *stream =
        &record_me.stream[record_me.depth > 0 ? 1 : 0];

    /* No room for both: the last slot stays empty. */
    if (stream->end - stream->at == 1)
        stream->at = stream->end;
    record_at(time, TRACE_MORE, what, (uint64_t)(uintptr_t)other, 0, pc);
    record_at(time, kind, what, (uint64_t)(uintptr_t)object, value, pc);
}

/* ---- Notes -------------------------------------------------------------- */

void
record_note(enum trace_note_kind kind, unsigned what, const char *text,
            const uint64_t numbers[5])
{
    size_t length = text == NULL ? 0 : strnlen(text, 4000);
    uint32_t size =
        (uint32_t)(sizeof(struct trace_note) + length + 1 + 7) & ~7u;
    uint32_t at;
    struct trace_note *note;

    if (*record_known == 0)
        record_forked();
    if (record_me.lane == 0 && !join())
        return;
    if (atomic_load(&task_file->notes) > TRACE_NOTES ||
        (at = atomic_fetch_add(&task_file->notes, size)) + size >
            TRACE_NOTES) {
        atomic_fetch_add(&task_file->dropped, 1);
        return;
    }
    note = (struct trace_note *)(void *)(trace_notes(task_file) + at);
    /* Known from here on, so that whoever dies now leaves a hole, not the end:
       what is behind it can still be found. */
    atomic_store_explicit(&note->size, size, memory_order_release);
    note->what = (uint16_t)what;
    note->lane = record_me.lane - 1;
    note->time = record_now();
    memcpy(&note->a, numbers, 5 * sizeof *numbers);
    if (length > 0)
        memcpy(note->text, text, length);
    note->text[length] = '\0';
    atomic_store_explicit(&note->kind, (uint16_t)kind, memory_order_release);
}

/* ---- vfork -------------------------------------------------------------- */

void
record_vfork(const void *pc)
{
    lender = getpid();
    lent = record_now();
    memset(&borrowed, 0, sizeof borrowed);
    record_at(lent, TRACE_FORK, 0, 0, 0, pc);
}

void
record_borrow(struct recorder *saved)
{
    pid_t pid;

    saved->lane = 0;
    if (lender == 0)
        return;
    /* Not getpid(), should a libc remember it. */
    pid = (pid_t)syscall(SYS_getpid);
    if (pid == lender) {
        lender = 0; /* the child has left */
        return;
    }
    *saved = record_me;
    record_me = borrowed;
    if (record_me.lane != 0)
        return;
    record_me.lane = task_lane(pid, pid, saved->lane, false);
    if (record_me.lane != 0)
        task_of(record_me.lane)->born = lent;
    record_at(lent, TRACE_START, 0, 0, TRACE_FORKED, NULL);
}

void
record_give_back(const struct recorder *saved)
{
    if (saved->lane == 0)
        return;
    borrowed = record_me;
    record_me = *saved;
}

/* ---- Begin -------------------------------------------------------------- */

static __thread uint32_t promised;
static __thread uint64_t fork_time;

/* The program's own pthread_atfork() functions have run then, for of those the
   one registered first is called last: what they lock, the child has locked
   as well. */
static void
about_to_fork(void)
{
    fork_time = record_now();
}

uint64_t
record_fork_time(void)
{
    return fork_time;
}

void
record_promise(void)
{
    if (record_me.lane == 0)
        join();
    fork_time = record_now();
    promised = task_lane(0, 0, record_me.lane, false);
}

void
record_kept(pid_t pid)
{
    if (promised != 0 && pid == -1)
        atomic_store(&task_of(promised)->used, 0);
    else if (promised != 0)
        task_of(promised)->pid = task_of(promised)->tid = pid;
    promised = 0;
}

/* Also of the forks that libc makes inside, as daemon() does: those were not
   promised a lane. */
void
record_forked(void)
{
    uint32_t parent = record_me.lane, lane = promised;
    pid_t pid = getpid();

    lender = 0;
    if (!record_on)
        return;
    mark_known();
    promised = 0;
    if (lane == 0)
        lane = task_lane(pid, pid, parent, false);
    record_become(lane);
    if (lane == 0)
        return;
    task_of(lane)->pid = task_of(lane)->tid = pid;
    task_of(lane)->born = record_now();
    task_of(lane)->thread = (uint64_t)pthread_self();
    record_task(TRACE_START, 0, TRACE_FORKED, NULL);
}

#if defined(__GLIBC__)
static void
leave(int status, void *nothing)
{
    (void)nothing;
    if (record_on)
        record_task(TRACE_EXIT, 0, (uint32_t)status & 0xff, NULL);
}
#else
/* musl has no on_exit(): the status is told by who waits for us. */
static void
leave(void)
{
    if (record_on)
        record_task(TRACE_EXIT, 0, TRACE_STATUS_UNKNOWN, NULL);
}
#endif

/* This image is a process that called exec, which goes on in its lane, or one
   that something started which the runtime did not see. */
void
runtime_begin(void)
{
    pid_t pid = getpid();
    uint32_t lane;

    if (!task_open())
        return;
    exec_remember();
    record_by_tsc = task_file->by_tsc;
    lane = task_find(pid);
    if (lane != 0 && atomic_exchange(&task_of(lane)->in_exec, 0) != 0) {
        /* Another thread of it may have called exec: that one's is the
           process' own lane now. */
        record_become(lane);
        record_me.has_first = true; /* it is in use since before exec */
        task_name(lane);
    } else {
        record_become(task_lane(pid, pid, task_find(getppid()), false));
        if (record_me.lane == 0)
            return;
        task_of(record_me.lane)->born = record_now();
    }
    task_of(record_me.lane)->thread = (uint64_t)pthread_self();
    mark_known();
    record_on = true;
    record_task(TRACE_START, 0, TRACE_LOADED, NULL);
    modules_note();
    pthread_atfork(about_to_fork, NULL, record_forked);
    /* What is registered first is called last, after the destructors. */
#if defined(__GLIBC__)
    on_exit(leave, NULL);
#else
    atexit(leave);
#endif
}

__attribute__((constructor)) static void
begin(void)
{
    real_need();
    /* Called before libc had the environment, as address sanitizer does. */
    if (!record_on)
        runtime_begin();
}
