/* identity: which object an address means.

   A process knows at which addresses it has which pieces of shared memory.
   An object there is (piece, offset), the same one for all who map it, at
   whatever address. Everything else is the process' own, and a forked child
   begins with copies of it. */
#include "config.h"

#include "trace.h"

#include "die.h"

#include <stdlib.h>
#include <string.h>

struct range {
    uint64_t from, length, offset;
    int region;
};

/* A process, from its fork or exec on to its exec or end. */
struct process {
    int number;
    struct process *older; /* all are kept: texts belong to their places */
    struct places *places;
    struct range *ranges;
    int range_count;
};

/* What a child that is being forked will inherit, as it was before. */
struct snapshot {
    int lane;
    int64_t pid; /* 0: of vfork, which did not know it */
    struct process *parent;
    struct range *ranges;
    int range_count;
    struct held {
        int object, owner, depth;
    } * held; /* private objects that were locked then */
    int held_count;
};

struct label {
    int region, process;
    uint64_t offset, size;
    const char *name;
};

static struct snapshot *snapshots;
static int snapshot_count;
static struct label *labels;
static int label_count;
static int processes;

/* ---- Objects, found by what they are ------------------------------------ */

static int *slots; /* an object plus 1, or 0 */
static size_t slot_count;

static size_t
hash(int type, int region, int process, uint64_t offset)
{
    uint64_t key = offset * UINT64_C(0x9e3779b97f4a7c15);

    key ^= (uint64_t)(type * 31 + region * 1009 + process * 9176);
    key *= UINT64_C(0xff51afd7ed558ccd);
    return (size_t)(key >> 20) & (slot_count - 1);
}

static void
place_object(const struct trace *trace, int number)
{
    const struct object *it = &trace->objects[number];
    size_t at = hash(it->type, it->region, it->process, it->offset);

    while (slots[at] != 0)
        at = (at + 1) & (slot_count - 1);
    slots[at] = number + 1;
}

static int
find(struct trace *trace, int type, int region, int process, uint64_t offset)
{
    struct object *it;

    if ((size_t)trace->object_count * 2 >= slot_count) {
        free(slots);
        slot_count = slot_count == 0 ? 64 : slot_count * 2;
        if ((slots = calloc(slot_count, sizeof *slots)) == NULL)
            die("calloc");
        for (int i = 0; i < trace->object_count; i++)
            place_object(trace, i);
    }
    for (size_t at = hash(type, region, process, offset); slots[at] != 0;
         at = (at + 1) & (slot_count - 1)) {
        it = &trace->objects[slots[at] - 1];
        if (it->type == type && it->region == region &&
            it->process == process && it->offset == offset)
            return slots[at] - 1;
    }
    it = trace_add(trace->objects, trace->object_count);
    it->type = type;
    it->region = region;
    it->process = process;
    it->offset = offset;
    it->user = it->owner = it->hold = it->last_unlock = it->last_arrival =
        it->last_take = it->last_signal = it->vain_signal = it->copy_of_owner =
            it->dead_owner = it->longest_event = NOBODY;
    place_object(trace, trace->object_count - 1);
    return trace->object_count - 1;
}

static const struct range *
range_of(const struct process *process, uint64_t address)
{
    /* The newest first: it may lie over an older one. */
    for (int i = process->range_count - 1; i >= 0; i--)
        if (address - process->ranges[i].from < process->ranges[i].length)
            return &process->ranges[i];
    return NULL;
}

bool
identity_maps(const struct process *process, int region)
{
    for (int i = 0; i < process->range_count; i++)
        if (process->ranges[i].region == region)
            return true;
    return false;
}

int
identity_of(struct trace *trace, const struct event *event, int type,
            uint64_t address)
{
    const struct process *process = trace->lanes[event->lane].state;
    const struct range *range = range_of(process, address);

    return range != NULL ? find(trace, type, range->region, NOBODY,
                                address - range->from + range->offset)
                         : find(trace, type, NOBODY, process->number, address);
}

const struct place *
identity_place(struct trace *trace, const struct event *event)
{
    const struct place *place = NULL;

    if (event->pc == 0 ||
        !places_of(trace->lanes[event->lane].state->places, event->pc, &place))
        return NULL;
    return place;
}

/* ---- Processes ---------------------------------------------------------- */

static struct process *newest;

