/* copies: a file through another process into a file, and how often its bytes
   are copied on the way.

   Stevens (UNPv2, 12.1) counts: with a pipe each byte crosses the border of
   the kernel four times; with shared memory, into which the file is read, only
   twice. The kernel counts, too: what read and write have moved for a process
   is rchar and wchar in /proc/PID/io, proc(5). Here both stand beside what
   it took. See pipe(7), sem_overview(7), sendfile(2), splice(2), mmap(2). */
#include "config.h"

#include "die.h"
#include "price.h"
#include "region.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/sendfile.h>
#endif

enum { KIB = 1 << 10, MIB = 1 << 20, SLOTS = 16 };

/* A semaphore for the empty slots and one for the full ones are all that has
   to be shared besides: one side fills the slots in turn, the other empties
   them. Where none is shared, side N has number N as its own buffer. */
struct shelf {
    sem_t empty, full;
    _Alignas(4096) char slots[];
};

struct task {
    const struct route *way;
    int in, out, ends[2];
    size_t bytes, piece;
    struct shelf *shelf;
};

struct route {
    const char *name, *about;
    void (*act)(const struct task *task, int side);
    int sides, slots;
};

/* What a side leaves in cell->number[WHAT + side]. */
enum { COPIED = 0, START = 2, END = 4, LACKS = 6 };

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

static const struct route ways[] = {
    {"pipe", "read, write, twice", by_read_write, 2, 0},
    {"shm-1", "read in A, write in B", by_slots, 2, 1},
    {"shm-16", "same, 16 buffers", by_slots, 2, SLOTS},
    {"one-process", "read, write", by_read_write, 1, 0},
    {"sendfile", "in the kernel", by_kernel, 1, 0},
    {"copy_file_range", "in the kernel", by_kernel, 1, 0},
    {"splice", "in the kernel", by_kernel, 1, 0},
    {"mapped", "memcpy", by_mapping, 1, 0},
};
enum { WAYS = sizeof ways / sizeof *ways };

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

static void
play(int side, void *argument)
{
    const struct task *task = argument;
    double before = accounted();

    pair_touch(task->shelf, sizeof *task->shelf + SLOTS * task->piece);
    pair_start(side, task->way->sides);
    pair_used_from(side);
    cell->number[START + side] = now();
    task->way->act(task, side);
    cell->number[END + side] = now();
    pair_used_until(side);
    cell->number[COPIED + side] = accounted() - before;
}

/* ---- In the parent ------------------------------------------------------ */

/* Fill FD: the input with words of which no two are the same, so that no piece
   can be missing or in another's place unseen; the output with zeros. It has
   its pages then: copying is measured, not how pages are made (mapping.c). */
static void
fill(int fd, size_t size, uint64_t factor)
{
    uint64_t words[8 * KIB];

    for (size_t at = 0; at < size; at += sizeof words) {
        for (size_t i = 0; i < 8 * KIB; i++)
            words[i] = (at + i * sizeof *words + 1) * factor;
        if (pwrite(fd, words, sizeof words, (off_t)at) != sizeof words)
            die("write a file of %zu bytes", size);
    }
    if (lseek(fd, 0, SEEK_SET) == -1)
        die("lseek");
}

static void
compare(const struct task *task)
{
    static char want[64 * KIB], seen[64 * KIB];

    for (size_t at = 0; at < task->bytes; at += sizeof want) {
        size_t left = task->bytes - at;
        size_t n = left < sizeof want ? left : sizeof want;
        if (pread(task->in, want, n, (off_t)at) != (ssize_t)n ||
            pread(task->out, seen, n, (off_t)at) != (ssize_t)n)
            die("read the files at %zu", at);
        if (memcmp(want, seen, n) != 0)
            die_promise("%s: expected a copy of the file, seen: another byte "
                        "not far behind byte %zu",
                        task->way->name, at);
    }
}

/* From when the first side began until the last one had done. */
static void
keep(const struct task *task, int round, enum placement placement)
{
    const double *number = cell->number;
    int sides = task->way->sides, last = sides - 1;
    double bytes = (double)task->bytes;
    double pieces = ceil(bytes / (double)task->piece);
    double seconds = fmax(number[END], number[END + last]) -
                     fmin(number[START], number[START + last]);
    struct row row = row_of("copies", task->way->name, round, (int)placement);

    row.size = (double)task->piece;
    row.processes = sides;
    row.count = (number[COPIED] + number[COPIED + 1]) / bytes;
    row.bytes_per_second = bytes / seconds;
    row.mean = seconds * 1e9 / pieces;
    row.wrong = 0;
    row_used(&row, sides, pieces);
    row_add(&row);
}

static void
measure(struct task *task, int round, enum placement placement)
{
    struct region region =
        region_map(sizeof *task->shelf + SLOTS * task->piece, REGION_ANON);
    int lacks = 0;

    task->shelf = region.memory;
    fill(task->out, task->bytes, 0);
    if (lseek(task->in, 0, SEEK_SET) == -1 || pipe(task->ends) == -1)
        die("lseek and pipe");
    if (task->way->slots > 0 &&
        (sem_init(&task->shelf->empty, 1, (unsigned)task->way->slots) == -1 ||
         sem_init(&task->shelf->full, 1, 0) == -1))
        lacks = errno;
    if (lacks == 0) {
        pair_run(task->way->sides, placement, play, task);
        lacks = (int)cell->number[LACKS];
    }
    if (lacks != 0) {
        row_missing("copies", task->way->name, strerror(lacks));
    } else {
        compare(task);
        keep(task, round, placement);
    }
    close(task->ends[0]);
    close(task->ends[1]);
    region_unmap(&region);
}

