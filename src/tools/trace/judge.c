/* judge: what was wrong, in words. It goes through what replay.c noted, and
   through what is left when all is over. What is correct gives no finding,
   however unusual it looks: a broadcast after the unlock, a semaphore that one
   process takes and another one posts. */
#include "config.h"

#include "trace.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- Findings ----------------------------------------------------------- */

static struct finding *
add(struct trace *trace, const char *kind, enum severity severity,
    const char *title)
{
    struct finding *it = trace_add(trace->findings, trace->finding_count);

    it->kind = kind;
    it->severity = severity;
    it->title = title;
    return it;
}

__attribute__((format(printf, 2, 3))) static void
tell(struct finding *finding, const char *format, ...)
{
    size_t length = strlen(finding->text);
    va_list rest;

    if (length > 0 && length < sizeof finding->text - 1)
        finding->text[length++] = ' ';
    va_start(rest, format);
    vsnprintf(finding->text + length, sizeof finding->text - length, format,
              rest);
    va_end(rest);
    words_clean(finding->text);
}

static void
about_lane(struct finding *finding, int lane)
{
    for (int i = 0; i < finding->lane_count; i++)
        if (finding->lanes[i] == lane)
            return;
    if (lane != NOBODY && finding->lane_count < FINDING_LANES)
        finding->lanes[finding->lane_count++] = lane;
}

static void
about_object(struct finding *finding, int object)
{
    for (int i = 0; i < finding->object_count; i++)
        if (finding->objects[i] == object)
            return;
    if (object != NOBODY && finding->object_count < FINDING_OBJECTS)
        finding->objects[finding->object_count++] = object;
}

static void
about_event(struct trace *trace, struct finding *finding, int event)
{
    for (int i = 0; i < finding->event_count; i++)
        if (finding->events[i] == event)
            return;
    if (event == NOBODY || finding->event_count == FINDING_EVENTS)
        return;
    finding->events[finding->event_count++] = event;
    trace->events[event].bad = true;
    about_lane(finding, trace->events[event].lane);
    about_object(finding, trace->events[event].object);
}

/* The place in parentheses, or nothing where that is not known. */
static const char *
at(const struct trace *trace, int event)
{
    static char texts[8][120];
    static int next;
    const char *place = words_place(trace, event);
    char *text = texts[next++ % 8];

    snprintf(text, sizeof texts[0], *place != '\0' ? " (%s)" : "%s", place);
    return text;
}

/* ---- Who waits for whom, at the end ------------------------------------- */

static const struct span *
stuck_in(const struct trace *trace, int lane)
{
    int stuck = trace->lanes[lane].stuck;

    return stuck == NOBODY ? NULL : &trace->spans[stuck];
}

/* The hold of what SPAN waits for, which nobody ended: of the owner. */
static const struct span *
hold_of(const struct trace *trace, const struct span *span)
{
    const struct object *object;
    int lane;

    if (span == NULL || span->kind != SPAN_BLOCKED)
        return NULL;
    object = &trace->objects[span->object];
    if (object->owner != NOBODY)
        return &trace->spans[object->hold];
    lane = trace_holder(trace, span->object, span->lane);
    for (int i = 0; i < object->reader_count; i++)
        if (trace->spans[object->readers[i]].lane == lane)
            return &trace->spans[object->readers[i]];
    return NULL;
}

/* Is the wait that the suspicion is about still open at the end? */
static bool
is_still_stuck(const struct trace *trace, int event)
{
    const struct span *span = stuck_in(trace, trace->events[event].lane);

    return span != NULL && span->from == event;
}

static bool
is_in_circle(const struct trace *trace, int lane)
{
    for (int i = 0; i < trace->finding_count; i++)
        if (strcmp(trace->findings[i].kind, "deadlock") == 0)
            for (int l = 0; l < trace->findings[i].lane_count; l++)
                if (trace->findings[i].lanes[l] == lane)
                    return true;
    return false;
}

