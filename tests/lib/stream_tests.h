/* What channel.h and spsc.h promise alike: the tests of both, in the words of
   the one. check_spsc.c gives these another meaning, then includes this. */
#ifndef MAPFORK_STREAM_TESTS_H
#define MAPFORK_STREAM_TESTS_H

#include "blocked.h"
#include "child.h"
#include "region.h"
#include "run.h"
#include "spin.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct channel *
make_spinning(size_t capacity, int spin)
{
    struct region region = region_map(channel_size(capacity), REGION_ANON);

    channel_init(region.memory, capacity, spin, "channel");
    return region.memory;
}

static struct channel *
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
    struct channel *channel =
        make_spinning(streams[i].capacity, _i % 2 == 0 ? 0 : SPIN_TURNS);
    pid_t pid = child_fork("writer");
    const void *data;
    void *room;

    if (pid == 0) {
        while (at_in < total && (n = channel_room(channel, &room)) != 0) {
            if (n > streams[i].piece)
                n = streams[i].piece;
            if (n > total - at_in)
                n = total - at_in;
            for (size_t k = 0; k < n; k++)
                ((unsigned char *)room)[k] = byte_at(at_in++);
            channel_put(channel, n);
        }
        channel_close_write(channel);
        _exit(at_in == total ? 0 : 9);
    }
    while ((n = channel_data(channel, &data)) != 0) {
        ck_assert_uint_le(n, streams[i].capacity);
        if (n > streams[i].take)
            n = streams[i].take;
        for (size_t k = 0; k < n; k++)
            if (((const unsigned char *)data)[k] != byte_at(at_out++))
                ck_abort_msg("byte %zu is wrong", at_out - 1);
        channel_take(channel, n);
    }
    ck_assert_uint_eq(at_out, total);
    ck_assert_int_eq(child_reap(pid), 0);
}
END_TEST

/* A writer that sleeps because the ring is full learns that nobody reads. */
START_TEST(reader_closes)
{
    struct channel *channel = make_channel(10);
    pid_t pid = child_fork("writer");
    void *room;
    size_t n;

    if (pid == 0) {
        while ((n = channel_room(channel, &room)) != 0)
            channel_put(channel, n);
        _exit(0);
    }
    channel_close_read(channel);
    ck_assert_int_eq(child_reap(pid), 0);
}
END_TEST

/* What was put before the close is still there after it. */
START_TEST(writer_closes)
{
    struct channel *channel = make_channel(10);
    const void *data;
    void *room;

    ck_assert_uint_eq(channel_room(channel, &room), 10);
    memcpy(room, "abc", 3);
    channel_put(channel, 3);
    channel_close_write(channel);
    ck_assert_uint_eq(channel_data(channel, &data), 3);
    ck_assert_int_eq(memcmp(data, "abc", 3), 0);
    channel_take(channel, 3);
    ck_assert_uint_eq(channel_data(channel, &data), 0);
}
END_TEST

START_TEST(sizes)
{
    struct channel *channel = make_channel(100);
    char message[100] = "x";
    size_t size;

    ck_assert_int_eq(channel_send(channel, message, 100), EMSGSIZE);
    ck_assert_int_eq(channel_send(channel, message, 93), EMSGSIZE);
    ck_assert_int_eq(channel_send(channel, message, (size_t)-1), EMSGSIZE);
    ck_assert_int_eq(channel_send(channel, message, 92), 0);
    /* One that is too long for the receiver's buffer is not lost. */
    ck_assert_int_eq(channel_receive(channel, message, 91, &size), EMSGSIZE);
    ck_assert_uint_eq(size, 92);
    ck_assert_int_eq(channel_receive(channel, message, 92, &size), 0);
    ck_assert_uint_eq(size, 92);
    ck_assert_int_eq(channel_send(channel, message, 0), 0);
    ck_assert_int_eq(channel_receive(channel, message, 0, &size), 0);
    ck_assert_uint_eq(size, 0);
    channel_close_read(channel);
    ck_assert_int_eq(channel_send(channel, message, 1), EPIPE);
    channel_close_write(channel);
    ck_assert_int_eq(channel_receive(channel, message, 1, &size), EPIPE);
}
END_TEST

/* ---- Copied, and what the hysteresis holds back ------------------------- */

/* Longer than the ring, in a size that never fits its end. */
START_TEST(copied)
{
    struct channel *channel = make_channel(64);
    static unsigned char bytes[10007];
    pid_t pid = child_fork("writer");

    if (pid == 0) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = byte_at(i);
        if (!channel_write(channel, bytes, sizeof bytes))
            _exit(9);
        channel_close_write(channel);
        _exit(0);
    }
    ck_assert_uint_eq(channel_read(channel, bytes, 7), 7);
    ck_assert_uint_eq(channel_read(channel, bytes + 7, sizeof bytes),
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
    struct channel *channel = make_channel(10);
    char bytes[10] = "";
    pid_t pid = child_fork("writer");

    if (pid == 0)
        _exit(channel_write(channel, bytes, 10) &&
                      channel_write(channel, bytes, 1)
                  ? 0
                  : 9);
    ck_assert_int_eq(blocked_for_good(&pid, 1), BLOCKED_FOR_GOOD);
    ck_assert_uint_eq(channel_read(channel, bytes, 1), 1);
    ck_assert_int_eq(blocked_for_good(&pid, 1), BLOCKED_FOR_GOOD);
    channel_flush(channel);
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
        struct channel *channel = make_channel(10);
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
        channel_data(channel, &data);
        _exit(9);
    }
    ck_assert_int_eq(waitpid(family, &status, 0), family);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 1);
}
END_TEST

static void
add_stream_tests(TCase *tcase)
{
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, stream, 0, 2 * STREAMS);
    tcase_add_test(tcase, reader_closes);
    tcase_add_test(tcase, writer_closes);
    tcase_add_test(tcase, sizes);
    tcase_add_test(tcase, copied);
    tcase_add_test(tcase, flushed);
    tcase_add_test(tcase, killed_peer);
}

#endif
