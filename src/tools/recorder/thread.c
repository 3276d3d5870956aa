/* thread: threads inside of a process, recorded: each is a lane. */
#include "record.h"

#include <errno.h>
#include <stdlib.h>

struct beginning {
    void *(*routine)(void *);
    void *argument;
    uint32_t lane;
};

static pthread_key_t ends;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Called when a thread returns, calls pthread_exit() or is cancelled. */
static void
end(void *nothing)
{
    (void)nothing;
    record_task(TRACE_EXIT, 0, TRACE_STATUS_UNKNOWN, NULL);
}

static void
make_key(void)
{
    pthread_key_create(&ends, end);
}

static void *
begin(void *argument)
{
    struct beginning mine = *(struct beginning *)argument;

    free(argument);
    record_become(mine.lane);
    if (mine.lane != 0) {
        task_of(mine.lane)->tid = task_tid();
        task_of(mine.lane)->born = record_now();
        task_of(mine.lane)->thread = (uint64_t)pthread_self();
        record_task(TRACE_START, 0, TRACE_THREAD, NULL);
    }
    /* Any value but NULL makes end() be called. */
    pthread_setspecific(ends, &record_on);
    return mine.routine(mine.argument);
}

REAL_EXPORT int
pthread_create(pthread_t *restrict thread,
               const pthread_attr_t *restrict attributes,
               void *(*routine)(void *), void *restrict argument)
{
    struct beginning *mine;
    uint64_t time;
    uint32_t lane;
    int result;

    real_need();
    if (!record_on || (mine = malloc(sizeof *mine)) == NULL)
        return real.pthread_create(thread, attributes, routine, argument);
    real.pthread_once(&once, make_key);
    time = record_now();
    lane = task_lane(getpid(), 0, record_me.lane, true);
    *mine = (struct beginning){routine, argument, lane};
    result = real.pthread_create(thread, attributes, begin, mine);
    if (result != 0) {
        free(mine);
        if (lane != 0)
            atomic_store(&task_of(lane)->used, 0);
    } else if (lane != 0) {
        task_of(lane)->thread = (uint64_t)*thread;
        record_at(time, TRACE_CREATE, 0, lane - 1, 0, RECORD_PC);
    }
    return result;
}

REAL_EXPORT int
pthread_join(pthread_t thread, void **value)
{
    uint32_t lane;
    int result;

    real_need();
    if (!record_on)
        return real.pthread_join(thread, value);
    lane = task_find_thread((uint64_t)thread);
    record_task(TRACE_JOIN, (int64_t)lane - 1, 0, RECORD_PC);
    RECORD_WAITING(result = real.pthread_join(thread, value));
    record_task(TRACE_JOINED, (int64_t)lane - 1, (uint32_t)result, RECORD_PC);
    return result;
}
