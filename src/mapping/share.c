/* share: a shared mapping made before fork is one memory; an ordinary global,
   a private mapping or a mapping made after fork is not.

   The parent stores 1, the child stores 2, the parent looks again. Look at
   the last line: which of the two does the parent see? To break it, put the
   number elsewhere: --break=global, --break=private, --break=late.

     $ share
     parent: the number lies in MAP_SHARED|MAP_ANONYMOUS
     parent: stored 1
     child: found 1, stores 2
     parent: sees 2: one memory

   See also: mmap(2), fork(2); POSIX, fork(): a child keeps its parent's
   mappings, and stores to a MAP_PRIVATE one stay its own. Next:
   mapping/poke_file.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "die.h"
#include "region.h"
#include "say.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct args about = {
    .name = "share",
    .idea = "A shared mapping made before fork is one memory; a global, a "
            "private mapping, a later one is not.",
    .breaks = {{"global", "the number is an ordinary global variable"},
               {"private", "the mapping is MAP_PRIVATE"},
               {"late", "parent and child each map after fork"}},
    .maps = true,
};

/* What lies in the mapping. It needs no lock: the parent stores before fork
   and loads after it has reaped the child, and both fork and the end of a
   wait order what one process did before what the other does after. */
struct shared {
    int number; /* the parent's 1, then the child's 2 */
};

/* An ordinary global: fork gives the child a copy of its own. */
static struct shared global;

/* The region, when it is one; unmapped in the end. */
static struct region region;

static struct shared *
map_shared(void)
{
    region = region_map(sizeof(struct shared), args_backing());
    say("the number lies in %s", region.from);
    return region.memory;
}

/* The same call as in region.c but for one flag. The page is common to both
   processes only until one stores into it: the kernel then gives the writer
   a copy (copy on write). */
static struct shared *
map_private(void)
{
    int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);

    if (fd == -1)
        die("open /dev/zero");
    region.size = sizeof(struct shared);
    region.memory =
        mmap(NULL, region.size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (region.memory == MAP_FAILED)
        die("mmap MAP_PRIVATE %zu bytes", region.size);
    close(fd);
    say("the number lies in /dev/zero, MAP_PRIVATE");
    return region.memory;
}

/* Where the number lies while there is only one process. */
static struct shared *
place_before_fork(void)
{
    if (args_broken("late"))
        return NULL;
    if (args_broken("private"))
        return map_private();
    if (args_broken("global")) {
        say("the number is a global variable");
        return &global;
    }
    return map_shared();
}

static void
child(struct shared *shared)
{
    if (shared == NULL)
        shared = map_shared();
    say("found %d, stores 2", shared->number);
    shared->number = 2;
}

/* What was promised: the child's 2 in a good run, the parent's own old 1 with
   any of the mistakes. */
static void
judge(int seen)
{
    int expected = args_any_break() ? 1 : 2;

    promise(seen == expected, "the parent to see %d, seen: %d", expected,
            seen);
    say("sees %d: %s", seen,
        args_broken("global")    ? "fork copied the global variable"
        : args_broken("private") ? "the child stored into a copy of the page"
        : args_broken("late")    ? "the child's mapping is another one"
                                 : "one memory");
}

int
main(int argc, char **argv)
{
    struct shared *shared;
    pid_t pid;

    args_parse(&about, argc, argv);
    shared = place_before_fork();
    if (shared != NULL) {
        shared->number = 1;
        say("stored 1");
    }

    pid = fork();
    if (pid == -1)
        die("fork");
    if (pid == 0) {
        child_born("child");
        child(shared);
        _exit(EXIT_HELD);
    }
    child_adopt(pid, "child");

    if (shared == NULL) {
        shared = map_shared();
        shared->number = 1;
    }
    promise(child_reap(pid) == 0, "the child to exit 0");
    judge(shared->number);
    if (region.memory != NULL)
        region_unmap(&region);
    return EXIT_HELD;
}
