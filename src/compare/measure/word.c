/* word: a ring of messages for one sender and one receiver without a lock, and
   six ways for the one to learn of the other. With three of them the sender
   counts what it has sent in one word, the receiver what it has received in
   another; the other three leave the counting to a semaphore or the kernel.

   - sem lets two semaphores count instead: one the messages, one the room.
   - futex sleeps on a word: the kernel puts a process to sleep only if that
     still has the value which the process saw (futex(2)).
   - spin looks at the word until it changes. It is the fastest across CPUs,
     and on one CPU the worst there is: who spins has the CPU that the other
     side needs.
   - spin-futex spins for a while, wherever the other side runs, and sleeps
     then. On one CPU all of the spinning is for nothing.
   - eventfd is a semaphore that the kernel keeps behind a descriptor, for
     poll(2).
   - signal wakes the receiver by a signal, which it takes with sigwaitinfo. */
#include "config.h"

#include "die.h"
#include "futex.h"
#include "spin.h"
#include "ways.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#if __linux__
#include <sys/eventfd.h>
#endif

enum { LINE = 64 };

struct words {
    _Alignas(LINE) atomic_uint sent;     /* by the sender */
    _Alignas(LINE) atomic_uint received; /* by the receiver */
    _Alignas(LINE) atomic_uint sender_sleeps, receiver_sleeps;
    sem_t messages, room;
    pid_t receiver; /* by it, before both begin */
    unsigned slots; /* never changes */
    _Alignas(LINE) unsigned char data[];
};

static unsigned
slots_of(const struct link *link)
{
    size_t slots = link->capacity / link->size;

    return slots > 0 ? (unsigned)slots : 1;
}

static size_t
memory(const struct link *link)
{
    return sizeof(struct words) + slots_of(link) * link->size;
}

static const char *
open_words(struct link *link)
{
    struct words *words = link->memory;

    words->slots = slots_of(link);
    link->capacity = words->slots * link->size;
    return NULL;
}

static void *
slot(struct link *link)
{
    struct words *words = link->memory;
    void *at = words->data + link->next * link->size;

    link->next = (link->next + 1) % words->slots;
    return at;
}

/* ---- Semaphores --------------------------------------------------------- */

static const char *
open_sem(struct link *link)
{
    struct words *words = link->memory;

    open_words(link);
    if (sem_init(&words->messages, 1, 0) == -1 ||
        sem_init(&words->room, 1, words->slots) == -1)
        return "sem_init refuses a process-shared one";
    return NULL;
}

static void
down(sem_t *semaphore)
{
    while (sem_wait(semaphore) == -1)
        if (errno != EINTR)
            die("sem_wait");
}

static void
up(sem_t *semaphore)
{
    if (sem_post(semaphore) == -1)
        die("sem_post");
}

static void
send_sem(struct link *link, const void *messages, int count)
{
    struct words *words = link->memory;

    for (int i = 0; i < count; i++) {
        down(&words->room);
        memcpy(slot(link), message_in(link, messages, i), link->size);
        up(&words->messages);
    }
}

static void
receive_sem(struct link *link, void *messages, int count)
{
    struct words *words = link->memory;

    for (int i = 0; i < count; i++) {
        down(&words->messages);
        memcpy(message_at(link, messages, i), slot(link), link->size);
        up(&words->room);
    }
}

/* ---- Words that are looked at, or slept on ------------------------------ */

#if __linux__
/* Wait until *WORD is no more UNWANTED. Who is about to sleep says so in
   *SLEEPS, looks once more, and sleeps on that very word: whoever clears it
   before the kernel has looked at it makes the sleep fail (EAGAIN), so a
   wake-up that comes too early is not lost. To sleep on *WORD would be wrong:
   a waker that was held up between its look at *SLEEPS and the clearing could
   clear what was set for the next sleep, and that one would be woken by
   nobody. */
static void
sleep_while(const atomic_uint *word, unsigned unwanted, atomic_uint *sleeps)
{
    while (atomic_load(word) == unwanted) {
        atomic_store(sleeps, 1);
        if (atomic_load(word) == unwanted)
            futex_wait(sleeps, 1);
    }
}

/* Call after the word was changed. */
static void
wake_if(atomic_uint *sleeps)
{
    if (atomic_load(sleeps) != 0 && atomic_exchange(sleeps, 0) != 0)
        futex_wake(sleeps);
}

static const char *
open_futex(struct link *link)
{
    return open_words(link);
}
#else
static void
sleep_while(const atomic_uint *word, unsigned unwanted, atomic_uint *sleeps)
{
    (void)word, (void)unwanted, (void)sleeps;
}

static void
wake_if(atomic_uint *sleeps)
{
    (void)sleeps;
}

static const char *
open_futex(struct link *link)
{
    (void)link;
    return "this system has no futex";
}
#endif

/* Spin, for so many turns or for ever, then sleep. */
static void
await(const atomic_uint *word, unsigned unwanted, atomic_uint *sleeps,
      int turns)
{
    for (int turn = 0; turns < 0 || turn < turns; turn += turns >= 0) {
        if (atomic_load_explicit(word, memory_order_acquire) != unwanted)
            return;
        spin_pause();
    }
    sleep_while(word, unwanted, sleeps);
}

/* Nobody else stores into it: no order to keep. */
static unsigned
own(const atomic_uint *word)
{
    return atomic_load_explicit(word, memory_order_relaxed);
}

/* The stores of the bytes come before that of the word, which is at least a
   release; who has loaded the word may load the bytes. */
