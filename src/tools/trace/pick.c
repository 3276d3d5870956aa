/* pick: a picture of a million events shows nothing. Which are shown? */
#include "config.h"

#include "trace.h"

#include "die.h"

#include <stdlib.h>

enum { AROUND = 20 };

int *
pick_events(const struct trace *trace, int most, int *count)
{
    int events = trace->event_count, left = most;
    bool *shown = calloc((size_t)events + 1, sizeof *shown);
    int *picked = calloc((size_t)events + 1, sizeof *picked);

    if (shown == NULL || picked == NULL)
        die("calloc");
    for (int i = 0; i < events && left > 0; i++) {
        if (!trace->events[i].bad)
            continue;
        for (int e = i - AROUND < 0 ? 0 : i - AROUND;
             e < events && e <= i + AROUND; e++) {
            left -= !shown[e];
            shown[e] = true;
        }
    }
    /* From both ends, the last events first: there it went wrong. */
    for (int i = 0; i < events && left > 0; i++) {
        int at = i % 2 == 0 ? events - 1 - i / 2 : i / 2;
        left -= !shown[at];
        shown[at] = true;
    }
    for (int i = 0; i < events; i++)
        shown[i] = shown[i] && !trace->events[i].is_idle;
    *count = 0;
    for (int i = 0; i < events; i++)
        if (shown[i])
            picked[(*count)++] = i;
    free(shown);
    return picked;
}