/* With PLACES of its parent, or NULL: of its own. */
static struct process *
new_process(struct places *places)
{
    struct process *it = calloc(1, sizeof *it);

    if (it == NULL ||
        (it->places = places != NULL ? places : places_new()) == NULL)
        die("calloc");
    it->number = processes++;
    it->older = newest;
    newest = it;
    return it;
}

void
identity_begin(struct trace *trace)
{
    (void)trace;
    free(slots);
    free(snapshots);
    free(labels);
    slots = NULL;
    snapshots = NULL;
    labels = NULL;
    slot_count = 0;
    snapshot_count = label_count = processes = 0;
}

/* A copy, with room for one more. */
static struct range *
copy_ranges(const struct range *from, int count)
{
    struct range *copy = malloc((size_t)(count + 1) * sizeof *from);

    if (copy == NULL)
        die("malloc");
    if (count > 0)
        memcpy(copy, from, (size_t)count * sizeof *from);
    return copy;
}

void
identity_fork(struct trace *trace, int event)
{
    const struct event *at = &trace->events[event];
    struct process *parent = trace->lanes[at->lane].state;
    struct snapshot *it = trace_add(snapshots, snapshot_count);

    it->lane = at->lane;
    it->pid = at->whom;
    it->parent = parent;
    it->ranges = copy_ranges(parent->ranges, parent->range_count);
    it->range_count = parent->range_count;
    for (int i = 0; i < trace->object_count; i++) {
        const struct object *object = &trace->objects[i];
        if (object->region == NOBODY && object->process == parent->number &&
            object->owner != NOBODY)
            *trace_add(it->held, it->held_count) =
                (struct held){i, object->owner, object->depth};
    }
}

static void
add_range(struct process *process, struct range range)
{
    struct range *ranges = copy_ranges(process->ranges, process->range_count);

    free(process->ranges);
    process->ranges = ranges;
    ranges[process->range_count++] = range;
}

/* A lock that was held at the fork is held in the copy as well: by the thread
   that forked, which is the one the child has, or by one that the child does
   not have, and then for ever. */
static void
copy_locks(struct trace *trace, const struct snapshot *from, int lane)
{
    for (int i = 0; i < from->held_count; i++) {
        const struct held *held = &from->held[i];
        struct object original = trace->objects[held->object];
        int copy = find(trace, original.type, NOBODY,
                        trace->lanes[lane].state->number, original.offset);
        trace->objects[copy].what = original.what;
        if (held->owner == from->lane) {
            trace_hold(trace, lane, copy, trace->lanes[lane].first, SPAN_HOLD);
            trace->objects[copy].depth = held->depth;
        } else
            trace->objects[copy].copy_of_owner = held->owner;
    }
}

void
identity_child(struct trace *trace, int lane)
{
    struct lane *it = &trace->lanes[lane];
    const struct process *parent = NULL;
    struct snapshot *from = NULL;

    if (it->parent != NOBODY)
        parent = trace->lanes[it->parent].state;
    for (int i = snapshot_count - 1; i >= 0 && from == NULL; i--)
        if (snapshots[i].lane == it->parent &&
            (snapshots[i].pid == it->pid || snapshots[i].pid == 0))
            from = &snapshots[i];
    if (from != NULL)
        parent = from->parent;
    it->state = new_process(parent != NULL ? parent->places : NULL);
    /* A fork that was not told, as daemon() makes it: what the parent has. */
    if (from == NULL && parent != NULL) {
        it->state->ranges = copy_ranges(parent->ranges, parent->range_count);
        it->state->range_count = parent->range_count;
    }
    if (from == NULL)
        return;
    it->state->ranges = from->ranges;
    it->state->range_count = from->range_count;
    from->ranges = NULL;
    from->range_count = 0;
    copy_locks(trace, from, lane);
    from->lane = NOBODY;
}

void
identity_load(struct trace *trace, int lane)
{
    trace->lanes[lane].state = new_process(NULL);
}

/* ---- Notes -------------------------------------------------------------- */

