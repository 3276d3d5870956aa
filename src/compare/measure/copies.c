/* copies: a file through another process into a file, and how often its bytes
   are copied on the way.

   Stevens (UNPv2, 12.1) counts: with a pipe each byte crosses the border of
   the kernel four times; with shared memory, into which the file is read, only
   twice. The kernel counts, too: what read and write have moved for a process
   is rchar and wchar in /proc/PID/io, proc(5). Here both stand beside what
   it took. The routes are in copy_routes.c. */
#include "config.h"

#include "copies.h"
#include "die.h"
#include "region.h"
#include "scratch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
        pair_run(task->way->sides, placement, copy_play, task);
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

    if (i >= sizes.count * PLACEMENTS * COPY_ROUTES)
        return false;
    *placement = (enum placement)(i / COPY_ROUTES % PLACEMENTS);
    task->way = &copy_routes[i % COPY_ROUTES];
    task->piece = sizes.size[i / COPY_ROUTES / PLACEMENTS];
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
               row_spread(worst, row_sleeps).median,
               row_spread(&many, row_sleeps).median,
               row_ratio(&many, "pipe", row_mean).median);
}

static void
print_row(const struct route *way, const struct row_key *key)
{
    struct spread ratio = row_ratio(key, "pipe", row_mean);
    double copies = row_spread(key, row_count).median;
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
        if (shown != i / COPY_ROUTES)
            printf("\ncopies, %s, %s a piece\n%47s %9s  to pipe, quartiles\n",
                   place_words(placement),
                   row_bytes_text(text, sizeof text, key.size), "accounted",
                   "rate");
        shown = i / COPY_ROUTES;
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
