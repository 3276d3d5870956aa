/* load: the chunks of all lanes become one list of events in the order of
   time, and the notes likewise. */
#include "config.h"

#include "trace.h"

#include "die.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

void *
trace_grow(void *list, int count, size_t size)
{
    /* At 0, 16, 32, 64, ... the room is full. */
    if (count == 0 || (count >= 16 && (count & (count - 1)) == 0)) {
        size_t room = count < 16 ? 16 : (size_t)count * 2;
        list = realloc(list, room * size);
        if (list == NULL)
            die("realloc");
    }
    memset((char *)list + (size_t)count * size, 0, size);
    return list;
}

/* Ticks as nanoseconds since the start, by the two moments at which both
   clocks were read. */
static uint64_t
time_of(const struct trace_header *file, uint64_t ticks)
{
    double rate = (double)(file->ns[1] - file->ns[0]) /
                  (double)(file->ticks[1] - file->ticks[0]);

    if (ticks < file->ticks[0])
        return 0;
    if (!file->by_tsc)
        return ticks - file->ns[0];
    return (uint64_t)((double)(ticks - file->ticks[0]) * rate);
}

/* ---- Lanes -------------------------------------------------------------- */

/* A lane that was promised to a child, and then there was no child, is not
   counted: the others move up. NEW_LANE has where to. */
static int new_lane[TRACE_LANES];

static int
lane_now(int64_t old)
{
    return old >= 0 && old < TRACE_LANES ? new_lane[old] : NOBODY;
}

static void
load_lanes(struct trace *trace)
{
    uint32_t count =
        trace->file->lanes < TRACE_LANES ? trace->file->lanes : TRACE_LANES;

    for (uint32_t i = 0; i < TRACE_LANES; i++)
        new_lane[i] = NOBODY;
    for (uint32_t i = 0; i < count; i++) {
        const struct trace_lane *from = &trace->file->lane[i];
        struct lane *lane;
        if (from->used == 0)
            continue;
        new_lane[i] = trace->lane_count;
        lane = trace_add(trace->lanes, trace->lane_count);
        lane->pid = from->pid;
        lane->tid = from->tid;
        lane->parent = lane_now(from->parent);
        lane->born = time_of(trace->file, from->born);
        lane->is_thread = from->is_thread;
        lane->process = new_lane[i];
        lane->first = lane->last = lane->reaped = lane->stuck = lane->created =
            lane->wait = lane->executing = NOBODY;
        lane->status = TRACE_STATUS_UNKNOWN << 8;
        memcpy(lane->program, from->name, sizeof lane->program - 1);
        /* A thread's parent is in the same process, or was when it began. */
        for (int p = lane->parent; lane->is_thread && p != NOBODY;
             p = trace->lanes[p].parent)
            if (trace->lanes[p].pid == lane->pid) {
                lane->process = trace->lanes[p].process;
                break;
            }
    }
}

/* ---- Events ------------------------------------------------------------- */

static void
load_event(struct trace *trace, int lane, const struct trace_event *from,
           uint64_t other)
{
    struct event *event = trace_add(trace->events, trace->event_count);

    *event = (struct event){
        .time = time_of(trace->file, from->time),
        .order = trace->event_count,
        .lane = lane,
        .kind = from->kind,
        .what = from->what,
        .value = from->value,
        .address = from->object,
        .other_address = other,
        .pc = from->pc,
        .object = NOBODY,
        .other = NOBODY,
        .whom = from->kind == TRACE_CREATE || from->kind == TRACE_JOIN ||
                        from->kind == TRACE_JOINED
                    ? lane_now((int64_t)from->object)
                    : (int64_t)from->object,
    };
}

static void
load_slots(struct trace *trace, int lane, const struct trace_event *slots,
           int count)
{
    uint64_t other = 0;

    for (int i = 0; i < count; i++) {
        const struct trace_event *slot = &slots[i];
        if (slot->kind == TRACE_NONE || slot->kind >= TRACE_KINDS)
            continue;
        if (slot->kind == TRACE_MORE) {
            other = slot->object;
            continue;
        }
        load_event(trace, lane, slot, other);
        other = 0;
    }
}

static void
load_chunk(struct trace *trace, uint32_t number)
{
    const struct trace_event *slots = trace_slots(trace->file, number);
    const struct trace_chunk *head = (const void *)slots;

    if (head->lane != 0 && lane_now(head->lane - 1) != NOBODY)
        load_slots(trace, lane_now(head->lane - 1), slots + 1,
                   TRACE_CHUNK - 1);
}

static int
by_time(const void *left, const void *right)
{
    const struct event *a = left, *b = right;

    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    /* At one time: as they were recorded. */
    return a->order < b->order ? -1 : a->order > b->order;
}

static int
notes_by_time(const void *left, const void *right)
{
    const struct trace_note *a = *(const struct trace_note *const *)left;
    const struct trace_note *b = *(const struct trace_note *const *)right;

    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return a < b ? -1 : a > b;
}