static void
judge_circle(struct trace *trace, const struct suspicion *suspicion)
{
    int first = trace->events[suspicion->event].lane, lane = first;
    struct finding *finding;
    int members = 0;

    /* It must be whole, to the end. */
    do {
        const struct span *hold = hold_of(trace, stuck_in(trace, lane));
        if (hold == NULL || members++ > trace->lane_count)
            return;
        lane = hold->lane;
    } while (lane != first);
    if (is_in_circle(trace, first))
        return;

    finding = add(trace, "deadlock", SEVERITY_ERROR,
                  members == 1 ? "Deadlock: it waits for itself" : "Deadlock");
    do {
        const struct span *wait = stuck_in(trace, lane);
        const struct span *hold = hold_of(trace, wait);
        tell(finding, "%s wants %s%s, which %s has held%s since %s.",
             words_lane(trace, lane), words_object(trace, wait->object),
             at(trace, wait->from),
             hold->lane == lane ? "it" : words_lane(trace, hold->lane),
             hold->lane == lane ? " itself" : "",
             *words_place(trace, hold->from) != '\0'
                 ? words_place(trace, hold->from)
                 : "before");
        about_event(trace, finding, hold->from);
        about_event(trace, finding, wait->from);
        lane = hold->lane;
    } while (lane != first);
    if (members > 1)
        tell(finding, "Each waits for the next one: none of them can go on. "
                      "If all take their locks in one order, there is no such "
                      "circle.");
    else
        tell(finding, "A mutex of this kind cannot be locked twice.");
}

/* ---- Waits that never end ----------------------------------------------- */

static void
tell_lock(struct trace *trace, struct finding *finding,
          const struct span *span)
{
    const struct object *object = &trace->objects[span->object];
    const struct span *hold = hold_of(trace, span);
    const struct span *theirs;

    if (hold == NULL) {
        if (object->copy_of_owner != NOBODY) {
            tell(finding,
                 "It is this process' copy of a lock that %s held when it was "
                 "forked: the one who could unlock it does not exist here.",
                 words_lane(trace, object->copy_of_owner));
            about_lane(finding, object->copy_of_owner);
        } else
            tell(finding, "Nobody was seen to hold it.");
        return;
    }
    tell(finding, "%s has held it since %s", words_lane(trace, hold->lane),
         *words_place(trace, hold->from) != '\0'
             ? words_place(trace, hold->from)
             : "before");
    about_event(trace, finding, hold->from);
    theirs = stuck_in(trace, hold->lane);
    if (theirs != NULL) {
        tell(finding, "and waits itself, for %s%s.",
             theirs->object != NOBODY ? words_object(trace, theirs->object)
                                      : "a child or a thread to end",
             at(trace, theirs->from));
        about_event(trace, finding, theirs->from);
    } else
        tell(finding, "%s.",
             trace->lanes[hold->lane].is_over &&
                     WIFEXITED(trace->lanes[hold->lane].status)
                 ? "and has ended without unlocking it"
                 : "and did not unlock it");
}

/* Did who was woken go back to sleep on the same condition, for good? */
static bool
is_asleep_again(const struct trace *trace, const struct arrow *wake)
{
    const struct span *span = stuck_in(trace, trace->events[wake->to].lane);

    return span != NULL && span->object == wake->object;
}

static void
tell_cond(struct trace *trace, struct finding *finding,
          const struct span *span)
{
    const struct object *cond = &trace->objects[span->object];
    const struct arrow *last = NULL;
    const struct span *again;

    if (cond->vain_signal != NOBODY && cond->vain_signal < span->from &&
        cond->last_signal < span->from) {
        finding->kind = "lost-wake-up";
        finding->title = "Lost wake-up";
        tell(finding,
             "The last signal on it came before, from %s%s, when nobody "
             "waited: a condition variable does not remember it. Who waits "
             "must first test, under the mutex, whether there is still "
             "something to wait for.",
             words_lane(trace, trace->events[cond->vain_signal].lane),
             at(trace, cond->vain_signal));
        about_event(trace, finding, cond->vain_signal);
        return;
    }
    for (int i = 0; i < trace->arrow_count; i++)
        if (trace->arrows[i].kind == ARROW_WAKE &&
            trace->arrows[i].object == span->object)
            last = &trace->arrows[i];
    if (last == NULL) {
        tell(finding, "Nobody has signalled it.");
        return;
    }
    tell(finding, "The last signal on it came from %s%s and woke %s%s",
         words_lane(trace, trace->events[last->from].lane),
         at(trace, last->from),
         words_lane(trace, trace->events[last->to].lane),
         is_asleep_again(trace, last) ? "" : ". Nobody has signalled since.");
    about_event(trace, finding, last->from);
    about_event(trace, finding, last->to);
    if (!is_asleep_again(trace, last))
        return;
    again = stuck_in(trace, trace->events[last->to].lane);
    tell(finding,
         "- who only went to sleep again%s: the wake-up reached one that had "
         "no use for it. Where waiters for different things share a condition "
         "variable, each change must be a broadcast, or each thing needs a "
         "condition variable of its own.",
         at(trace, again->from));
    about_event(trace, finding, again->from);
}

