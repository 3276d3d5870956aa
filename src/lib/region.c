/* region: memory that a process and the children it forks later share.

   The only file of the suite that knows how such memory is had:
     1. mmap(MAP_SHARED | MAP_ANONYMOUS): POSIX.1-2024, and everywhere before
        that but under two names and not on the oldest systems;
     2. /dev/zero mapped MAP_SHARED, the System V way (mmap(2), zero(4)):
        works on Linux, Solaris and the BSDs, not on macOS (ENODEV);
     3. a temporary file that has no name any more: works wherever there is
        mmap, but its pages may travel to the disk.

   make check compiles this file several times, with the macros below set
   differently, so that every path runs on every machine. */
#include "config.h"

#ifdef REGION_WITHOUT_ANONYMOUS
#undef USE_MAP_ANONYMOUS
#define USE_MAP_ANONYMOUS 0
#endif

#include "child.h"
#include "die.h"
#include "region.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Older BSDs and macOS know the flag as MAP_ANON only. */
#if USE_MAP_ANONYMOUS && HAVE_DECL_MAP_ANONYMOUS
#define ANONYMOUS MAP_ANONYMOUS
#elif USE_MAP_ANONYMOUS && HAVE_DECL_MAP_ANON
#define ANONYMOUS MAP_ANON
#endif

#ifndef REGION_ZERO_DEVICE
#define REGION_ZERO_DEVICE "/dev/zero"
#endif

/* Map SIZE bytes of FD (-1: of anonymous memory, with that flag in MORE).
   Returns 0 or an error number. */
static int
map(void **memory, size_t size, int more, int fd)
{
    void *p =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | more, fd, 0);

    if (p == MAP_FAILED)
        return errno;
    *memory = p;
    return 0;
}

static int
map_anonymous(void **memory, size_t size)
{
#ifdef ANONYMOUS
    /* fd -1 and offset 0 are what portability asks for: Linux ignores them,
       FreeBSD refuses anything else. */
    return map(memory, size, ANONYMOUS, -1);
#else
    (void)memory;
    (void)size;
    return ENOTSUP;
#endif
}

/* The mapping keeps the device open by itself: the descriptor can go. */
static int
map_zero(void **memory, size_t size)
{
    int fd = open(REGION_ZERO_DEVICE, O_RDWR | O_CLOEXEC);
    int error;

    if (fd == -1)
        return errno;
    error = map(memory, size, 0, fd);
    close(fd);
    return error;
}

static int
map_file(void **memory, size_t size)
{
    const char *directory = getenv("TMPDIR");
    char path[4096];
    int fd, error;
    int n;

    if (directory == NULL || *directory == '\0')
        directory = "/tmp";
    n = snprintf(path, sizeof path, "%s/mapfork.XXXXXX", directory);
    if (n < 0 || (size_t)n >= sizeof path)
        return ENAMETOOLONG;
    child_hold();
    fd = mkstemp(path);
    error = errno;
    /* From here on no crash can leave the file behind. */
    if (fd != -1)
        unlink(path);
    child_go_on();
    if (fd == -1)
        return error;
    error = scratch_extend(fd, (off_t)size);
    if (error == 0)
        error = map(memory, size, 0, fd);
    close(fd);
    return error;
}

/* Is ERROR the system's word that it has no such memory, so that another kind
   is worth a try? ENOMEM is not: there would be none of that kind either, and
   the user should hear of it. The first three are what systems answer to a
   flag or a device they cannot map; ENOENT and EACCES come from a /dev that
   is empty or mounted nodev. */
static int
is_refusal(int error)
{
    return error == EINVAL || error == ENODEV || error == ENOTSUP ||
           error == EOPNOTSUPP || error == ENOENT || error == EACCES;
}

int
region_try(struct region *region, size_t size, enum region_backing wanted)
{
    static const struct {
        int (*map)(void **memory, size_t size);
        const char *words;
    } kinds[] = {
        [REGION_ANON] = {map_anonymous, "MAP_SHARED|MAP_ANONYMOUS"},
        [REGION_ZERO] = {map_zero, "/dev/zero"},
        [REGION_FILE] = {map_file, "an unlinked temporary file"},
    };
    void *memory = NULL;
    int error = EINVAL;

    /* Length 0 is the caller's mistake, not a missing feature. */
    if (size == 0)
        return EINVAL;
    for (int kind = (int)wanted; kind <= REGION_FILE; kind++) {
        error = kinds[kind].map(&memory, size);
        if (error == 0) {
            region->memory = memory;
            region->size = size;
            region->backing = (enum region_backing)kind;
            region->from = kinds[kind].words;
            return 0;
        }
        if (!is_refusal(error))
            break;
    }
    return error;
}

struct region
region_map(size_t size, enum region_backing wanted)
{
    struct region region;
    int error = region_try(&region, size, wanted);

    if (error != 0)
        die_code(error, "mmap a shared region of %zu bytes", size);
    return region;
}

void
region_unmap(struct region *region)
{
    if (munmap(region->memory, region->size) == -1)
        die("munmap a shared region of %zu bytes", region->size);
    region->memory = NULL;
}
