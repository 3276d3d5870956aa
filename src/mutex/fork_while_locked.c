/* fork_while_locked: fork copies every mutex as it is, but only the thread
   that called it. A mutex that another thread holds at that moment stays
   locked in the child for ever: whoever would unlock it does not exist there.

   pthread_atfork is the cure for those who own the mutex: take it before the
   fork, give it back on both sides after. Look at what the child finds.
   --break=noatfork leaves the handlers out. This is about ordinary mutexes in
   the memory that fork copies, such as a library's own; one in a shared
   mapping is one mutex for both processes, and its owner can still unlock it.

     $ fork_while_locked
     parent: a thread holds the lock, in the middle of an update
     parent: forks
     child: took the lock, found 2 of 2 steps done

   See also: POSIX, fork() and pthread_atfork(), RATIONALE; fork(2). Safest of
   all: in the child of a threaded process call exec at once. Next:
   mutex/lock_in_handler.c. */
#include "config.h"

#include "args.h"
#include "blocked.h"
#include "child.h"
#include "say.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static const struct args about = {
    .name = "fork_while_locked",
    .idea = "Fork copies a locked mutex, but not the thread that would "
            "unlock it.",
    .breaks = {{"noatfork", "nobody takes the mutex before the fork"}},
};

/* What a library has inside: some data, and a mutex for the threads of its
   process. Neither lies in a shared mapping: the child has a copy of both. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int steps; /* lock: 2 when an update is complete, 1 in the middle */

/* Between main and the thread: "in the middle", and "go on". */
static int told[2], let_go[2];

static void
pass(int fd)
{
    if (say_write(fd, "x", 1) == -1)
        die("write to a pipe");
}

static void
await(int fd)
{
    char byte;

    if (read(fd, &byte, 1) != 1)
        die("read from a pipe");
}

/* An update in two steps; in the middle it waits until it is let go on. */
static void *
update(void *unused)
{
    must(pthread_mutex_lock(&lock));
    steps = 1;
    pass(told[1]);
    await(let_go[0]);
    steps = 2;
    must(pthread_mutex_unlock(&lock));
    return unused;
}

/* Called by fork itself, in this order: before, then in each process after.
   The thread that forks owns the mutex in between, and it is the one thread
   that is there on both sides: so both may unlock. */
static void
take_lock(void)
{
    pass(let_go[1]);
    must(pthread_mutex_lock(&lock));
}

static void
give_back(void)
{
    must(pthread_mutex_unlock(&lock));
}

/* Signals belong to the main thread, where the library waits for them. */
static pthread_t
start_thread(void)
{
    sigset_t all, before;
    pthread_t thread;

    sigfillset(&all);
    must(pthread_sigmask(SIG_BLOCK, &all, &before));
    must(pthread_create(&thread, NULL, update, NULL));
    must(pthread_sigmask(SIG_SETMASK, &before, NULL));
    return thread;
}

static void
child(void)
{
    must(pthread_mutex_lock(&lock));
    say("took the lock, found %d of 2 steps done", steps);
    _exit(steps == 2 ? EXIT_HELD : EXIT_BROKEN);
}

int
main(int argc, char **argv)
{
    pthread_t thread;
    pid_t pid;

    args_parse(&about, argc, argv);
    if (pipe(told) == -1 || pipe(let_go) == -1)
        die("pipe");
    if (!args_broken("noatfork"))
        must(pthread_atfork(take_lock, give_back, give_back));
    blocked_name(&lock, sizeof lock, "lock");
    thread = start_thread();
    await(told[0]);
    say("a thread holds the lock, in the middle of an update");

    say("forks");
    pid = child_fork_mortal("child");
    if (pid == 0)
        child();

    if (args_broken("noatfork")) {
        pass(let_go[1]);
        must(pthread_join(thread, NULL));
        say("the thread has unlocked, here: %d of 2 steps done", steps);
        /* Only a thread of the child could wake it, and it has no other. */
        promise(blocked_for_good(&pid, 1) != BLOCKED_ENDED,
                "the child to wait for ever, seen: it ended");
        say("the child is blocked for good on its copy of `lock', whose owner "
            "it does not have");
        child_kill(pid);
    } else {
        must(pthread_join(thread, NULL));
        promise(child_reap(pid) == 0, "the child to get the lock");
        /* The parent has it no more. */
        must(pthread_mutex_trylock(&lock));
        must(pthread_mutex_unlock(&lock));
    }
    for (int i = 0; i < 2; i++) {
        close(told[i]);
        close(let_go[i]);
    }
    return EXIT_HELD;
}
