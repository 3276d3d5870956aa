/* claims: who sees whose stores, and what sharing saves. */
#include "config.h"

#include "claims.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* What is at AT, a string, after a child has stored "new" there. */
static const char *
after_child(char *at)
{
    if (kin()) {
        strcpy(at, "new");
        leave();
    }
    return at;
}

static void
both_kinds(void)
{
    int fd = scratch_text("old");

    saw("MAP_PRIVATE: %s", after_child(map(PAGE, RW, MAP_PRIVATE, fd)));
    saw("MAP_SHARED: %s", after_child(map(PAGE, RW, MAP_SHARED, fd)));
}

/* The worst interleaving, forced: the child adds one between the parent's
   load and its store. */
static void
without_lock(void)
{
    int *count = (int *)(void *)map(PAGE, RW, MAP_SHARED, -1);
    int loaded = *count;

    if (kin()) {
        *count += 1;
        leave();
    }
    *count = loaded + 1;
    saw("2 increments: %d", *count);
}

/* A process is unrelated as far as the mapping goes when it makes its own. */
static void
three_uses(void)
{
    int fd = scratch_text("old");
    char *at = map(PAGE, RW, MAP_SHARED, fd), *other;

    at[0] = 'O';
    saw("file: %s", file_text(fd, 0, 3));
    saw("relative: %s", after_child(map(PAGE, RW, MAP_SHARED, -1)));
    if (kin()) {
        munmap(at, PAGE);
        other = map(PAGE, RW, MAP_SHARED, reopen(fd, O_RDWR));
        strcpy(other, "new");
        leave();
    }
    saw("by a mapping of its own: %s", at);
}

/* ---- What it costs, in bytes that go through read(2) and write(2) ------- */

/* A chunk fits into the smallest pipe. */
enum { TIMES = 256, CHUNK = 4096 };

static void
mapped_copy(int from, int to)
{
    size_t size = (size_t)TIMES * CHUNK;

    memcpy(map(size, RW, MAP_SHARED, to),
           map(size, PROT_READ, MAP_SHARED, from), size);
}

static void
move(int from, int to, void *by)
{
    if (read(from, by, CHUNK) != CHUNK || write(to, by, CHUNK) != CHUNK)
        die("copy a file");
}

/* Which process makes the calls does not matter to their sum: one plays
   both. */
static void
pipe_copy(int from, int to)
{
    static char buffer[CHUNK];
    int ends[2];

    if (pipe(ends) == -1)
        die("pipe");
    for (int i = 0; i < TIMES; i++) {
        move(from, ends[1], buffer);
        move(ends[0], to, buffer);
    }
}

static void
region_copy(int from, int to)
{
    char *region = map(CHUNK, RW, MAP_SHARED, -1);

    for (int i = 0; i < TIMES; i++)
        move(from, to, region);
}

static double
cost(void (*copy)(int from, int to))
{
    int from = scratch((size_t)TIMES * CHUNK);
    int to = scratch((size_t)TIMES * CHUNK);
    struct traffic before = traffic();

    copy(from, to);
    return (double)(traffic().bytes - before.bytes) / (TIMES * CHUNK);
}

static void
access_by_memory(void)
{
    saw("a copy of N bytes: %.2f N by read and write", cost(mapped_copy));
}

static void
copies(void)
{
    saw("pipe: %.2f N", cost(pipe_copy));
    saw("shared: %.2f N", cost(region_copy));
    saw("both files mapped: %.2f N", cost(mapped_copy));
}

static void
no_calls(void)
{
    int fd = scratch_text("text");
    char *at = map(PAGE, RW, MAP_SHARED, fd), text[5];
    struct traffic before, after;

    needs_kernel();
    before = traffic();
    memcpy(text, at, 5);
    at[0] = 'T';
    after = traffic();
    saw("loaded: %s", text);
    saw("stored: %s", file_text(fd, 0, 4));
    saw("read and write calls: %lld", after.calls - before.calls);
}

