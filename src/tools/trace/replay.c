/* replay: go through the events once, in the order of time, and keep account:
   who holds what, who waits for what, who woke whom. What looks wrong on the
   way is noted as a suspicion, and judged at the end (judge.c).

   Why that order is right: an unlock, a signal and a post are stamped before
   they happen, and what they make possible is stamped after it happened, so
   the effect never comes before its cause. */
#include "config.h"

#include "trace.h"

#include "die.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static void
suspect(struct trace *trace, enum suspect kind, int event, int object,
        int lane)
{
    *trace_add(trace->suspicions, trace->suspicion_count) = (struct suspicion){
        .kind = kind,
        .event = event,
        .object = object,
        .lane = lane,
        .more = NOBODY,
    };
}

static void
add_arrow(struct trace *trace, enum arrow_kind kind, int from, int to,
          int object)
{
    if (from != NOBODY)
        *trace_add(trace->arrows, trace->arrow_count) =
            (struct arrow){kind, from, to, object};
}

/* ---- Spans -------------------------------------------------------------- */

static int
open_span(struct trace *trace, int lane, enum span_kind kind, int object,
          int event)
{
    *trace_add(trace->spans, trace->span_count) = (struct span){
        .lane = lane,
        .kind = kind,
        .object = object,
        .mutex = NOBODY,
        .from = event,
        .to = NOBODY,
        .timed = (trace->events[event].what & TRACE_TIMED) != 0,
    };
    return trace->span_count - 1;
}

static uint64_t
length_of(const struct trace *trace, const struct span *span)
{
    return trace->events[span->to].time - trace->events[span->from].time;
}

static void
begin_wait(struct trace *trace, int event, enum span_kind kind)
{
    const struct event *at = &trace->events[event];

    trace->lanes[at->lane].wait =
        open_span(trace, at->lane, kind, at->object, event);
}

/* The lane goes on. Returns the span that is over, or NULL. */
static struct span *
end_wait(struct trace *trace, int event)
{
    struct lane *lane = &trace->lanes[trace->events[event].lane];
    struct span *span;

    if (lane->wait == NOBODY)
        return NULL;
    span = &trace->spans[lane->wait];
    span->to = event;
    if (span->object != NOBODY)
        trace->objects[span->object].waited += length_of(trace, span);
    lane->wait = NOBODY;
    return span;
}

void
trace_hold(struct trace *trace, int lane, int object, int event,
           enum span_kind kind)
{
    struct lane *holder = &trace->lanes[lane];
    struct object *it = &trace->objects[object];
    int span = open_span(trace, lane, kind, object, event);

    *trace_add(holder->held, holder->held_count) = span;
    it->acquired++;
    it->dead_owner = NOBODY;
    it->copy_of_owner = NOBODY;
    if (kind == SPAN_READ) {
        *trace_add(it->readers, it->reader_count) = span;
        return;
    }
    it->owner = lane;
    it->depth = 0;
    it->hold = span;
}

static void
forget(int *list, int *count, int what)
{
    for (int i = 0; i < *count; i++)
        if (list[i] == what) {
            list[i] = list[--*count];
            return;
        }
}

/* The hold of SPAN is over; by EVENT. */
static void
end_hold(struct trace *trace, int span, int event)
{
    struct span *it = &trace->spans[span];
    struct object *object = &trace->objects[it->object];
    uint64_t length;

    it->to = event;
    length = length_of(trace, it);
    object->held += length;
    if (length >= object->longest) {
        object->longest = length;
        object->longest_event = it->from;
    }
    forget(trace->lanes[it->lane].held, &trace->lanes[it->lane].held_count,
           span);
    if (it->kind == SPAN_READ)
        forget(object->readers, &object->reader_count, span);
    else
        object->owner = object->hold = NOBODY;
}

/* ---- Locks -------------------------------------------------------------- */

/* See trace.h. Another one is named first: of two readers who both want to
   write, each waits for the other. */
int
trace_holder(const struct trace *trace, int object, int lane)
{
    const struct object *it = &trace->objects[object];

    if (it->owner != NOBODY)
        return it->owner;
    for (int i = 0; i < it->reader_count; i++)
        if (trace->spans[it->readers[i]].lane != lane)
            return trace->spans[it->readers[i]].lane;
    return it->reader_count > 0 ? lane : NOBODY;
}