/* The pieces, and in which places: number I of them. A process alone has one
   place. Small pieces would take for ever with a large file. */
static bool
task_at(int i, struct task *task, enum placement *placement)
{
    static const size_t usual[] = {4 * KIB, 64 * KIB};
    struct sizes sizes = asked_sizes(usual, 2);
    size_t most = asked.quick ? 8 * MIB : 64 * MIB;

    if (i >= sizes.count * PLACEMENTS * WAYS)
        return false;
    *placement = (enum placement)(i / WAYS % PLACEMENTS);
    task->way = &ways[i % WAYS];
    task->piece = sizes.size[i / WAYS / PLACEMENTS];
    task->bytes = task->piece < most >> 14 ? task->piece << 14 : most;
    return true;
}

static int
open_file(void)
{
    int fd = -1;

#ifdef MFD_CLOEXEC
    fd = memfd_create("price", MFD_CLOEXEC);
#endif
    return fd == -1 ? scratch_file(0) : fd;
}

void
copies_round(int round)
{
    struct task task = {.in = open_file(), .out = open_file()};
    enum placement placement;
    const char *why;

    fill(task.in, 64 * MIB, 0x9e3779b97f4a7c15);
    for (int i = 0; task_at(i, &task, &placement) && !asked_to_stop(); i++) {
        if (!asked_for(task.way->name) || !asked.place[placement] ||
            !place_possible(placement, &why) ||
            (placement == CROSS && task.way->sides == 1))
            continue;
        asked_progress("copies", task.way->name, task.piece);
        if (task.piece > task.bytes / SLOTS)
            row_missing("copies", task.way->name, "the pieces are too large");
        else
            measure(&task, round, placement);
    }
    close(task.in);
    close(task.out);
}

static double
copies_of(const struct row *row)
{
    return row->count;
}

/* The sentence at the end, of where shm-1 is at its worst. */
static void
print_verdict(const struct row_key *worst)
{
    struct row_key many = *worst;
    double ratio = row_ratio(worst, "pipe", row_mean).median;
    char text[24];

    many.way = "shm-16";
    row_bytes_text(text, sizeof text, worst->size);
    if (ratio >= 1)
        printf("Here half the copies were never slower: shm-1 is at least "
               "%.2f times as fast as\npipe.\n",
               ratio);
    else
        printf("Fewer copies help where copies are the price. Sides %s,\n"
               "one buffer of %s: shm-1 is %.2f times as fast as pipe, for "
               "half the\ncopies, with %.2f sleeps and wake-ups a piece; with "
               "16 buffers, %.2f a piece,\nit is %.2f times as fast.\n",
               place_words((enum placement)worst->placement), text, ratio,
               row_spread(worst, row_switches).median,
               row_spread(&many, row_switches).median,
               row_ratio(&many, "pipe", row_mean).median);
}

static void
print_row(const struct route *way, const struct row_key *key)
{
    struct spread ratio = row_ratio(key, "pipe", row_mean);
    double copies = row_spread(key, copies_of).median;
    char rate[24], number[24] = "-";

    if (!isnan(copies))
        snprintf(number, sizeof number, "%.2f N", copies);
    row_rate(rate, sizeof rate, row_spread(key, row_bytes).median);
    printf("  %-16s %-21s %7s %9s", way->name, way->about, number, rate);
    if (ratio.count > 0)
        printf(" %6.2fx %.2f-%.2f", ratio.median, ratio.low, ratio.high);
    printf("\n");
}

void
copies_print(void)
{
    struct row_key worst = {.way = NULL};
    double least = INFINITY;
    enum placement placement;
    struct task task;
    char text[24];
    int shown = -1;

    for (int i = 0; task_at(i, &task, &placement); i++) {
        struct row_key key = {"copies", task.way->name, (int)placement, 0,
                              (double)task.piece};
        if (row_spread(&key, row_mean).count == 0)
            continue;
        if (shown != i / WAYS)
            printf("\ncopies, %s, %s a piece\n%47s %9s  to pipe, quartiles\n",
                   place_words(placement),
                   row_bytes_text(text, sizeof text, key.size), "accounted",
                   "rate");
        shown = i / WAYS;
        print_row(task.way, &key);
        if (strcmp(key.way, "shm-1") == 0 &&
            row_ratio(&key, "pipe", row_mean).median < least) {
            least = row_ratio(&key, "pipe", row_mean).median;
            worst = key;
        }
    }
    if (shown >= 0)
        printf("N: the length of the file. The account, rchar + wchar, is of "
               "system calls: it\nneed not know of a copy that the kernel "
               "makes by itself, nor of memcpy.\n");
    if (worst.way != NULL)
        print_verdict(&worst);
}
