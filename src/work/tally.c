/* tally: how often does each word occur? `tally FILE...' cuts the files into
   pieces; children claim one after the other and count into one table, all in
   the mapping; the parent waits and prints the most frequent words.

   A word is a run of ASCII letters and digits within one file. The counts are
   those of `tr -cs '[:alnum:]' '\n' | sort | uniq -c'. To break it, kill
   children (kill -9): the counts stay exact. --kill=POINT kills one where it
   would hurt most.

     $ printf 'to be, or not to be\n' >hamlet; tally --top=2 hamlet
           2 be
           2 to
     $ tally --top=2 --kill=adding hamlet
     tally: child 1 was killed by SIGKILL and is replaced
           2 be
           2 to

   lib/queue.c has the lock and why nothing is lost or counted twice;
   lib/queue.h why the parent sleeps on a semaphore; lib/table.c how half an
   addition is undone; lib/pieces.c to which piece a word belongs that lies
   across two.

   See also: mutex/owner_died.c, cond/dead_waiter.c, pread(2). */
#include "config.h"

#include "args.h"
#include "child.h"
#include "queue.h"
#include "order.h"
#include "pieces.h"
#include "region.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where --kill strikes, in the order in which a child comes there. */
static const char *const points[] = {
    "claiming",  /* the lock is held, the piece is half claimed */
    "claimed",   /* it is, and nothing counted yet */
    "counted",   /* it is, and nothing added to the table yet */
    "adding",    /* the lock is held, half of the words are added */
    "added",     /* all are, but that is not committed yet */
    "committed", /* it is, but the lock is still held */
};

static long long children, top = 10, piece_size = 1 << 20;
static const char *kill_at;

static const struct args about = {
    .name = "tally",
    .idea = "Counts the words of files: children share the work and a table, "
            "and may be killed.",
    .operands = "FILE...",
    .least = 1,
    .most = PIECES_FILES,
    .options =
        {
            ARGS_NUMBER("children", "N", &children, 1, QUEUE_SLOTS,
                        "how many count, 1 to 16 (one for each CPU)"),
            ARGS_NUMBER("top", "N", &top, 0, 1LL << 40,
                        "print so many words, 0: all (10)"),
            ARGS_NUMBER("piece", "BYTES", &piece_size, 1, 1 << 30,
                        "of a file that are claimed at once (1M)"),
            ARGS_WORD("kill",
                      "claiming|claimed|counted|adding|added|committed",
                      &kill_at, "kill the first child there"),
        },
    .maps = true,
    .deadline = ARGS_NEVER,
};

static struct shared {
    atomic_bool said;   /* a child has said why it fails */
    struct queue queue; /* the pieces and the lock; the table lies behind */
} * shared;

/* ---- A child ------------------------------------------------------------ */

/* Count the words of PIECE into a table of this child's own. All children may
   find that a file is bad; the first says so. */
static const struct table *
count(size_t piece)
{
    static struct reader reader;
    static struct table *own;
    int error = pieces_read(&reader, piece);
    const char *word;
    size_t length;

    if (error != 0 && atomic_exchange(&shared->said, true))
        _exit(EXIT_SYSTEM);
    if (error == PIECES_SHORT)
        die_code(0, "%s became shorter", pieces_name(piece));
    if (error != 0)
        die_code(error, "read %s", pieces_name(piece));
    own = table_own(own, reader.room + 1);
    if (own == NULL)
        die("calloc a table for %zu bytes", reader.room + 1);
    while ((word = pieces_word(&reader, &length)) != NULL)
        table_add(own, word, length, 1);
    return own;
}

static _Noreturn void
work(int slot)
{
    size_t piece;

    while (queue_take(&shared->queue, slot, &piece)) {
        const struct table *own;
        order_point("claimed");
        own = count(piece);
        order_point("counted");
        queue_add(&shared->queue, slot, own);
    }
    _exit(EXIT_HELD);
}

/* ---- The parent --------------------------------------------------------- */

static pid_t pids[QUEUE_SLOTS]; /* who works in each slot; 0: nobody */

static void
start(int slot, bool conducted)
{
    pids[slot] = child_fork_mortal("child %d", slot + 1);
    if (pids[slot] == 0) {
        if (conducted)
            order_join(1);
        work(slot);
    }
}

/* With --kill, child 1 stands where it is to die before the others begin, and
   dies when they are there: if it holds the lock, they wait for that. */
static void
start_all(void)
{
    if (kill_at != NULL) {
        order_create(1);
        start(0, true);
        order_lead();
        for (int i = 0; strcmp(points[i], kill_at) != 0; i++)
            order_step(1, points[i]);
        promise(order_where(1) == ORDER_AT_POINT, "child 1 at `%s'", kill_at);
    }
    for (int slot = kill_at != NULL; slot < children; slot++)
        start(slot, false);
    if (kill_at != NULL) {
        child_kill(pids[0]);
        order_release();
    }
}

/* Who was killed has a successor; who found nothing left to do has none. Who
   failed has said why, and the library has ended all: another one would only
   fail again. */
static void
replace_the_dead(void)
{
    char words[64];

    for (int slot = 0; slot < children; slot++) {
        int status;
        if (pids[slot] == 0 || !child_ended(pids[slot]))
            continue;
        status = child_reap(pids[slot]);
        pids[slot] = 0;
        if (status == 0)
            continue;
        dprintf(STDERR_FILENO, "tally: child %d %s and is replaced\n",
                slot + 1, child_words(status, words, sizeof words));
        start(slot, false);
    }
}

/* Wait until all is counted, and look up now and then: for the dead, who
   signal nobody, and to show on a terminal how far it is. */
static void
await_all(size_t pieces)
{
    bool visible = isatty(STDERR_FILENO) && !args_quiet();
    size_t n, percent, shown = 0;

    do {
        n = queue_wait(&shared->queue, 50);
        percent = n * 100 / pieces;
        if (visible && percent != shown)
            dprintf(STDERR_FILENO, "\rtally: %zu %%%s", percent,
                    n == pieces ? "\n" : "");
        shown = percent;
        replace_the_dead();
    } while (n < pieces);
    child_reap_all();
}

int
main(int argc, char **argv)
{
    struct region region;
    size_t pieces;

    args_parse(&about, argc, argv);
    if (children == 0)
        children = sysconf(_SC_NPROCESSORS_ONLN);
    if (children < 1 || children > QUEUE_SLOTS)
        children = children < 1 ? 1 : QUEUE_SLOTS;
    for (int i = 0; i < args_operands(); i++)
        pieces_open(args_operand(i));
    pieces = pieces_cut((size_t)piece_size);
    region = region_map(sizeof *shared + queue_size(pieces_bytes()),
                        args_backing());
    shared = region.memory;
    queue_init(&shared->queue, pieces, pieces_bytes());
    if (pieces > 0) {
        start_all();
        await_all(pieces);
    }
    /* All children were reaped: nobody is left to lock the table against. */
    if (!args_quiet())
        table_print_top(shared->queue.table, (size_t)top);
    region_unmap(&region);
    pieces_close();
    return EXIT_HELD;
}