/* Whom does LANE wait for, for good: the holder of the lock? */
static int
blocker(const struct trace *trace, int lane)
{
    const struct span *span;

    if (trace->lanes[lane].wait == NOBODY)
        return NOBODY;
    span = &trace->spans[trace->lanes[lane].wait];
    if (span->kind != SPAN_BLOCKED || span->timed)
        return NOBODY;
    return trace_holder(trace, span->object, lane);
}

/* Does the wait that begins with EVENT close a circle? A mutex that checks is
   not waited for by who holds it. */
static void
look_for_circle(struct trace *trace, int event)
{
    int lane = trace->events[event].lane, at = lane;

    for (int steps = 0; steps <= trace->lane_count; steps++) {
        at = blocker(trace, at);
        if (at == NOBODY)
            return;
        if (at != lane)
            continue;
        if (steps == 0 && (trace->events[event].what &
                           (TRACE_CHECKING | TRACE_RECURSIVE)) != 0)
            return;
        suspect(trace, SUSPECT_DEADLOCK, event, trace->events[event].object,
                lane);
        return;
    }
}

static void
on_lock(struct trace *trace, int event, enum span_kind kind)
{
    struct event *at = &trace->events[event];
    struct object *object = &trace->objects[at->object];
    struct span *waited = end_wait(trace, event);

    if (waited != NULL && object->last_unlock > waited->from)
        add_arrow(trace, ARROW_WAKE, object->last_unlock, event, at->object);
    if (at->value == EOWNERDEAD)
        suspect(trace, SUSPECT_OWNER_DIED, event, at->object,
                object->owner != NOBODY ? object->owner : object->dead_owner);
    if (kind == SPAN_HOLD && object->owner == at->lane &&
        (at->what & TRACE_RECURSIVE) != 0) {
        object->depth++;
        object->acquired++;
        return;
    }
    /* It was held when it could be had: the holder died, or lost it to a call
       that was not seen. */
    if (kind == SPAN_HOLD && object->owner != NOBODY)
        end_hold(trace, object->hold, event);
    trace_hold(trace, at->lane, at->object, event, kind);
}

/* What the lane of EVENT does next with the same object; TRACE_NONE if that is
   something else, or nothing. */
static int
next_kind(const struct trace *trace, int event)
{
    const struct event *at = &trace->events[event];

    for (int i = event + 1; i < trace->event_count; i++) {
        const struct event *next = &trace->events[i];
        if (next->lane == at->lane && (next->what & TRACE_NESTED) == 0)
            return next->address == at->address ? next->kind : TRACE_NONE;
    }
    return TRACE_NONE;
}

/* A robust mutex is always asked for (recorder/mutex.c): nobody waited, if
   nobody had it and it was got. */
static void
on_request(struct trace *trace, int event)
{
    const struct event *at = &trace->events[event];
    struct object *object = &trace->objects[at->object];
    int next = next_kind(trace, event);
    bool is_free =
        object->owner == NOBODY || trace->lanes[object->owner].is_over;

    /* Refused at once, as EDEADLK is, nobody waited either. */
    if ((next == TRACE_LOCK && (at->what & TRACE_ROBUST) != 0 && is_free) ||
        (next == TRACE_LOCK_FAILED && (at->what & TRACE_TIMED) == 0)) {
        trace->events[event].is_idle = true;
        return;
    }
    begin_wait(trace, event, SPAN_BLOCKED);
    object->contended++;
    look_for_circle(trace, event);
}

static void
on_unlock(struct trace *trace, int event)
{
    struct event *at = &trace->events[event];
    struct object *object = &trace->objects[at->object];

    if (next_kind(trace, event) == TRACE_UNLOCK_FAILED)
        return;
    object->last_unlock = event;
    for (int i = 0; i < object->reader_count; i++)
        if (trace->spans[object->readers[i]].lane == at->lane) {
            end_hold(trace, object->readers[i], event);
            return;
        }
    if (object->owner == at->lane) {
        if (object->depth > 0)
            object->depth--;
        else
            end_hold(trace, object->hold, event);
        return;
    }
    if (object->owner != NOBODY) {
        suspect(trace, SUSPECT_STRANGER, event, at->object, object->owner);
        end_hold(trace, object->hold, event);
    } else if (object->dead_owner == NOBODY)
        suspect(trace, SUSPECT_FREE, event, at->object, NOBODY);
}

/* ---- Conditions --------------------------------------------------------- */

static bool
is_waiting(const struct trace *trace, int lane, int object)
{
    int wait = trace->lanes[lane].wait;

    return wait != NOBODY && trace->spans[wait].object == object &&
           trace->spans[wait].kind == SPAN_ASLEEP;
}