static void
tell_sem(struct trace *trace, struct finding *finding,
         const struct object *sem)
{
    const struct span *theirs;
    int lane;

    if (sem->last_signal == NOBODY)
        tell(finding, "Nobody has posted it.");
    if (sem->last_take == NOBODY)
        return;
    lane = trace->events[sem->last_take].lane;
    tell(finding, "%s took from it last%s", words_lane(trace, lane),
         at(trace, sem->last_take));
    about_event(trace, finding, sem->last_take);
    theirs = stuck_in(trace, lane);
    if (theirs != NULL && theirs->object != NOBODY &&
        &trace->objects[theirs->object] != sem)
        tell(finding, "and waits itself, for %s%s.",
             words_object(trace, theirs->object), at(trace, theirs->from));
    else
        tell(finding, "and has not posted it since.");
}

/* How it ended for the one who waited in SPAN. From outside it may have been
   too early to say that it would have waited for ever. */
static void
tell_end(struct trace *trace, struct finding *finding, const struct span *span)
{
    const struct lane *lane = &trace->lanes[span->lane];

    if (trace->hung || !WIFSIGNALED(lane->status))
        return;
    for (int i = 0; i < trace->arrow_count; i++)
        if (trace->arrows[i].kind == ARROW_KILL &&
            trace->arrows[i].to == lane->last) {
            tell(finding, "In the end %s killed %s.",
                 words_lane(trace, trace->events[trace->arrows[i].from].lane),
                 lane->name);
            return;
        }
    if (WTERMSIG(lane->status) == SIGKILL)
        return;
    finding->severity = SEVERITY_NOTE;
    finding->title = "Interrupted while it waited";
    tell(finding, "That was the state when it %s.", words_end(lane->status));
}

/* All who sleep on one object, in one finding. */
static void
judge_stuck(struct trace *trace, int object)
{
    struct finding *finding = NULL;
    const struct span *first = NULL;
    const struct object *it = &trace->objects[object];
    int stuck = 0;

    for (int i = 0; i < trace->lane_count; i++) {
        const struct span *span = stuck_in(trace, i);
        if (span == NULL || span->object != object || !span->hopeless ||
            is_in_circle(trace, i))
            continue;
        if (finding == NULL) {
            finding = add(trace, "stuck", SEVERITY_ERROR, "Blocked for good");
            first = span;
        }
        if (stuck++ < 6)
            tell(finding, "%s %s %s%s.", words_lane(trace, i),
                 span->kind == SPAN_BLOCKED ? "wants" : "waits on",
                 words_object(trace, object), at(trace, span->from));
        about_event(trace, finding, span->from);
    }
    if (finding == NULL)
        return;
    if (stuck > 6)
        tell(finding, "And %d more.", stuck - 6);
    if (it->is_two && (it->what & TRACE_PSHARED) == 0)
        tell(finding, "It is process-private, and two processes use it: who "
                      "waits in one is not woken by the other.");
    else if (first->kind == SPAN_BLOCKED)
        tell_lock(trace, finding, first);
    else if (it->type == TRACE_COND)
        tell_cond(trace, finding, first);
    else if (it->type == TRACE_BARRIER)
        tell(finding,
             it->count > 0 ? "It lets %u pass at a time; %d came."
                           : "Too few came.",
             it->count, stuck);
    else if (it->type == TRACE_SEM)
        tell_sem(trace, finding, it);
    tell_end(trace, finding, first);
}