static int
find_region(struct trace *trace, int kind, uint64_t device, uint64_t inode,
            const char *path)
{
    static const char *const kinds[] = {"shared", "file", "segment"};
    struct region *it;
    const char *base;
    int same = 1;

    for (int i = 0; i < trace->region_count; i++) {
        it = &trace->regions[i];
        if (it->kind == kind &&
            (kind == REGION_SEM ? strcmp(it->path, path) == 0
                                : it->device == device && it->inode == inode))
            return i;
        same += it->kind == kind;
    }
    it = trace_add(trace->regions, trace->region_count);
    *it = (struct region){
        .kind = kind, .device = device, .inode = inode, .path = path};
    base = strrchr(path, '/');
    if (kind == REGION_SEM)
        snprintf(it->name, sizeof it->name, "%s", path + strlen("sem "));
    else if (kind == TRACE_REGION_FILE && base != NULL)
        snprintf(it->name, sizeof it->name, "%.*s",
                 (int)strcspn(base + 1, " "), base + 1);
    else if (kind == TRACE_REGION_SYSV)
        snprintf(it->name, sizeof it->name, "segment%lu",
                 (unsigned long)inode);
    else
        snprintf(it->name, sizeof it->name, "%s%d", kinds[kind], same);
    return trace->region_count - 1;
}

/* A range, or the part of one that is between, goes away. */
static void
drop(struct process *process, uint64_t from, uint64_t length)
{
    for (int i = 0; i < process->range_count; i++) {
        struct range it = process->ranges[i];
        uint64_t end = it.from + it.length;
        if (it.length == 0 || end <= from || from + length <= it.from)
            continue;
        process->ranges[i].length = from > it.from ? from - it.from : 0;
        if (from + length < end) {
            uint64_t cut = from + length - it.from;
            add_range(process, (struct range){from + length, it.length - cut,
                                              it.offset + cut, it.region});
        }
    }
    for (int i = 0; i < process->range_count;)
        if (process->ranges[i].length == 0) {
            memmove(&process->ranges[i], &process->ranges[i + 1],
                    (size_t)(--process->range_count - i) *
                        sizeof *process->ranges);
        } else
            i++;
}

static void
add_label(struct trace *trace, const struct process *process,
          const struct trace_note *note)
{
    const struct range *range = range_of(process, note->a);
    struct label *it = trace_add(labels, label_count);

    (void)trace;
    it->region = range != NULL ? range->region : NOBODY;
    it->process = range != NULL ? NOBODY : process->number;
    it->offset =
        range != NULL ? note->a - range->from + range->offset : note->a;
    it->size = note->b;
    it->name = note->text;
}

void
identity_note(struct trace *trace, const struct trace_note *note)
{
    struct lane *lane = &trace->lanes[note->lane];
    struct process *process = lane->state;
    const struct range *range;

    if (process == NULL)
        return;
    switch ((enum trace_note_kind)note->kind) {
    case TRACE_MODULE:
        places_module(process->places, note->text, note->a, note->b, note->c);
        break;
    case TRACE_REGION:
        add_range(process,
                  (struct range){note->a, note->b, note->c,
                                 find_region(trace, note->what, note->d,
                                             note->e, note->text)});
        break;
    case TRACE_OPENED:
        if (note->d != 0)
            add_range(process, (struct range){note->d, 64, 0,
                                              find_region(trace, REGION_SEM, 0,
                                                          0, note->text)});
        break;
    case TRACE_GONE:
        drop(process, note->a, note->b);
        break;
    case TRACE_MOVED:
        range = range_of(process, note->a);
        if (range != NULL) {
            struct range moved = {note->c, note->d,
                                  note->a - range->from + range->offset,
                                  range->region};
            drop(process, note->a, note->b);
            add_range(process, moved);
        }
        break;
    case TRACE_LABEL:
        if (note->a != 0)
            add_label(trace, process, note);
        else
            snprintf(lane->name, sizeof lane->name, "%s", note->text);
        break;
    default:
        break;
    }
}

/* ---- Names -------------------------------------------------------------- */

/* The environment's "shared1+64=lock shared1+104=not_full". */
static const char *
asked_name(const char *where)
{
    const char *at = getenv("MAPFORK_LABELS");
    size_t length = strlen(where);
    static char names[64][80];
    static int next;

    while (at != NULL && *at != '\0') {
        size_t word = strcspn(at, " ,");
        if (strncmp(at, where, length) == 0 && at[length] == '=' &&
            word > length + 1) {
            char *name = names[next++ % 64];
            snprintf(name, sizeof names[0], "%.*s", (int)(word - length - 1),
                     at + length + 1);
            return name;
        }
        at += word + (at[word] != '\0');
    }
    return NULL;
}

