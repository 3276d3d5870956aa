/* task: which lane of the trace file this thread of this process is. It is the
   one module that knows of process identity: what a fork, a vfork, an exec and
   a new thread make of it. */
#ifndef MAPFORK_TASK_H
#define MAPFORK_TASK_H

#include "trace_file.h"

#include <stdbool.h>
#include <sys/types.h>

/* The file, mapped; NULL: this process is not traced. */
extern struct trace_header *task_file;

/* Map the file that the environment names. Returns false if there is none or
   it is not one of ours: then the process runs as if the runtime was not
   there. */
bool task_open(void);

/* Which lane the calling thread is of, 0 for none yet: all that is here is
   about the number plus 1, so that a fresh thread's zeroes mean none. */

/* A new lane for process PID and thread TID, whose parent is lane PARENT.
   Returns 0, and counts it as dropped, where there are no more of them. */
uint32_t task_lane(pid_t pid, pid_t tid, uint32_t parent, bool is_thread);

/* The newest lane of process PID that is no thread's, or 0. */
uint32_t task_find(pid_t pid);
/* The newest lane of this process' thread THREAD, or 0. */
uint32_t task_find_thread(uint64_t thread);

static inline struct trace_lane *
task_of(uint32_t lane)
{
    return &task_file->lane[lane - 1];
}

/* Give LANE the name of this program. */
void task_name(uint32_t lane);

/* The thread's number for the kernel. */
pid_t task_tid(void);

#endif