/* ---- Suspicions --------------------------------------------------------- */

static void
judge_held(struct trace *trace, const struct suspicion *it)
{
    const struct lane *lane = &trace->lanes[it->lane];
    const struct event *end = &trace->events[it->event];
    const struct object *object = &trace->objects[it->object];
    bool is_exec = it->kind == SUSPECT_HELD_AT_EXEC;
    struct finding *finding;
    int from = NOBODY;

    /* Killed where it stood for ever, with what it had: that is told there.
       And what is robust is for the next owner to hear of. */
    if (is_in_circle(trace, it->lane) ||
        (trace->hung && end->kind == TRACE_KILLED) ||
        (stuck_in(trace, it->lane) != NULL &&
         stuck_in(trace, it->lane)->hopeless))
        return;
    if (!is_exec && (object->what & TRACE_ROBUST) != 0)
        for (int i = 0; i < trace->suspicion_count; i++)
            if (trace->suspicions[i].kind == SUSPECT_OWNER_DIED &&
                trace->suspicions[i].object == it->object &&
                trace->suspicions[i].event > it->event)
                return;
    for (int i = 0; i < trace->span_count; i++)
        if (trace->spans[i].lane == it->lane &&
            trace->spans[i].object == it->object &&
            trace->spans[i].from <= it->event &&
            (trace->spans[i].kind == SPAN_HOLD ||
             trace->spans[i].kind == SPAN_READ))
            from = trace->spans[i].from;
    finding =
        add(trace, is_exec ? "held-at-exec" : "held-at-exit", SEVERITY_ERROR,
            is_exec ? "Lock held at exec" : "Lock held at the end");
    tell(finding, "%s %s while it held %s, locked%s. %s", lane->name,
         is_exec                     ? "executed another program"
         : end->kind == TRACE_KILLED ? words_end(end->value)
                                     : "ended",
         words_object(trace, it->object), at(trace, from),
         (object->what & TRACE_ROBUST) != 0
             ? "Nobody has asked for it since; who does is told by EOWNERDEAD."
             : "Nobody will unlock it: who wants it now waits for ever.");
    about_event(trace, finding, from);
    about_event(trace, finding, it->event);
}

static void
judge_misuse(struct trace *trace, const struct suspicion *it)
{
    const struct event *event = &trace->events[it->event];
    const char *who = words_lane(trace, event->lane);
    const char *object = words_object(trace, it->object);
    const char *place = at(trace, it->event);
    const char *other = words_lane(trace, it->lane);
    struct finding *finding = NULL;

    switch (it->kind) {
    case SUSPECT_STRANGER:
        finding = add(trace, "unlock-by-non-owner", SEVERITY_ERROR,
                      "Unlocked by one who does not hold it");
        tell(finding,
             "%s unlocks %s%s, which %s holds. What happens then is "
             "undefined; here the lock was simply open.",
             who, object, place, other);
        break;
    case SUSPECT_FREE:
        finding = add(trace, "unlock-by-non-owner", SEVERITY_ERROR,
                      "Unlocked though nobody holds it");
        tell(finding, "%s unlocks %s%s, which nobody holds.", who, object,
             place);
        break;
    case SUSPECT_REFUSED:
        finding = add(trace, "misuse", SEVERITY_WARNING, "Call refused");
        tell(finding, "%s %s%s.", who, words_event(trace, it->event), place);
        if (event->value == EDEADLK)
            tell(finding, "It holds the mutex already.");
        break;
    case SUSPECT_PRIVATE:
        finding = add(trace, "private-shared", SEVERITY_ERROR,
                      "Process-private object used by two processes");
        tell(finding,
             "%s and %s%s both use %s, which was initialised without "
             "PTHREAD_PROCESS_SHARED. It may look right for long; a waiter in "
             "one process is never woken by the other.",
             other, who, place, object);
        break;
    case SUSPECT_DESTROYED:
    case SUSPECT_REINIT:
        finding =
            add(trace,
                it->kind == SUSPECT_REINIT ? "reinitialised-in-use"
                                           : "destroyed-in-use",
                SEVERITY_ERROR,
                it->kind == SUSPECT_REINIT ? "Initialised again while in use"
                                           : "Destroyed while in use");
        tell(finding, "%s %s %s%s while %s holds it or waits for it%s.", who,
             it->kind == SUSPECT_REINIT ? "initialises" : "destroys", object,
             place, other,
             event->value == EBUSY && it->kind == SUSPECT_DESTROYED
                 ? "; the call refused: EBUSY"
                 : "");
        break;
    case SUSPECT_USED_GONE:
        finding = add(trace, "destroyed-in-use", SEVERITY_ERROR,
                      "Used after it was destroyed");
        tell(finding, "%s uses %s%s, which was destroyed before.", who, object,
             place);
        break;
    case SUSPECT_TWO_MUTEXES:
        finding = add(trace, "two-mutexes", SEVERITY_ERROR,
                      "One condition variable, two mutexes");
        tell(finding,
             "%s waits on %s with %s%s while %s waits on it with "
             "another mutex.",
             who, object, words_object(trace, event->other), place, other);
        break;
    case SUSPECT_NO_MUTEX:
        finding =
            add(trace, "misuse", SEVERITY_ERROR, "Waits without the mutex");
        tell(finding, "%s waits%s without holding %s.", who, place, object);
        break;
    case SUSPECT_LOST_STATE:
        finding = add(trace, "not-recoverable", SEVERITY_ERROR,
                      "Mutex lost for good");
        tell(finding,
             "%s does not get %s%s: ENOTRECOVERABLE. Its owner died, "
             "and the next one unlocked it without "
             "pthread_mutex_consistent().",
             who, object, place);
        break;
    default:
        return;
    }
    about_event(trace, finding, it->event);
    about_lane(finding, it->lane);
    about_object(finding, it->object);
}

