/* first_initialiser: processes that know a region only by its name do not know
   who comes first. O_EXCL decides that; a flag says when the others may look.

   Two children do the same: create the file and initialise it or, if it is
   there, wait until it is ready. Look at what the late one must wait for.
   Break it: with --break=noready nobody asks for the flag, and the late one
   reads what is half made.

     $ first_initialiser
     parent: both have opened the name, it is removed
     child 2: found the file, must wait: it has no size
     child 1: created the file, initialises it
     child 2: found the file, must wait: the flag is not set
     child 1: all is stored, sets the flag
     child 2: found the file, reads: map, then fork

   See also: POSIX, open(): with O_EXCL the check for the file and its creation
   are atomic; ftruncate(2); C11, 7.17.3. Next: race/spin_flag.c. */
#include "config.h"

#include "args.h"
#include "order.h"
#include "say.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct args about = {
    .name = "first_initialiser",
    .idea = "O_EXCL says who initialises, a flag when the others may look.",
    .breaks =
        {
            {"noready", "nobody asks whether the region is ready"},
        },
};

/* What lies in the file. A new one is all zeros, hence not ready. */
struct shared {
    atomic_int ready; /* the creator's 1, the last that it stores */
    char text[32];    /* the creator's, before that */
};
static struct shared *shared;

static char folder[4096], name[4200]; /* a temporary folder of our own */

/* The creator's part. The release orders what was stored before the flag
   before what happens after a load, with acquire, that finds it set. */
static void
initialise(int fd)
{
    int error;

    order_point("size");
    say("created the file, initialises it");
    error = scratch_extend(fd, sizeof *shared);
    if (error != 0)
        die_code(error, "posix_fallocate %s", name);
    order_point("half");
    strcpy(shared->text, "map, then");
    order_point("rest");
    strcat(shared->text, " fork");
    say("all is stored, sets the flag");
    atomic_store_explicit(&shared->ready, 1, memory_order_release);
}

/* The late one's part. No lock can help it to wait (who would have initialised
   that?), so it looks again and again. A file without a size has nothing to
   look at, not even a flag: that would be a SIGBUS. */
static void
use(int fd)
{
    bool ask = !args_broken("noready");
    struct stat file;

    for (;; sched_yield()) {
        order_point("look");
        if (fstat(fd, &file) == -1)
            die("fstat %s", name);
        if (file.st_size < (off_t)sizeof *shared)
            say("found the file, must wait: it has no size");
        else if (ask &&
                 !atomic_load_explicit(&shared->ready, memory_order_acquire))
            say("found the file, must wait: the flag is not set");
        else
            break;
    }
    say("found the file, reads: %s", shared->text);
    if (strcmp(shared->text, ask ? "map, then fork" : "map, then") != 0)
        _exit(EXIT_BROKEN);
}

/* Both do the same, but one of them finds the name taken. To map a file that
   has no size yet is allowed. */
static void
child(int me)
{
    int made, fd;

    (void)me;
    order_point("open");
    made = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    fd = made == -1 && errno == EEXIST ? open(name, O_RDWR | O_CLOEXEC) : made;
    if (fd == -1)
        die("open %s", name);
    shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED)
        die("mmap %s", name);
    if (made != -1)
        initialise(fd);
    else
        use(fd);
}

static void
remove_name(void)
{
    unlink(name);
    rmdir(folder);
}

static void
open_both(void)
{
    const char *parent = getenv("TMPDIR");

    snprintf(folder, sizeof folder, "%s/mapfork.XXXXXX",
             parent != NULL && *parent != '\0' ? parent : "/tmp");
    child_hold();
    if (mkdtemp(folder) == NULL)
        die("mkdtemp %s", folder);
    snprintf(name, sizeof name, "%s/region", folder);
    child_at_end(remove_name);
    child_go_on();
    order_fork(2, child);
    order_play("1:open 2:open");
    remove_name();
    child_at_end(NULL);
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    open_both();
    say("both have opened the name, it is removed");
    order_play(args_broken("noready")
                   ? "1:size 1:half 2:look"
                   : "2:look 1:size 1:half 2:look 1:rest 2:look");
    promise(child_reap(order_pid(2)) == 0,
            "another text, seen: the last line");
    if (args_broken("noready"))
        say("that is half of it: child 1 has not stored the rest yet");
    order_kill();
    return EXIT_HELD;
}