/* ---- Across fork -------------------------------------------------------- */

static void
inherited(void)
{
    char *at = map(PAGE, RW, MAP_SHARED, -1);

    strcpy(at, "parent");
    if (kin()) {
        at[10] = strcmp(at, "parent") == 0 ? 'y' : 'n';
        strcpy(at, "child");
        leave();
    }
    saw("at that address the child sees the parent's: %c", at[10]);
    saw("then the parent sees: %s", at);
}

static void
variables(void)
{
    static volatile int variable = 1;
    volatile int *number = (int *)(void *)map(PAGE, RW, MAP_SHARED, -1);

    *number = 1;
    if (kin()) {
        variable = 2;
        *number = 2;
        leave();
    }
    saw("variable: %d", variable);
    saw("mapped: %d", *number);
}

static void
always_shared(void)
{
    int fd = scratch_text("some text");
    char *common = map(PAGE, RW, MAP_SHARED, -1);
    char *own = map(PAGE, RW, MAP_PRIVATE, -1);

    lseek(fd, 0, SEEK_SET);
    if (kin()) {
        lseek(fd, 7, SEEK_SET);
        common[0] = own[0] = 'c';
        leave();
    }
    saw("offset: %ld", (long)lseek(fd, 0, SEEK_CUR));
    saw("MAP_SHARED: %s", common[0] == 'c' ? "the child's" : "its own");
    saw("MAP_PRIVATE: %s", own[0] == 'c' ? "the child's" : "its own");
}

const struct claim claims_sharing[] = {
    {5, "S0 S2 S3", "MAP_SHARED is seen by others, MAP_PRIVATE not", "yes",
     "MAP_PRIVATE: old; MAP_SHARED: new", "true",
     "A store to a MAP_PRIVATE page gives the process a copy of it.",
     both_kinds},
    {10, "S0", "with mmap, communication is easy", "needs synchronisation",
     "2 increments: 1", "half-true",
     "Sharing is easy; without a lock an update gets lost. See src/race and "
     "src/mutex.",
     without_lock},
    {11, "S1", "three uses: files, relatives, unrelated", "yes",
     "file: Old; relative: new; by a mapping of its own: new", "true",
     "Files by loads and stores, memory without a file for relatives, a file "
     "for everybody who may open it.",
     three_uses},
    {12, "S1 S3", "access by memory means high performance", "silent",
     "a copy of N bytes: 0.00 N by read and write", "half-true",
     "No byte goes through a call; but page faults cost, too, and whether it "
     "is faster has to be measured: see src/compare.",
     access_by_memory},
    {29, "S1", "a child inherits the mapping and its address", "yes",
     "at that address the child sees the parent's: y; "
     "then the parent sees: child",
     "true", "fork copies the address space; MAP_SHARED pages stay common.",
     inherited},
    {30, "S1", "variables are separate, the region is common", "yes",
     "variable: 1; mapped: 2", "true", "If the region is MAP_SHARED.",
     variables},
    {45, "S2", "files and mappings are always shared", "only MAP_SHARED",
     "offset: 7; MAP_SHARED: the child's; MAP_PRIVATE: its own", "half-true",
     "The file offset is common, the descriptor refers to the same open file "
     "description; a MAP_PRIVATE mapping is not.",
     always_shared},
    {51, "S3", "no read or write calls are needed", "yes",
     "loaded: text; stored: Text; read and write calls: 0", "true",
     "Loads and stores do it; the kernel counts the calls.", no_calls},
    {53, "S3", "a pipe copies 4 times, shared memory twice", "silent",
     "pipe: 4.00 N; shared: 2.00 N; both files mapped: 0.00 N", "true",
     "From file to file, as the article has it. \"Without any copy\" is "
     "another matter: that takes both files mapped.",
     copies},
    {0},
};