static void
judge_dead_owner(struct trace *trace, const struct suspicion *it)
{
    struct finding *finding = add(
        trace, "owner-died",
        it->more != NOBODY ? SEVERITY_NOTE : SEVERITY_WARNING, "Owner died");
    int times = 0;

    for (int i = 0; i < trace->suspicion_count; i++)
        times += trace->suspicions[i].kind == SUSPECT_OWNER_DIED &&
                 trace->suspicions[i].object == it->object &&
                 (trace->suspicions[i].more == NOBODY) == (it->more == NOBODY);
    tell(finding, "%s %s while it held %s.", words_lane(trace, it->lane),
         it->lane == NOBODY ? "died"
                            : words_end(trace->lanes[it->lane].status),
         words_object(trace, it->object));
    if (it->lane != NOBODY)
        about_event(trace, finding, trace->lanes[it->lane].last);
    tell(finding, "%s was told by EOWNERDEAD%s",
         words_lane(trace, trace->events[it->event].lane),
         at(trace, it->event));
    about_event(trace, finding, it->event);
    if (it->more != NOBODY) {
        tell(finding, "and made it consistent%s.", at(trace, it->more));
        about_event(trace, finding, it->more);
    } else
        tell(finding, "and did not make it consistent.");
    if (times > 1)
        tell(finding, "It happened %d times; this was the first.", times);
}

/* ---- What is left ------------------------------------------------------- */

/* Did PARENT still do something, or stay for a while, when its child had ended
   with EVENT? If it was about to leave as well, as the middle one of a double
   fork is, either may come first. */
static bool
lives_on(const struct trace *trace, const struct lane *parent, int event)
{
    const uint64_t while_ns = 100000000;

    for (int i = event + 1; i < parent->last; i++)
        if (&trace->lanes[trace->events[i].lane] == parent)
            return true;
    return parent->last > event &&
           trace->events[parent->last].time - trace->events[event].time >
               while_ns;
}

