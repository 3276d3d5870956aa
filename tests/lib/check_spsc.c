/* spsc: bytes and messages without a lock, and every end. */
#include "config.h"

#include "spsc.h"

#include <sched.h>

/* The verbs are the same: so are the tests. */
#define channel spsc
#define channel_size spsc_size
#define channel_init spsc_init
#define channel_room spsc_room
#define channel_put spsc_put
#define channel_data spsc_data
#define channel_take spsc_take
#define channel_write spsc_write
#define channel_read spsc_read
#define channel_flush spsc_flush
#define channel_send spsc_send
#define channel_receive spsc_receive
#define channel_close_write spsc_close_write
#define channel_close_read spsc_close_read
#include "stream_tests.h"
#undef channel

/* ---- One sender, one receiver ------------------------------------------- */

enum { MESSAGES = 20000 };

struct message {
    int number;
    unsigned char filler[37];
};

/* Sizes differ, so that messages meet the end of the ring anywhere. */
START_TEST(messages)
{
    static const size_t capacities[] = {64, 200, 65536};
    struct spsc *ring =
        make_spinning(capacities[_i / 2], _i % 2 == 0 ? 0 : SPIN_TURNS);
    struct message message = {.number = 0};
    size_t size;
    pid_t pid = child_fork("sender");

    if (pid == 0) {
        memset(message.filler, 7, sizeof message.filler);
        for (int n = 1; n <= MESSAGES; n++) {
            message.number = n;
            if (spsc_send(ring, &message, sizeof message - (size_t)(n % 30)) !=
                0)
                _exit(9);
        }
        spsc_close_write(ring);
        _exit(0);
    }
    for (int n = 1; n <= MESSAGES; n++) {
        ck_assert_int_eq(spsc_receive(ring, &message, sizeof message, &size),
                         0);
        ck_assert_int_eq(message.number, n);
        ck_assert_uint_eq(size, sizeof message - (size_t)(n % 30));
        ck_assert_uint_eq(message.filler[6], 7);
    }
    ck_assert_int_eq(spsc_receive(ring, &message, sizeof message, &size),
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

/* Messages as large as the ring between small ones: the writer then waits for
   all of the room, and the reader has told of less. With each budget, together
   on a CPU and apart, for as many turns as it takes to meet each window. */
static void
stay_on(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set); /* or wherever there is one */
}

static size_t
size_of_turn(size_t capacity, int turn)
{
    size_t most = capacity - sizeof(size_t);

    return turn % 3 == 0 ? most : (size_t)turn * 7919 % (most + 1);
}

START_TEST(large_and_small)
{
    static const size_t capacities[] = {9, 16, 100, 1000};
    static const int spins[] = {0, 1, SPIN_TURNS};
    enum { TURNS = 3000 };
    size_t capacity = capacities[_i % 4], size;
    struct spsc *ring = make_spinning(capacity, spins[_i / 4 % 3]);
    char message[1000], wanted[1000];
    pid_t pid = child_fork("sender");

    stay_on(pid == 0 && _i >= 12 ? 1 : 0);
    if (pid == 0) {
        for (int n = 0; n < TURNS; n++) {
            size = size_of_turn(capacity, n);
            memset(message, n, size);
            if (spsc_send(ring, message, size) != 0)
                _exit(9);
        }
        spsc_close_write(ring);
        _exit(0);
    }
    for (int n = 0; n < TURNS; n++) {
        ck_assert_int_eq(spsc_receive(ring, message, sizeof message, &size),
                         0);
        ck_assert_uint_eq(size, size_of_turn(capacity, n));
        memset(wanted, n, size);
        ck_assert_int_eq(memcmp(message, wanted, size), 0);
    }
    ck_assert_int_eq(child_reap(pid), 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("spsc");
    TCase *tcase = tcase_create("spsc");

    add_stream_tests(tcase);
    tcase_add_loop_test(tcase, messages, 0, 6);
    tcase_add_loop_test(tcase, idle, 0, 2);
    tcase_add_loop_test(tcase, large_and_small, 0, 24);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
