/* claims: limits and memory locks. */
#include "config.h"

#include "claims.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static const char *
attempt(size_t size, int flags)
{
    return mapped(mmap(NULL, size, RW, flags | ANON, -1, 0));
}

/* Pages of this process that are locked. */
static long
locked_pages(void)
{
    char text[4096];
    const char *at;
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd == -1 ? -1 : read(fd, text, sizeof text - 1);

    needs(n > 0, "/proc/self/status");
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    at = strstr(text, "VmLck:");
    needs(at != NULL, "VmLck in /proc/self/status");
    return strtol(at + 6, NULL, 10) * 1024 / (long)PAGE;
}

static void
locked(void)
{
#ifdef MAP_LOCKED
    long before = locked_pages();
    long *of_child = (long *)(void *)map(PAGE, RW, MAP_SHARED, -1);
    void *at = mmap(NULL, 4 * PAGE, RW, MAP_SHARED | MAP_LOCKED | ANON, -1, 0);

    if (at == MAP_FAILED && (errno == EAGAIN || errno == EPERM))
        skip("needs RLIMIT_MEMLOCK of 4 pages");
    if (at == MAP_FAILED)
        skip("needs MAP_SHARED|MAP_ANONYMOUS");
    saw("locked: %ld of 4 pages", locked_pages() - before);
    if (kin()) {
        *of_child = locked_pages();
        leave();
    }
    saw("in a child: %ld", *of_child);
#else
    skip("needs MAP_LOCKED");
#endif
}

/* A lock that another process holds, on a file with the bits that once made
   such locks mandatory. */
static const char *
map_locked_file(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char *answer = map(PAGE, RW, MAP_SHARED, -1);
    int fd = scratch(PAGE);

    if (fchmod(fd, 02644) == -1 || fcntl(fd, F_SETLK, &lock) == -1)
        die("lock the temporary file");
    if (kin()) {
        strcpy(answer, mapped(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0)));
        leave();
    }
    return answer;
}

static void
locked_file(void)
{
#ifdef MAP_LOCKED
    needs_native();
    needs(!SANITIZED, "mlockall, which address sanitizer turns off");
    needs(attempt(PAGE, MAP_SHARED)[0] == 'O', "MAP_SHARED|MAP_ANONYMOUS");
    saw("locked file: %s", map_locked_file());
    become_nobody();
    limit(RLIMIT_MEMLOCK, 16 * PAGE);
    saw("MAP_LOCKED beyond the limit: %s",
        attempt(32 * PAGE, MAP_SHARED | MAP_LOCKED));
    needs(mlockall(MCL_FUTURE) == 0, "mlockall");
    saw("after mlockall: %s", attempt(32 * PAGE, MAP_SHARED));
    munlockall();
    limit(RLIMIT_MEMLOCK, 0);
    saw("limit 0: %s", attempt(PAGE, MAP_SHARED | MAP_LOCKED));
#else
    skip("needs MAP_LOCKED");
#endif
}

static void
no_memory(void)
{
    needs_native();
    needs(!SANITIZED, "an address space without address sanitizer's");
    needs(attempt(512 * MIB, MAP_SHARED)[0] == 'O', "512 MiB, anonymous");
    limit(RLIMIT_AS, 256 * MIB);
    saw("512 MiB with RLIMIT_AS of 256 MiB: %s",
        attempt(512 * MIB, MAP_SHARED));
}

/* ---- Beyond the articles ------------------------------------------------ */

static void
lock_limit(void)
{
    char *at = map(64 * PAGE, RW, MAP_SHARED, -1);

    needs(!SANITIZED, "mlock, which address sanitizer turns off");
    become_nobody();
    limit(RLIMIT_MEMLOCK, 16 * PAGE);
    saw("within: %s", done(mlock(at, PAGE)));
    saw("beyond: %s", done(mlock(at, 64 * PAGE)));
    munlock(at, 64 * PAGE);
    limit(RLIMIT_MEMLOCK, 0);
    saw("limit 0: %s", done(mlock(at, PAGE)));
}

static void
data_limit(void)
{
    needs(!SANITIZED, "a data segment without address sanitizer's");
    needs_kernel();
    needs(attempt(64 * MIB, MAP_SHARED)[0] == 'O', "64 MiB, anonymous");
    limit(RLIMIT_DATA, 32 * MIB);
    saw("64 MiB with RLIMIT_DATA of 32 MiB, MAP_PRIVATE: %s",
        attempt(64 * MIB, MAP_PRIVATE));
    saw("MAP_SHARED: %s", attempt(64 * MIB, MAP_SHARED));
}

static void
file_limit(void)
{
    needs(attempt(PAGE, MAP_SHARED)[0] == 'O', "MAP_SHARED|MAP_ANONYMOUS");
    limit(RLIMIT_FSIZE, PAGE);
    saw("8 pages with RLIMIT_FSIZE of 1: %s", attempt(8 * PAGE, MAP_SHARED));
    saw("last page: %s", store(map(8 * PAGE, RW, MAP_SHARED, -1) + 7 * PAGE));
}

const struct claim claims_limits[] = {
    {20, "S1", "MAP_LOCKED: not swapped out", "not in POSIX",
     "locked: 4 of 4 pages; in a child: 0", "half-true",
     "In the process that asked for it; a child by fork does not inherit the "
     "lock, and a page that could not be fetched is no error.",
     locked},
    {26, "S1", "EAGAIN: file locked, or too much locked", "mlockall only",
     "locked file: OK; MAP_LOCKED beyond the limit: EAGAIN; "
     "after mlockall: EAGAIN; limit 0: EPERM|limit 0: ENOMEM",
     "outdated",
     "The first half: mandatory file locks are gone since Linux 5.15. The "
     "second half is true. (musl turns EPERM into ENOMEM.)",
     locked_file},
    {27, "S1", "ENOMEM: not enough memory", "address space",
     "512 MiB with RLIMIT_AS of 256 MiB: ENOMEM", "true",
     "Or too many mappings, or more than the system would ever promise.",
     no_memory},
    {92, "beyond", "mlock fails as MAP_LOCKED does", "ENOMEM or EPERM",
     "within: OK; beyond: ENOMEM; limit 0: EPERM", "false",
     "What is EAGAIN from mmap (row 26) is ENOMEM from mlock.", lock_limit},
    {93, "beyond", "RLIMIT_DATA limits what one maps", "the data segment",
     "64 MiB with RLIMIT_DATA of 32 MiB, MAP_PRIVATE: ENOMEM; MAP_SHARED: OK",
     "half-true", "Linux counts private anonymous memory only.", data_limit},
    {94, "beyond", "RLIMIT_FSIZE limits shared memory", "files",
     "8 pages with RLIMIT_FSIZE of 1: OK; last page: OK", "false",
     "Anonymous memory is no file, even though tmpfs is behind it.",
     file_limit},
    {0},
};