static void
judge_zombies(struct trace *trace)
{
    for (int i = 0; i < trace->lane_count; i++) {
        const struct lane *lane = &trace->lanes[i];
        const struct lane *parent;
        struct finding *finding;
        if (lane->is_thread || lane->parent == NOBODY || !lane->adopted ||
            lane->reaped != NOBODY || lane->last == NOBODY)
            continue;
        parent = &trace->lanes[trace->lanes[lane->parent].process];
        /* An orphan that outlived its parent is not the parent's to reap, and
           who was killed could not. */
        if (parent->last == NOBODY || WIFSIGNALED(parent->status) ||
            !lives_on(trace, parent, lane->last))
            continue;
        finding =
            add(trace, "not-reaped", SEVERITY_WARNING, "Child not waited for");
        tell(finding,
             "%s ended (%s) before %s did, which never waited for "
             "it: until then it was a zombie.",
             lane->name, words_status(lane->status), parent->name);
        about_event(trace, finding, lane->last);
        about_lane(finding, lane->parent);
    }
}

static bool
is_removed(const struct trace *trace, int opened)
{
    for (int i = opened; i < trace->note_count; i++)
        if (trace->notes[i]->kind == TRACE_REMOVED &&
            strcmp(trace->notes[i]->text, trace->notes[opened]->text) == 0)
            return true;
    return false;
}

static bool
is_there(const char *text)
{
    char path[400];
    struct stat status;
    bool is_sem = strncmp(text, "sem ", 4) == 0;
    const char *name = is_sem ? text + 4 : text;

    name += *name == '/';
    /* glibc puts "sem." in front, musl does not. */
    snprintf(path, sizeof path, "/dev/shm/sem.%s", name);
    if (is_sem && lstat(path, &status) == 0)
        return true;
    snprintf(path, sizeof path, "/dev/shm/%s", name);
    return lstat(path, &status) == 0;
}

static bool
is_told(const struct trace *trace, int opened)
{
    for (int i = 0; i < opened; i++)
        if (trace->notes[i]->kind == TRACE_OPENED && trace->notes[i]->a != 0 &&
            strcmp(trace->notes[i]->text, trace->notes[opened]->text) == 0)
            return true;
    return false;
}

static void
judge_names(struct trace *trace)
{
    for (int i = 0; i < trace->note_count; i++) {
        const struct trace_note *note = trace->notes[i];
        struct finding *finding;
        if (note->kind != TRACE_OPENED || note->a == 0 ||
            is_removed(trace, i) || is_told(trace, i) || !is_there(note->text))
            continue;
        finding = add(trace, "name-left", SEVERITY_WARNING, "Name left");
        tell(finding,
             "%s opened %s `%s', which nobody has removed: it is "
             "still in /dev/shm.",
             words_lane(trace, (int)note->lane),
             note->text[0] == 's' ? "the semaphore" : "the shared memory",
             note->text[0] == 's' ? note->text + 4 : note->text);
        about_lane(finding, (int)note->lane);
    }
}

/* ---- All ---------------------------------------------------------------- */

/* The same thing a hundred times is one finding: of a kind, about an object,
   the first. */
static bool
is_new(const struct trace *trace, const struct suspicion *it)
{
    for (const struct suspicion *old = trace->suspicions; old < it; old++)
        if (old->kind == it->kind && old->object == it->object &&
            it->kind != SUSPECT_HELD_AT_EXIT &&
            (it->kind != SUSPECT_OWNER_DIED ||
             (old->more == NOBODY) == (it->more == NOBODY)) &&
            (it->kind != SUSPECT_REFUSED ||
             trace->events[old->event].value ==
                 trace->events[it->event].value))
            return false;
    return true;
}

/* What was made anew, or destroyed, under somebody's hands: what they do to it
   after that is no new mistake. */
static bool
is_consequence(const struct trace *trace, const struct suspicion *it)
{
    if (it->kind != SUSPECT_STRANGER && it->kind != SUSPECT_FREE)
        return false;
    for (const struct suspicion *old = trace->suspicions; old < it; old++)
        if (old->object == it->object &&
            (old->kind == SUSPECT_REINIT || old->kind == SUSPECT_DESTROYED))
            return true;
    return false;
}

/* An object made for several processes lies in memory that each has for
   itself: fork has copied it. */
