/* memory: shared mappings, recorded. From these notes `mapfork trace' knows
   that two addresses in two processes are the same byte. Private memory is of
   no interest: what lies in it is this process' own. */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- Which of our ranges are shared? ------------------------------------ */

/* Only to tell an munmap() of one of them from all others. It is a set of
   slots that are taken and freed one by one, so it needs no lock; one that
   has no slot left is not told when it goes. */
enum { RANGES = 512 };
static struct {
    _Atomic uintptr_t from;
    _Atomic size_t length;
} ranges[RANGES];
static _Atomic int is_full; /* then every unmapping is told */

static void
add_range(uintptr_t from, size_t length)
{
    for (int i = 0; i < RANGES; i++) {
        uintptr_t none = 0;
        if (atomic_compare_exchange_strong(&ranges[i].from, &none, from)) {
            atomic_store(&ranges[i].length, length);
            return;
        }
    }
    atomic_store(&is_full, 1);
}

/* How long the range is that begins at FROM: 1 if there is none. */
static size_t
range_length(uintptr_t from)
{
    for (int i = 0; i < RANGES; i++)
        if (atomic_load(&ranges[i].from) == from)
            return atomic_load(&ranges[i].length);
    return 1;
}

/* Free the slots of all ranges within FROM to FROM + LENGTH. Returns whether a
   range touches that. */
static bool
forget_ranges(uintptr_t from, size_t length)
{
    bool hit = atomic_load(&is_full);

    for (int i = 0; i < RANGES; i++) {
        uintptr_t start = atomic_load(&ranges[i].from);
        size_t size = atomic_load(&ranges[i].length);
        if (start == 0 || start + size <= from || from + length <= start)
            continue;
        hit = true;
        if (from <= start && start + size <= from + length)
            atomic_store(&ranges[i].from, 0);
    }
    return hit;
}

/* The same, and note that it is gone. */
static bool
drop_range(uintptr_t from, size_t length)
{
    bool hit = forget_ranges(from, length);

    if (hit)
        RECORD_NOTE(TRACE_GONE, 0, NULL, from, length);
    return hit;
}

static uint32_t
kib(size_t length)
{
    return (uint32_t)((length + 1023) >> 10);
}

/* ---- mmap --------------------------------------------------------------- */

/* A mapping of /dev/zero is fresh memory of its own, like an anonymous one. */
static bool
is_zero(const struct stat *status)
{
    struct stat zero;

    return S_ISCHR(status->st_mode) && stat("/dev/zero", &zero) == 0 &&
           zero.st_rdev == status->st_rdev;
}

static void
mapped(void *address, size_t length, int flags, int fd, off_t offset,
       const void *pc)
{
    enum trace_region region = TRACE_REGION_ANON;
    char path[4096] = "", link[40];
    struct stat status = {.st_dev = 0};
    int error = errno;
    ssize_t n;

    drop_range((uintptr_t)address, length);
    if ((flags & MAP_TYPE) == MAP_PRIVATE)
        goto out;
    if ((flags & MAP_ANONYMOUS) == 0) {
        if (fstat(fd, &status) == -1)
            goto out;
        if (!is_zero(&status))
            region = TRACE_REGION_FILE;
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        n = readlink(link, path, sizeof path - 1);
        path[n > 0 ? n : 0] = '\0';
    }
    add_range((uintptr_t)address, length);
    record_note(
        TRACE_REGION, region, path,
        (const uint64_t[5]){(uint64_t)(uintptr_t)address, length,
                            region == TRACE_REGION_FILE ? (uint64_t)offset : 0,
                            (uint64_t)status.st_dev,
                            region == TRACE_REGION_FILE
                                ? (uint64_t)status.st_ino
                                : atomic_fetch_add(&task_file->regions, 1)});
    record(TRACE_MAP, 0, address, kib(length), pc);
out:
    errno = error;
}

