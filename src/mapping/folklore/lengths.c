/* claims: length and offset. */
#include "config.h"

#include "claims.h"

#include <unistd.h>

static void
length_one(void)
{
    char *at = before_a_wall();

    at = mmap(at, 1, RW, MAP_PRIVATE | MAP_FIXED, scratch(PAGE), 0);
    saw("length 1, last byte of the page: %s", store(at + PAGE - 1));
    saw("next byte: %s", store(at + PAGE));
}

static void
offset_is_start(void)
{
    int fd = scratch(2 * PAGE);
    char *second;

    if (pwrite(fd, "second", 6, (off_t)PAGE) != 6)
        die("pwrite");
    second = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, (off_t)PAGE);
    saw("offset one page: %.6s",
        second == MAP_FAILED ? mapped(second) : second);
}

static const char *
at_offset(size_t offset)
{
    int fd = scratch(2 * PAGE);

    return mapped(mmap(NULL, PAGE, RW, MAP_SHARED, fd, (off_t)offset));
}

static void
offset_multiple(void)
{
    saw("offset 1: %s", at_offset(1));
    saw("512: %s", at_offset(512));
    saw("half a page: %s", at_offset(PAGE / 2));
    saw("a page: %s", at_offset(PAGE));
}

static void
longer_than_file(void)
{
    int fd = scratch(10);
    char *at = mmap(NULL, 100 * PAGE, RW, MAP_SHARED, fd, 0);

    saw("100 pages on 10 bytes: %s", mapped(at));
    if (at == MAP_FAILED)
        return;
    saw("first page: %s", store(at + PAGE - 1));
    saw("second: %s", store(at + PAGE));
}

static void
offset_zero(void)
{
    char *at = before_a_wall();

    at = mmap(at, PAGE, RW, MAP_SHARED | MAP_FIXED, scratch(3 * PAGE), 0);
    saw("1 page of 3 from offset 0, first: %s", load(at));
    saw("second: %s", load(at + PAGE));
}

static void
length_zero(void)
{
    saw("empty file: %s",
        mapped(mmap(NULL, 0, RW, MAP_SHARED, scratch(0), 0)));
    saw("full one: %s",
        mapped(mmap(NULL, 0, RW, MAP_SHARED, scratch(PAGE), 0)));
    saw("no file: %s",
        ANON == 0 ? "not here"
                  : mapped(mmap(NULL, 0, RW, MAP_SHARED | ANON, -1, 0)));
}

static void
smallest_unit(void)
{
    saw("a page has %zu bytes", PAGE);
}

const struct claim claims_lengths[] = {
    {3, "S0 S1 S3", "length is the size of the mapping",
     "whole pages are mapped",
     "length 1, last byte of the page: OK; next byte: SIGSEGV", "true",
     "It omits the rounding: with length 1 a whole page can be used.",
     length_one},
    {6, "S0", "offset is the start position in the file",
     "may need a multiple of the page", "offset one page: second", "true",
     "It omits that Linux takes only multiples of the page size (row 22).",
     offset_is_start},
    {22, "S1 S2", "the offset must be a multiple of 4096",
     "of the page, if at all",
     "offset 1: EINVAL|offset 1: OK; 512: EINVAL|512: OK; "
     "half a page: EINVAL|half a page: OK; a page: OK",
     "half-true",
     "Of the page size, which is 16 or 64 KiB elsewhere: ask sysconf. OpenBSD "
     "takes any offset.",
     offset_multiple},
    {34, "S2", "length must not exceed the file", "it may",
     "100 pages on 10 bytes: OK; first page: OK; second: SIGBUS", "false",
     "mmap does not look at the size of the file; whole pages behind its end "
     "cannot be touched.",
     longer_than_file},
    {36, "S2", "offset 0 maps the whole file", "maps length bytes",
     "1 page of 3 from offset 0, first: OK; second: SIGSEGV", "half-true",
     "The offset says where it begins, the length how far it goes.",
     offset_zero},
    {39, "S2", "empty file, length 0: EINVAL", "EINVAL",
     "empty file: EINVAL; full one: EINVAL; no file: EINVAL|no file: not here",
     "true", "Length 0 is never valid; the file has nothing to do with it.",
     length_zero},
    {42, "S2", "4 KiB is the smallest unit of an MMU", "silent",
     "a page has 4096 bytes|a page has 8192 bytes|a page has 16384 bytes|"
     "a page has 65536 bytes",
     "half-true",
     "It depends on the architecture: 16 KiB on Apple's ARM, 64 KiB on some "
     "POWER and ARM systems.",
     smallest_unit},
    {0},
};