static void
on_wait(struct trace *trace, int event)
{
    struct event *at = &trace->events[event];
    struct object *mutex = &trace->objects[at->other];
    bool had = mutex->owner == at->lane;
    int other = NOBODY;

    for (int i = 0; i < trace->lane_count; i++)
        if (is_waiting(trace, i, at->object) &&
            trace->spans[trace->lanes[i].wait].mutex != at->other)
            other = i;
    /* Who is owed a wake-up waits for the mutex only. */
    if (other != NOBODY && trace->objects[at->object].owed_from ==
                               trace->objects[at->object].owed_count)
        suspect(trace, SUSPECT_TWO_MUTEXES, event, at->object, other);
    if (had) {
        mutex->last_unlock = event;
        end_hold(trace, mutex->hold, event);
    } else
        suspect(trace, SUSPECT_NO_MUTEX, event, at->other, mutex->owner);
    begin_wait(trace, event, SPAN_ASLEEP);
    trace->spans[trace->lanes[at->lane].wait].mutex = at->other;
    trace->spans[trace->lanes[at->lane].wait].had_mutex = had;
}

/* A signal or a post, EVENT, that somebody will return for; of a broadcast,
   LANE will, else it is NOBODY. The oldest stands first. */
static void
owe(struct trace *trace, int object, int event, int lane)
{
    struct object *it = &trace->objects[object];

    *trace_add(it->owed, it->owed_count) = (struct pending){event, lane};
}

/* The first one that this waiter, asleep since FROM, may have returned for;
   NOBODY: none. From the front, where it mostly is, it is taken at once. */
static int
take_owed(struct trace *trace, int event, int from)
{
    const struct event *at = &trace->events[event];
    struct object *it = &trace->objects[at->object];

    for (int i = it->owed_from; i < it->owed_count; i++) {
        struct pending owed = it->owed[i];
        if (owed.event < from ||
            (owed.lane != NOBODY && owed.lane != at->lane))
            continue;
        memmove(&it->owed[it->owed_from + 1], &it->owed[it->owed_from],
                (size_t)(i - it->owed_from) * sizeof owed);
        it->owed_from++;
        return owed.event;
    }
    return NOBODY;
}

/* Whom can a signal reach? Those who wait and are not owed a wake-up yet. */
static void
on_signal(struct trace *trace, int event)
{
    struct event *at = &trace->events[event];
    struct object *cond = &trace->objects[at->object];
    int waiters = 0;

    for (int i = 0; i < trace->lane_count; i++) {
        if (!is_waiting(trace, i, at->object))
            continue;
        waiters++;
        if (at->kind == TRACE_BROADCAST)
            owe(trace, at->object, event, i);
    }
    if (at->kind == TRACE_SIGNAL) {
        waiters -= cond->owed_count - cond->owed_from;
        if (waiters > 0)
            owe(trace, at->object, event, NOBODY);
    }
    if (waiters > 0)
        cond->last_signal = event;
    else
        cond->vain_signal = event;
}

static void
on_wait_end(struct trace *trace, int event)
{
    struct event *at = &trace->events[event];
    struct span *span = end_wait(trace, event);

    if (span == NULL)
        return;
    at->other = span->mutex;
    if (at->value == 0)
        add_arrow(trace, ARROW_WAKE, take_owed(trace, event, span->from),
                  event, at->object);
    /* The call refused, and never had it. */
    if (at->value != 0 && !span->had_mutex)
        return;
    if (trace->objects[span->mutex].owner != NOBODY)
        end_hold(trace, trace->objects[span->mutex].hold, event);
    trace_hold(trace, at->lane, span->mutex, event, SPAN_HOLD);
}

/* ---- Semaphores, barriers ----------------------------------------------- */

static void
on_take(struct trace *trace, int event)
{
    struct event *at = &trace->events[event];
    struct span *span = end_wait(trace, event);
    int post;

    if (at->value != 0)
        return;
    trace->objects[at->object].acquired++;
    trace->objects[at->object].last_take = event;
    /* What was there from the start goes first. A post that nobody waited for
       is taken by somebody as well. */
    if (trace->objects[at->object].count > 0 && span == NULL) {
        trace->objects[at->object].count--;
        return;
    }
    /* Of who had to wait: when it asked, all earlier posts were taken. */
    post = take_owed(trace, event, span != NULL ? span->from : 0);
    if (span != NULL)
        add_arrow(trace, ARROW_POST, post, event, at->object);
}

