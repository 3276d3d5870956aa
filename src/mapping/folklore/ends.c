/* claims: where a mapping and its file end: SIGBUS and SIGSEGV. */
#include "config.h"

#include "claims.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static void
as_the_article(void)
{
    int fd = scratch(0);
    char *at = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);

    saw("new file, mmap: %s", mapped(at));
    saw("store: %s", store(at));
    resize(fd, 1);
    saw("after ftruncate: %s", store(at));
}

static void
address_of_munmap(void)
{
    char *at = map(5 * PAGE, RW, MAP_SHARED, -1);

    saw("middle page: %s", done(munmap(at + PAGE, PAGE)));
    saw("it: %s", load(at + PAGE));
    saw("beside it: %s", load(at + 2 * PAGE));
    saw("a second mapping behind: %s",
        mapped(mmap(at + 3 * PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED,
                    scratch(PAGE), 0)));
    saw("both by one call: %s", done(munmap(at + 2 * PAGE, 2 * PAGE)));
    saw("odd address: %s", done(munmap(at + 1, PAGE)));
}

static void
empty_file(void)
{
    int fd = scratch(0);
    char *common = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    char *own = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);

    saw("mmap: %s", mapped(common));
    saw("load: %s", load(common));
    saw("store: %s", store(common));
    saw("MAP_PRIVATE: %s", load(own));
}

static void
out_of_range(void)
{
    char *at = map(3 * PAGE, PROT_NONE, MAP_PRIVATE, -1);

    at = mmap(at, 2 * PAGE, RW, MAP_SHARED | MAP_FIXED, scratch(10), 0);
    saw("behind the end, same page: %s", store(at + 10));
    saw("next page: %s", store(at + PAGE));
    saw("behind the mapping: %s", store(at + 2 * PAGE));
}

static void
unmap(void)
{
    char *at = map(PAGE, RW, MAP_SHARED, -1);

    saw("before: %s", load(at));
    saw("munmap: %s", done(munmap(at, PAGE)));
    saw("after: %s", load(at));
}

static void
the_fix(void)
{
    int fd = scratch(0);
    char *at = map(3 * PAGE, RW, MAP_SHARED, fd);

    saw("before: %s", store(at));
    if (pwrite(fd, "", 1, 0) != 1)
        die("pwrite");
    saw("after write: %s", store(at));
    resize(fd, 2 * PAGE);
    saw("ftruncate: %s", store(at + PAGE));
#if HAVE_POSIX_FALLOCATE
    errno = posix_fallocate(fd, 0, (off_t)(3 * PAGE));
    saw("posix_fallocate: %s",
        errno != 0 ? error_name(errno) : store(at + 2 * PAGE));
#else
    saw("posix_fallocate: not here");
#endif
}

const struct claim claims_ends[] = {
    {28, "S1", "open or create the file, then mmap", "past the end: SIGBUS",
     "new file, mmap: OK; store: SIGBUS; after ftruncate: OK", "half-true",
     "The code lacks ftruncate: a new file has no page to store to.",
     as_the_article},
    {37, "S2", "munmap wants the address that mmap gave",
     "any multiple of the page",
     "middle page: OK; it: SIGSEGV; beside it: OK; "
     "a second mapping behind: OK; both by one call: OK; odd address: EINVAL",
     "false", "Any range of whole pages will do, also parts and several.",
     address_of_munmap},
    {38, "S2", "empty file, length > 0: bus error", "SIGBUS when touched",
     "mmap: OK; load: SIGBUS; store: SIGBUS; MAP_PRIVATE: SIGBUS", "half-true",
     "mmap succeeds; the signal comes with the first touch.", empty_file},
    {43, "S2", "no access out of range", "SIGBUS or SIGSEGV",
     "behind the end, same page: OK; next page: SIGBUS; "
     "behind the mapping: SIGSEGV",
     "half-true",
     "Behind the file's end but in its last page nothing tells you.",
     out_of_range},
    {50, "S3", "munmap removes a range", "yes",
     "before: OK; munmap: OK; after: SIGSEGV", "true",
     "An access then is SIGSEGV.", unmap},
    {59, "S3", "bus error? write() to the file after mmap",
     "any change of size",
     "before: SIGBUS; after write: OK; ftruncate: OK; posix_fallocate: "
     "OK|posix_fallocate: not here",
     "half-true",
     "Whatever makes the file longer will do, before or after mmap; ftruncate "
     "is what is meant.",
     the_fix},
    {0},
};
