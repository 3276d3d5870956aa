/* spsc: bytes and messages without a lock, and every end. */
#include "config.h"

#include "blocked.h"
#include "spsc.h"
#include "child.h"
#include "region.h"
#include "run.h"
#include "spin.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct spsc *
make_spinning(size_t capacity, int spin)
{
    struct region region = region_map(spsc_size(capacity), REGION_ANON);

    spsc_init(region.memory, capacity, spin, "spsc");
    return region.memory;
}

static struct spsc *
make_channel(size_t capacity)
{
    return make_spinning(capacity, 0);
}

/* ---- A stream of bytes -------------------------------------------------- */

static const struct {
    size_t capacity, piece, take, total;
} streams[] = {
    {1, 1, 1, 500},         {2, 1, 2, 1000},
    {7, 3, 5, 10000},       {64, 100, 9, 100000},
    {1000, 1, 1000, 20000}, {1 << 16, 4096, 777, 3000000},
};
enum { STREAMS = sizeof streams / sizeof *streams };

static unsigned char
byte_at(size_t position)
{
    return (unsigned char)(position * 131 + position / 251);
}

/* The child writes a stream that can be told byte by byte; odd sizes make it
   go round the end of the ring in every way. */
START_TEST(stream)
{
    int i = _i / 2;
    size_t total = streams[i].total, at_in = 0, at_out = 0, n;
    struct spsc *channel =
        make_spinning(streams[i].capacity, _i % 2 == 0 ? 0 : SPIN_TURNS);
    pid_t pid = child_fork("writer");
    const void *data;
    void *room;

    if (pid == 0) {
        while (at_in < total && (n = spsc_room(channel, &room)) != 0) {
            if (n > streams[i].piece)
                n = streams[i].piece;
            if (n > total - at_in)
                n = total - at_in;
            for (size_t k = 0; k < n; k++)
                ((unsigned char *)room)[k] = byte_at(at_in++);
            spsc_put(channel, n);
        }
        spsc_close_write(channel);
        _exit(at_in == total ? 0 : 9);
    }
    while ((n = spsc_data(channel, &data)) != 0) {
        ck_assert_uint_le(n, streams[i].capacity);
        if (n > streams[i].take)
            n = streams[i].take;
        for (size_t k = 0; k < n; k++)
            if (((const unsigned char *)data)[k] != byte_at(at_out++))
                ck_abort_msg("byte %zu is wrong", at_out - 1);
        spsc_take(channel, n);
    }
    ck_assert_uint_eq(at_out, total);
    ck_assert_int_eq(child_reap(pid), 0);
}
END_TEST

/* A writer that sleeps because the ring is full learns that nobody reads. */
START_TEST(reader_closes)
{
    struct spsc *channel = make_channel(10);
    pid_t pid = child_fork("writer");
    void *room;
    size_t n;

    if (pid == 0) {
        while ((n = spsc_room(channel, &room)) != 0)
            spsc_put(channel, n);
        _exit(0);
    }
    spsc_close_read(channel);
    ck_assert_int_eq(child_reap(pid), 0);
}
END_TEST

/* What was put before the close is still there after it. */
START_TEST(writer_closes)
{
    struct spsc *channel = make_channel(10);
    const void *data;
    void *room;

    ck_assert_uint_eq(spsc_room(channel, &room), 10);
    memcpy(room, "abc", 3);
    spsc_put(channel, 3);
    spsc_close_write(channel);
    ck_assert_uint_eq(spsc_data(channel, &data), 3);
    ck_assert_int_eq(memcmp(data, "abc", 3), 0);
    spsc_take(channel, 3);
    ck_assert_uint_eq(spsc_data(channel, &data), 0);
}
END_TEST

/* ---- Messages ----------------------------------------------------------- */

enum { MESSAGES = 20000 };

struct message {
    int number;
    unsigned char filler[37];
};

/* Sizes differ, so that messages meet the end of the ring anywhere. */
START_TEST(messages)
{
    static const size_t capacities[] = {64, 200, 65536};
    struct spsc *channel =
        make_spinning(capacities[_i / 2], _i % 2 == 0 ? 0 : SPIN_TURNS);
    struct message message = {.number = 0};
    size_t size;
    pid_t pid = child_fork("sender");

    if (pid == 0) {
        memset(message.filler, 7, sizeof message.filler);
        for (int n = 1; n <= MESSAGES; n++) {
            message.number = n;
            if (spsc_send(channel, &message,
                          sizeof message - (size_t)(n % 30)) != 0)
                _exit(9);
        }
        spsc_close_write(channel);
        _exit(0);
    }
    for (int n = 1; n <= MESSAGES; n++) {
        ck_assert_int_eq(
            spsc_receive(channel, &message, sizeof message, &size), 0);
        ck_assert_int_eq(message.number, n);
        ck_assert_uint_eq(size, sizeof message - (size_t)(n % 30));
        ck_assert_uint_eq(message.filler[6], 7);
    }
    ck_assert_int_eq(spsc_receive(channel, &message, sizeof message, &size),
                     EPIPE);
    ck_assert_int_eq(child_reap(pid), 0);
}
END_TEST

/* An idle channel sleeps, whether it spun before or not; and each wake-up is
   delivered: the two answer each other many times, asleep nearly always. */