static void
on_barrier_out(struct trace *trace, int event)
{
    struct event *at = &trace->events[event];
    int last = trace->objects[at->object].last_arrival;

    if (end_wait(trace, event) != NULL && last != NOBODY &&
        trace->events[last].lane != at->lane)
        add_arrow(trace, ARROW_WAKE, last, event, at->object);
}

/* ---- An object's life --------------------------------------------------- */

static int
user_of(const struct trace *trace, int object)
{
    const struct object *it = &trace->objects[object];

    if (it->owner != NOBODY && !trace->lanes[it->owner].is_over)
        return it->owner;
    if (it->reader_count > 0)
        return trace->spans[it->readers[0]].lane;
    for (int i = 0; i < trace->lane_count; i++)
        if (trace->lanes[i].wait != NOBODY &&
            trace->spans[trace->lanes[i].wait].object == object)
            return i;
    return NOBODY;
}

/* Whoever has OBJECT has nothing any more: it is another one now. That they
   will unlock it all the same is a consequence, and not told again. */
static void
end_all_holds(struct trace *trace, int event, int object)
{
    struct object *it = &trace->objects[object];
    int owner = it->owner;

    while (it->reader_count > 0) {
        owner = trace->spans[it->readers[0]].lane;
        end_hold(trace, it->readers[0], event);
    }
    if (it->owner != NOBODY)
        end_hold(trace, it->hold, event);
    it->dead_owner = owner;
    it->copy_of_owner = NOBODY;
}

static void
on_init(struct trace *trace, int event)
{
    const struct event *at = &trace->events[event];
    struct object *object = &trace->objects[at->object];
    int user = user_of(trace, at->object);

    if (user != NOBODY && object->type != TRACE_SEM)
        suspect(trace, SUSPECT_REINIT, event, at->object, user);
    end_all_holds(trace, event, at->object);
    object->is_gone = false;
    object->count = at->value;
}

static void
on_destroy(struct trace *trace, int event)
{
    const struct event *at = &trace->events[event];
    struct object *object = &trace->objects[at->object];
    int user = user_of(trace, at->object);

    /* To destroy a condition or a barrier may wait for those who are already
       on their way out, which is allowed. */
    if (user != NOBODY && object->type == TRACE_COND &&
        object->owed_from < object->owed_count)
        return;
    if (user != NOBODY && object->type != TRACE_BARRIER)
        suspect(trace, SUSPECT_DESTROYED, event, at->object, user);
    if (at->value != 0)
        return;
    end_all_holds(trace, event, at->object);
    /* What was said of its user need not be said of the use as well. */
    object->is_gone = user == NOBODY;
}

/* To make an object, or to end it, is not to use it. */
static bool
is_use(const struct event *event)
{
    return event->kind != TRACE_INIT && event->kind != TRACE_OPEN &&
           event->kind != TRACE_DESTROY;
}

/* What an event tells of its object, whatever the event is. */
static void
look_at_object(struct trace *trace, int event, int number)
{
    const struct event *at = &trace->events[event];
    struct object *object = &trace->objects[number];
    int process = trace->lanes[at->lane].process;

    if (number == at->object)
        object->what = at->what;
    /* It may have been made anew by an assignment. But glibc marks a mutex
       that is destroyed by an impossible kind, -1. */
    if (is_use(at) && object->is_gone && object->region != NOBODY) {
        if (number == at->object && object->type == TRACE_MUTEX &&
            (at->what & (TRACE_PSHARED | TRACE_ROBUST | TRACE_RECURSIVE |
                         TRACE_CHECKING)) == (TRACE_PSHARED | TRACE_ROBUST))
            suspect(trace, SUSPECT_USED_GONE, event, number, NOBODY);
        object->is_gone = false;
    }
    if (!is_use(at))
        return;
    if (object->region == NOBODY || object->user == NOBODY)
        object->user = process;
    else if (object->user != process && !object->is_two) {
        object->is_two = true;
        if (number == at->object && (at->what & TRACE_PSHARED) == 0)
            suspect(trace, SUSPECT_PRIVATE, event, number, object->user);
    }
}

/* ---- Tasks -------------------------------------------------------------- */

/* Whom the process was made by, and when. */
static void
draw_birth(struct trace *trace, int lane, int event)
{
    int parent = trace->lanes[lane].parent, found = NOBODY;

    for (int i = event - 1; i >= 0 && parent != NOBODY; i--) {
        const struct event *at = &trace->events[i];
        if (at->kind != TRACE_FORK || at->value != 0 ||
            trace->lanes[at->lane].process != trace->lanes[parent].process)
            continue;
        if (at->whom == trace->lanes[lane].pid) {
            found = i;
            break;
        }
        if (at->whom == 0 && found == NOBODY)
            found = i;
    }
    add_arrow(trace, ARROW_FORK, found, event, NOBODY);
}

