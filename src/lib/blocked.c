/* blocked: which process waits for which object, and whether for good. */
#include "config.h"

#include "blocked.h"
#include "label.h"
#include "say.h"

#include <fcntl.h>
#include <string.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NAMES_MOST = 128 };

static struct {
    const char *at, *end;
    const char *name;
} names[NAMES_MOST];
static int named;

void
blocked_name(const void *object, size_t size, const char *name)
{
    const char *at = object;
    int kept = 0;

    MAPFORK_LABEL_BYTES(object, size, name);
    /* What lay within that memory before lies there no more. */
    for (int i = 0; i < named; i++)
        if (names[i].at < at || names[i].end > at + size)
            names[kept++] = names[i];
    named = kept;
    if (named == NAMES_MOST)
        return;
    names[named].at = object;
    names[named].end = names[named].at + size;
    names[named++].name = name;
}

static const char *
name_of(unsigned long address)
{
    for (int i = named; i-- > 0;)
        if (address >= (unsigned long)names[i].at &&
            address < (unsigned long)names[i].end)
            return names[i].name;
    return NULL;
}

#if defined(__linux__) && defined(SYS_futex)

/* Read /proc/PID/FILE into TEXT, as one string. */
static bool
read_proc(pid_t pid, const char *file, char *text, size_t size)
{
    char path[64];
    struct words words = words_in(path, sizeof path);
    ssize_t n;
    int fd;

    words_add(&words, "/proc/");
    words_number(&words, (long)pid);
    words_add(&words, file);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return false;
    n = read(fd, text, size - 1);
    close(fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    return true;
}

/* The number that *TEXT begins with, decimal or 0x hexadecimal, and move
   *TEXT behind it. strtoul is not on the list of safe functions. */
static unsigned long
number(const char **text)
{
    static const char digits[] = "0123456789abcdef";
    unsigned long base = 10, value = 0;
    const char *digit;

    while (**text == ' ' || **text == '\t')
        (*text)++;
    if ((*text)[0] == '0' && (*text)[1] == 'x') {
        base = 16;
        *text += 2;
    }
    while (**text != '\0' && (digit = strchr(digits, **text)) != NULL &&
           (unsigned long)(digit - digits) < base) {
        value = value * base + (unsigned long)(digit - digits);
        (*text)++;
    }
    return value;
}

/* How often PID was switched out so far, by its own will or not. */
static unsigned long
switches(pid_t pid)
{
    static const char label[] = "ctxt_switches:";
    char text[4096];
    const char *at = text;
    unsigned long sum = 0;

    if (!read_proc(pid, "/status", text, sizeof text))
        return 0;
    while ((at = strstr(at, label)) != NULL) {
        at += sizeof label - 1;
        sum += number(&at);
    }
    return sum;
}

/* The kernel is asked for the call that reads its answer: is that the number
   of read(2), as this program knows it? */
bool
blocked_emulated(void)
{
    char text[256];
    const char *at = text;

    return read_proc(getpid(), "/syscall", text, sizeof text) &&
           text[0] >= '0' && text[0] <= '9' && (long)number(&at) != SYS_read;
}

static bool
is_futex(long call)
{
#ifdef SYS_futex_time64
    if (call == SYS_futex_time64)
        return true;
#endif
    return call == SYS_futex;
}

/* The file says "running", or "CALL 0xARG 0xARG ...", the arguments being
   those of futex(address, operation, value, timeout). */
bool
blocked_look(pid_t pid, struct blocked *seen)
{
    enum { OPERATION = 127, WAIT = 0, LOCK_PI = 6, WAIT_BITSET = 9 };
    static enum { UNKNOWN, NO, YES } emulated;
    char text[256];
    const char *at = text;
    unsigned long operation, timeout;

    *seen = (struct blocked){.call = -1, .ran = switches(pid)};
    if (emulated == UNKNOWN)
        emulated = blocked_emulated() ? YES : NO;
    if (emulated == YES || !read_proc(pid, "/syscall", text, sizeof text))
        return false;
    if (text[0] < '0' || text[0] > '9')
        return true;
    seen->call = (long)number(&at);
    seen->at = number(&at);
    operation = number(&at) & OPERATION;
    (void)number(&at);
    timeout = number(&at);
    if (!is_futex(seen->call) ||
        (operation != WAIT && operation != WAIT_BITSET &&
         operation != LOCK_PI))
        return true;
    seen->asleep = true;
    seen->forever = timeout == 0;
    seen->object = name_of(seen->at);
    return true;
}

static bool
is_in(const struct blocked *seen, enum blocked_call call, int fd)
{
    return seen->call == (call == BLOCKED_IN_READ ? SYS_read : SYS_write) &&
           seen->at == (unsigned long)fd;
}

/* The calls in which the suite's programs sleep, beside futex. */
static const char *
call_words(long call)
{
    switch (call) {
    case SYS_read:
        return "reads";
    case SYS_write:
        return "writes";
    case SYS_wait4:
    case SYS_waitid:
        return "waits for a child";
    case SYS_rt_sigsuspend:
        return "waits for a signal";
    default:
        return NULL;
    }
}

#else

bool
blocked_emulated(void)
{
    return false;
}

bool
blocked_look(pid_t pid, struct blocked *seen)
{
    (void)pid;
    *seen = (struct blocked){.call = -1};
    return false;
}

static bool
is_in(const struct blocked *seen, enum blocked_call call, int fd)
{
    (void)seen;
    (void)call;
    (void)fd;
    return false;
}

static const char *
call_words(long call)
{
    (void)call;
    return NULL;
}

#endif

void
blocked_words(pid_t pid, struct words *words)
{
    struct blocked seen;

    if (!blocked_look(pid, &seen)) {
        words_add(words, "has not ended");
    } else if (seen.asleep && seen.object != NULL) {
        words_add(words, "waits for `");
        words_add(words, seen.object);
        words_add(words, "'");
    } else if (seen.asleep) {
        words_add(words, "waits on a futex at ");
        words_hex(words, seen.at);
    } else if (seen.call != -1 && call_words(seen.call) != NULL) {
        words_add(words, call_words(seen.call));
    } else if (seen.call != -1) {
        words_add(words, "is in system call ");
        words_number(words, seen.call);
    } else {
        words_add(words, "runs");
    }
}

/* Nothing announces that another process fell asleep: the only way to learn
   it is to look again. Between two looks wait for the one event that would
   end the question, a SIGCHLD, which interrupts select; a millisecond at the
   most. */
static void
wait_a_little(void)
{
    struct timespec little = {.tv_sec = 0, .tv_nsec = 1000000};

    pselect(0, NULL, NULL, NULL, &little, NULL);
}

/* Has PID ended? It may be reaped or a zombie by now. */
static bool
has_ended(pid_t pid)
{
    siginfo_t info = {.si_pid = 0};

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
               -1 ||
           info.si_pid == pid;
}

/* What a child is waited for to sleep in: a futex, or a call on FD. */
struct sleep {
    bool futex;
    enum blocked_call call;
    int fd;
};

static enum blocked_verdict
await_sleep(const pid_t *pids, int count, const struct sleep *sleep)
{
    /* Where the system tells nothing, this many looks, a second or so, have
       to do, and the verdict is the weaker one. */
    enum { BLIND_LOOKS = 1000 };
    unsigned long last = 0;
    bool were_asleep = false;

    for (int looks = 0;; looks++) {
        unsigned long sum = 0;
        bool asleep = true, told = true;

        for (int i = 0; i < count; i++) {
            struct blocked seen;
            if (has_ended(pids[i]))
                return BLOCKED_ENDED;
            told = blocked_look(pids[i], &seen) && told;
            asleep = asleep &&
                     (sleep->futex ? seen.asleep && seen.forever
                                   : is_in(&seen, sleep->call, sleep->fd));
            sum += seen.ran;
        }
        if (asleep && were_asleep && sum == last)
            return BLOCKED_FOR_GOOD;
        if (!told && looks == BLIND_LOOKS) {
            say("this system does not tell who sleeps: nobody has ended in "
                "a second, that must do");
            return BLOCKED_UNKNOWN;
        }
        were_asleep = asleep;
        last = sum;
        wait_a_little();
    }
}

enum blocked_verdict
blocked_for_good(const pid_t *pids, int count)
{
    return await_sleep(pids, count, &(struct sleep){.futex = true});
}

enum blocked_verdict
blocked_in_call(pid_t pid, enum blocked_call call, int fd)
{
    return await_sleep(&pid, 1, &(struct sleep){.call = call, .fd = fd});
}
