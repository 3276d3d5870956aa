/* named_region: memory with a name, for processes that are no kin: shm_open,
   ftruncate, mmap. It needs no fork, only somebody who knows the name, and it
   stays when all who made it have ended, until shm_unlink.
   Try create /x, put /x hi, get /x, remove /x; without operands it does all
   that. Break it: --break=notrunc, --break=nounlink.

     $ named_region
     create: "nothing yet" is in the region
     put: "hello" is in the region
     parent: "hello" is in the region
     parent: removed: open is ENOENT, "hello" is still mapped

   See also: shm_open(3), shm_overview(7). Next: mapping/page_ends.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "say.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct args about = {
    .name = "named_region",
    .idea = "Shared memory by name: it outlives its makers until shm_unlink.",
    .operands = "[create|put|get|remove NAME [TEXT]]",
    .most = 3,
    .breaks = {{"notrunc", "the region is left empty: a store is SIGBUS"},
               {"nounlink", "nobody removes the name: it stays"}},
};

/* No lock: put and get are to come one after the other. */
struct shared {
    char text[1024]; /* the creator, then the writer */
};
static struct shared *shared;
static const char *name, *text = "nothing yet";

static void
unlink_name(void)
{
    shm_unlink(name);
}

/* A new object has 0 bytes, whatever is mapped: ftruncate gives it more, and
   scratch_extend also sees to it that there is room for them. One of somebody
   else's may not have its size yet, or be another program's: a store could be
   SIGBUS. The mode is octal: decimal 600 would be 01130, closed to us. */
static void
map(int flags)
{
    struct stat status;
    int fd, error;

    child_hold();
    fd = shm_open(name, flags, 0600);
    if (fd == -1)
        die("shm_open %s", name);
    if (flags & O_CREAT)
        child_at_end(unlink_name);
    child_go_on();
    if ((flags & O_CREAT) && !args_broken("notrunc") &&
        (error = scratch_extend(fd, sizeof *shared)) != 0)
        die_code(error, "posix_fallocate %s", name);
    promise((flags & O_CREAT) ||
                (fstat(fd, &status) != -1 && status.st_size == sizeof *shared),
            "%zu bytes in %s, seen: another size", sizeof *shared, name);
    shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED)
        die("mmap %s", name);
    close(fd);
}

static void
act(const char *word)
{
    if (strcmp(word, "remove") == 0) {
        if (shm_unlink(name) == -1)
            die("shm_unlink %s", name);
        say("removed the name");
        return;
    }
    map(strcmp(word, "create") == 0 ? O_RDWR | O_CREAT | O_EXCL : O_RDWR);
    if (strcmp(word, "get") != 0)
        strcpy(shared->text, text);
    say("\"%.1023s\" is in the region", shared->text);
}

/* The same in a process that inherits the name and no more: it maps after
   fork, as any stranger would. Its mapping goes with it, the region stays. */
static int
play(const char *word)
{
    pid_t pid = args_broken("notrunc") ? child_fork_mortal("%s", word)
                                       : child_fork("%s", word);

    if (pid == 0) {
        child_may_crash();
        act(word);
        _exit(EXIT_HELD);
    }
    return child_reap(pid);
}

/* A name goes as a file's does: at once, for all who look for it from now on;
   the memory goes with the last mapping of it. */
static int
show_all(void)
{
    static char own[32];
    int status;

    snprintf(own, sizeof own, "/mapfork.%ld", (long)getpid());
    name = own;
    child_at_end(unlink_name);
    status = play("create");
    if (args_broken("notrunc")) {
        promise(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS,
                "SIGBUS in create, seen: another end");
        say("create was killed by SIGBUS: it stored into 0 bytes");
        return EXIT_HELD;
    }
    text = "hello";
    play("put");
    if (args_broken("nounlink")) {
        play("get");
        say("nobody has it mapped, it stays, until the next boot or until we "
            "end, for we do not leave it");
        return EXIT_HELD;
    }
    act("get");
    unlink_name();
    promise(shm_open(name, O_RDWR, 0) == -1 && errno == ENOENT,
            "ENOENT, seen: the name is still there");
    say("removed: open is ENOENT, \"%s\" is still mapped", shared->text);
    return EXIT_HELD;
}

int
main(int argc, char **argv)
{
    const char *word;
    bool puts;

    args_parse(&about, argc, argv);
    word = args_operand(0);
    if (word == NULL)
        return show_all();
    puts = strcmp(word, "put") == 0;
    if (!puts && strcmp(word, "create") != 0 && strcmp(word, "get") != 0 &&
        strcmp(word, "remove") != 0)
        args_wrong("'%s' is none of create, put, get, remove", word);
    if (args_operands() != 2 + puts || args_any_break())
        args_wrong("put takes NAME TEXT, the others NAME, none --break");
    name = args_operand(1);
    if (*name != '/' || strchr(name + 1, '/') != NULL || name[1] == '\0')
        args_wrong("NAME '%s': it begins with its only slash, as /x", name);
    text = puts ? args_operand(2) : text;
    if (strlen(text) >= sizeof shared->text)
        args_wrong("TEXT has more than %zu bytes", sizeof shared->text - 1);
    say_as(word);
    act(word);
    child_at_end(NULL);
    return EXIT_HELD;
}