static void
on_start(struct trace *trace, int event)
{
    const struct event *at = &trace->events[event];
    struct lane *lane = &trace->lanes[at->lane];

    if (at->value == TRACE_THREAD) {
        lane->state = trace->lanes[lane->process].state;
        add_arrow(trace, ARROW_FORK, lane->created, event, NOBODY);
        return;
    }
    if (at->value == TRACE_FORKED) {
        identity_child(trace, at->lane);
        draw_birth(trace, at->lane, event);
        return;
    }
    if (lane->first == event)
        draw_birth(trace, at->lane, event);
    for (int i = 0; i < lane->held_count; i++) {
        int object = trace->spans[lane->held[i]].object;
        if (trace->objects[object].region != NOBODY)
            suspect(trace, SUSPECT_HELD_AT_EXEC, event, object, at->lane);
        trace->objects[object].dead_owner = at->lane;
    }
    lane->held_count = 0;
    lane->executing = NOBODY;
    identity_load(trace, at->lane);
}

/* Is there anybody left who has that memory, and could want what is in it? */
static bool
outlives(const struct trace *trace, int region, int ending)
{
    for (int i = 0; i < trace->lane_count; i++)
        if (!trace->lanes[i].is_over && trace->lanes[i].state != NULL &&
            trace->lanes[i].process != trace->lanes[ending].process &&
            identity_maps(trace->lanes[i].state, region))
            return true;
    return false;
}

/* LANE is over: what it still has, it keeps. */
static void
end_lane(struct trace *trace, int number, int event)
{
    struct lane *lane = &trace->lanes[number];

    if (lane->is_over)
        return;
    lane->is_over = true;
    lane->stuck = lane->wait;
    lane->wait = NOBODY;
    for (int i = 0; i < lane->held_count; i++) {
        const struct span *span = &trace->spans[lane->held[i]];
        struct object *object = &trace->objects[span->object];
        object->dead_owner = number;
        if (object->region != NOBODY &&
            outlives(trace, object->region, number))
            suspect(trace,
                    lane->executing != NOBODY ? SUSPECT_HELD_AT_EXEC
                                              : SUSPECT_HELD_AT_EXIT,
                    event, span->object, number);
    }
}

static void
on_end(struct trace *trace, int event)
{
    const struct event *at = &trace->events[event];
    const struct lane *lane = &trace->lanes[at->lane];
    int process = lane->process;

    if (lane->is_thread && at->kind == TRACE_EXIT &&
        at->value == TRACE_STATUS_UNKNOWN) {
        end_lane(trace, at->lane, event);
        return;
    }
    if (!trace->lanes[process].has_ended && at->kind == TRACE_EXIT)
        trace->lanes[process].status = at->value << 8;
    trace->lanes[process].has_ended = true;
    for (int i = 0; i < trace->lane_count; i++)
        if (trace->lanes[i].process == process)
            end_lane(trace, i, event);
    for (int i = event - 1; i >= 0 && at->kind == TRACE_KILLED; i--)
        if (trace->events[i].kind == TRACE_KILL &&
            trace->events[i].whom == trace->lanes[process].pid) {
            add_arrow(trace, ARROW_KILL, i, event, NOBODY);
            break;
        }
}

static void
on_reaped(struct trace *trace, int event)
{
    const struct event *at = &trace->events[event];

    end_wait(trace, event);
    if (!WIFEXITED(at->value) && !WIFSIGNALED(at->value))
        return;
    for (int i = trace->lane_count - 1; i >= 0; i--) {
        struct lane *lane = &trace->lanes[i];
        if (lane->pid != at->whom || lane->is_thread ||
            lane->reaped != NOBODY || lane->first == NOBODY ||
            lane->first > event)
            continue;
        lane->reaped = event;
        add_arrow(trace, ARROW_EXIT, lane->last < event ? lane->last : NOBODY,
                  event, NOBODY);
        return;
    }
}

/* ---- Who is left who could end a wait? ---------------------------------- */

/* Somebody is sent a signal, or was killed, and a lane waits without a limit
   of time: it may be the end of that wait. Who is awake then could still end
   it otherwise, if it ever uses the object, or the mutex that goes with it:
   which is known when all events are. */
