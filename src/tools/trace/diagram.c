/* diagram: who did what when, as text: a column for each lane, a line for
   each event. Bars stand for what a lane does in between:

     |  it runs     #  it holds a lock     :  it sleeps     =  it is blocked
*/
#include "config.h"

#include "trace.h"

#include <stdlib.h>
#include <string.h>

struct column {
    bool begun, over;
    int holds, waits; /* spans that are open at this line; which kind */
    enum span_kind wait_kind;
};

static char
mark(const struct column *column)
{
    if (!column->begun || column->over)
        return ' ';
    if (column->waits > 0)
        return column->wait_kind == SPAN_BLOCKED ? '=' : ':';
    return column->holds > 0 ? '#' : '|';
}

static void
apply(struct column *column, const struct span *span, int by)
{
    if (span->kind == SPAN_HOLD || span->kind == SPAN_READ)
        column->holds += by;
    else {
        column->waits += by;
        column->wait_kind = span->kind;
    }
}

/* Every span's ends, by event: lists through the spans' numbers. */
struct ends {
    int *first_from, *next_from, *first_to, *next_to;
};

static bool
make_ends(const struct trace *trace, struct ends *ends)
{
    size_t events = (size_t)trace->event_count + 1;
    size_t spans = (size_t)trace->span_count + 1;

    ends->first_from = malloc(events * sizeof(int));
    ends->first_to = malloc(events * sizeof(int));
    ends->next_from = malloc(spans * sizeof(int));
    ends->next_to = malloc(spans * sizeof(int));
    if (ends->first_from == NULL || ends->first_to == NULL ||
        ends->next_from == NULL || ends->next_to == NULL)
        return false;
    for (size_t i = 0; i < events; i++)
        ends->first_from[i] = ends->first_to[i] = NOBODY;
    for (int i = 0; i < trace->span_count; i++) {
        const struct span *span = &trace->spans[i];
        ends->next_from[i] = ends->first_from[span->from];
        ends->first_from[span->from] = i;
        if (span->to != NOBODY) {
            ends->next_to[i] = ends->first_to[span->to];
            ends->first_to[span->to] = i;
        }
    }
    return true;
}

static void
write_line(const struct trace *trace, FILE *to, struct column *columns,
           int event)
{
    const struct event *at = &trace->events[event];
    const char *place = words_place(trace, event);
    char text[200];
    int lanes = trace->lane_count, length;

    snprintf(text, sizeof text, "%s%s%s", words_event(trace, event),
             *place != '\0' ? "  " : "", place);
    length = (int)strlen(text);
    for (int i = 0; i < lanes; i++) {
        char bar = columns[i].over && i != at->lane ? ' ' : mark(&columns[i]);
        if (i == at->lane)
            bar = at->bad ? '!' : '*';
        fprintf(to, "%c  ", bar);
    }
    fprintf(to, " %-16.16s %.*s\n", trace->lanes[at->lane].name, length, text);
}

bool
diagram_write(const struct trace *trace, FILE *to, int most)
{
    struct column *columns =
        calloc((size_t)trace->lane_count + 1, sizeof *columns);
    struct ends ends = {NULL, NULL, NULL, NULL};
    int count, next = 0;
    int *picked = pick_events(trace, most, &count);

    if (columns == NULL || !make_ends(trace, &ends))
        return false;
    for (int i = 0; i < trace->event_count; i++) {
        int lane = trace->events[i].lane;
        columns[lane].begun = true;
        for (int s = ends.first_to[i]; s != NOBODY; s = ends.next_to[s])
            apply(&columns[trace->spans[s].lane], &trace->spans[s], -1);
        for (int s = ends.first_from[i]; s != NOBODY; s = ends.next_from[s])
            apply(&columns[trace->spans[s].lane], &trace->spans[s], 1);
        if (trace->events[i].kind == TRACE_EXIT ||
            trace->events[i].kind == TRACE_KILLED)
            columns[lane].over = true;
        if (next == count || picked[next] != i)
            continue;
        if (next > 0 && i - picked[next - 1] > 3)
            fprintf(to, "   ... %d events are left out ...\n",
                    i - picked[next - 1] - 1);
        write_line(trace, to, columns, i);
        next++;
    }
    for (int i = 0; i < trace->lane_count; i++)
        if (trace->lanes[i].stuck != NOBODY &&
            trace->spans[trace->lanes[i].stuck].hopeless)
            fprintf(to, "%s: %s for ever\n", trace->lanes[i].name,
                    words_span(trace, &trace->spans[trace->lanes[i].stuck]));
    free(columns);
    free(picked);
    free(ends.first_from);
    free(ends.first_to);
    free(ends.next_from);
    free(ends.next_to);
    return fflush(to) == 0 && !ferror(to);
}