REAL_EXPORT void *
mmap(void *wish, size_t length, int protection, int flags, int fd,
     off_t offset)
{
    void *address;

    real_need();
    address = real.mmap(wish, length, protection, flags, fd, offset);
    if (record_on && address != MAP_FAILED)
        mapped(address, length, flags, fd, offset, RECORD_PC);
    return address;
}

#if defined(__GLIBC__)
REAL_EXPORT void *
mmap64(void *wish, size_t length, int protection, int flags, int fd,
       off64_t offset)
{
    void *address;

    real_need();
    address = real.mmap64(wish, length, protection, flags, fd, offset);
    if (record_on && address != MAP_FAILED)
        mapped(address, length, flags, fd, offset, RECORD_PC);
    return address;
}
#endif

REAL_EXPORT int
munmap(void *address, size_t length)
{
    real_need();
    /* Before: afterwards another thread may have the place. */
    if (record_on && length > 0 && drop_range((uintptr_t)address, length))
        record(TRACE_UNMAP, 0, address, kib(length), RECORD_PC);
    return real.munmap(address, length);
}

REAL_EXPORT void *
mremap(void *address, size_t length, size_t wish, int flags, ...)
{
    void *target = NULL, *moved;
    va_list rest;

    real_need();
    if ((flags & MREMAP_FIXED) != 0) {
        va_start(rest, flags);
        target = va_arg(rest, void *);
        va_end(rest);
    }
    moved = real.mremap(address, length, wish, flags, target);
    /* With length 0 a second mapping of the same pages is made. */
    if (record_on && moved != MAP_FAILED &&
        forget_ranges((uintptr_t)address, length > 0 ? length : 1))
        add_range((uintptr_t)moved, wish);
    if (record_on && moved != MAP_FAILED)
        RECORD_NOTE(TRACE_MOVED, 0, NULL, (uint64_t)(uintptr_t)address, length,
                    (uint64_t)(uintptr_t)moved, wish);
    return moved;
}

/* ---- System V ----------------------------------------------------------- */

REAL_EXPORT void *
shmat(int id, const void *wish, int flags)
{
    void *address;
    struct shmid_ds status;
    int error = errno;

    real_need();
    address = real.shmat(id, wish, flags);
    if (!record_on || address == (void *)-1)
        return address;
    if (shmctl(id, IPC_STAT, &status) == 0) {
        add_range((uintptr_t)address, status.shm_segsz);
        RECORD_NOTE(TRACE_REGION, TRACE_REGION_SYSV, NULL,
                    (uint64_t)(uintptr_t)address, status.shm_segsz, 0, 0,
                    (uint64_t)id);
        record(TRACE_MAP, 0, address, kib(status.shm_segsz), RECORD_PC);
    }
    errno = error;
    return address;
}

REAL_EXPORT int
shmdt(const void *address)
{
    real_need();
    if (record_on &&
        drop_range((uintptr_t)address, range_length((uintptr_t)address)))
        record(TRACE_UNMAP, 0, address, 0, RECORD_PC);
    return real.shmdt(address);
}

/* ---- Names -------------------------------------------------------------- */

REAL_EXPORT int
shm_open(const char *name, int flags, mode_t mode)
{
    int fd, error;

    real_need();
    fd = real.shm_open(name, flags, mode);
    error = errno;
    if (record_on && fd != -1) {
        RECORD_NOTE(TRACE_OPENED, 0, name, (flags & O_CREAT) != 0);
        record(TRACE_SHM_OPEN, 0, NULL, 0, RECORD_PC);
    }
    errno = error;
    return fd;
}

REAL_EXPORT int
shm_unlink(const char *name)
{
    int result;

    real_need();
    result = real.shm_unlink(name);
    if (record_on && result == 0) {
        RECORD_NOTE(TRACE_REMOVED, 0, name, 0);
        record(TRACE_UNLINK, 0, NULL, 0, RECORD_PC);
    }
    return result;
}
