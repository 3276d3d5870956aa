/* words: what happened, for people. */
#include "config.h"

#include "trace.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* The buffers go round. */
static char *
buffer(size_t *size)
{
    static char texts[20][400];
    static int next;

    *size = sizeof texts[0];
    return texts[next++ % 20];
}

/* Names come from programs, and go to terminals. */
void
words_clean(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

__attribute__((format(printf, 1, 2))) static const char *
say(const char *format, ...)
{
    size_t size;
    char *text = buffer(&size);
    va_list rest;

    va_start(rest, format);
    vsnprintf(text, size, format, rest);
    va_end(rest);
    words_clean(text);
    return text;
}

const char *
words_type(int type)
{
    static const char *const types[] = {
        [TRACE_MUTEX] = "mutex",       [TRACE_COND] = "cond",
        [TRACE_SEM] = "sem",           [TRACE_RWLOCK] = "rwlock",
        [TRACE_BARRIER] = "barrier",   [TRACE_SPIN] = "spin",
        [TRACE_ONCE_CONTROL] = "once",
    };

    return types[type];
}

const char *
words_lane(const struct trace *trace, int lane)
{
    return lane == NOBODY ? "somebody" : trace->lanes[lane].name;
}

const char *
words_object(const struct trace *trace, int object)
{
    return say("`%s'", object == NOBODY ? "?" : trace->objects[object].name);
}

const char *
words_place(const struct trace *trace, int event)
{
    const struct place *place =
        event == NOBODY ? NULL : trace->events[event].place;
    const char *module;

    if (place == NULL)
        return "";
    if (place->name != NULL)
        return say("%s:%d", place->name, place->line);
    module = strrchr(place->module, '/');
    module = module != NULL ? module + 1 : place->module;
    return place->function != NULL
               ? say("%s in %s", place->function, module)
               : say("%s+0x%lx", module, (unsigned long)place->offset);
}

const char *
words_time(uint64_t ns)
{
    double value = (double)ns;

    return value < 1e3   ? say("%.0f ns", value)
           : value < 1e6 ? say("%.3g us", value / 1e3)
           : value < 1e9 ? say("%.3g ms", value / 1e6)
                         : say("%.3g s", value / 1e9);
}

static const char *
signal_name(int number)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
        {SIGHUP, "HUP"},   {SIGINT, "INT"},   {SIGQUIT, "QUIT"},
        {SIGILL, "ILL"},   {SIGTRAP, "TRAP"}, {SIGABRT, "ABRT"},
        {SIGBUS, "BUS"},   {SIGFPE, "FPE"},   {SIGKILL, "KILL"},
        {SIGUSR1, "USR1"}, {SIGSEGV, "SEGV"}, {SIGUSR2, "USR2"},
        {SIGPIPE, "PIPE"}, {SIGALRM, "ALRM"}, {SIGTERM, "TERM"},
        {SIGCHLD, "CHLD"}, {SIGCONT, "CONT"}, {SIGSTOP, "STOP"},
        {SIGXFSZ, "XFSZ"}, {SIGXCPU, "XCPU"}, {SIGSYS, "SYS"},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == number)
            return say("SIG%s", names[i].name);
    return say("signal %d", number);
}

const char *
words_status(uint32_t status)
{
    if (status == TRACE_STATUS_UNKNOWN << 8)
        return "ended";
    if (WIFSIGNALED(status))
        return say("killed by %s", signal_name(WTERMSIG(status)));
    if (WIFEXITED(status))
        return say("exit status %d", WEXITSTATUS(status));
    return say("stopped or continued");
}

const char *
words_end(uint32_t status)
{
    if (status == TRACE_STATUS_UNKNOWN << 8)
        return "ended";
    return say(WIFEXITED(status) ? "ended with %s" : "was %s",
               words_status(status));
}

static const char *
whom(const struct trace *trace, const struct event *event)
{
    if (event->whom > 0)
        for (int i = trace->lane_count - 1; i >= 0; i--)
            if (trace->lanes[i].pid == event->whom &&
                !trace->lanes[i].is_thread)
                return trace->lanes[i].name;
    return event->whom == -1 ? "any child"
                             : say("process %ld", (long)event->whom);
}

static const char *
thread(const struct trace *trace, const struct event *event)
{
    return event->whom >= 0 && event->whom < trace->lane_count
               ? trace->lanes[event->whom].name
               : "a thread";
}

