/* mapping: what it costs to have memory: to fork with it, to touch it first,
   to unmap it, and to touch it in the child.

   mmap gives addresses, no memory. The first touch of each page is a fault:
   the kernel gets a page, fills it with zeros and enters it into the page
   table. Hence nanoseconds a page. A first read of private memory finds the
   one page of zeros that all share; shared memory must have a page of its own
   even for a read, as another process may write into it. See mmap(2), fork(2),
   madvise(2) and the kernel's admin-guide/mm/concepts.rst. */
#include "config.h"

#include "child.h"
#include "die.h"
#include "price.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>
#if HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

/* What a header lacks the kernel may know; if not, it says EINVAL. */
#ifndef MAP_POPULATE
#define MAP_POPULATE 0
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum { MIB = 1 << 20, NONE = -1 };

/* What is measured: fork as a whole, the rest by the page. The last three are
   for a child that touches what its parent has touched. */
enum { FORK, FORKWAIT, TOUCH, READ, MUNMAP, WRITE, LOAD, POPULATE, OPS };
static const char *const ops[OPS] = {
    "fork",   "forkwait",    "touch",      "read",
    "munmap", "child-write", "child-read", "child-populate"};

/* Of which memory. The last kind is private and not touched before fork. */
enum { PRIVATE, ANON, ZERO, MEMFD, TMPFS, SCRATCH, POPULATED, UNTOUCHED, ALL };
static const char *const memories[ALL] = {
    "private",      "shared-anon", "shared-zero",      "shared-memfd",
    "shared-tmpfs", "shared-file", "shared-populated", "untouched"};

struct task {
    int memory, fd, repeats;
    size_t size, page;
};

/* Open what the memory is mapped from. Returns NULL, or why it cannot be had:
   later that would be no error but SIGBUS, or the end of another process. Free
   memory is not the measure: most of what is not free is a cache. */
static const char *
open_memory(struct task *task)
{
    FILE *file = fopen("/proc/meminfo", "re");
    double need = (double)task->size, kib = INFINITY;
    struct statvfs room;

    if (file != NULL) {
        (void)!fscanf(file,
                      "MemTotal: %*f kB MemFree: %*f kB "
                      "MemAvailable: %lf",
                      &kib);
        fclose(file);
    }
    errno = ENOSYS;
    if (task->memory == ZERO)
        task->fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
#ifdef MFD_CLOEXEC
    if (task->memory == MEMFD)
        task->fd = memfd_create("price", MFD_CLOEXEC);
#endif
#ifdef O_TMPFILE
    if (task->memory == TMPFS)
        task->fd = open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
#endif
    if (task->memory == SCRATCH)
        task->fd = scratch_file(0);
    if (task->fd == NONE && task->memory >= ZERO && task->memory <= SCRATCH)
        return strerror(errno);
    if (task->memory == POPULATED && MAP_POPULATE == 0)
        return "no MAP_POPULATE";
    if (kib * 1024 < 3 * need)
        return "too little memory is available";
    if (task->fd != NONE && fstatvfs(task->fd, &room) == 0 &&
        task->memory != ZERO && room.f_blocks > 0 &&
        (double)room.f_bavail * (double)room.f_frsize < need)
        return "its file system has too little room";
    return NULL;
}

/* OP, which began at START, ends. What others take of the CPU meanwhile only
   adds: of several times the least is kept. A grandchild can say so, too: the
   cell is everybody's. */
static void
took(int op, double start)
{
    double ns = (now() - start) * 1e9, *least = &cell->number[op];

    if (!(*least > 0 && *least <= ns))
        *least = ns;
}

/* One access for each page: the fault is measured, not the memory. */
static void
touch(const struct task *task, volatile char *memory, bool write)
{
    for (size_t at = 0; at < task->size; at += task->page)
        if (write)
            memory[at] = 1;
        else
            (void)memory[at];
}

/* Map it for a first write (TOUCH) or READ. A file keeps its pages for the
   next mapping: so first it loses them. */
static char *
map(const struct task *task, int op)
{
    bool own = task->memory == PRIVATE || task->memory == UNTOUCHED;
    int flags = (own ? MAP_PRIVATE : MAP_SHARED) |
                (task->fd == NONE ? MAP_ANONYMOUS : 0) |
                (task->memory == POPULATED ? MAP_POPULATE : 0);
    double start;
    char *memory;

    if (task->fd != NONE && task->memory != ZERO &&
        (ftruncate(task->fd, 0) == -1 ||
         ftruncate(task->fd, (off_t)task->size) == -1))
        die("ftruncate %s", memories[task->memory]);
    start = now();
    memory =
        mmap(NULL, task->size, PROT_READ | PROT_WRITE, flags, task->fd, 0);
    if (memory == MAP_FAILED)
        die("mmap %zu bytes, %s", task->size, memories[task->memory]);
    if (task->memory != UNTOUCHED)
        touch(task, memory, op == TOUCH);
    took(op, start);
    return memory;
}

