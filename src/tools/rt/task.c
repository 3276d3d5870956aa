/* task: see task.h. */
#include "task.h"

#include "real.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct trace_header *task_file;

pid_t
task_tid(void)
{
    return (pid_t)syscall(SYS_gettid);
}

bool
task_open(void)
{
    const char *path = getenv(TRACE_FILE);
    struct trace_header *file = MAP_FAILED;
    struct stat status;
    int fd;

    if (path == NULL || (fd = open(path, O_RDWR | O_CLOEXEC)) == -1)
        return false;
    if (fstat(fd, &status) == 0 && (uint64_t)status.st_size >= sizeof *file)
        file = real.mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE,
                         MAP_SHARED, fd, 0);
    close(fd);
    if (file == MAP_FAILED)
        return false;
    if (file->magic != TRACE_MAGIC || file->size != (uint64_t)status.st_size) {
        real.munmap(file, (size_t)status.st_size);
        return false;
    }
    task_file = file;
    return true;
}

void
task_name(uint32_t lane)
{
    char *name = task_of(lane)->name;

    strncpy(name, program_invocation_short_name,
            sizeof task_of(lane)->name - 1);
}

uint32_t
task_lane(pid_t pid, pid_t tid, uint32_t parent, bool is_thread)
{
    uint32_t lane = atomic_fetch_add(&task_file->lanes, 1) + 1;
    struct trace_lane *it;

    if (lane > TRACE_LANES) {
        atomic_fetch_add(&task_file->dropped, 1);
        return 0;
    }
    it = task_of(lane);
    it->pid = pid;
    it->tid = tid;
    it->parent = (int32_t)parent - 1;
    it->is_thread = is_thread;
    task_name(lane);
    atomic_store(&it->used, 1);
    return lane;
}

static uint32_t
lanes(void)
{
    uint32_t count = atomic_load(&task_file->lanes);

    return count < TRACE_LANES ? count : TRACE_LANES;
}

/* Numbers of processes come round again: the newest is the living one. */
uint32_t
task_find(pid_t pid)
{
    for (uint32_t lane = lanes(); lane > 0; lane--)
        if (atomic_load(&task_of(lane)->used) != 0 &&
            task_of(lane)->pid == pid && !task_of(lane)->is_thread)
            return lane;
    return 0;
}

uint32_t
task_find_thread(uint64_t thread)
{
    pid_t pid = getpid();

    for (uint32_t lane = lanes(); lane > 0; lane--)
        if (atomic_load(&task_of(lane)->used) != 0 &&
            task_of(lane)->pid == pid && task_of(lane)->thread == thread)
            return lane;
    return 0;
}