static void
load_notes(struct trace *trace)
{
    char *notes = trace_notes(trace->file);
    uint32_t end = trace->file->notes;

    for (uint32_t at = 0; at < end && at < TRACE_NOTES;) {
        struct trace_note *note = (void *)(notes + at);
        /* Killed before it had said how long it is, in a place that is all
           zeroes: the next one begins where they end. */
        if (note->size == 0) {
            at += 8;
            continue;
        }
        at += note->size;
        /* Its writer was killed in the middle. */
        if (note->kind == 0)
            continue;
        note->time = time_of(trace->file, note->time);
        if (note->kind != TRACE_ENDED) {
            if (lane_now(note->lane) == NOBODY)
                continue;
            note->lane = (uint32_t)lane_now(note->lane);
        }
        *trace_add(trace->notes, trace->note_count) = note;
    }
    if (trace->note_count > 0)
        qsort(trace->notes, (size_t)trace->note_count, sizeof *trace->notes,
              notes_by_time);
}

/* ---- Ends --------------------------------------------------------------- */

/* Nobody records its own death by a signal, and a program that the runtime was
   not loaded into does not tell its exit: that is put in after the last thing
   that the process did, when it was killed or at least before that was
   seen. */
static void
add_death(struct trace *trace, int lane, uint64_t seen, uint32_t status)
{
    uint64_t time = seen;
    struct event *event;

    for (int i = 0; i < trace->event_count && WIFEXITED(status); i++) {
        struct event *at = &trace->events[i];
        if (at->kind != TRACE_EXIT || trace->lanes[at->lane].process != lane ||
            (trace->lanes[at->lane].is_thread &&
             at->value == TRACE_STATUS_UNKNOWN))
            continue;
        at->value = WEXITSTATUS(status);
        return;
    }
    for (int i = 0; i < trace->event_count; i++) {
        const struct event *at = &trace->events[i];
        if (at->kind == TRACE_KILL && at->whom == trace->lanes[lane].pid &&
            at->value == (uint32_t)WTERMSIG(status) && at->time < time)
            time = at->time;
    }
    for (int i = 0; i < trace->event_count; i++) {
        const struct event *at = &trace->events[i];
        if (trace->lanes[at->lane].process == lane && at->time > time)
            time = at->time;
    }
    event = trace_add(trace->events, trace->event_count);
    *event = (struct event){
        .time = time < seen ? time : seen,
        .order = trace->event_count,
        .lane = lane,
        .kind = WIFSIGNALED(status) ? TRACE_KILLED : TRACE_EXIT,
        .value = WIFSIGNALED(status) ? status : WEXITSTATUS(status),
        .object = NOBODY,
        .other = NOBODY};
}

/* The process' lane that had number PID when it ended at TIME: the one that
   began last before that. */
static int
lane_of(const struct trace *trace, int64_t pid, uint64_t time)
{
    for (int i = trace->lane_count - 1; i >= 0; i--)
        if (trace->lanes[i].pid == pid && !trace->lanes[i].is_thread &&
            trace->lanes[i].born <= time)
            return i;
    return NOBODY;
}

static bool
is_end(uint32_t status)
{
    return WIFEXITED(status) || WIFSIGNALED(status);
}

static void
load_ends(struct trace *trace)
{
    int count = trace->event_count;

    for (int i = 0; i < count; i++) {
        const struct event event = trace->events[i];
        int lane;
        if (event.kind != TRACE_REAPED || !is_end(event.value))
            continue;
        lane = lane_of(trace, event.whom, event.time);
        if (lane == NOBODY || trace->lanes[lane].has_ended)
            continue;
        trace->lanes[lane].has_ended = true;
        trace->lanes[lane].status = event.value;
        add_death(trace, lane, event.time, event.value);
    }
    for (int i = 0; i < trace->note_count; i++) {
        const struct trace_note *note = trace->notes[i];
        int lane;
        if (note->kind != TRACE_ENDED)
            continue;
        lane = lane_of(trace, (int64_t)note->a, note->time);
        if (lane == NOBODY || trace->lanes[lane].has_ended)
            continue;
        trace->lanes[lane].has_ended = true;
        trace->lanes[lane].adopted = true;
        trace->lanes[lane].status = (uint32_t)note->b;
        add_death(trace, lane, note->time, (uint32_t)note->b);
    }
}

void
trace_load(struct trace *trace, struct trace_header *file)
{
    uint32_t chunks =
        file->chunks < file->chunks_most ? file->chunks : file->chunks_most;

    trace->file = file;
    trace->dropped = file->dropped;
    trace->duration = file->ns[1] - file->ns[0];
    load_lanes(trace);
    for (uint32_t i = 0; i < TRACE_LANES; i++)
        if (lane_now(i) != NOBODY)
            load_slots(trace, lane_now(i), trace_first(file, i), TRACE_FIRST);
    for (uint32_t i = 0; i < chunks; i++)
        load_chunk(trace, i);
    load_notes(trace);
    load_ends(trace);
    if (trace->event_count > 0)
        qsort(trace->events, (size_t)trace->event_count, sizeof *trace->events,
              by_time);
    for (int i = 0; i < trace->event_count; i++) {
        struct lane *lane = &trace->lanes[trace->events[i].lane];
        if (lane->first == NOBODY)
            lane->first = i;
        lane->last = i;
    }
}
