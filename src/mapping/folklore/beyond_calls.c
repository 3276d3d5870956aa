/* claims: beyond the articles: fork, exec, and the other calls. */
#include "config.h"

#include "claims.h"

#include <errno.h>
#include <fcntl.h>

static void
protect(void)
{
    char *at = map(2 * PAGE, RW, MAP_SHARED, -1);

    munmap(at + PAGE, PAGE);
    saw("odd address: %s", done(mprotect(at + 1, 1, PROT_READ)));
    saw("not mapped: %s", done(mprotect(at + PAGE, PAGE, PROT_READ)));
}

static const char *
unmapped(void *at, size_t size)
{
    return done(munmap(at, size));
}

static void
unmap_nothing(void)
{
    char *at = map(2 * PAGE, RW, MAP_SHARED, -1);

    saw("length 0: %s", unmapped(at, 0));
    saw("length 1: %s", unmapped(at, 1));
    saw("the page: %s", load(at));
    saw("once more: %s", unmapped(at, PAGE));
    saw("MAP_FAILED: %s", unmapped(MAP_FAILED, PAGE));
}

static void
no_replace(void)
{
#ifdef MAP_FIXED_NOREPLACE
    char *at = map(PAGE, RW, MAP_SHARED, scratch_text("old"));
    int fd = scratch(PAGE), flags = MAP_SHARED | MAP_FIXED_NOREPLACE;

    needs_kernel();
    saw("busy: %s", mapped(mmap(at, PAGE, RW, flags, fd, 0)));
    saw("what was there: %.3s", at);
    munmap(at, PAGE);
    saw("free: %s", mapped(mmap(at, PAGE, RW, flags, fd, 0)));
#else
    skip("needs MAP_FIXED_NOREPLACE");
#endif
}

static void
failed_fixed(void)
{
    char *at = map(PAGE, RW, MAP_SHARED, scratch_text("old"));
    int reader = reopen(scratch(PAGE), O_RDONLY);

    saw("MAP_FIXED: %s",
        mapped(mmap(at, PAGE, RW, MAP_SHARED | MAP_FIXED, reader, 0)));
    saw("what was there: %s", load(at)[0] == 'O' ? at : "gone");
}

static void
remap(void)
{
#ifdef MREMAP_MAYMOVE
    char *at = mmap(NULL, PAGE, RW, MAP_SHARED | ANON, -1, 0);

    needs(at != MAP_FAILED, "MAP_SHARED|MAP_ANONYMOUS");
    at = mremap(at, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
    saw("mremap: %s", mapped(at));
    saw("first page: %s", store(at));
    saw("second: %s", store(at + PAGE));
#else
    skip("needs mremap");
#endif
}

static void
validate(void)
{
#ifdef MAP_SHARED_VALIDATE
    int fd = scratch(PAGE), unknown = 1 << 21, flags = MAP_SHARED_VALIDATE;

    needs_native();
    needs(ANON != 0, "MAP_ANONYMOUS");
    saw("unknown flag, MAP_SHARED: %s",
        mapped(mmap(NULL, PAGE, RW, MAP_SHARED | unknown, fd, 0)));
    saw("MAP_SHARED_VALIDATE: %s",
        mapped(mmap(NULL, PAGE, RW, flags | unknown, fd, 0)));
    saw("anonymous: %s", mapped(mmap(NULL, PAGE, RW, flags | ANON, -1, 0)));
#else
    skip("needs MAP_SHARED_VALIDATE");
#endif
}

static void
synchronise(void)
{
    char *at = map(2 * PAGE, RW, MAP_SHARED, scratch(2 * PAGE));

    needs_kernel();
    saw("no flag: %s", done(msync(at, PAGE, 0)));
    saw("both: %s", done(msync(at, PAGE, MS_SYNC | MS_ASYNC)));
    saw("odd address: %s", done(msync(at + 1, PAGE, MS_SYNC)));
    munmap(at + PAGE, PAGE);
    saw("not all mapped: %s", done(msync(at, 2 * PAGE, MS_SYNC)));
}

static const char *
resident(char *at)
{
    static char bits[5];
    unsigned char pages[4];

    if (mincore(at, 4 * PAGE, pages) == -1)
        return error_name(errno);
    for (int i = 0; i < 4; i++)
        bits[i] = (pages[i] & 1) != 0 ? '1' : '0';
    return bits;
}

static void
populate(void)
{
#ifdef MAP_POPULATE
    int flags = MAP_SHARED | ANON;
    char *at = mmap(NULL, 4 * PAGE, RW, flags, -1, 0);

    needs_native();
    needs(at != MAP_FAILED, "MAP_SHARED|MAP_ANONYMOUS");
    at[0] = 'x';
    saw("first of 4 touched: %s", resident(at));
    at = mmap(NULL, 4 * PAGE, RW, flags | MAP_POPULATE, -1, 0);
    saw("MAP_POPULATE: %s", resident(at));
#else
    skip("needs MAP_POPULATE");
#endif
}

const struct claim claims_beyond_calls[] = {
    {87, "beyond", "mprotect wants mapped pages", "EINVAL and ENOMEM",
     "odd address: EINVAL|odd address: OK; not mapped: ENOMEM", "true",
     "ENOMEM is what says \"not mapped\"; musl rounds an odd address itself.",
     protect},
    {88, "beyond", "munmap of nothing is an error", "only of length 0",
     "length 0: EINVAL; length 1: OK; the page: SIGSEGV; "
     "once more: OK|once more: EINVAL; MAP_FAILED: EINVAL",
     "false",
     "A range that is not mapped is fine on Linux; OpenBSD refuses it.",
     unmap_nothing},
    {89, "beyond", "one cannot map at a place safely", "not in POSIX",
     "busy: EEXIST; what was there: old; free: OK", "false",
     "MAP_FIXED_NOREPLACE does, since Linux 4.17.", no_replace},
    {90, "beyond", "a MAP_FIXED that fails changes nothing", "may unmap",
     "MAP_FIXED: EACCES; "
     "what was there: old|what was there: gone",
     "half-true", "Here, for this error; POSIX does not promise it.",
     failed_fixed},
    {91, "beyond", "mremap enlarges shared memory", "not in POSIX",
     "mremap: OK; first page: OK; second: SIGBUS", "false",
     "The mapping grows, the object behind it does not.", remap},
    {97, "beyond", "unknown flags are refused", "unspecified",
     "unknown flag, MAP_SHARED: OK; MAP_SHARED_VALIDATE: EOPNOTSUPP; "
     "anonymous: EINVAL",
     "half-true", "Only with MAP_SHARED_VALIDATE, which is for files.",
     validate},
    {98, "beyond", "msync needs MS_SYNC or MS_ASYNC", "one of them",
     "no flag: OK|no flag: EINVAL; both: EINVAL; odd address: EINVAL; "
     "not all mapped: ENOMEM",
     "half-true", "Linux takes none for MS_ASYNC; both are an error.",
     synchronise},
    {100, "beyond", "mmap fetches the memory", "silent",
     "first of 4 touched: 1000; MAP_POPULATE: 1111", "false",
     "A page comes with its first touch, unless MAP_POPULATE asks for all.",
     populate},
    {0},
};