struct doubt {
    int span;
    bool *awake; /* by lane */
};
static struct doubt *doubts;
static int doubt_count;

static bool
is_awake(const struct trace *trace, int lane)
{
    const struct lane *it = &trace->lanes[lane];
    const struct span *wait =
        it->wait == NOBODY ? NULL : &trace->spans[it->wait];

    /* Who waits for a child or a thread goes on when that has ended. */
    return !it->is_over && it->first != NOBODY &&
           (wait == NULL || wait->timed || wait->object == NOBODY);
}

/* Who was killed between asking for a free lock and having it did not wait. */
static bool
is_free(const struct trace *trace, const struct span *span)
{
    const struct object *it = &trace->objects[span->object];

    return span->kind == SPAN_BLOCKED && it->owner == NOBODY &&
           it->reader_count == 0 && it->dead_owner == NOBODY &&
           it->copy_of_owner == NOBODY;
}

static void
note_doubts(struct trace *trace)
{
    for (int i = 0; i < trace->lane_count; i++) {
        int wait = trace->lanes[i].wait;
        struct doubt *it;
        if (wait == NOBODY || trace->spans[wait].timed ||
            trace->spans[wait].object == NOBODY)
            continue;
        if (trace->hung) {
            trace->spans[wait].hopeless = true;
            continue;
        }
        if (is_free(trace, &trace->spans[wait]))
            continue;
        it = trace_add(doubts, doubt_count);
        it->span = wait;
        it->awake = calloc((size_t)trace->lane_count, sizeof *it->awake);
        if (it->awake == NULL)
            die("calloc");
        for (int l = 0; l < trace->lane_count; l++)
            it->awake[l] = is_awake(trace, l);
    }
}

/* USED tells for each object and lane whether that lane uses it. */
static void
mark_used(bool *used, size_t lanes, const struct event *event)
{
    if (!is_use(event))
        return;
    if (event->object != NOBODY)
        used[(size_t)event->object * lanes + (size_t)event->lane] = true;
    if (event->other != NOBODY)
        used[(size_t)event->other * lanes + (size_t)event->lane] = true;
}

/* A server that sleeps until it is told to end is not stuck; SIGKILL is what
   one does to those that are. */
static bool
is_told_to_end(const struct trace *trace, const struct lane *lane)
{
    if (!WIFSIGNALED(lane->status) || WTERMSIG(lane->status) == SIGKILL)
        return false;
    for (int i = 0; i < trace->event_count; i++)
        if (trace->events[i].kind == TRACE_KILL &&
            trace->events[i].whom == lane->pid)
            return true;
    return false;
}

static void
settle_doubts(struct trace *trace, const bool *used)
{
    size_t lanes = (size_t)trace->lane_count;

    for (int i = 0; i < doubt_count; i++) {
        struct span *span = &trace->spans[doubts[i].span];
        bool hope = false;
        for (size_t l = 0; l < lanes; l++)
            hope = hope || (doubts[i].awake[l] &&
                            (used[(size_t)span->object * lanes + l] ||
                             (span->mutex != NOBODY &&
                              used[(size_t)span->mutex * lanes + l])));
        if (!hope && span->to == NOBODY &&
            !is_told_to_end(trace, &trace->lanes[span->lane]))
            span->hopeless = true;
        free(doubts[i].awake);
    }
    free(doubts);
    doubts = NULL;
    doubt_count = 0;
}

/* ---- All events --------------------------------------------------------- */

/* Is it a call whose first argument is the object? */
static bool
names_object(const struct event *event)
{
    switch (event->kind) {
    case TRACE_REQUEST:
    case TRACE_LOCK:
    case TRACE_UNLOCK:
    case TRACE_SIGNAL:
    case TRACE_BROADCAST:
    case TRACE_WAIT:
    case TRACE_TAKE:
    case TRACE_TAKE_ASK:
    case TRACE_POST:
        return true;
    default:
        return false;
    }
}

static bool
is_word(const char *text)
{
    return strpbrk(text, "-.[") == NULL;
}

/* How the source names the object, as far as all its calls agree. */
static void
learn_name(struct trace *trace, const struct event *event)
{
    struct object *object = &trace->objects[event->object];
    const char *said;

    if (event->place == NULL || event->place == object->said_at ||
        object->said_otherwise || !names_object(event))
        return;
    object->said_at = event->place;
    said = places_argument(event->place, NULL, 0);
    if (said == NULL)
        return;
    /* A bare word is likely a parameter, of a function that serves many. */
    if (object->said == NULL || (is_word(object->said) && !is_word(said)))
        object->said = said;
    else if (!is_word(said) && strcmp(object->said, said) != 0)
        object->said_otherwise = true;
}

