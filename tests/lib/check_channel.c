/* channel: bytes and messages between forked processes, and every end. */
#include "config.h"

#include "channel.h"
#include "stream_tests.h"

/* ---- Many senders, many receivers --------------------------------------- */

enum { SENDERS = 3, RECEIVERS = 3, MESSAGES = 2000 };

struct message {
    int sender, number;
    unsigned char filler[37];
};

/* What the receivers count, in a mapping of its own; each receiver its own
   rows, so they need no lock. */
struct tally {
    int got[RECEIVERS][SENDERS];
    int last[RECEIVERS][SENDERS];
    int wrong[RECEIVERS];
};

static void
send_all(struct channel *channel, int sender)
{
    struct message message = {.sender = sender};

    memset(message.filler, sender, sizeof message.filler);
    for (int n = 1; n <= MESSAGES; n++) {
        /* Sizes differ, so that messages meet the end of the ring anywhere. */
        size_t size = sizeof message - (size_t)(n % 30);
        message.number = n;
        if (channel_send(channel, &message, size) != 0)
            _exit(9);
    }
    _exit(0);
}

static void
receive_all(struct channel *channel, struct tally *tally, int me)
{
    struct message message;
    size_t size;

    while (channel_receive(channel, &message, sizeof message, &size) == 0) {
        int from = message.sender;
        if (size != sizeof message - (size_t)(message.number % 30) ||
            message.filler[0] != from ||
            message.number <= tally->last[me][from])
            tally->wrong[me]++;
        tally->last[me][from] = message.number;
        tally->got[me][from]++;
    }
    _exit(0);
}

START_TEST(many_to_many)
{
    static const size_t capacities[] = {64, 200, 65536};
    struct channel *channel =
        make_spinning(capacities[_i / 2], _i % 2 == 0 ? 0 : SPIN_TURNS);
    struct region region = region_map(sizeof(struct tally), REGION_ANON);
    struct tally *tally = region.memory;
    pid_t senders[SENDERS];

    for (int i = 0; i < SENDERS; i++)
        if ((senders[i] = child_fork("sender %d", i)) == 0)
            send_all(channel, i);
    for (int i = 0; i < RECEIVERS; i++)
        if (child_fork("receiver %d", i) == 0)
            receive_all(channel, tally, i);
    for (int i = 0; i < SENDERS; i++)
        ck_assert_int_eq(child_reap(senders[i]), 0);
    channel_close_write(channel);
    ck_assert_int_eq(child_reap_all(), 0);
    for (int s = 0; s < SENDERS; s++) {
        int got = 0;
        for (int r = 0; r < RECEIVERS; r++) {
            got += tally->got[r][s];
            ck_assert_int_eq(tally->wrong[r], 0);
        }
        ck_assert_int_eq(got, MESSAGES);
    }
}
END_TEST

/* Two receivers sleep; the one that is woken has no room for the message. The
   other one must get it. */
START_TEST(too_large_for_one)
{
    struct channel *channel = make_channel(200);
    char message[100] = "";
    pid_t pids[2];
    size_t size;

    for (int i = 0; i < 2; i++) {
        if ((pids[i] = child_fork("receiver %d", i)) == 0) {
            int code =
                channel_receive(channel, message, i == 0 ? 10 : 100, &size);
            _exit(code == (i == 0 ? EMSGSIZE : 0) ? 0 : 9);
        }
        ck_assert_int_eq(blocked_for_good(&pids[i], 1), BLOCKED_FOR_GOOD);
    }
    ck_assert_int_eq(channel_send(channel, message, 100), 0);
    /* The larger one may be woken first, and leave nothing for the other. */
    ck_assert_int_eq(child_reap(pids[1]), 0);
    if (!child_ended(pids[0]))
        ck_assert_int_eq(channel_send(channel, message, 100), 0);
    ck_assert_int_eq(child_reap(pids[0]), 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("channel");
    TCase *tcase = tcase_create("channel");

    add_stream_tests(tcase);
    tcase_add_loop_test(tcase, many_to_many, 0, 6);
    tcase_add_test(tcase, too_large_for_one);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