static void
send_words(struct link *link, const void *messages, int count, int turns)
{
    struct words *words = link->memory;

    for (int i = 0; i < count; i++) {
        unsigned sent = own(&words->sent);
        /* Full: slots messages were sent and not received. */
        await(&words->received, sent - words->slots, &words->sender_sleeps,
              turns);
        memcpy(slot(link), message_in(link, messages, i), link->size);
        if (turns < 0) {
            atomic_store_explicit(&words->sent, sent + 1,
                                  memory_order_release);
            continue;
        }
        atomic_store(&words->sent, sent + 1);
        wake_if(&words->receiver_sleeps);
    }
}

static void
receive_words(struct link *link, void *messages, int count, int turns)
{
    struct words *words = link->memory;

    for (int i = 0; i < count; i++) {
        unsigned received = own(&words->received);
        await(&words->sent, received, &words->receiver_sleeps, turns);
        memcpy(message_at(link, messages, i), slot(link), link->size);
        if (turns < 0) {
            atomic_store_explicit(&words->received, received + 1,
                                  memory_order_release);
            continue;
        }
        atomic_store(&words->received, received + 1);
        wake_if(&words->sender_sleeps);
    }
}

static void
send_futex(struct link *link, const void *messages, int count)
{
    send_words(link, messages, count, 0);
}

static void
receive_futex(struct link *link, void *messages, int count)
{
    receive_words(link, messages, count, 0);
}

static void
send_spin(struct link *link, const void *messages, int count)
{
    send_words(link, messages, count, -1);
}

static void
receive_spin(struct link *link, void *messages, int count)
{
    receive_words(link, messages, count, -1);
}

static void
send_spin_futex(struct link *link, const void *messages, int count)
{
    send_words(link, messages, count, link->spin);
}

static void
receive_spin_futex(struct link *link, void *messages, int count)
{
    receive_words(link, messages, count, link->spin);
}

/* ---- eventfd ------------------------------------------------------------ */

#if __linux__
static const char *
open_eventfd(struct link *link)
{
    open_words(link);
    link->fds[0] = eventfd(0, EFD_SEMAPHORE | EFD_CLOEXEC);
    link->fds[1] = eventfd(slots_of(link), EFD_SEMAPHORE | EFD_CLOEXEC);
    if (link->fds[0] == -1 || link->fds[1] == -1)
        die("eventfd");
    return NULL;
}
#else
static const char *
open_eventfd(struct link *link)
{
    (void)link;
    return "this system has no eventfd";
}
#endif

static void
count_down(int fd)
{
    uint64_t one;

    while (read(fd, &one, sizeof one) == -1)
        if (errno != EINTR)
            die("read from the eventfd");
}

static void
count_up(int fd)
{
    const uint64_t one = 1;

    if (write(fd, &one, sizeof one) == -1)
        die("write to the eventfd");
}

static void
send_eventfd(struct link *link, const void *messages, int count)
{
    for (int i = 0; i < count; i++) {
        count_down(link->fds[1]);
        memcpy(slot(link), message_in(link, messages, i), link->size);
        count_up(link->fds[0]);
    }
}

static void
receive_eventfd(struct link *link, void *messages, int count)
{
    for (int i = 0; i < count; i++) {
        count_down(link->fds[0]);
        memcpy(message_at(link, messages, i), slot(link), link->size);
        count_up(link->fds[1]);
    }
}

static void
close_eventfd(struct link *link)
{
    close(link->fds[0]);
    close(link->fds[1]);
}

/* ---- Signals ------------------------------------------------------------ */

/* A signal that is blocked waits for sigwaitinfo. Blocked before both sides
   begin: had one come earlier, it would have killed. */
static void
begin_signal(struct link *link, bool sends)
{
    struct words *words = link->memory;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (!sends)
        words->receiver = getpid();
}

/* The next message is sent only when this one was answered: SIGUSR1 does not
   queue. */
static void
send_signal(struct link *link, const void *messages, int count)
{
    struct words *words = link->memory;

    for (int i = 0; i < count; i++) {
        memcpy(slot(link), message_in(link, messages, i), link->size);
        if (kill(words->receiver, SIGUSR1) == -1)
            die("kill SIGUSR1");
    }
}

static void
receive_signal(struct link *link, void *messages, int count)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    for (int i = 0; i < count; i++) {
        while (sigwaitinfo(&set, NULL) == -1)
            if (errno != EINTR)
                die("sigwaitinfo");
        memcpy(message_at(link, messages, i), slot(link), link->size);
    }
}

const struct way ways_word[] = {
    {.name = "sem",
     .about = "two process-shared semaphores",
     .memory = memory,
     .open = open_sem,
     .send = send_sem,
     .receive = receive_sem},
    {.name = "futex",
     .about = "a word to sleep on, no lock",
     .memory = memory,
     .open = open_futex,
     .send = send_futex,
     .receive = receive_futex},
    {.name = "spin",
     .about = "a word to look at, for ever",
     .memory = memory,
     .open = open_words,
     .send = send_spin,
     .receive = receive_spin},
    {.name = "spin-futex",
     .about = "spin anywhere, then sleep",
     .memory = memory,
     .open = open_futex,
     .send = send_spin_futex,
     .receive = receive_spin_futex},
    {.name = "eventfd",
     .about = "two descriptors that count",
     .memory = memory,
     .open = open_eventfd,
     .send = send_eventfd,
     .receive = receive_eventfd,
     .close = close_eventfd},
    {.name = "signal",
     .about = "kill and sigwaitinfo",
     .no_throughput = true,
     .memory = memory,
     .open = open_words,
     .begin = begin_signal,
     .send = send_signal,
     .receive = receive_signal},
    {.name = NULL},
};
