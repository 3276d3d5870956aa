/* record_lock: the kernel can keep a lock on a file, and gives it back when
   its owner dies: no repair, no EOWNERDEAD. But who is the owner? Of an fcntl
   lock it is the process, of a flock lock the open file description, which
   fork shares.

   Look at what a child gets while its parent holds the lock: EAGAIN is "held
   by another". --break=closeother closes a second descriptor of the same file,
   as a library might: all fcntl locks of the process on that file are gone.

     $ record_lock
     parent: fcntl: a child gets EAGAIN: fork does not pass the lock on
     parent: fcntl: held by child 1: EAGAIN; child 1 is killed: 0
     parent: flock: a child gets 0 by the inherited descriptor: one lock
     parent: flock: a child gets EAGAIN by a descriptor of its own
     parent: flock: held by child 1: EAGAIN; child 1 is killed: 0

   See also: fcntl(2), open file description locks; flock(2); POSIX, fcntl().
   Next: compare/pipe_queue.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "order.h"
#include "say.h"
#include "scratch.h"
#include "words.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct args about = {
    .name = "record_lock",
    .idea = "A lock that the kernel keeps: gone when its owner dies, and "
            "sometimes sooner.",
    .breaks = {{"closeother", "another descriptor of the file is closed"}},
};

/* A lock function tries once, and returns 0 or an error number. */
typedef int lock_function(int fd);

static int
lock_by_fcntl(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    /* POSIX allows both errors for "held by another". */
    if (fcntl(fd, F_SETLK, &whole) == 0)
        return 0;
    return errno == EACCES ? EAGAIN : errno;
}

static int
lock_by_flock(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
}

/* Linux, and POSIX.1-2024: the record lock of fcntl, owned as flock's is. */
#ifdef F_OFD_SETLK
static int
lock_by_description(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return fcntl(fd, F_OFD_SETLK, &whole) == 0 ? 0 : errno;
}
#endif

/* Three open file descriptions of one file, which has no name any more. */
static int files[3] = {-1, -1, -1};

static void
close_file(int i)
{
    if (files[i] != -1)
        close(files[i]);
    files[i] = -1;
}

/* A new file, with no lock on it, in place of the last one. */
static void
open_files(void)
{
    for (int i = 0; i < 3; i++)
        close_file(i);
    scratch_files(files, 3, 0);
}

/* What LOCK returns to a child on FD; the child's exit gives it back. */
static int
ask_child(lock_function *lock, int fd)
{
    pid_t pid = child_fork_doomed("child");

    if (pid == 0)
        _exit(lock(fd));
    return WEXITSTATUS(child_reap(pid));
}

static void
expect(const char *what, int code, int expected)
{
    promise(code == expected, "%s: %s, seen: %s", what, words_error(expected),
            words_error(code));
}

/* For order_fork(): take the lock and stand still. */
static lock_function *chosen;

static void
hold(int me)
{
    (void)me;
    expect("the lock is free", chosen(files[1]), 0);
    order_point("holds");
}

/* The child locks by files[1], which must be its
   own alone: a flock lock lives as long as its description is open anywhere.
   When a child can be reaped the kernel has closed its descriptors. */
static void
kill_holder(const char *name, lock_function *lock)
{
    open_files();
    chosen = lock;
    order_fork(1, hold);
    close_file(1);
    order_where(1);
    expect("held by child 1", lock(files[0]), EAGAIN);
    order_kill();
    expect("child 1 is dead", lock(files[0]), 0);
    say("%s: held by child 1: EAGAIN; child 1 is killed: 0", name);
}

static void
compare(void)
{
    open_files();
    expect("the first", lock_by_fcntl(files[0]), 0);
    expect("a child", ask_child(lock_by_fcntl, files[0]), EAGAIN);
    say("fcntl: a child gets EAGAIN: fork does not pass the lock on");
    kill_holder("fcntl", lock_by_fcntl);

    open_files();
    expect("the first", lock_by_flock(files[0]), 0);
    expect("inherited", ask_child(lock_by_flock, files[0]), 0);
    say("flock: a child gets 0 by the inherited descriptor: one lock");
    expect("its own", ask_child(lock_by_flock, files[1]), EAGAIN);
    say("flock: a child gets EAGAIN by a descriptor of its own");
    kill_holder("flock", lock_by_flock);
}

/* Hold a lock by files[0], close files[2], see what a child gets. */
static void
close_another(const char *name, lock_function *lock, int expected)
{
    open_files();
    expect("the first", lock(files[0]), 0);
    expect("before", ask_child(lock, files[1]), EAGAIN);
    close_file(2);
    expect("after the close", ask_child(lock, files[1]), expected);
    say("%s: another descriptor is closed: a child gets %s: %s", name,
        words_error(expected), expected == 0 ? "lost" : "still held");
}

int
main(int argc, char **argv)
{
    args_parse(&about, argc, argv);
    if (args_any_break()) {
        close_another("fcntl", lock_by_fcntl, 0);
        close_another("flock", lock_by_flock, EAGAIN);
#ifdef F_OFD_SETLK
        close_another("F_OFD_SETLK", lock_by_description, EAGAIN);
#endif
    } else {
        compare();
    }
    for (int i = 0; i < 3; i++)
        close_file(i);
    return EXIT_HELD;
}
