/* trace: a trace that has been read: who did what when, to which object. The
   parts are made in this order: load.c reads the events and sorts them,
   replay.c goes through them once and finds objects, spans and arrows,
   judge.c says what was wrong, and page.c, diagram.c, chrome.c and story.c
   show it. */
#ifndef MAPFORK_TRACE_H
#define MAPFORK_TRACE_H

#include "../rt/trace_file.h"
#include "places.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { NOBODY = -1 };

/* Added by the reader: a process was ended by a signal; value: as waitpid()
   tells. */
enum { TRACE_KILLED = TRACE_KINDS };

struct event {
    uint64_t time; /* ns since the start */
    int order;     /* of those of one time */
    int lane;
    uint16_t kind, what;
    uint32_t value;
    uint64_t address, other_address, pc;
    int object, other; /* or NOBODY */
    int64_t whom;      /* a process number, or a lane of a thread */
    const struct place *place;
    const char *text; /* of a note that belongs to it, or NULL */
    bool bad;         /* a finding is about it */
    bool is_idle;     /* nothing came of it: it is not shown */
};

struct lane {
    int pid, tid, parent;
    uint64_t born; /* ns */
    int process;   /* the lane of its process' first thread */
    bool is_thread;
    char name[64];
    char program[40];
    int first, last; /* events; NOBODY: none */
    bool has_ended;
    uint32_t status; /* as waitpid() tells, or TRACE_STATUS_UNKNOWN << 8 */
    int reaped;      /* the event in which it was waited for, or NOBODY */
    bool adopted;    /* nobody did, until its parent had ended */
    int created;     /* the event that made this thread, or NOBODY */
    int stuck;       /* the span in which it stood when it ended, or NOBODY */

    /* While the events are gone through. */
    struct process *state;
    const char *said; /* the text of its last note that is of an event */
    int executing;    /* its exec, until something comes of it, or NOBODY */
    int wait;         /* its open span, or NOBODY */
    int *held;
    int held_count;
    bool is_over;
};

/* A piece of shared memory, wherever it is mapped. */
struct region {
    int kind; /* enum trace_region, or REGION_SEM */
    uint64_t device, inode;
    const char *path;
    char name[80];
};
enum { REGION_SEM = 100 };

/* A signal or a post that nobody has returned for yet; lane: of a broadcast,
   for whom; else NOBODY. */
struct pending {
    int event, lane;
};

struct object {
    int type; /* TRACE_MUTEX, ... */
    int region;
    uint64_t offset;  /* in it; without a region: the address */
    int process;      /* without a region: whose */
    const char *name; /* for people */
    char where[120];  /* region+offset, or the address */
    const char *said; /* how the calls name it */
    bool said_otherwise;
    const struct place *said_at; /* where that was looked up last */
    const char *label;

    /* While the events are gone through. */
    unsigned what; /* the flags last seen */
    int user;      /* the lane of the process that used it first, or NOBODY */
    bool is_two;   /* a second one did */
    int owner;     /* the lane that holds it, or NOBODY */
    int depth;     /* of a recursive mutex: how often more than once */
    int hold;      /* its span */
    int *readers;  /* spans */
    int reader_count;
    bool is_gone;         /* destroyed */
    uint32_t count;       /* of a barrier; of a semaphore: at its start */
    struct pending *owed; /* from owed_from to owed_count */
    int owed_from, owed_count;
    int last_unlock;   /* events, or NOBODY */
    int last_arrival;  /* at a barrier */
    int last_take;     /* of a semaphore */
    bool is_open;      /* of one with a name */
    int last_signal;   /* the last that had a waiter */
    int vain_signal;   /* the last that had none */
    int copy_of_owner; /* locked at fork by this lane, which the child lacks */
    int dead_owner;    /* who died holding it, until somebody has it again */

    /* For the table. */
    unsigned long acquired, contended;
    uint64_t held, longest, waited;
    int longest_event;
};

enum span_kind { SPAN_HOLD, SPAN_READ, SPAN_BLOCKED, SPAN_ASLEEP };

struct span {
    int lane;
    enum span_kind kind;
    int object;     /* or NOBODY: a child, a thread */
    int mutex;      /* of a wait on a condition, or NOBODY */
    bool had_mutex; /* when it began to wait */
    int from, to;   /* events; to: NOBODY if it never ended */
    bool timed;     /* it would have ended by itself */
    bool hopeless;  /* nobody was left who could end it */
};

enum arrow_kind {
    ARROW_FORK,
    ARROW_EXIT,
    ARROW_WAKE,
    ARROW_POST,
    ARROW_KILL,
    ARROW_JOIN
};

struct arrow {
    enum arrow_kind kind;
    int from, to;
    int object;
};