static void
find_objects(struct trace *trace, int number)
{
    struct event *event = &trace->events[number];
    int type = event->what & TRACE_WHAT;

    event->place = identity_place(trace, event);
    if (event->kind == TRACE_MAP || event->kind == TRACE_SHM_OPEN ||
        event->kind == TRACE_UNLINK || event->kind == TRACE_EXEC ||
        event->kind == TRACE_POINT)
        event->text = trace->lanes[event->lane].said;
    if (type == 0)
        return;
    event->object = identity_of(trace, event, type, event->address);
    /* The unwinder of libgcc is not what the program is about. */
    if (type == TRACE_ONCE_CONTROL && event->place != NULL &&
        strstr(event->place->module, "/lib") != NULL)
        event->is_idle = true;
    if (event->kind == TRACE_WAIT)
        event->other =
            identity_of(trace, event, TRACE_MUTEX, event->other_address);
    look_at_object(trace, number, event->object);
    if (event->other != NOBODY)
        look_at_object(trace, number, event->other);
    learn_name(trace, event);
}

static void
replay(struct trace *trace, int event)
{
    struct event *at = &trace->events[event];

    switch (at->kind) {
    case TRACE_START:
        on_start(trace, event);
        break;
    case TRACE_FORK:
        if (at->value == 0)
            identity_fork(trace, event);
        break;
    case TRACE_CREATE:
        if (at->whom >= 0 && at->whom < trace->lane_count)
            trace->lanes[at->whom].created = event;
        break;
    case TRACE_EXEC:
        trace->lanes[at->lane].executing = event;
        break;
    case TRACE_EXEC_BACK:
        trace->lanes[at->lane].executing = NOBODY;
        break;
    case TRACE_EXIT:
    case TRACE_KILLED:
        on_end(trace, event);
        break;
    case TRACE_WAIT_CHILD:
    case TRACE_JOIN:
    case TRACE_TAKE_ASK:
        begin_wait(trace, event, SPAN_ASLEEP);
        break;
    case TRACE_BARRIER_IN:
        begin_wait(trace, event, SPAN_ASLEEP);
        trace->objects[at->object].last_arrival = event;
        break;
    case TRACE_REQUEST:
        on_request(trace, event);
        break;
    case TRACE_REAPED:
        on_reaped(trace, event);
        break;
    case TRACE_JOINED:
        end_wait(trace, event);
        if (at->whom >= 0 && at->whom < trace->lane_count)
            add_arrow(trace, ARROW_JOIN, trace->lanes[at->whom].last, event,
                      NOBODY);
        break;
    case TRACE_LOCK:
        on_lock(trace, event, SPAN_HOLD);
        break;
    case TRACE_READ_LOCK:
        on_lock(trace, event, SPAN_READ);
        break;
    case TRACE_LOCK_FAILED:
        end_wait(trace, event);
        if (at->value == ENOTRECOVERABLE)
            suspect(trace, SUSPECT_LOST_STATE, event, at->object, NOBODY);
        else if (at->value != ETIMEDOUT)
            suspect(trace, SUSPECT_REFUSED, event, at->object, NOBODY);
        break;
    case TRACE_UNLOCK:
        on_unlock(trace, event);
        break;
    case TRACE_UNLOCK_FAILED:
        suspect(trace, SUSPECT_REFUSED, event, at->object,
                trace->objects[at->object].owner);
        break;
    case TRACE_CONSISTENT:
        for (int i = trace->suspicion_count - 1; i >= 0 && at->value == 0; i--)
            if (trace->suspicions[i].kind == SUSPECT_OWNER_DIED &&
                trace->suspicions[i].object == at->object) {
                trace->suspicions[i].more = event;
                break;
            }
        break;
    case TRACE_WAIT:
        on_wait(trace, event);
        break;
    case TRACE_WAIT_END:
        on_wait_end(trace, event);
        break;
    case TRACE_SIGNAL:
    case TRACE_BROADCAST:
        on_signal(trace, event);
        break;
    case TRACE_TAKE:
        on_take(trace, event);
        break;
    case TRACE_POST:
        owe(trace, at->object, event, NOBODY);
        trace->objects[at->object].last_signal = event;
        break;
    case TRACE_BARRIER_OUT:
        on_barrier_out(trace, event);
        break;
    case TRACE_INIT:
        on_init(trace, event);
        break;
    case TRACE_OPEN:
        /* Who opens it first tells how many there are. */
        if (!trace->objects[at->object].is_open)
            trace->objects[at->object].count = at->value;
        trace->objects[at->object].is_open = true;
        break;
    case TRACE_DESTROY:
        on_destroy(trace, event);
        break;
    case TRACE_NOT_REAPED:
        end_wait(trace, event);
        break;
    default:
        break;
    }
}

