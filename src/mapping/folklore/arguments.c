/* claims: address, length, protection, flags and offset. */
#include "config.h"

#include "claims.h"

#include <stdint.h>
#include <string.h>

/* A hint is made from an address that was free a moment ago. */
static void
address_null(void)
{
    char *any = mmap(NULL, PAGE, RW, MAP_PRIVATE, scratch(PAGE), 0);
    char *freed = map(PAGE, RW, MAP_PRIVATE, -1);
    char *odd, *busy;

    saw("NULL: %s", any != MAP_FAILED && (uintptr_t)any % PAGE == 0
                        ? "a whole page"
                        : "another address");
    munmap(freed, PAGE);
    odd = mmap(freed + 1, PAGE, RW, MAP_PRIVATE, scratch(PAGE), 0);
    saw("odd hint: %s", odd == freed ? "rounded" : "moved");
    busy = mmap(any, PAGE, RW, MAP_PRIVATE, scratch(PAGE), 0);
    saw("busy hint: %s", busy == any ? "taken" : "moved");
}

static void
protection_none(void)
{
    char *at = map(PAGE, PROT_NONE, MAP_SHARED, scratch(PAGE));

    saw("PROT_NONE, load: %s", load(at));
    saw("store: %s", store(at));
}

static void
failure_value(void)
{
    void *bad = mmap(NULL, 0, PROT_READ, MAP_SHARED, scratch(PAGE), 0);

    saw("failed: %s", bad == (void *)-1 && bad == MAP_FAILED ? "(void *)-1"
                      : bad == NULL                          ? "NULL"
                                                             : "an address");
}

static void
shared_or_private(void)
{
    int fd = scratch(PAGE);
    char *both;

    saw("flags 0: %s", mapped(mmap(NULL, PAGE, RW, 0, fd, 0)));
    saw("only anonymous: %s",
        ANON == 0 ? "not here" : mapped(mmap(NULL, PAGE, RW, ANON, -1, 0)));
    both = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_PRIVATE, fd, 0);
    if (both != MAP_FAILED)
        both[0] = 'x';
    saw("both: %s", both == MAP_FAILED            ? mapped(both)
                    : *file_text(fd, 0, 1) == 'x' ? "as MAP_SHARED"
                                                  : "as MAP_PRIVATE");
}

static void
fixed(void)
{
    char *busy = map(PAGE, RW, MAP_SHARED, scratch_text("old"));
    char *top = (char *)(UINTPTR_MAX - 16 * PAGE + 1);
    int fd = scratch(PAGE), flags = MAP_SHARED | MAP_FIXED;

    saw("odd address: %s", mapped(mmap(busy + 1, PAGE, RW, flags, fd, 0)));
    saw("the kernel's: %s", mapped(mmap(top, PAGE, RW, flags, fd, 0)));
    saw("a busy one: %s", mapped(mmap(busy, PAGE, RW, flags, fd, 0)));
    saw("what was there: %s", strcmp(busy, "old") == 0 ? "kept" : "replaced");
    become_nobody();
    saw("address 0: %s", mapped(mmap(NULL, PAGE, RW, flags, fd, 0)));
}

/* Not the opposite: x86 lets pages be loaded from that are only for stores. */
static void
protections(void)
{
    static const int each[] = {PROT_READ, PROT_WRITE, RW, PROT_NONE};
    static const char *const names[] = {"R", "W", "RW", "NONE"};
    char *at;

    for (int i = 0; i < 4; i++) {
        at = mmap(NULL, PAGE, each[i], MAP_SHARED, scratch(PAGE), 0);
        saw("%s: %s", names[i], mapped(at));
        if (each[i] == PROT_WRITE && at != MAP_FAILED)
            saw("load there: %s", load(at));
    }
}

/* What the compiler finds in this system's header. */
static void
prototype(void)
{
    saw("mmap takes %s",
        _Generic(&mmap, void *(*)(void *, size_t, int, int, int, off_t)
                 : "6 arguments", default
                 : "others"));
}

const struct claim claims_arguments[] = {
    {2, "S0 S1 S2", "address NULL: the system chooses", "yes, never 0",
     "NULL: a whole page; odd hint: rounded|odd hint: moved; "
     "busy hint: moved",
     "true",
     "Any other address without MAP_FIXED is a hint: rounded to a page, and "
     "not taken where something is mapped already.",
     address_null},
    {4, "S0", "protection is read, write, execute", "also PROT_NONE",
     "PROT_NONE, load: SIGSEGV; store: SIGSEGV", "half-true",
     "PROT_NONE is left out: a mapping that may not be touched, a guard.",
     protection_none},
    {7, "S0 S1", "on failure it returns (void *)-1", "MAP_FAILED",
     "failed: (void *)-1", "true",
     "Compare with MAP_FAILED, which is that value; never with NULL.",
     failure_value},
    {13, "S1", "flags must have MAP_SHARED or MAP_PRIVATE",
     "EINVAL if neither",
     "flags 0: EINVAL; only anonymous: EINVAL|only anonymous: not here; "
     "both: as MAP_SHARED|both: EINVAL",
     "true",
     "Both together are MAP_SHARED_VALIDATE on Linux; OpenBSD takes neither "
     "and refuses both.",
     shared_or_private},
    {14, "S1", "MAP_FIXED at an impossible address fails",
     "yes; replaces what was there",
     "odd address: EINVAL; the kernel's: ENOMEM|the kernel's: EINVAL; "
     "a busy one: OK; what was there: replaced; "
     "address 0: EPERM|address 0: OK",
     "half-true",
     "It omits the danger: where something was mapped, that is replaced "
     "without a word. See MAP_FIXED_NOREPLACE, row 89.",
     fixed},
    {35, "S2", "protection: R, W or both", "also EXEC and NONE",
     "R: OK; W: OK; load there: OK|load there: SIGSEGV; RW: OK; NONE: OK",
     "true",
     "W alone is allowed, and on x86 such a page can be loaded from, too.",
     protections},
    {55, "S3", "mmap(start, length, prot, fd, offset)", "six arguments",
     "mmap takes 6 arguments", "false", "The article has lost the flags.",
     prototype},
    {0},
};