/* Something looks wrong. What it is called is known only at the end. */
enum suspect {
    SUSPECT_DEADLOCK,     /* event: the request that closed the circle */
    SUSPECT_HELD_AT_EXIT, /* event: the end */
    SUSPECT_HELD_AT_EXEC,
    SUSPECT_STRANGER, /* unlocks what lane holds */
    SUSPECT_FREE,     /* unlocks what nobody holds */
    SUSPECT_REFUSED,  /* the call said so */
    SUSPECT_PRIVATE,
    SUSPECT_DESTROYED, /* in use by lane */
    SUSPECT_USED_GONE, /* used after that */
    SUSPECT_REINIT,
    SUSPECT_TWO_MUTEXES, /* lane waits with another one */
    SUSPECT_NO_MUTEX,    /* waits without holding it */
    SUSPECT_OWNER_DIED,  /* lane did; more: the CONSISTENT, or NOBODY */
    SUSPECT_LOST_STATE,  /* ENOTRECOVERABLE */
};

struct suspicion {
    enum suspect kind;
    int event, object, lane;
    int more; /* another event, or NOBODY */
};

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE };
enum { FINDING_EVENTS = 16, FINDING_LANES = 16, FINDING_OBJECTS = 16 };

struct finding {
    const char *kind; /* "deadlock" */
    enum severity severity;
    const char *title;
    char text[1200];
    int events[FINDING_EVENTS], lanes[FINDING_LANES], objects[FINDING_OBJECTS];
    int event_count, lane_count, object_count;
};

struct trace {
    struct trace_header *file;
    const char *command;
    char date[32];
    char end[80]; /* of the program, in words */
    bool hung;
    const char *asleep; /* in what they slept then, in words */
    uint64_t dropped;
    uint64_t duration; /* ns */

    struct event *events;
    struct lane *lanes;
    struct region *regions;
    struct object *objects;
    struct span *spans;
    struct arrow *arrows;
    struct finding *findings;
    struct suspicion *suspicions;
    const struct trace_note **notes; /* by time */
    int event_count, lane_count, region_count, object_count, span_count,
        arrow_count, finding_count, suspicion_count, note_count;
};

/* Room for one more in LIST of COUNT: returns it, zeroed. Ends the program if
   there is no memory. */
#define trace_add(list, count)                                                \
    ((list) = trace_grow((list), (count), sizeof *(list)), &(list)[(count)++])
void *trace_grow(void *list, int count, size_t size);

/* load.c: read FILE into TRACE, which is zeroed. */
void trace_load(struct trace *trace, struct trace_header *file);

/* replay.c */
void trace_replay(struct trace *trace);
/* From EVENT on LANE holds OBJECT. */
void trace_hold(struct trace *trace, int lane, int object, int event,
                enum span_kind kind);

/* Who holds OBJECT, if LANE wants it; or NOBODY. */
int trace_holder(const struct trace *trace, int object, int lane);

/* identity.c: which object is it? The lane's process knows its mappings. */
void identity_begin(struct trace *trace);
void identity_note(struct trace *trace, const struct trace_note *note);
void identity_fork(struct trace *trace, int event);
void identity_child(struct trace *trace, int lane);
void identity_load(struct trace *trace, int lane);
int identity_of(struct trace *trace, const struct event *event, int type,
                uint64_t address);
const struct place *identity_place(struct trace *trace,
                                   const struct event *event);
/* Has PROCESS that piece of memory mapped? */
bool identity_maps(const struct process *process, int region);
void identity_names(struct trace *trace);

/* judge.c: what was wrong, in words. */
void judge(struct trace *trace);

/* words.c: in a buffer of its own each; good until the twentieth call. */
/* Make question marks of the control characters in TEXT. */
void words_clean(char *text);
const char *words_event(const struct trace *trace, int event);
const char *words_lane(const struct trace *trace, int lane);
const char *words_object(const struct trace *trace, int object);
const char *words_place(const struct trace *trace, int event);
const char *words_status(uint32_t status); /* "exit status 3" */
const char *words_end(uint32_t status);    /* "ended with ..." */
const char *words_time(uint64_t ns);
const char *words_type(int type);
const char *words_span(const struct trace *trace, const struct span *span);
const char *words_kind(const struct event *event);

/* What is shown, and how. Each returns false, with errno, if it cannot be
   written. MOST: how many events a picture may have. */
bool page_write(const struct trace *trace, FILE *to, int most);
bool chrome_write(const struct trace *trace, FILE *to);
bool diagram_write(const struct trace *trace, FILE *to, int most);
bool story_write(const struct trace *trace, FILE *to);

/* json.c: TEXT as a JSON string, with its quotes. */
void json_text(FILE *to, const char *text);

/* pick.c: which MOST events a picture shows, in order. PICKED[i] is the event
   of place i; the caller frees it. All, if there are no more; else those of
   findings with what is around them, the first and the last ones. */
int *pick_events(const struct trace *trace, int most, int *count);

#endif