/* The price of fork is what there is to copy. Private memory is both sides'
   until one of them writes, so the kernel copies the page table and takes the
   right to write from both. A shared page can be found again from its object
   when it is touched: that table stays behind, and fork is cheap.

   The child pays, by a fault for each page that it touches, even for those
   that MAP_POPULATE has entered for the parent. A read may enter the pages
   around it, too; MADV_POPULATE_WRITE enters all of them in one call; a write
   into private memory copies the page. */
static void
time_fork(const struct task *task, char *memory, int op)
{
    double start = now();
    pid_t pid = fork();
    int status;

    if (pid == 0 && op != FORK) {
        child_born("grandchild");
        start = now();
        if (op != POPULATE)
            touch(task, memory, op == WRITE);
        else if (madvise(memory, task->size, MADV_POPULATE_WRITE) == -1)
            start = NAN;
        took(op, start);
    }
    if (pid == 0)
        _exit(EXIT_HELD);
    if (pid == -1)
        die("fork");
    if (op == FORK)
        took(FORK, start);
    while (waitpid(pid, &status, 0) == -1)
        if (errno != EINTR)
            die("waitpid");
    if (op == FORK)
        took(FORKWAIT, start);
    promise(status == 0, "the grandchild to exit 0, seen: status %d", status);
}

/* A huge page is one fault instead of 512. There are none here, lest the kinds
   of memory differ in who gets them. */
static void
measure(int side, void *argument)
{
    const struct task *task = argument;

#if HAVE_PRCTL && defined(PR_SET_THP_DISABLE)
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
#endif
    pair_start(side, 1);
    for (int i = 0; i < task->repeats; i++) {
        char *memory = map(task, TOUCH);
        double start;
        for (int j = 0; j < 5; j++)
            time_fork(task, memory, FORK);
        for (int op = WRITE; op < OPS && task->memory != UNTOUCHED; op++)
            time_fork(task, memory, op);
        start = now();
        munmap(memory, task->size);
        took(MUNMAP, start);
        munmap(map(task, READ), task->size);
    }
}

/* ---- In the parent ------------------------------------------------------ */

/* A row of the way "touch-shared-anon" or the like: rows keep the name. */
static struct row
row_at(int op, const struct task *task, int round)
{
    static char names[OPS][ALL][40];
    char *name = names[op][task->memory];
    struct row row;

    snprintf(name, sizeof **names, "%s-%s", ops[op], memories[task->memory]);
    row = row_of("mapping", name, round, -1);
    row.size = (double)task->size;
    row.processes = 1;
    row.count = op <= FORKWAIT ? 1 : ceil(row.size / (double)task->page);
    row.mean = cell->number[op] / row.count;
    return row;
}

/* Each size with each memory: number I of them. False when there is none. */
static bool
task_at(int i, struct task *task)
{
    static const size_t usual[] = {MIB, 16 * MIB, 64 * MIB, 256 * MIB};
    struct sizes sizes = asked_sizes(usual, asked.quick ? 2 : 4);

    if (i >= sizes.count * ALL)
        return false;
    task->memory = i % ALL;
    task->fd = NONE;
    task->size = sizes.size[i / ALL];
    task->page = (size_t)sysconf(_SC_PAGESIZE);
    task->repeats = task->size > 16 * MIB ? 1 : task->size > MIB ? 3 : 15;
    return true;
}

void
mapping_round(int round)
{
    struct task task;

    for (int i = 0; task_at(i, &task) && !asked_to_stop(); i++) {
        const char *why;
        if (!asked_for(memories[task.memory]))
            continue;
        asked_progress("mapping", memories[task.memory], task.size);
        why = open_memory(&task);
        if (why != NULL)
            row_missing("mapping", memories[task.memory], why);
        else
            pair_run(1, SAME, measure, &task);
        for (int op = 0; op < OPS && why == NULL; op++) {
            struct row row = row_at(op, &task, round);
            if (!isnan(row.mean) &&
                (op <= FORKWAIT || task.memory != UNTOUCHED))
                row_add(&row);
        }
        if (task.fd != NONE)
            close(task.fd);
    }
}

void
mapping_print(void)
{
    struct task task;
    char text[24];

    for (int i = 0; task_at(i, &task); i++) {
        if (task.memory == 0)
            printf("\nmapping, %-9s microseconds    nanoseconds a page   "
                   "in the child\n%18s   fork  +wait  touch   read munmap  "
                   "write   read  popul\n",
                   row_bytes_text(text, sizeof text, (double)task.size), "");
        if (!asked_for(memories[task.memory]))
            continue;
        printf("  %-16s", memories[task.memory]);
        for (int op = 0; op < OPS; op++) {
            const char *way = row_at(op, &task, 0).way;
            struct row_key key = {"mapping", way, -1, 0, (double)task.size};
            double ns = row_spread(&key, row_mean).median;
            if (isnan(ns))
                printf("%7s", "-");
            else
                printf("%7.0f", op <= FORKWAIT ? ns / 1e3 : ns);
        }
        printf("\n");
    }
    printf("Pages are of %ld bytes. Fork copies the page table of private "
           "memory only: a\nchild pays for shared memory page by page, also "
           "where MAP_POPULATE has spared\nits parent the faults.\n",
           sysconf(_SC_PAGESIZE));
}
