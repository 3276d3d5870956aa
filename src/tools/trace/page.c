/* page: the picture, one file of HTML. The drawing is done by the scripts in
   ../picture; here is the model that they draw, as JSON. */
#include "config.h"

#include "picture_page.h"
#include "trace.h"

#include "die.h"

#include <stdlib.h>
#include <string.h>

/* Which number each event, lane and place has in the picture; NOBODY: none. */
struct numbers {
    int *picked;
    int count;
    const struct place **places;
    int place_count;
};

/* The first shown event that is not before EVENT, or the last not behind. */
static int
not_before(const struct numbers *numbers, int event)
{
    int low = 0, high = numbers->count;

    while (low < high) {
        int middle = (low + high) / 2;
        if (numbers->picked[middle] < event)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int
number_of(const struct numbers *numbers, int event)
{
    int at = not_before(numbers, event);

    return event != NOBODY && at < numbers->count &&
                   numbers->picked[at] == event
               ? at
               : NOBODY;
}

static int
not_behind(const struct numbers *numbers, int event)
{
    int at = not_before(numbers, event);

    return at < numbers->count && numbers->picked[at] == event ? at : at - 1;
}

static int
place_number(struct numbers *numbers, const struct place *place)
{
    if (place == NULL)
        return NOBODY;
    for (int i = numbers->place_count - 1; i >= 0; i--)
        if (numbers->places[i] == place)
            return i;
    *trace_add(numbers->places, numbers->place_count) = place;
    return numbers->place_count - 1;
}

/* ---- Fields ------------------------------------------------------------- */

static void
text_field(FILE *to, const char *name, const char *text)
{
    fprintf(to, "\"%s\":", name);
    json_text(to, text);
    putc(',', to);
}

static void
list(FILE *to, const char *name, const int *numbers, int count)
{
    const char *comma = "";

    fprintf(to, "\"%s\":[", name);
    for (int i = 0; i < count; i++)
        if (numbers[i] != NOBODY) {
            fprintf(to, "%s%d", comma, numbers[i]);
            comma = ",";
        }
    fputs("]", to);
}

/* "name":[ member, member ] */
static const char *
begin_list(FILE *to, const char *name)
{
    fprintf(to, ",\n\"%s\":[", name);
    return "\n";
}

/* ---- Parts -------------------------------------------------------------- */

static void
write_lanes(const struct trace *trace, const struct numbers *numbers, FILE *to)
{
    const char *comma = begin_list(to, "lanes");

    for (int i = 0; i < trace->lane_count; i++) {
        const struct lane *lane = &trace->lanes[i];
        const struct span *stuck =
            lane->stuck == NOBODY ? NULL : &trace->spans[lane->stuck];
        char text[200] = "";
        fprintf(to, "%s{\"id\":%d,\"pid\":%d,\"tid\":%d,", comma, i, lane->pid,
                lane->tid);
        text_field(to, "name", lane->name);
        text_field(to, "program", lane->program);
        text_field(to, "end",
                   !lane->is_thread && lane->status != TRACE_STATUS_UNKNOWN
                                                           << 8
                       ? words_status(lane->status)
                       : "");
        if (stuck != NULL && stuck->hopeless)
            snprintf(text, sizeof text, "%s for ever",
                     words_span(trace, stuck));
        text_field(to, "stuck", text);
        fprintf(
            to, "\"parent\":%d,\"thread\":%s,\"from\":%d,\"to\":%d}",
            lane->is_thread ? lane->process : lane->parent,
            lane->is_thread ? "true" : "false",
            lane->first == NOBODY ? NOBODY : not_before(numbers, lane->first),
            lane->last == NOBODY ? NOBODY : not_behind(numbers, lane->last));
        comma = ",\n";
    }
    fputs("]", to);
}

static void
write_objects(const struct trace *trace, FILE *to)
{
    const char *comma = begin_list(to, "objects");

    for (int i = 0; i < trace->object_count; i++) {
        const struct object *it = &trace->objects[i];
        fprintf(to, "%s{\"id\":%d,", comma, i);
        text_field(to, "kind", words_type(it->type));
        text_field(to, "name", it->name);
        text_field(to, "where", it->where);
        fprintf(to,
                "\"acquired\":%lu,\"contended\":%lu,\"held\":%llu,"
                "\"longest\":%llu,\"waited\":%llu}",
                it->acquired, it->contended, (unsigned long long)it->held,
                (unsigned long long)it->longest,
                (unsigned long long)it->waited);
        comma = ",\n";
    }
    fputs("]", to);
}

static void
write_places(const struct numbers *numbers, FILE *to)
{
    const char *comma = begin_list(to, "places");

    for (int i = 0; i < numbers->place_count; i++) {
        const struct place *it = numbers->places[i];
        const char *module = strrchr(it->module, '/');
        fprintf(to, "%s{", comma);
        text_field(to, "file",
                   it->name != NULL ? it->name
                   : module != NULL ? module + 1
                                    : it->module);
        text_field(to, "function", it->function != NULL ? it->function : "");
        text_field(to, "source", it->source != NULL ? it->source : "");
        fprintf(to, "\"line\":%d}", it->line);
        comma = ",\n";
    }
    fputs("]", to);
}

static void
write_events(const struct trace *trace, struct numbers *numbers, FILE *to)
{
    const char *comma = begin_list(to, "events");

    for (int i = 0; i < numbers->count; i++) {
        int number = numbers->picked[i];
        const struct event *it = &trace->events[number];
        fprintf(to, "%s{\"t\":%llu,\"lane\":%d,", comma,
                (unsigned long long)it->time, it->lane);
        text_field(to, "kind", words_kind(it));
        text_field(to, "text", words_event(trace, number));
        fprintf(to, "\"object\":%d,\"place\":%d,\"bad\":%s}", it->object,
                place_number(numbers, it->place), it->bad ? "true" : "false");
        comma = ",\n";
    }
    fputs("]", to);
}

static void
write_spans(const struct trace *trace, const struct numbers *numbers, FILE *to)
{
    static const char *const kinds[] = {"hold", "read-hold", "blocked",
                                        "asleep"};
    const char *comma = begin_list(to, "spans");

    for (int i = 0; i < trace->span_count; i++) {
        const struct span *it = &trace->spans[i];
        const struct lane *lane = &trace->lanes[it->lane];
        int end = it->to != NOBODY ? it->to : lane->last;
        int from = not_before(numbers, it->from);
        int to_event = not_behind(numbers, end);
        bool open = it->to == NOBODY;
        if (from > to_event || (from == to_event && !open))
            continue;
        fprintf(to, "%s{\"lane\":%d,\"object\":%d,\"from\":%d,\"to\":%d,",
                comma, it->lane, it->object, from, open ? NOBODY : to_event);
        fprintf(to, "\"kind\":\"%s\",\"text\":", kinds[it->kind]);
        json_text(to, words_span(trace, it));
        fputs("}", to);
        comma = ",\n";
    }
    fputs("]", to);
}

static const char *
arrow_words(const struct trace *trace, const struct arrow *it)
{
    static char text[300];
    int from = trace->events[it->from].lane, to = trace->events[it->to].lane;

    switch (it->kind) {
    case ARROW_FORK:
        snprintf(text, sizeof text, "%s makes %s", words_lane(trace, from),
                 words_lane(trace, to));
        break;
    case ARROW_EXIT:
        snprintf(text, sizeof text, "%s has ended, %s has waited for it",
                 words_lane(trace, from), words_lane(trace, to));
        break;
    case ARROW_KILL:
        snprintf(text, sizeof text, "%s kills %s", words_lane(trace, from),
                 words_lane(trace, to));
        break;
    case ARROW_JOIN:
        snprintf(text, sizeof text, "%s has ended, %s has joined it",
                 words_lane(trace, from), words_lane(trace, to));
        break;
    default:
        snprintf(text, sizeof text, "%s: %s, and %s goes on",
                 words_lane(trace, from), words_event(trace, it->from),
                 words_lane(trace, to));
    }
    return text;
}

static void
write_arrows(const struct trace *trace, const struct numbers *numbers,
             FILE *to)
{
    static const char *const kinds[] = {"fork", "exit", "wake",
                                        "post", "kill", "join"};
    const char *comma = begin_list(to, "arrows");

    for (int i = 0; i < trace->arrow_count; i++) {
        const struct arrow *it = &trace->arrows[i];
        int from = number_of(numbers, it->from);
        int end = number_of(numbers, it->to);
        if (from == NOBODY || end == NOBODY)
            continue;
        fprintf(to,
                "%s{\"kind\":\"%s\",\"from\":%d,\"to\":%d,\"text\":", comma,
                kinds[it->kind], from, end);
        json_text(to, arrow_words(trace, it));
        fputs("}", to);
        comma = ",\n";
    }
    fputs("]", to);
}

static int
by_number(const void *left, const void *right)
{
    return *(const int *)left - *(const int *)right;
}

static void
write_findings(const struct trace *trace, const struct numbers *numbers,
               FILE *to)
{
    static const char *const severities[] = {"error", "warning", "note"};
    const char *comma = begin_list(to, "findings");

    for (int i = 0; i < trace->finding_count; i++) {
        const struct finding *it = &trace->findings[i];
        int events[FINDING_EVENTS] = {0};
        for (int e = 0; e < it->event_count; e++)
            events[e] = number_of(numbers, it->events[e]);
        qsort(events, (size_t)it->event_count, sizeof *events, by_number);
        fprintf(to, "%s{\"kind\":\"%s\",\"severity\":\"%s\",", comma, it->kind,
                severities[it->severity]);
        text_field(to, "title", it->title);
        text_field(to, "text", it->text);
        list(to, "events", events, it->event_count);
        fputs(",", to);
        list(to, "lanes", it->lanes, it->lane_count);
        fputs(",", to);
        list(to, "objects", it->objects, it->object_count);
        fputs("}", to);
        comma = ",\n";
    }
    fputs("]", to);
}

static void
write_locks(const struct trace *trace, const struct numbers *numbers, FILE *to)
{
    const char *comma = begin_list(to, "locks");

    /* With events missing nobody knows how long anything was held. */
    for (int i = 0; i < trace->object_count && trace->dropped == 0; i++) {
        const struct object *it = &trace->objects[i];
        if (it->type != TRACE_MUTEX && it->type != TRACE_RWLOCK &&
            it->type != TRACE_SPIN)
            continue;
        if (it->acquired == 0 && it->contended == 0)
            continue;
        fprintf(to,
                "%s{\"object\":%d,\"acquired\":%lu,\"contended\":%lu,"
                "\"held\":%llu,\"longest\":%llu,\"longest_event\":%d,"
                "\"waited\":%llu}",
                comma, i, it->acquired, it->contended,
                (unsigned long long)it->held, (unsigned long long)it->longest,
                number_of(numbers, it->longest_event),
                (unsigned long long)it->waited);
        comma = ",\n";
    }
    fputs("]", to);
}

bool
page_write(const struct trace *trace, FILE *to, int most)
{
    struct numbers numbers = {.count = 0};
    int shown_most = 0;

    for (int i = 0; i < trace->event_count; i++)
        shown_most += !trace->events[i].is_idle;
    numbers.picked = pick_events(trace, most, &numbers.count);
    for (int i = 0; picture_head[i] != NULL; i++)
        fputs(picture_head[i], to);
    fputs("{\"mapfork\":1,", to);
    text_field(to, "command", trace->command);
    text_field(to, "date", trace->date);
    text_field(to, "end", trace->end);
    fprintf(to,
            "\"dropped\":%llu,\"buffer\":%llu,\"duration\":%llu,"
            "\"left_out\":%d",
            (unsigned long long)trace->dropped,
            (unsigned long long)trace->file->chunks_most * (TRACE_CHUNK - 1),
            (unsigned long long)trace->duration, shown_most - numbers.count);
    write_lanes(trace, &numbers, to);
    write_objects(trace, to);
    write_events(trace, &numbers, to);
    write_places(&numbers, to);
    write_spans(trace, &numbers, to);
    write_arrows(trace, &numbers, to);
    write_findings(trace, &numbers, to);
    write_locks(trace, &numbers, to);
    fputs("}\n", to);
    for (int i = 0; picture_tail[i] != NULL; i++)
        fputs(picture_tail[i], to);
    free(numbers.picked);
    free(numbers.places);
    return fflush(to) == 0 && !ferror(to);
}
