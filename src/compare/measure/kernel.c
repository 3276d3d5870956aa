/* kernel: the ways that leave buffer, lock and sleepers to the kernel. Each
   message is copied in by one system call and out by another.

   - pipe and stream are streams of bytes: who receives goes on until it has
     as many as it wants. A batch is one long write.
   - seqpacket, mq (POSIX) and sysv (System V) keep messages whole: one call
     each.
   - pipe-big is a pipe of sixteen times the capacity: less switching to and
     fro for a stream, and nothing gained for one message at a time.
   - vmsplice does not copy in: it lends the kernel the pages that the message
     lies in, until somebody has read them. Who writes the next message into
     the same memory changes the one that is still on its way. With one
     message at a time, each answered, that goes well; in a stream it does
     not, and price counts how many arrive changed. */
#include "config.h"

#include "die.h"
#include "say.h"
#include "ways.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#if HAVE_MQ_OPEN
#include <mqueue.h>
#endif

static size_t
no_memory(const struct link *link)
{
    (void)link;
    return 0;
}

/* A descriptor of the other side's kept open would hide its end, see
   compare/pipe_queue.c. */
static void
begin_fds(struct link *link, bool sends)
{
    int *other = &link->fds[sends ? 0 : 1];

    close(*other);
    *other = -1;
}

static void
close_fds(struct link *link)
{
    close(link->fds[0]);
    close(link->fds[1]);
}

/* ---- Streams ------------------------------------------------------------ */

static void
write_all(struct link *link, const void *messages, int count)
{
    if (say_write(link->fds[1], messages, (size_t)count * link->size) == -1)
        die("write %s", link->way->name);
}