static void
name_object(struct trace *trace, struct object *it)
{
    const char *symbol = NULL, *asked;
    uint64_t behind = 0;

    if (it->region != NOBODY) {
        const struct region *region = &trace->regions[it->region];
        if (region->kind == REGION_SEM)
            snprintf(it->where, sizeof it->where, "%s", region->name);
        else
            snprintf(it->where, sizeof it->where, "%s+%lu", region->name,
                     (unsigned long)it->offset);
    } else {
        for (int i = 0; i < trace->lane_count && symbol == NULL; i++) {
            const struct process *process = trace->lanes[i].state;
            if (process != NULL && process->number == it->process)
                places_symbol(process->places, it->offset, &symbol, &behind);
        }
        if (symbol == NULL)
            snprintf(it->where, sizeof it->where, "0x%lx",
                     (unsigned long)it->offset);
        else if (behind == 0)
            snprintf(it->where, sizeof it->where, "%s", symbol);
        else
            snprintf(it->where, sizeof it->where, "%s+%lu", symbol,
                     (unsigned long)behind);
    }
    for (int i = 0; i < label_count; i++)
        if (labels[i].region == it->region &&
            labels[i].process == it->process &&
            it->offset - labels[i].offset < labels[i].size)
            it->label = labels[i].name;
    asked = asked_name(it->where);
    if (it->said_otherwise)
        it->said = NULL;
    /* A member of a variable is better said than counted in bytes. */
    if (symbol != NULL && (it->said == NULL || behind == 0 ||
                           strncmp(it->said, symbol, strlen(symbol)) != 0))
        it->said = it->where;
    if (it->region != NOBODY && trace->regions[it->region].kind == REGION_SEM)
        it->said = it->where;
    it->name = asked != NULL       ? asked
               : it->label != NULL ? it->label
               : it->said != NULL  ? it->said
                                   : it->where;
}

/* Two objects of one name are told apart by where they are. */
static void
tell_apart(struct trace *trace)
{
    char **names = calloc((size_t)trace->object_count + 1, sizeof *names);

    if (names == NULL)
        die("calloc");
    for (int i = 0; i < trace->object_count; i++)
        for (int j = 0; j < trace->object_count && names[i] == NULL; j++) {
            const struct object *it = &trace->objects[i];
            size_t room = strlen(it->name) + sizeof it->where + 4;
            if (i == j || strcmp(it->name, trace->objects[j].name) != 0 ||
                strcmp(it->name, it->where) == 0 ||
                strcmp(it->where, trace->objects[j].where) == 0)
                continue;
            if ((names[i] = malloc(room)) == NULL)
                die("malloc");
            snprintf(names[i], room, "%s (%s)", it->name, it->where);
        }
    for (int i = 0; i < trace->object_count; i++)
        if (names[i] != NULL)
            trace->objects[i].name = names[i];
    free(names);
}

/* Lanes are called as their process is, by who made them: the program, child
   1, child 2, and child 2.1 for a child of that; threads by number. What runs
   another program than its parent says which. */
static void
name_lane(struct trace *trace, int number, int *children)
{
    struct lane *it = &trace->lanes[number];
    const struct lane *parent =
        it->parent == NOBODY ? NULL
                             : &trace->lanes[trace->lanes[it->parent].process];
    const struct lane *process = &trace->lanes[it->process];
    bool is_first = process->parent == NOBODY;
    int nth;

    if (*it->name != '\0')
        return;
    if (it->is_thread) {
        nth = ++children[trace->lane_count + it->process];
        snprintf(it->name, sizeof it->name, "%.20s%sthread %d",
                 is_first ? "" : process->name, is_first ? "" : " ", nth);
        return;
    }
    if (parent == NULL) {
        snprintf(it->name, sizeof it->name, "%s", it->program);
        return;
    }
    nth = ++children[trace->lanes[it->parent].process];
    if (strncmp(parent->name, "child ", 6) == 0)
        snprintf(it->name, sizeof it->name, "%.*s.%d",
                 (int)(6 + strspn(parent->name + 6, "0123456789.")),
                 parent->name, nth);
    else
        snprintf(it->name, sizeof it->name, "child %d", nth);
    if (strcmp(it->program, parent->program) != 0) {
        size_t length = strlen(it->name);
        snprintf(it->name + length, sizeof it->name - length, " (%.30s)",
                 it->program);
    }
}

void
identity_names(struct trace *trace)
{
    int *children =
        calloc((size_t)trace->lane_count * 2 + 1, sizeof *children);

    if (children == NULL)
        die("calloc");
    for (int i = 0; i < trace->lane_count; i++)
        name_lane(trace, i, children);
    free(children);
    for (int i = 0; i < trace->object_count; i++)
        name_object(trace, &trace->objects[i]);
    if (trace->object_count < 2000)
        tell_apart(trace);
}