static void
judge_copies(struct trace *trace)
{
    for (int i = 0; i < trace->object_count; i++) {
        const struct object *it = &trace->objects[i];
        struct finding *finding = NULL;
        for (int j = i + 1; j < trace->object_count; j++) {
            const struct object *copy = &trace->objects[j];
            if (it->region != NOBODY || copy->region != NOBODY ||
                it->type != copy->type || it->offset != copy->offset ||
                (it->type != TRACE_MUTEX && it->type != TRACE_COND &&
                 it->type != TRACE_SEM) ||
                (it->what & copy->what & TRACE_PSHARED) == 0 ||
                it->user == NOBODY || copy->user == NOBODY ||
                strcmp(trace->lanes[it->user].program,
                       trace->lanes[copy->user].program) != 0)
                continue;
            if (finding == NULL) {
                finding = add(trace, "not-shared", SEVERITY_ERROR,
                              "Made to be shared, but each has a copy");
                tell(finding,
                     "%s was initialised with PTHREAD_PROCESS_SHARED (or "
                     "pshared 1), but lies in private memory, which fork "
                     "copies: %s and %s use one each. Put it into memory "
                     "that was mapped with MAP_SHARED before the fork.",
                     words_object(trace, i), words_lane(trace, it->user),
                     words_lane(trace, copy->user));
                about_object(finding, i);
                about_lane(finding, it->user);
            }
            about_object(finding, j);
            about_lane(finding, copy->user);
        }
        if (finding != NULL)
            return;
    }
}

static bool
has_crashed(const struct lane *lane)
{
    int number = WIFSIGNALED(lane->status) ? WTERMSIG(lane->status) : 0;

    return !lane->is_thread && lane->last != NOBODY &&
           (number == SIGSEGV || number == SIGBUS || number == SIGABRT ||
            number == SIGFPE || number == SIGILL);
}

/* Processes that were ended by a fault of their own, in one finding. Of a
   child it is a note: to crash may be what it was made for. */
static void
judge_crash(struct trace *trace)
{
    struct finding *finding = NULL;
    int count = 0;

    for (int i = 0; i < trace->lane_count; i++) {
        const struct lane *lane = &trace->lanes[i];
        if (!has_crashed(lane))
            continue;
        if (finding == NULL)
            finding = add(trace, "crashed",
                          i == 0 ? SEVERITY_ERROR : SEVERITY_NOTE, "Crashed");
        if (count++ < 4)
            tell(finding, "%s %s.", lane->name, words_end(lane->status));
        about_event(trace, finding, lane->last);
    }
    if (count > 4)
        tell(finding, "And %d more.", count - 4);
}

/* It hung, and no object was seen that it hangs on: a pipe, a raw futex. */
static void
judge_silence(struct trace *trace)
{
    struct finding *finding;

    for (int i = 0; i < trace->finding_count; i++)
        if (trace->findings[i].severity == SEVERITY_ERROR)
            return;
    finding = add(trace, "stuck", SEVERITY_ERROR, "No progress");
    tell(finding,
         "All slept: %s. None of it is a lock or a condition that "
         "was seen.",
         trace->asleep);
}

void
judge(struct trace *trace)
{
    /* Who lacks events would accuse the innocent. */
    if (trace->dropped > 0) {
        judge_names(trace);
        if (trace->hung)
            judge_silence(trace);
        return;
    }
    for (int i = 0; i < trace->suspicion_count; i++) {
        const struct suspicion *it = &trace->suspicions[i];
        if (it->kind == SUSPECT_DEADLOCK && is_still_stuck(trace, it->event))
            judge_circle(trace, it);
    }
    for (int i = 0; i < trace->object_count; i++)
        judge_stuck(trace, i);
    for (int i = 0; i < trace->suspicion_count; i++) {
        const struct suspicion *it = &trace->suspicions[i];
        if (!is_new(trace, it) || is_consequence(trace, it))
            continue;
        if (it->kind == SUSPECT_HELD_AT_EXIT ||
            it->kind == SUSPECT_HELD_AT_EXEC)
            judge_held(trace, it);
        else if (it->kind == SUSPECT_OWNER_DIED)
            judge_dead_owner(trace, it);
        else
            judge_misuse(trace, it);
    }
    judge_copies(trace);
    judge_crash(trace);
    judge_zombies(trace);
    judge_names(trace);
    if (trace->hung)
        judge_silence(trace);
}