static void
read_all(struct link *link, void *messages, int count)
{
    size_t wanted = (size_t)count * link->size, done = 0;
    ssize_t n;

    while (done < wanted) {
        n = read(link->fds[0], (char *)messages + done, wanted - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            die("read %s", link->way->name);
        promise(n > 0, "%s to go on, seen: its end", link->way->name);
        done += (size_t)n;
    }
}

/* A pipe of about SIZE bytes: Linux rounds up to a power of two pages. More
   than /proc/sys/fs/pipe-max-size is refused to all but root: then it is as
   large as it came. */
static const char *
open_pipe_of(struct link *link, size_t size)
{
    if (pipe(link->fds) == -1)
        die("pipe");
    if (size > 1 << 30)
        size = 1 << 30;
#ifdef F_SETPIPE_SZ
    while (size > 4096 && fcntl(link->fds[1], F_SETPIPE_SZ, (int)size) == -1)
        size /= 2;
    if (size <= 4096)
        fcntl(link->fds[1], F_SETPIPE_SZ, 4096);
    link->capacity = (size_t)fcntl(link->fds[1], F_GETPIPE_SZ);
#else
    (void)size;
    link->capacity = 65536;
#endif
    return NULL;
}

static const char *
open_pipe(struct link *link)
{
    return open_pipe_of(link, link->capacity);
}

static const char *
open_pipe_big(struct link *link)
{
    return open_pipe_of(link, link->capacity * 16);
}

static const char *
open_socket(struct link *link, int type)
{
    socklen_t length = sizeof(int);
    int size = (int)link->capacity;

    if (socketpair(AF_UNIX, type, 0, link->fds) == -1)
        return errno == EPROTONOSUPPORT || errno == EOPNOTSUPP ||
                       errno == ESOCKTNOSUPPORT
                   ? "this system has no such socket pair"
                   : (die("socketpair"), NULL);
    /* Linux doubles it, to have room for its own bookkeeping, socket(7). */
    if ((size_t)size < link->size * 2)
        size = (int)link->size * 2;
    if (setsockopt(link->fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size) ==
        -1)
        die("setsockopt SO_SNDBUF");
    /* The system's limit may be lower; what it tells is the double. */
    if (getsockopt(link->fds[1], SOL_SOCKET, SO_SNDBUF, &size, &length) == 0)
        link->capacity = (size_t)size / 2;
    return NULL;
}

static const char *
open_stream(struct link *link)
{
    return open_socket(link, SOCK_STREAM);
}

/* ---- Whole messages ----------------------------------------------------- */

/* Linux gives a packet memory in one piece of the sender's buffer limit. */
static const char *
open_seqpacket(struct link *link)
{
    const char *why = open_socket(link, SOCK_SEQPACKET);

    if (why != NULL || link->size + 512 <= 2 * link->capacity)
        return why;
    close_fds(link);
    return "a packet of that size is more than SO_SNDBUF may be";
}

static void
send_packets(struct link *link, const void *messages, int count)
{
    for (int i = 0; i < count; i++) {
        ssize_t n;
        do
            n = send(link->fds[1], message_in(link, messages, i), link->size,
                     MSG_NOSIGNAL);
        while (n == -1 && errno == EINTR);
        if (n != (ssize_t)link->size)
            die("send a packet");
    }
}

static void
receive_packets(struct link *link, void *messages, int count)
{
    for (int i = 0; i < count; i++) {
        ssize_t n;
        do
            n = recv(link->fds[0], message_at(link, messages, i), link->size,
                     0);
        while (n == -1 && errno == EINTR);
        if (n == -1)
            die("recv a packet");
        promise(n == (ssize_t)link->size, "a packet of %zu bytes, seen: %zd",
                link->size, n);
    }
}

#if HAVE_MQ_OPEN
/* The name is gone as soon as it is opened: the two sides have the descriptor
   from the fork. A SIGKILL between the two calls leaves it in /dev/mqueue; no
   call makes a queue without a name. Who has the same number later, as we may
   have now, removes it. */
static const char *
open_mq(struct link *link)
{
    static char why[80];
    struct mq_attr attr = {.mq_msgsize = (long)link->size};
    char name[40];
    mqd_t queue;

    snprintf(name, sizeof name, "/mapfork-price-%ld", (long)getpid());
    attr.mq_maxmsg = (long)(link->capacity / link->size);
    attr.mq_maxmsg = attr.mq_maxmsg < 1    ? 1
                     : attr.mq_maxmsg > 10 ? 10
                                           : attr.mq_maxmsg;
    mq_unlink(name);
    queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
    if (queue == (mqd_t)-1) {
        snprintf(why, sizeof why, "mq_open for messages of %zu bytes: %s",
                 link->size, strerror(errno));
        return why;
    }
    mq_unlink(name);
    link->id = (int)queue;
    link->capacity = (size_t)attr.mq_maxmsg * link->size;
    return NULL;
}

static void
send_mq(struct link *link, const void *messages, int count)
{
    for (int i = 0; i < count; i++)
        while (mq_send((mqd_t)link->id, message_in(link, messages, i),
                       link->size, 0) == -1)
            if (errno != EINTR)
                die("mq_send");
}

static void
receive_mq(struct link *link, void *messages, int count)
{
    for (int i = 0; i < count; i++) {
        ssize_t n;
        while ((n = mq_receive((mqd_t)link->id, message_at(link, messages, i),
                               link->size, NULL)) == -1)
            if (errno != EINTR)
                die("mq_receive");
        promise(n == (ssize_t)link->size, "a message of %zu bytes, seen: %zd",
                link->size, n);
    }
}

static void
close_mq(struct link *link)
{
    mq_close((mqd_t)link->id);
}
#else
static const char *
open_mq(struct link *link)
{
    (void)link;
    return "this system has no mq_open";
}
#define send_mq NULL
#define receive_mq NULL
#define close_mq NULL
#endif

/* ---- System V ----------------------------------------------------------- */

/* The type, which must not be 0, lies in front of each message. */
struct sysv_message {
    long type;
    char text[8192];
};
static struct sysv_message letter;

static int
make_queue(void)
{
    return msgget(IPC_PRIVATE, IPC_CREAT | 0600);
}

static void
remove_queue(int id)
{
    msgctl(id, IPC_RMID, NULL);
}

/* A queue outlives its users: the keeper removes it. */
static const char *
open_sysv(struct link *link)
{
    static char why[80];
    struct msqid_ds status;

    if (link->size > sizeof letter.text)
        return "a message of System V has 8192 bytes at most";
    link->id = keeper_start(&link->keeper, make_queue, remove_queue);
    if (link->id == -1) {
        snprintf(why, sizeof why, "msgget: %s", strerror(errno));
        return why;
    }
    /* The system's limit is often the lower one (16 KiB on Linux). What is
       larger than the queue is never sent, and waits for ever. */
    if (msgctl(link->id, IPC_STAT, &status) == 0) {
        if (link->capacity < link->size)
            link->capacity = link->size;
        status.msg_qbytes = link->capacity;
        if (msgctl(link->id, IPC_SET, &status) == -1 &&
            msgctl(link->id, IPC_STAT, &status) == 0)
            link->capacity = status.msg_qbytes;
    }
    return NULL;
}

static void
send_sysv(struct link *link, const void *messages, int count)
{
    letter.type = 1;
    for (int i = 0; i < count; i++) {
        memcpy(letter.text, message_in(link, messages, i), link->size);
        while (msgsnd(link->id, &letter, link->size, 0) == -1)
            if (errno != EINTR)
                die("msgsnd");
    }
}

static void
receive_sysv(struct link *link, void *messages, int count)
{
    for (int i = 0; i < count; i++) {
        ssize_t n;
        while ((n = msgrcv(link->id, &letter, sizeof letter.text, 0, 0)) == -1)
            if (errno != EINTR)
                die("msgrcv");
        promise(n == (ssize_t)link->size, "a message of %zu bytes, seen: %zd",
                link->size, n);
        memcpy(message_at(link, messages, i), letter.text, link->size);
    }
}

static void
close_sysv(struct link *link)
{
    keeper_stop(&link->keeper);
}

/* ---- Lent pages --------------------------------------------------------- */

#if HAVE_VMSPLICE
static void
lend_all(struct link *link, const void *messages, int count)
{
    struct iovec piece = {(void *)messages, (size_t)count * link->size};
    ssize_t n;

    while (piece.iov_len > 0) {
        n = vmsplice(link->fds[1], &piece, 1, 0);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            die("vmsplice");
        piece.iov_base = (char *)piece.iov_base + n;
        piece.iov_len -= (size_t)n;
    }
}

static const char *
open_vmsplice(struct link *link)
{
    return open_pipe(link);
}
#else
#define lend_all NULL
static const char *
open_vmsplice(struct link *link)
{
    (void)link;
    return "this system has no vmsplice";
}
#endif

#define FDS .memory = no_memory, .begin = begin_fds, .close = close_fds

const struct way ways_kernel[] = {
    {.name = "pipe",
     .about = "write and read",
     .open = open_pipe,
     .send = write_all,
     .receive = read_all,
     FDS},
    {.name = "pipe-big",
     .about = "a pipe of 16 times the capacity",
     .open = open_pipe_big,
     .send = write_all,
     .receive = read_all,
     FDS},
    {.name = "vmsplice",
     .about = "lend the pages to a pipe",
     .is_risky = true,
     .open = open_vmsplice,
     .send = lend_all,
     .receive = read_all,
     FDS},
    {.name = "stream",
     .about = "socketpair, SOCK_STREAM",
     .open = open_stream,
     .send = write_all,
     .receive = read_all,
     FDS},
    {.name = "seqpacket",
     .about = "socketpair, SOCK_SEQPACKET",
     .open = open_seqpacket,
     .send = send_packets,
     .receive = receive_packets,
     FDS},
    {.name = "mq",
     .about = "POSIX message queue",
     .memory = no_memory,
     .open = open_mq,
     .send = send_mq,
     .receive = receive_mq,
     .close = close_mq},
    {.name = "sysv",
     .about = "System V message queue",
     .memory = no_memory,
     .open = open_sysv,
     .send = send_sysv,
     .receive = receive_sysv,
     .close = close_sysv},
    {.name = NULL},
};