static const char *
error_name(uint32_t code)
{
    static const struct {
        int code;
        const char *name;
    } names[] = {
        {EPERM, "EPERM"},           {EAGAIN, "EAGAIN"},
        {EBUSY, "EBUSY"},           {EINVAL, "EINVAL"},
        {EDEADLK, "EDEADLK"},       {ETIMEDOUT, "ETIMEDOUT"},
        {EOWNERDEAD, "EOWNERDEAD"}, {ENOTRECOVERABLE, "ENOTRECOVERABLE"},
        {EINTR, "EINTR"},           {ECHILD, "ECHILD"},
        {ENOENT, "ENOENT"},         {EACCES, "EACCES"},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((uint32_t)names[i].code == code)
            return names[i].name;
    return say("error %u", code);
}

/* The kinds of the picture's model, by which it draws and searches. */
const char *
words_kind(const struct event *event)
{
    static const char *const kinds[TRACE_KINDS + 1] = {
        [TRACE_START] = "start",
        [TRACE_FORK] = "fork",
        [TRACE_EXEC] = "exec",
        [TRACE_EXEC_BACK] = "exec",
        [TRACE_EXIT] = "exit",
        [TRACE_WAIT_CHILD] = "wait-child",
        [TRACE_REAPED] = "reaped",
        [TRACE_NOT_REAPED] = "reaped",
        [TRACE_KILL] = "kill",
        [TRACE_CREATE] = "create-thread",
        [TRACE_JOIN] = "join",
        [TRACE_JOINED] = "join",
        [TRACE_REQUEST] = "request",
        [TRACE_LOCK] = "lock",
        [TRACE_LOCK_FAILED] = "lock-failed",
        [TRACE_BUSY] = "lock-failed",
        [TRACE_UNLOCK] = "unlock",
        [TRACE_UNLOCK_FAILED] = "lock-failed",
        [TRACE_CONSISTENT] = "lock",
        [TRACE_READ_LOCK] = "read-lock",
        [TRACE_WAIT] = "wait-cond",
        [TRACE_WAIT_END] = "woken",
        [TRACE_SIGNAL] = "signal",
        [TRACE_BROADCAST] = "broadcast",
        [TRACE_TAKE] = "take",
        [TRACE_TAKE_ASK] = "request-sem",
        [TRACE_POST] = "post",
        [TRACE_BARRIER_IN] = "barrier-in",
        [TRACE_BARRIER_OUT] = "barrier-out",
        [TRACE_ONCE] = "once",
        [TRACE_ONCE_DONE] = "once",
        [TRACE_INIT] = "init",
        [TRACE_OPEN] = "open-name",
        [TRACE_DESTROY] = "destroy",
        [TRACE_MAP] = "map",
        [TRACE_UNMAP] = "unmap",
        [TRACE_SHM_OPEN] = "open-name",
        [TRACE_UNLINK] = "remove-name",
        [TRACE_POINT] = "point",
        [TRACE_KILLED] = "killed",
    };

    if (event->kind == TRACE_WAIT_END && event->value == ETIMEDOUT)
        return "timed-out";
    if ((event->what & TRACE_WHAT) == TRACE_RWLOCK)
        return event->kind == TRACE_LOCK     ? "write-lock"
               : event->kind == TRACE_UNLOCK ? "rw-unlock"
                                             : kinds[event->kind];
    return kinds[event->kind];
}

/* Of a note: that of a semaphore has "sem " in front. */
static const char *
name_of(const char *text)
{
    return text == NULL ? "?" : text + (strncmp(text, "sem ", 4) == 0 ? 4 : 0);
}

static const char *
start_words(const struct trace *trace, const struct event *event)
{
    const struct lane *lane = &trace->lanes[event->lane];

    if (event->value == TRACE_FORKED)
        return "begins, forked";
    if (event->value == TRACE_THREAD)
        return "begins, a thread";
    return say("begins: %s", lane->program);
}

const char *
words_event(const struct trace *trace, int number)
{
    const struct event *event = &trace->events[number];
    const char *object =
        event->object == NOBODY ? "" : words_object(trace, event->object);
    const char *other =
        event->other == NOBODY ? "" : words_object(trace, event->other);
    bool is_rwlock = (event->what & TRACE_WHAT) == TRACE_RWLOCK;

    switch (event->kind) {
    case TRACE_START:
        return start_words(trace, event);
    case TRACE_FORK:
        return event->value != 0
                   ? say("cannot fork: %s", error_name(event->value))
               : event->whom == 0 ? "forks"
                                  : say("forks %s", whom(trace, event));
    case TRACE_EXEC:
        return say("executes %s", event->text != NULL ? event->text : "");
    case TRACE_EXEC_BACK:
        return say("cannot execute that: %s", error_name(event->value));
    case TRACE_EXIT:
        return event->value == TRACE_STATUS_UNKNOWN
                   ? "ends"
                   : say("ends with exit status %u", event->value);
    case TRACE_KILLED:
        return say("is %s", words_status(event->value));
    case TRACE_WAIT_CHILD:
        return say("waits for %s to end", whom(trace, event));
    case TRACE_REAPED:
        return say("has waited for %s: %s", whom(trace, event),
                   words_status(event->value));
    case TRACE_NOT_REAPED:
        return event->value == 0
                   ? "sees that a child has ended"
                   : say("waits for no child: %s", error_name(event->value));
    case TRACE_KILL:
        return say("sends %s to %s", signal_name((int)event->value),
                   whom(trace, event));
    case TRACE_CREATE:
        return say("creates %s", thread(trace, event));
    case TRACE_JOIN:
        return say("waits for %s to end", thread(trace, event));
    case TRACE_JOINED:
        return say("has joined %s", thread(trace, event));
    case TRACE_REQUEST:
        return say("wants %s, which is taken", object);
    case TRACE_LOCK:
        return event->value == EOWNERDEAD
                   ? say("locks %s: EOWNERDEAD", object)
                   : say(is_rwlock ? "locks %s for writing" : "locks %s",
                         object);
    case TRACE_READ_LOCK:
        return say("locks %s for reading", object);
    case TRACE_LOCK_FAILED:
        return say("does not get %s: %s", object, error_name(event->value));
    case TRACE_BUSY:
        return say("tries %s: busy", object);
    case TRACE_UNLOCK:
        return say("unlocks %s", object);
    case TRACE_UNLOCK_FAILED:
        return say("may not unlock %s: %s", object, error_name(event->value));
    case TRACE_CONSISTENT:
        return event->value == 0 ? say("makes %s consistent", object)
                                 : say("cannot make %s consistent: %s", object,
                                       error_name(event->value));
    case TRACE_WAIT:
        return say("waits on %s, gives up %s", object, other);
    case TRACE_WAIT_END:
        return event->value == 0
                   ? say("is back from %s, has %s", object, other)
                   : say("is back from %s: %s, has %s", object,
                         error_name(event->value), other);
    case TRACE_SIGNAL:
        return say("signals %s", object);
    case TRACE_BROADCAST:
        return say("broadcasts %s", object);
    case TRACE_TAKE:
        return event->value == 0 ? say("takes from %s", object)
                                 : say("does not get %s: %s", object,
                                       error_name(event->value));
    case TRACE_TAKE_ASK:
        return say("waits for a post to %s", object);
    case TRACE_POST:
        return say("posts %s", object);
    case TRACE_BARRIER_IN:
        return say("arrives at %s", object);
    case TRACE_BARRIER_OUT:
        return say("leaves %s", object);
    case TRACE_ONCE:
        return say("calls pthread_once on %s", object);
    case TRACE_ONCE_DONE:
        return say("has passed %s", object);
    case TRACE_INIT:
        return say("initialises %s", object);
    case TRACE_OPEN:
        return say("opens %s, which is %u", object, event->value);
    case TRACE_DESTROY:
        return say("destroys %s", object);
    case TRACE_MAP:
        return event->text != NULL && *event->text != '\0'
                   ? say("maps %u KiB of %s", event->value, event->text)
                   : say("maps %u KiB of shared memory", event->value);
    case TRACE_UNMAP:
        return "unmaps shared memory";
    case TRACE_SHM_OPEN:
        return say("opens shared memory `%s'", name_of(event->text));
    case TRACE_UNLINK:
        return say("removes the name `%s'", name_of(event->text));
    case TRACE_POINT:
        return say("passes `%s'", event->text != NULL ? event->text : "?");
    default:
        return "does something unknown";
    }
}

const char *
words_span(const struct trace *trace, const struct span *span)
{
    const char *object =
        span->object == NOBODY ? "" : words_object(trace, span->object);

    switch (span->kind) {
    case SPAN_HOLD:
        return say("holds %s", object);
    case SPAN_READ:
        return say("holds %s for reading", object);
    case SPAN_BLOCKED:
        return say("blocked: wants %s", object);
    default:
        return span->object == NOBODY ? "waits for a child or a thread to end"
                                      : say("asleep: waits on %s", object);
    }
}
