/* claims: beyond the articles: what a child gets, and advice about it. */
#include "config.h"

#include "claims.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the child does to three pages at AT; returns how the last went. */
static const char *
drop(char *at)
{
    char *second = at + PAGE, *third = second + PAGE;

    if (munmap(at, PAGE) == -1 || mprotect(second, PAGE, PROT_NONE) == -1)
        die("munmap, mprotect");
    return mapped(
        mmap(third, PAGE, RW, MAP_SHARED | MAP_FIXED, scratch(PAGE), 0));
}

static void
unmapped_by_child(void)
{
    char *at = map(3 * PAGE, RW, MAP_SHARED, -1);

    at[0] = at[PAGE] = at[2 * PAGE] = 'p';
    if (kin()) {
        if (strcmp(drop(at), "OK") != 0)
            die("mmap");
        leave();
    }
    saw("the child: %s", kin_end());
    saw("after its munmap: %c", at[0]);
    saw("mprotect: %c", at[PAGE]);
    saw("MAP_FIXED: %c", at[2 * PAGE]);
}

static void
protected_before_fork(void)
{
    char *at = map(PAGE, RW, MAP_SHARED, -1);

    mprotect(at, PAGE, PROT_READ);
    saw("the child's load: %s", load(at));
    saw("store: %s", store(at));
}

/* cat never maps anything MAP_SHARED, so what is there was inherited. */
static void
gone_after_exec(void)
{
    char *at = map(PAGE, RW, MAP_SHARED, -1);
    const char *maps;

    needs_kernel();
    saw("before exec: %s",
        strstr(maps_line(at), "rw-s") != NULL ? "mapped" : "not mapped");
    maps = output_of(STDIN_FILENO, "cat", "/proc/self/maps");
    saw("after: %s", *maps == '\0'                  ? kin_end()
                     : strstr(maps, "rw-s") != NULL ? "mapped"
                                                    : "not mapped");
}

static void
not_for_fork(void)
{
#ifdef MADV_DONTFORK
    char *at = map(PAGE, RW, MAP_SHARED, -1);

    needs_native();
    saw("MADV_DONTFORK: %s", done(madvise(at, PAGE, MADV_DONTFORK)));
    saw("child: %s", load(at));
    saw("MADV_DOFORK: %s", done(madvise(at, PAGE, MADV_DOFORK)));
    saw("child: %s", load(at));
#else
    skip("needs MADV_DONTFORK");
#endif
}

static void
wiped_on_fork(void)
{
#ifdef MADV_WIPEONFORK
    char *common = map(PAGE, RW, MAP_SHARED, -1);
    char *own = mmap(NULL, PAGE, RW, MAP_PRIVATE | ANON, -1, 0);

    needs_native();
    needs(own != MAP_FAILED, "MAP_ANONYMOUS");
    own[0] = 'p';
    saw("MAP_SHARED: %s", done(madvise(common, PAGE, MADV_WIPEONFORK)));
    saw("MAP_PRIVATE: %s", done(madvise(own, PAGE, MADV_WIPEONFORK)));
    if (kin()) {
        common[0] = own[0] == 0 ? '0' : own[0];
        leave();
    }
    saw("child: %c", common[0]);
    saw("parent: %c", own[0]);
#else
    skip("needs MADV_WIPEONFORK");
#endif
}

static void
not_needed(void)
{
#if defined(MADV_DONTNEED) && defined(MADV_REMOVE)
    char *common = map(PAGE, RW, MAP_SHARED, -1);
    char *own = mmap(NULL, PAGE, RW, MAP_PRIVATE | ANON, -1, 0);

    needs_native();
    needs(own != MAP_FAILED, "MAP_ANONYMOUS");
    common[0] = own[0] = 'x';
    madvise(common, PAGE, MADV_DONTNEED);
    madvise(own, PAGE, MADV_DONTNEED);
    saw("MADV_DONTNEED, MAP_SHARED: %s", common[0] == 'x' ? "kept" : "0");
    saw("MAP_PRIVATE: %s", own[0] == 'x' ? "kept" : "0");
    saw("MADV_REMOVE: %s", done(madvise(common, PAGE, MADV_REMOVE)));
    saw("MAP_SHARED then: %s", common[0] == 'x' ? "kept" : "0");
#else
    skip("needs MADV_DONTNEED and MADV_REMOVE");
#endif
}

const struct claim claims_beyond_fork[] = {
    {79, "beyond", "a child's munmap unmaps for its parent", "no",
     "the child: OK; after its munmap: p; mprotect: p; MAP_FIXED: p", "false",
     "The memory is common, the mappings are each process's own.",
     unmapped_by_child},
    {80, "beyond", "a child inherits the protection", "yes",
     "the child's load: OK; store: SIGSEGV", "true",
     "As it was at the time of fork.", protected_before_fork},
    {81, "beyond", "exec keeps shared mappings", "no",
     "before exec: mapped; after: not mapped", "false",
     "A new program begins with a new address space: pass a descriptor or a "
     "name.",
     gone_after_exec},
    {84, "beyond", "fork always copies every mapping", "yes",
     "MADV_DONTFORK: OK; child: SIGSEGV; MADV_DOFORK: OK; child: OK", "false",
     "Linux leaves out what was marked so.", not_for_fork},
    {85, "beyond", "MADV_WIPEONFORK hides shared memory", "not in POSIX",
     "MAP_SHARED: EINVAL; MAP_PRIVATE: OK; child: 0; parent: p", "false",
     "It is for private memory: keys that a child must not have.",
     wiped_on_fork},
    {86, "beyond", "MADV_DONTNEED frees the memory", "keeps the data",
     "MADV_DONTNEED, MAP_SHARED: kept; MAP_PRIVATE: 0; MADV_REMOVE: OK; "
     "MAP_SHARED then: 0",
     "half-true",
     "Private pages lose their data, unlike with POSIX_MADV_DONTNEED; shared "
     "ones need MADV_REMOVE.",
     not_needed},
    {0},
};
