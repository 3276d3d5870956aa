/* claims: what the probes are made of. */
#include "config.h"

#include "blocked.h"
#include "child.h"
#include "claims.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#if HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

/* ---- What was seen ------------------------------------------------------ */

void
saw(const char *format, ...)
{
    char *parts = claims_seen->parts;
    size_t used = strlen(parts);
    va_list arguments;

    if (used > 0)
        used += (size_t)snprintf(parts + used,
                                 sizeof claims_seen->parts - used, "; ");
    if (used >= sizeof claims_seen->parts)
        die_code(ENOBUFS, "room for what was seen");
    va_start(arguments, format);
    vsnprintf(parts + used, sizeof claims_seen->parts - used, format,
              arguments);
    va_end(arguments);
}

void
skip(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(claims_seen->skipped, sizeof claims_seen->skipped, format,
              arguments);
    va_end(arguments);
    _exit(EXIT_HELD);
}

void
needs(bool there, const char *what)
{
    if (!there)
        skip("needs %s", what);
}

void
needs_native(void)
{
    needs(!blocked_emulated(), "a kernel that no emulator stands in for");
}

void
needs_kernel(void)
{
    const char *preloaded = getenv("LD_PRELOAD");

    needs_native();
    needs(preloaded == NULL || strstr(preloaded, "/vgpreload_") == NULL,
          "a kernel that valgrind does not stand in for");
}

const char *
error_name(int number)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
        {EACCES, "EACCES"},         {EAGAIN, "EAGAIN"},
        {EBADF, "EBADF"},           {EEXIST, "EEXIST"},
        {EFAULT, "EFAULT"},         {EFBIG, "EFBIG"},
        {EINVAL, "EINVAL"},         {ENAMETOOLONG, "ENAMETOOLONG"},
        {ENODEV, "ENODEV"},         {ENOENT, "ENOENT"},
        {ENOMEM, "ENOMEM"},         {ENOSPC, "ENOSPC"},
        {ENOSYS, "ENOSYS"},         {ENXIO, "ENXIO"},
        {EOPNOTSUPP, "EOPNOTSUPP"}, {EISDIR, "EISDIR"},
        {EOVERFLOW, "EOVERFLOW"},   {EPERM, "EPERM"},
        {EBUSY, "EBUSY"},           {ETXTBSY, "ETXTBSY"},
    };
    static char other[24];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == number)
            return names[i].name;
    snprintf(other, sizeof other, "errno %d", number);
    return other;
}

const char *
mapped(const void *memory)
{
    return memory == MAP_FAILED ? error_name(errno) : "OK";
}

const char *
done(long result)
{
    return result == -1 ? error_name(errno) : "OK";
}

/* ---- Kin ---------------------------------------------------------------- */

static int kin_status;

bool
kin(void)
{
    pid_t pid = child_fork_doomed("kin");

    if (pid == 0) {
        limit(RLIMIT_CORE, 0);
        signal(SIGSEGV, SIG_DFL);
        signal(SIGBUS, SIG_DFL);
        return true;
    }
    kin_status = child_reap(pid);
    return false;
}

void
leave(void)
{
    _exit(EXIT_HELD);
}

const char *
kin_end(void)
{
    static char words[32];

    if (kin_status == 0)
        return "OK";
    if (WIFSIGNALED(kin_status))
        return child_signal_name(WTERMSIG(kin_status));
    return child_words(kin_status, words, sizeof words);
}

/* Sanitizers would see an access that is meant to be bad. */
#if defined(__GNUC__)
__attribute__((noinline, no_sanitize_address))
#endif
static void
touch(volatile char *at, bool storing)
{
    if (storing)
        *at = 'T';
    else
        (void)*at;
}

const char *
load(const void *at)
{
    if (kin()) {
        touch((char *)(uintptr_t)at, false);
        leave();
    }
    return kin_end();
}

const char *
store(void *at)
{
    if (kin()) {
        touch(at, true);
        leave();
    }
    return kin_end();
}

void
become_nobody(void)
{
    enum { NOBODY = 65534 };

    if (geteuid() != 0)
        return;
    if (setgid(NOBODY) == -1 || setuid(NOBODY) == -1)
        skip("needs non-root, and nobody cannot be had");
#if defined(PR_SET_PDEATHSIG)
    /* A change of user clears both. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 ||
        prctl(PR_SET_DUMPABLE, 1) == -1)
        die("prctl");
#endif
}

void
limit(int resource, size_t most)
{
    struct rlimit limits = {most, most};

    if (setrlimit(resource, &limits) == -1 && errno == EPERM)
        skip("needs a hard limit that is not lower");
    if (setrlimit(resource, &limits) == -1)
        die("setrlimit %d", resource);
}

/* ---- Memory ------------------------------------------------------------- */

size_t
page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

char *
map(size_t size, int prot, int flags, int fd)
{
    void *memory = MAP_FAILED;
    int zero;

    if (fd != -1)
        memory = mmap(NULL, size, prot, flags, fd, 0);
    else if (ANON != 0)
        memory = mmap(NULL, size, prot, flags | ANON, -1, 0);
    if (memory == MAP_FAILED && fd == -1) {
        zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
        if (zero == -1)
            die("open /dev/zero");
        memory = mmap(NULL, size, prot, flags, zero, 0);
        close(zero);
    }
    if (memory == MAP_FAILED)
        die("mmap %zu bytes", size);
    return memory;
}

char *
before_a_wall(void)
{
    return map(2 * PAGE, PROT_NONE, MAP_PRIVATE, -1);
}