/* Any event of a lane that waits and of no signal handler says that it went
   on, however: its own end of the wait closes it in the right way. */
static void
leave_wait(struct trace *trace, int event)
{
    const struct event *at = &trace->events[event];
    struct span *span;

    if ((at->what & TRACE_NESTED) != 0)
        return;
    switch (at->kind) {
    case TRACE_LOCK:
    case TRACE_READ_LOCK:
    case TRACE_LOCK_FAILED:
    case TRACE_WAIT_END:
    case TRACE_TAKE:
    case TRACE_BARRIER_OUT:
    case TRACE_REAPED:
    case TRACE_NOT_REAPED:
    case TRACE_JOINED:
    case TRACE_EXIT:
    case TRACE_KILLED:
        break;
    default:
        span = end_wait(trace, event);
        if (span == NULL)
            break;
        /* Cancelled in a wait on a condition, it has the mutex again. */
        if (span->mutex != NOBODY &&
            trace->objects[span->mutex].owner == NOBODY)
            trace_hold(trace, at->lane, span->mutex, event, SPAN_HOLD);
    }
}

static void
count_open(struct trace *trace, const struct span *span)
{
    struct object *object = &trace->objects[span->object];
    uint64_t from = trace->events[span->from].time;
    uint64_t length = trace->events[trace->event_count - 1].time - from;

    /* Who has ended waits no more; what it held is held on. */
    if (span->kind == SPAN_BLOCKED || span->kind == SPAN_ASLEEP) {
        object->waited +=
            trace->events[trace->lanes[span->lane].last].time - from;
        return;
    }
    object->held += length;
    if (length >= object->longest) {
        object->longest = length;
        object->longest_event = span->from;
    }
}

static void
on_note(struct trace *trace, const struct trace_note *note)
{
    if (note->kind == TRACE_REGION || note->kind == TRACE_PROGRAM ||
        note->kind == TRACE_OPENED || note->kind == TRACE_REMOVED ||
        note->kind == TRACE_POINT_NAME)
        trace->lanes[note->lane].said = note->text;
    identity_note(trace, note);
}

void
trace_replay(struct trace *trace)
{
    size_t lanes = (size_t)trace->lane_count;
    bool *used = NULL;
    int note = 0, known = 0;

    identity_begin(trace);
    for (int i = 0; i < trace->event_count; i++) {
        struct event *event = &trace->events[i];
        struct lane *lane = &trace->lanes[event->lane];
        /* Notes are stamped before what they are about is used. */
        while (note < trace->note_count &&
               trace->notes[note]->time <= event->time) {
            if (trace->notes[note]->kind != TRACE_ENDED)
                on_note(trace, trace->notes[note]);
            note++;
        }
        if (lane->state == NULL && event->kind != TRACE_START) {
            if (lane->is_thread)
                lane->state = trace->lanes[lane->process].state;
            if (lane->state == NULL)
                identity_child(trace, event->lane);
        }
        if (event->kind == TRACE_START && event->value == TRACE_LOADED)
            event->place = NULL;
        else if (lane->state != NULL)
            find_objects(trace, i);
        if (known < trace->object_count) {
            used = realloc(used, (size_t)trace->object_count * lanes);
            if (used == NULL)
                die("realloc");
            memset(used + (size_t)known * lanes, 0,
                   (size_t)(trace->object_count - known) * lanes);
            known = trace->object_count;
        }
        mark_used(used, lanes, event);
        if (event->kind == TRACE_KILL || event->kind == TRACE_KILLED)
            note_doubts(trace);
        leave_wait(trace, i);
        replay(trace, i);
    }
    settle_doubts(trace, used);
    free(used);
    /* What nobody gave up was held until the end. */
    for (int i = 0; i < trace->span_count; i++) {
        const struct span *span = &trace->spans[i];
        if (span->to == NOBODY && span->object != NOBODY &&
            trace->dropped == 0)
            count_open(trace, span);
    }
    for (int i = 0; i < trace->lane_count; i++)
        if (trace->lanes[i].wait != NOBODY)
            trace->lanes[i].stuck = trace->lanes[i].wait;
    identity_names(trace);
}