START_TEST(idle)
{
    int spin = _i == 0 ? 0 : SPIN_TURNS;
    struct spsc *there = make_spinning(16, spin);
    struct spsc *back = make_spinning(16, spin);
    pid_t pid = child_fork("echo");
    char byte = 0;

    if (pid == 0) {
        while (spsc_read(there, &byte, 1) == 1)
            spsc_write(back, &byte, 1);
        _exit(0);
    }
    for (int n = 0; n < 200; n++) {
        ck_assert_int_eq(blocked_for_good(&pid, 1), BLOCKED_FOR_GOOD);
        byte = (char)n;
        ck_assert(spsc_write(there, &byte, 1));
        ck_assert_uint_eq(spsc_read(back, &byte, 1), 1);
        ck_assert_int_eq(byte, (char)n);
    }
    for (int n = 0; n < 20000; n++) {
        byte = (char)n;
        ck_assert(spsc_write(there, &byte, 1));
        ck_assert_uint_eq(spsc_read(back, &byte, 1), 1);
        ck_assert_int_eq(byte, (char)n);
    }
    spsc_close_write(there);
    ck_assert_int_eq(child_reap(pid), 0);
}
END_TEST

START_TEST(sizes)
{
    struct spsc *channel = make_channel(100);
    char message[100] = "x";
    size_t size;

    ck_assert_int_eq(spsc_send(channel, message, 100), EMSGSIZE);
    ck_assert_int_eq(spsc_send(channel, message, 93), EMSGSIZE);
    ck_assert_int_eq(spsc_send(channel, message, (size_t)-1), EMSGSIZE);
    ck_assert_int_eq(spsc_send(channel, message, 92), 0);
    /* One that is too long for the receiver's buffer is not lost. */
    ck_assert_int_eq(spsc_receive(channel, message, 91, &size), EMSGSIZE);
    ck_assert_uint_eq(size, 92);
    ck_assert_int_eq(spsc_receive(channel, message, 92, &size), 0);
    ck_assert_uint_eq(size, 92);
    ck_assert_int_eq(spsc_send(channel, message, 0), 0);
    ck_assert_int_eq(spsc_receive(channel, message, 0, &size), 0);
    ck_assert_uint_eq(size, 0);
    spsc_close_read(channel);
    ck_assert_int_eq(spsc_send(channel, message, 1), EPIPE);
    spsc_close_write(channel);
    ck_assert_int_eq(spsc_receive(channel, message, 1, &size), EPIPE);
}
END_TEST

/* ---- Copied, and what the hysteresis holds back ------------------------- */

/* Longer than the ring, in a size that never fits its end. */
START_TEST(copied)
{
    struct spsc *channel = make_channel(64);
    static unsigned char bytes[10007];
    pid_t pid = child_fork("writer");

    if (pid == 0) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = byte_at(i);
        if (!spsc_write(channel, bytes, sizeof bytes))
            _exit(9);
        spsc_close_write(channel);
        _exit(0);
    }
    ck_assert_uint_eq(spsc_read(channel, bytes, 7), 7);
    ck_assert_uint_eq(spsc_read(channel, bytes + 7, sizeof bytes),
                      sizeof bytes - 7);
    for (size_t i = 0; i < sizeof bytes; i++)
        ck_assert_uint_eq(bytes[i], byte_at(i));
    ck_assert_int_eq(child_reap(pid), 0);
}
END_TEST

/* A writer that sleeps for room sleeps on although a byte was taken: less than
   half is free. The flush tells it. Without one the reader would wait for the
   writer's end for ever. */
START_TEST(flushed)
{
    struct spsc *channel = make_channel(10);
    char bytes[10] = "";
    pid_t pid = child_fork("writer");

    if (pid == 0)
        _exit(spsc_write(channel, bytes, 10) && spsc_write(channel, bytes, 1)
                  ? 0
                  : 9);
    ck_assert_int_eq(blocked_for_good(&pid, 1), BLOCKED_FOR_GOOD);
    ck_assert_uint_eq(spsc_read(channel, bytes, 1), 1);
    ck_assert_int_eq(blocked_for_good(&pid, 1), BLOCKED_FOR_GOOD);
    spsc_flush(channel);
    ck_assert_int_eq(child_reap(pid), 0);
}
END_TEST

/* ---- A peer that is killed ---------------------------------------------- */

/* The parent sleeps on an empty channel whose writer is killed: the family's
   guard ends it, with status 1, instead of leaving it asleep for ever. */
START_TEST(killed_peer)
{
    int status;
    pid_t family = fork();

    if (family == 0) {
        struct spsc *channel = make_channel(10);
        const void *data;
        pid_t writer;

        close(STDERR_FILENO);
        if ((writer = child_fork("writer")) == 0)
            for (;;)
                pause();
        if (child_fork("killer") == 0) {
            kill(writer, SIGKILL);
            _exit(0);
        }
        spsc_data(channel, &data);
        _exit(9);
    }
    ck_assert_int_eq(waitpid(family, &status, 0), family);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 1);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("spsc");
    TCase *tcase = tcase_create("spsc");

    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, stream, 0, 2 * STREAMS);
    tcase_add_test(tcase, reader_closes);
    tcase_add_test(tcase, writer_closes);
    tcase_add_loop_test(tcase, messages, 0, 6);
    tcase_add_loop_test(tcase, idle, 0, 2);
    tcase_add_test(tcase, sizes);
    tcase_add_test(tcase, copied);
    tcase_add_test(tcase, flushed);
    tcase_add_test(tcase, killed_peer);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
