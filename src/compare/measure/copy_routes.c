/* copy_routes: the ways a file can take into another one, through a second
   process or not.

   What tells them apart is who copies: read and write copy between the kernel
   and a process; sendfile, copy_file_range and splice let the kernel copy by
   itself, or pass pages on; memcpy between two mappings is no system call at
   all. See pipe(7), sem_overview(7), sendfile(2), splice(2), mmap(2). */
#include "config.h"

#include "copies.h"
#include "die.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/sendfile.h>
#endif

/* How many bytes the piece at AT has. */
static size_t
piece_at(const struct task *task, size_t at)
{
    size_t left = task->bytes - at;

    return left < task->piece ? left : task->piece;
}

/* A pipe may hand out less than it was asked for, but a write takes all. One
   process alone is both sides, without the pipe. */
static void
by_read_write(const struct task *task, int side)
{
    char *buffer = task->shelf->slots + (size_t)side * task->piece;
    int from = side == 0 ? task->in : task->ends[0];
    int to = side + 1 < task->way->sides ? task->ends[1] : task->out;
    ssize_t n;

    close(task->ends[side]);
    for (size_t at = 0; at < task->bytes; at += (size_t)n) {
        n = read(from, buffer, piece_at(task, at));
        if (n <= 0 || write(to, buffer, (size_t)n) != n)
            die("read and write at %zu", at);
    }
}

/* With one slot the sides take turns, and for each turn one of them sleeps and
   is woken; with several both can work at a time. */
static void
by_slots(const struct task *task, int side)
{
    struct shelf *shelf = task->shelf;
    sem_t *mine = side == 0 ? &shelf->empty : &shelf->full;
    sem_t *yours = side == 0 ? &shelf->full : &shelf->empty;
    int slot = 0;

    for (size_t at = 0; at < task->bytes; at += task->piece) {
        char *buffer = shelf->slots + (size_t)slot * task->piece;
        size_t n = piece_at(task, at);
        while (sem_wait(mine) == -1)
            if (errno != EINTR)
                die("sem_wait");
        if ((side == 0 ? read(task->in, buffer, n)
                       : write(task->out, buffer, n)) != (ssize_t)n)
            die("%s at %zu", side == 0 ? "read" : "write", at);
        if (sem_post(yours) == -1)
            die("sem_post");
        slot = (slot + 1) % task->way->slots;
    }
}

/* The kernel moves the bytes by itself: no process sees them. From one file to
   the other they are copied all the same; only the way into a pipe can do
   without, by lending the pages of the file. The account is no witness: Linux
   enters what sendfile and copy_file_range move as read and as written, 2 N,
   and what splice moves not at all. */
static ssize_t
ask_kernel(const struct task *task, size_t size)
{
#if defined(__linux__)
    const int *ends = task->ends;
    ssize_t n;

    if (strcmp(task->way->name, "sendfile") == 0)
        return sendfile(task->out, task->in, NULL, size);
    if (strcmp(task->way->name, "copy_file_range") == 0)
        return copy_file_range(task->in, NULL, task->out, NULL, size, 0);
    n = splice(task->in, NULL, ends[1], NULL, size, 0);
    for (ssize_t done = 0, m; done < n; done += m) {
        m = splice(ends[0], NULL, task->out, NULL, (size_t)(n - done), 0);
        if (m <= 0)
            return m;
    }
    return n;
#else
    (void)task;
    (void)size;
    errno = ENOSYS;
    return -1;
#endif
}

static void
by_kernel(const struct task *task, int side)
{
    ssize_t n;

    for (size_t at = 0; at < task->bytes; at += (size_t)n) {
        n = ask_kernel(task, piece_at(task, at));
        if (n <= 0 && at > 0)
            die("%s at %zu", task->way->name, at);
        if (n <= 0) {
            cell->number[LACKS + side] = n == 0 ? EIO : errno;
            return;
        }
    }
}

/* One copy, by the CPU, and none on the kernel's account; but each page of
   both files has first to be entered into the page table, by a fault. */
static void
by_mapping(const struct task *task, int side)
{
    char *from = mmap(NULL, task->bytes, PROT_READ, MAP_SHARED, task->in, 0);
    char *to = mmap(NULL, task->bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                    task->out, 0);

    (void)side;
    if (from == MAP_FAILED || to == MAP_FAILED)
        die("mmap %zu bytes", task->bytes);
    for (size_t at = 0; at < task->bytes; at += task->piece)
        memcpy(to + at, from + at, piece_at(task, at));
}

const struct route copy_routes[COPY_ROUTES] = {
    {"pipe", "read, write, twice", by_read_write, 2, 0},
    {"shm-1", "read in A, write in B", by_slots, 2, 1},
    {"shm-16", "same, 16 buffers", by_slots, 2, SLOTS},
    {"one-process", "read, write", by_read_write, 1, 0},
    {"sendfile", "in the kernel", by_kernel, 1, 0},
    {"copy_file_range", "in the kernel", by_kernel, 1, 0},
    {"splice", "in the kernel", by_kernel, 1, 0},
    {"mapped", "memcpy", by_mapping, 1, 0},
};
/* What the kernel has moved for this process; where nobody tells, NAN. */
static double
accounted(void)
{
    FILE *file = fopen("/proc/self/io", "re");
    double in = NAN, out = NAN;

    if (file != NULL) {
        (void)!fscanf(file, "rchar: %lf wchar: %lf", &in, &out);
        fclose(file);
    }
    return in + out;
}

void
copy_play(int side, void *argument)
{
    const struct task *task = argument;
    double before = accounted();

    pair_touch(task->shelf, sizeof *task->shelf + SLOTS * task->piece);
    pair_start(side, task->way->sides);
    pair_used_from();
    cell->number[START + side] = now();
    task->way->act(task, side);
    cell->number[END + side] = now();
    pair_used_until(side);
    cell->number[COPIED + side] = accounted() - before;
}
