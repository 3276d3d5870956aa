/* chrome: the trace as "Chrome trace events", which Perfetto and others load:
   a slice for each span, a moment for each event, a flow for each arrow.
   Source: "Trace Event Format", Google 2016. Times are microseconds. */
#include "config.h"

#include "trace.h"

static double
micro(const struct trace *trace, int event)
{
    return (double)trace->events[event].time / 1e3;
}

static void
head(const struct trace *trace, FILE *to, const char *phase, int lane,
     double time)
{
    const struct lane *it = &trace->lanes[lane];

    fprintf(
        to,
        ",\n{\"ph\":\"%s\",\"pid\":%d,\"tid\":%d,\"ts\":%.3f,\"name\":", phase,
        trace->lanes[it->process].pid, it->tid != 0 ? it->tid : it->pid, time);
}

static void
write_names(const struct trace *trace, FILE *to)
{
    for (int i = 0; i < trace->lane_count; i++) {
        const struct lane *lane = &trace->lanes[i];
        head(trace, to, "M", i, 0);
        fprintf(to, "\"%s\",\"args\":{\"name\":",
                lane->is_thread ? "thread_name" : "process_name");
        json_text(to, lane->name);
        fputs("}}", to);
    }
}

static void
write_spans(const struct trace *trace, FILE *to)
{
    for (int i = 0; i < trace->span_count; i++) {
        const struct span *it = &trace->spans[i];
        int end = it->to != NOBODY ? it->to : trace->lanes[it->lane].last;
        double from = micro(trace, it->from);
        head(trace, to, "X", it->lane, from);
        json_text(to, words_span(trace, it));
        fprintf(to, ",\"dur\":%.3f}", micro(trace, end) - from);
    }
}

static void
write_events(const struct trace *trace, FILE *to)
{
    for (int i = 0; i < trace->event_count; i++) {
        head(trace, to, "i", trace->events[i].lane, micro(trace, i));
        json_text(to, words_event(trace, i));
        fputs(",\"s\":\"t\",\"args\":{\"place\":", to);
        json_text(to, words_place(trace, i));
        fputs("}}", to);
    }
}

static void
write_arrows(const struct trace *trace, FILE *to)
{
    for (int i = 0; i < trace->arrow_count; i++) {
        const struct arrow *it = &trace->arrows[i];
        head(trace, to, "s", trace->events[it->from].lane,
             micro(trace, it->from));
        fprintf(to, "\"to\",\"cat\":\"arrow\",\"id\":%d}", i);
        head(trace, to, "f", trace->events[it->to].lane, micro(trace, it->to));
        fprintf(to, "\"to\",\"cat\":\"arrow\",\"id\":%d,\"bp\":\"e\"}", i);
    }
}

bool
chrome_write(const struct trace *trace, FILE *to)
{
    fputs("{\"displayTimeUnit\":\"ns\",\"otherData\":{\"command\":", to);
    json_text(to, trace->command);
    fprintf(to, ",\"dropped\":%llu},\n\"traceEvents\":[",
            (unsigned long long)trace->dropped);
    fputs("{\"ph\":\"M\",\"pid\":0,\"tid\":0,\"ts\":0,"
          "\"name\":\"process_labels\",\"args\":{\"labels\":\"mapfork\"}}",
          to);
    write_names(trace, to);
    write_spans(trace, to);
    write_events(trace, to);
    write_arrows(trace, to);
    fputs("\n]}\n", to);
    return fflush(to) == 0 && !ferror(to);
}
