/* relay: a pipe made of shared memory. `relay <IN >OUT' copies its input to
   its output through a chain of children and the bounded buffers between
   them: the parent reads, each child passes on, the last one writes.

   Nothing is printed on stdout but the data; on a terminal, stderr shows how
   far it is. To break it, kill a stage (kill -9), or take the reader away:
   `relay </dev/zero | head -c1'. The whole family ends, and says why.

     $ printf 'through three processes\n' | relay --stages=3
     through three processes

   How a byte travels: the parent reads into the ring itself, the last stage
   writes from it, so one stage costs two copies, one in and one out; a pipe
   between two programs costs four. lib/spsc.c says why no lock is needed,
   and lib/channel.c does the same with a lock and two conditions.

   See also: read(2), write(2), pipe(7). Next: work/tally.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "say.h"
#include "spin.h"
#include "spsc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { STAGES_MOST = 16 };

static long long stages = 1, capacity = 1 << 20, chunk = 256 << 10;
static bool quiet_progress;

static const struct args about = {
    .name = "relay",
    .idea = "A pipe made of shared memory: stdin to stdout through children "
            "and bounded buffers.",
    .options = {ARGS_NUMBER("stages", "K", &stages, 1, STAGES_MOST,
                            "children in the chain, 1 to 16 (1)"),
                ARGS_NUMBER("capacity", "BYTES", &capacity, 1, 1 << 30,
                            "of each buffer, up to 1G (1M)"),
                ARGS_NUMBER("chunk", "BYTES", &chunk, 1, 1 << 30,
                            "moved by one call at the most (256K)")},
    .maps = true,
    .deadline = ARGS_NEVER,
};

static size_t
at_most_chunk(size_t size)
{
    return size < (size_t)chunk ? size : (size_t)chunk;
}

/* ---- Progress: on a terminal only, four times a second at the most ------ */

static double
seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
show_progress(unsigned long long bytes, bool last)
{
    static double began, shown;
    double now;

    if (quiet_progress)
        return;
    now = seconds();
    if (began == 0)
        began = shown = now;
    if (!last && now - shown < 0.25)
        return;
    shown = now;
    dprintf(STDERR_FILENO, "\rrelay: %.1f MiB, %.1f MiB/s   %s",
            (double)bytes / 1048576,
            now > began ? (double)bytes / 1048576 / (now - began) : 0.0,
            last ? "\n" : "");
}

/* ---- The roles ---------------------------------------------------------- */

/* The parent: stdin into the first buffer, in place. A read that brings less
   than there is room for is passed on at once: the next one may take long. */
static void
feed(struct spsc *out)
{
    unsigned long long bytes = 0;
    size_t room;
    ssize_t n;
    void *at;

    while ((room = spsc_room(out, &at)) != 0) {
        n = read(STDIN_FILENO, at, at_most_chunk(room));
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1) {
            /* What was read before is not to be lost with what was not. */
            int why = errno;
            spsc_close_write(out);
            child_reap_all();
            die_code(why, "read standard input");
        }
        if (n == 0)
            break;
        spsc_put(out, (size_t)n);
        bytes += (unsigned long long)n;
        show_progress(bytes, false);
    }
    spsc_close_write(out);
    show_progress(bytes, true);
}

/* A stage in the middle: from one buffer to the next. */
static void
pass_on(struct spsc *in, struct spsc *out)
{
    size_t data, room;
    const void *from;
    void *to;

    while ((data = spsc_data(in, &from)) != 0) {
        room = spsc_room(out, &to);
        data = at_most_chunk(data < room ? data : room);
        memcpy(to, from, data);
        spsc_put(out, data);
        spsc_take(in, data);
    }
    spsc_close_write(out);
}

/* The last stage: the buffer to stdout, in place. If nobody reads any more
   (EPIPE) or the disk is full, this child fails, and with it the family. */
static void
deliver(struct spsc *in)
{
    const void *from;
    size_t data;

    while ((data = spsc_data(in, &from)) != 0) {
        data = at_most_chunk(data);
        if (say_write(STDOUT_FILENO, from, data) == -1)
            die("write to standard output");
        spsc_take(in, data);
    }
}

/* ---- The chain ---------------------------------------------------------- */

int
main(int argc, char **argv)
{
    static char names[STAGES_MOST][16];
    struct spsc *buffers[STAGES_MOST];
    struct region region;
    size_t size;

    args_parse(&about, argc, argv);
    quiet_progress = !isatty(STDERR_FILENO) || args_quiet();
    /* One region holds all buffers. Each has one writer and one reader. */
    size = spsc_size((size_t)capacity);
    region = region_map(size * (size_t)stages, args_backing());
    for (int i = 0; i < stages; i++) {
        buffers[i] = (void *)((char *)region.memory + size * (size_t)i);
        snprintf(names[i], sizeof names[i], "buffer %d", i + 1);
        spsc_init(buffers[i], (size_t)capacity, SPIN_TURNS, names[i]);
    }
    for (int i = 0; i < stages; i++)
        if (child_fork("stage %d", i + 1) == 0) {
            if (i + 1 < stages)
                pass_on(buffers[i], buffers[i + 1]);
            else
                deliver(buffers[i]);
            _exit(EXIT_HELD);
        }
#ifdef F_SETPIPE_SZ
    /* A pipe of 64 KiB would make its two ends wake each other for each piece
       that is smaller than our own: ask for more; no is an answer, too. */
    fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 1 << 20);
    fcntl(STDIN_FILENO, F_SETPIPE_SZ, 1 << 20);
#endif
    child_doing("feeds buffer 1");
    feed(buffers[0]);
    child_reap_all();
    region_unmap(&region);
    return EXIT_HELD;
}
