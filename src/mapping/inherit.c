/* inherit: what fork(2) hands on, and what each process may do to it alone.

   A shared page and a private one (what malloc gives) hold a p. The child
   loads it and stores a c. Look at what the two find. With --break=munmap,
   mprotect, mremap or exec the child changes its mapping first; with dontfork
   or wipeonfork the parent does, before fork. The other keeps what it had.

     $ inherit
     parent: the shared page lies in MAP_SHARED|MAP_ANONYMOUS
     parent: fork, shared page: child p, parent c
     parent: fork, private page: child p, parent p

   See also: POSIX, fork(), exec(): "memory mappings created in the process
   are unmapped"; madvise(2), mremap(2). Next: mapping/relative_pointers.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "say.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct args about = {
    .name = "inherit",
    .idea = "fork hands on each mapping; then each process changes its own.",
    .breaks =
        {
            {"munmap", "the child unmaps the page"},
            {"mprotect", "the child makes the page read-only, and stores"},
            {"mremap", "the child moves the page"},
            {"exec", "the child executes a program, which looks for the page"},
            {"dontfork", "the parent keeps the page from its children"},
            {"wipeonfork", "the parent wants it zeroed in its children"},
        },
    .maps = true,
};

enum { SHARED, OWN };
enum { NOTHING, MUNMAP, MPROTECT, MREMAP, EXEC, DONTFORK, WIPE };

/* Which page; what is done to it; with which error; what the child then finds
   there, a byte or the number of a signal, negative; what the parent finds. */
static const struct trial {
    const char *name, *what;
    int page, act, error, child, parent;
} trials[] = {
    {NULL, "fork, shared page", SHARED, NOTHING, 0, 'p', 'c'},
    {NULL, "fork, private page", OWN, NOTHING, 0, 'p', 'p'},
    {"munmap", "munmap", SHARED, MUNMAP, 0, -SIGSEGV, 'p'},
    {"mprotect", "mprotect", SHARED, MPROTECT, 0, -SIGSEGV, 'p'},
    {"mremap", "mremap", SHARED, MREMAP, 0, -SIGSEGV, 'p'},
    {"exec", "exec", SHARED, EXEC, 0, -SIGSEGV, 'p'},
    {"dontfork", "MADV_DONTFORK", SHARED, DONTFORK, 0, -SIGSEGV, 'p'},
    {"wipeonfork", "MADV_WIPEONFORK, private", OWN, WIPE, 0, 0, 'p'},
    {"wipeonfork", "MADV_WIPEONFORK, shared, EINVAL", SHARED, WIPE, EINVAL,
     'p', 'c'},
};

static char *pages[2]; /* the two; a forked child has them where we do */
static size_t size;    /* of each */

/* Execute this program again: there it only touches the address that is in
   the environment. Where there is no /proc, by the name we were called by. */
static int
execute(char **argv)
{
    char address[32];

    snprintf(address, sizeof address, "%p", (void *)pages[SHARED]);
    setenv("INHERIT_TOUCHES", address, 1);
    execv("/proc/self/exe", argv);
    return execvp(argv[0], argv);
}

/* Returns 0, or -1 with errno set. mremap goes to where the private page was:
   then the gap that it leaves behind is certain to stay one. */
static int
act(const struct trial *trial, char **argv)
{
    char *page = pages[trial->page];

    if (trial->act == MUNMAP)
        return munmap(page, size);
    if (trial->act == MPROTECT)
        return mprotect(page, size, PROT_READ);
    if (trial->act == EXEC)
        return execute(argv);
#ifdef __linux__
    if (trial->act == MREMAP)
        return -(mremap(page, size, size, MREMAP_MAYMOVE | MREMAP_FIXED,
                        pages[OWN]) == MAP_FAILED);
    if (trial->act == DONTFORK)
        return madvise(page, size, MADV_DONTFORK);
    if (trial->act == WIPE)
        return madvise(page, size, MADV_WIPEONFORK);
#endif
    errno = ENOSYS;
    return trial->act == NOTHING ? 0 : -1;
}

/* The child's role: load, store; the byte that it loaded is its status. */
static _Noreturn void
touch(volatile char *at)
{
    child_may_crash();
    char seen = *at;
    *at = 'c';
    _exit(seen);
}

static void
try(const struct trial *trial, char **argv)
{
    volatile char *page = pages[trial->page];
    int error = 0, status, seen;
    pid_t pid;

    *page = 'p';
    if (trial->act >= DONTFORK && act(trial, argv) == -1)
        error = errno;
    if (error != trial->error)
        die_missing(trial->what);
    pid = child_fork_doomed("child");
    if (pid == 0 && trial->act < DONTFORK && act(trial, argv) == -1)
        die("%s", trial->what);
    if (pid == 0)
        touch(page);
    status = child_reap(pid);
    seen = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    if (seen == EXIT_SYSTEM)
        die_missing(trial->what);
    promise(seen == trial->child && *page == trial->parent,
            "%d and %d, seen: %d and %d: %s", trial->child, trial->parent,
            seen, *page, trial->what);
    const char *found = seen == 0 ? "0" : "p";
    say("%s: child %s, parent %c", trial->what,
        seen < 0 ? child_signal_name(-seen) : found, *page);
}

int
main(int argc, char **argv)
{
    const char *address = getenv("INHERIT_TOUCHES");
    void *at;

    if (address != NULL && sscanf(address, "%p", &at) == 1)
        touch(at);
    args_parse(&about, argc, argv);
    size = (size_t)sysconf(_SC_PAGESIZE);
    pages[SHARED] = args_map(size, "the shared page lies");
    must(posix_memalign(&at, size, size));
    pages[OWN] = at;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++)
        if (trials[i].name ? args_broken(trials[i].name) : !args_any_break())
            try(&trials[i], argv);
    return EXIT_HELD;
}
