/* story: what was found, for the terminal, in a few lines. */
#include "config.h"

#include "trace.h"

#include "wrap.h"

#include <stdlib.h>
#include <string.h>

static int
by_waiting(const void *left, const void *right)
{
    const struct object *a = *(const struct object *const *)left;
    const struct object *b = *(const struct object *const *)right;

    if (a->waited != b->waited)
        return a->waited < b->waited ? 1 : -1;
    return a->longest < b->longest ? 1 : a->longest > b->longest ? -1 : 0;
}

/* The locks that were waited for longest, the first five. */
static void
write_locks(const struct trace *trace, FILE *to)
{
    const struct object **locks =
        calloc((size_t)trace->object_count + 1, sizeof *locks);
    int count = 0;

    for (int i = 0; i < trace->object_count && locks != NULL; i++) {
        const struct object *it = &trace->objects[i];
        if (it->acquired > 0 &&
            (it->type == TRACE_MUTEX || it->type == TRACE_RWLOCK ||
             it->type == TRACE_SPIN))
            locks[count++] = it;
    }
    if (count > 0) {
        qsort(locks, (size_t)count, sizeof *locks, by_waiting);
        fprintf(to, "  %-28s %9s %9s %10s %10s\n", "lock", "taken", "waited",
                "for", "longest");
    }
    for (int i = 0; i < count && i < 5; i++) {
        const struct object *it = locks[i];
        fprintf(to, "  %-28.28s %9lu %9lu %10s %10s", it->name, it->acquired,
                it->contended, words_time(it->waited),
                words_time(it->longest));
        if (it->longest_event != NOBODY &&
            *words_place(trace, it->longest_event) != '\0')
            fprintf(to, " %s", words_place(trace, it->longest_event));
        fputs("\n", to);
    }
    free(locks);
}

bool
story_write(const struct trace *trace, FILE *to)
{
    static const char *const severities[] = {"", "", "(a note) "};

    fprintf(to, "mapfork trace: %s: %s; %d lane%s, %d event%s\n",
            trace->command, trace->end, trace->lane_count,
            trace->lane_count == 1 ? "" : "s", trace->event_count,
            trace->event_count == 1 ? "" : "s");
    if (trace->dropped > 0)
        fprintf(to,
                "  %llu events dropped: the buffer was full. Findings "
                "that need all of them\n  are left out; try a larger "
                "--buffer.\n",
                (unsigned long long)trace->dropped);
    for (int i = 0; i < trace->finding_count; i++) {
        const struct finding *it = &trace->findings[i];
        char text[sizeof it->text + 100];
        snprintf(text, sizeof text, "%s%s [%s]: %s", severities[it->severity],
                 it->title, it->kind, it->text);
        wrap(to, 2, text);
    }
    if (trace->event_count == 0)
        fputs("  Nothing was recorded: the program did not load the runtime."
              "\n",
              to);
    else if (trace->finding_count == 0)
        fputs(trace->dropped > 0
                  ? "  In what was recorded, nothing to find fault with.\n"
                  : "  Nothing to find fault with.\n",
              to);
    if (trace->dropped == 0)
        write_locks(trace, to);
    return fflush(to) == 0 && !ferror(to);
}
