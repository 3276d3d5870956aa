/* order: the conductor. It forces one chosen interleaving of processes. */
#include "config.h"

#include "blocked.h"
#include "die.h"
#include "label.h"
#include "order.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What a child writes when it arrives at a point: less than PIPE_BUF bytes,
   so that one write carries it whole. */
struct report {
    pid_t pid;
    char point[16];
};

struct player {
    int report[2]; /* child writes, conductor reads */
    int go[2];     /* conductor writes one byte, child reads */
    pid_t pid;     /* 0 until its first report */
    enum { RUNS, AT_POINT, ENDED } state;
    char point[16]; /* where it stands */
};

/* One at a time, and static: every child has a copy to the end of its life. */
static struct {
    int children;
    int me; /* in a child: its number; in the conductor: 0 */
    struct player players[ORDER_MOST + 1]; /* [0] is not used */
    pid_t pids[ORDER_MOST + 1];            /* of order_fork, likewise */
} order;

static void
make_pipe(int ends[2])
{
    if (pipe(ends) == -1)
        die("pipe");
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

static void
close_end(int *end)
{
    if (*end != -1)
        close(*end);
    *end = -1;
}

void
order_create(int children)
{
    if (children < 1 || children > ORDER_MOST || order.children != 0)
        die_code(EINVAL, "an order of %d children", children);
    memset(&order, 0, sizeof order);
    order.children = children;
    for (int i = 1; i <= children; i++) {
        make_pipe(order.players[i].report);
        make_pipe(order.players[i].go);
    }
}

/* Each process closes the ends that are not its own: a pipe shows its end of
   file, here "that child is gone", only when nobody holds the other side. */
void
order_join(int who)
{
    order.me = who;
    for (int i = 1; i <= order.children; i++) {
        close_end(&order.players[i].report[0]);
        close_end(&order.players[i].go[1]);
        if (i != who) {
            close_end(&order.players[i].report[1]);
            close_end(&order.players[i].go[0]);
        }
    }
}

void
order_lead(void)
{
    for (int i = 1; i <= order.children; i++) {
        close_end(&order.players[i].report[1]);
        close_end(&order.players[i].go[0]);
    }
}

bool
order_joined(void)
{
    return order.me != 0;
}

void
order_fork(int children, child_role *role)
{
    order_create(children);
    for (int who = 1; who <= children; who++) {
        order.pids[who] = child_fork_mortal("child %d", who);
        if (order.pids[who] == 0) {
            order_join(who);
            role(who);
            _exit(EXIT_HELD);
        }
        /* It may fall asleep before its first report. */
        order.players[who].pid = order.pids[who];
    }
    order_lead();
}

void
order_point(const char *name)
{
    struct report report = {.pid = getpid()};
    struct player *me;
    char go;

    MAPFORK_POINT(name);
    if (order.me == 0)
        return;
    me = &order.players[order.me];
    snprintf(report.point, sizeof report.point, "%s", name);
    /* After order_release nobody reads any more (EPIPE), and the go pipe is
       at its end: then every point is passed. */
    if (say_write(me->report[1], &report, sizeof report) == -1) {
        if (errno == EPIPE)
            return;
        die("write to the conductor");
    }
    while (read(me->go[0], &go, 1) == -1)
        if (errno != EINTR)
            die("read from the conductor");
}

void
order_woken(pthread_mutex_t *lock)
{
    if (!order_joined())
        return;
    must(pthread_mutex_unlock(lock));
    order_point("woken");
    must(pthread_mutex_lock(lock));
}

/* Take in the report of PLAYER, who runs, if there is one. */
static void
listen_to(struct player *player)
{
    struct pollfd end = {.fd = player->report[0], .events = POLLIN};
    struct report report;
    ssize_t n;

    if (poll(&end, 1, 0) <= 0)
        return;
    do
        n = read(player->report[0], &report, sizeof report);
    while (n == -1 && errno == EINTR);
    if (n == (ssize_t)sizeof report) {
        player->pid = report.pid;
        memcpy(player->point, report.point, sizeof player->point);
        player->state = AT_POINT;
    } else {
        player->state = ENDED;
    }
}

/* One sweep over all: is everybody still? *SUM changes when a blocked child
   has run since the last sweep. */
static bool
sweep(bool *blocked, unsigned long *sum)
{
    bool still = true;

    *blocked = false;
    *sum = 0;
    for (int i = 1; i <= order.children; i++) {
        struct player *player = &order.players[i];
        struct blocked seen;

        if (player->state == RUNS)
            listen_to(player);
        if (player->state != RUNS)
            continue;
        if (player->pid != 0 && blocked_look(player->pid, &seen) &&
            seen.asleep && seen.forever) {
            *blocked = true;
            *sum += seen.ran;
        } else {
            still = false;
        }
    }
    return still;
}

/* Look again when one of those who run reports, or in a millisecond. */
static void
await_report(void)
{
    struct pollfd ends[ORDER_MOST];
    nfds_t n = 0;

    for (int i = 1; i <= order.children; i++)
        if (order.players[i].state == RUNS)
            ends[n++] = (struct pollfd){.fd = order.players[i].report[0],
                                        .events = POLLIN};
    poll(ends, n, 1);
}

/* Wait until all are still. A blocked child counts as still when two sweeps
   in a row saw it asleep and it did not run in between (see blocked.h). */
static void
settle(void)
{
    /* Where the system does not tell who is asleep, a child that has not
       reported for so many sweeps of a millisecond counts as blocked. */
    enum { BLIND_SWEEPS = 500 };
    unsigned long last = 0, sum;
    bool was_still = false, blocked;

    for (int sweeps = 0;; sweeps++) {
        struct blocked seen;
        bool still = sweep(&blocked, &sum);

        if (still && (!blocked || (was_still && sum == last)))
            return;
        if (sweeps >= BLIND_SWEEPS && !blocked_look(getpid(), &seen))
            return;
        was_still = still;
        last = sum;
        await_report();
    }
}

enum order_state
order_where(int who)
{
    if (who < 1 || who > order.children)
        die_promise("the script wants child %d, but there are only 1 to %d",
                    who, order.children);
    settle();
    switch (order.players[who].state) {
    case AT_POINT:
        return ORDER_AT_POINT;
    case ENDED:
        return ORDER_ENDED;
    default:
        return ORDER_BLOCKED;
    }
}

enum order_state
order_step(int who, const char *point)
{
    struct player *player;

    switch (order_where(who)) {
    case ORDER_ENDED:
        die_promise("the script wants child %d at `%s', but it has ended", who,
                    point);
    case ORDER_BLOCKED:
        die_promise("the script wants child %d at `%s', but it is blocked",
                    who, point);
    default:
        break;
    }
    player = &order.players[who];
    if (strcmp(player->point, point) != 0)
        die_promise("the script wants child %d at `%s', but it stands at `%s'",
                    who, point, player->point);
    player->state = RUNS;
    /* Nobody reads any more where the child was killed at its point. */
    if (say_write(player->go[1], "g", 1) == -1 && errno != EPIPE)
        die("write to child %d", who);
    return order_where(who);
}

void
order_play(const char *script)
{
    char point[16];
    int who, length;

    while (sscanf(script, " %d:%15s%n", &who, point, &length) == 2) {
        order_step(who, point);
        script += length;
    }
    if (strspn(script, " ") != strlen(script))
        die_code(EINVAL, "the script at `%s'", script);
}

void
order_release(void)
{
    for (int i = 1; i <= order.children; i++) {
        close_end(&order.players[i].report[0]);
        close_end(&order.players[i].report[1]);
        close_end(&order.players[i].go[0]);
        close_end(&order.players[i].go[1]);
    }
    order.children = 0;
}

pid_t
order_pid(int who)
{
    return order.pids[who];
}

bool
order_stuck(int first, int last)
{
    return blocked_for_good(&order.pids[first], last - first + 1) !=
           BLOCKED_ENDED;
}

void
order_expect_stuck(int first, int last)
{
    struct blocked seen;

    promise(order_stuck(first, last),
            "children %d to %d to wait for ever, seen: one went on", first,
            last);
    for (int who = first; who <= last; who++)
        if (blocked_look(order.pids[who], &seen) && seen.object != NULL)
            say("child %d is blocked for good on `%s'", who, seen.object);
        else
            say("child %d is blocked for good", who);
}

void
order_kill(void)
{
    for (int who = 1; who <= order.children; who++)
        child_kill(order.pids[who]);
    order_release();
}
