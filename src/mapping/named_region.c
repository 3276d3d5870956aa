/* named_region: a region with a name. Processes that are no kin find it by
   shm_open(3), and it outlives them all, until somebody removes the name.

   `named_region create NAME', then put, get and remove, each in a process of
   its own, is the use; without operands all four are played, and more. Look
   at the last line: who has mapped it keeps it, also without a name. Break it:
   --break=notrunc forgets that a new region has no bytes; --break=nounlink
   leaves the name when all have gone.

     $ named_region
     creator: made the region, 4096 bytes
     putter: stored `hello' and went
     getter: found `hello'
     parent: the name is gone: ENOENT, but a map made before holds `hello'

   See also: shm_open(3), shm_overview(7); POSIX, shm_open(): what NAME means
   without a leading slash is up to the system. Next: mapping/page_ends.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "say.h"
#include "words.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 4096 };

static const struct args about = {
    .name = "named_region",
    .idea = "A region with a name outlives its makers, until the name is "
            "removed.",
    .operands = "[create|put|get|remove NAME [TEXT]]",
    .most = 3,
    .breaks = {{"notrunc", "the region is used before it has a size"},
               {"nounlink", "nobody removes the name"}},
};

static char name[256];

/* Map the whole object. Without a size in it, that is no error yet. */
static char *
map(int fd)
{
    char *text = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (text == MAP_FAILED)
        die("mmap %s", name);
    close(fd);
    return text;
}

/* O_EXCL: a region of that name may be another program's. Its first bytes are
   zeros: an empty text. The umask applies to the mode, as for a file. */
static void
create(void)
{
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);

    if (fd == -1)
        die("shm_open %s", name);
    if (!args_broken("notrunc") && ftruncate(fd, SIZE) == -1)
        die("ftruncate %s", name);
    close(fd);
    say("made the region, %d bytes", args_broken("notrunc") ? 0 : SIZE);
}

/* Open what somebody has made. Its size is looked at first: to touch a page
   that it does not have would be a SIGBUS. */
static char *
open_region(void)
{
    int fd = shm_open(name, O_RDWR, 0);
    struct stat status;

    if (fd == -1)
        die("shm_open %s", name);
    if (fstat(fd, &status) == -1)
        die("fstat %s", name);
    if (status.st_size < SIZE && !args_broken("notrunc"))
        die_promise("%s: expected %d bytes, seen: %lld", name, SIZE,
                    (long long)status.st_size);
    return map(fd);
}

static void
put(const char *text)
{
    char *region = open_region();

    if (strlen(text) >= SIZE)
        args_wrong("TEXT is too long; give less than %d bytes", SIZE);
    strcpy(region, text);
    say("stored `%s' and went", text);
    munmap(region, SIZE);
}

static void
get(void)
{
    char *region = open_region();

    say("found `%.*s'", SIZE, region);
    munmap(region, SIZE);
}

static void
remove_it(void)
{
    if (shm_unlink(name) == -1)
        die("shm_unlink %s", name);
}

static void
put_hello(void)
{
    put("hello");
}

/* What a child does here an unrelated process could do: none of them uses a
   mapping that it has inherited. */
static int
in_a_process(const char *role, void (*step)(void))
{
    /* Where the store is a SIGBUS the putter may die; else nobody may. */
    bool doomed = args_broken("notrunc") && step == put_hello;
    pid_t pid =
        doomed ? child_fork_doomed("%s", role) : child_fork("%s", role);

    if (pid == 0) {
        child_may_crash();
        step();
        _exit(EXIT_HELD);
    }
    return child_reap(pid);
}

/* A story must not leave its name behind, however it ends. */
static void
tidy(void)
{
    shm_unlink(name);
}

static void
tell(void)
{
    char *before;
    int status;

    snprintf(name, sizeof name, "/mapfork.%ld", (long)getpid());
    child_at_end(tidy);
    in_a_process("creator", create);
    status = in_a_process("putter", put_hello);
    if (args_broken("notrunc")) {
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGBUS)
            die_promise("expected SIGBUS, seen: the store went well");
        say("SIGBUS: the region has a name, but no bytes yet");
        return;
    }
    in_a_process("getter", get);
    if (args_broken("nounlink")) {
        say("all have gone, and nobody has removed the name");
        in_a_process("stranger", get);
        say("the region stays until the system is started again; it is "
            "removed now");
        return;
    }
    before = open_region();
    remove_it();
    if (shm_open(name, O_RDWR, 0) != -1 || errno != ENOENT)
        die_promise("expected ENOENT, seen: the name is still there");
    say("the name is gone: %s, but a map made before holds `%s'",
        words_error(ENOENT), before);
    munmap(before, SIZE);
}

/* One step, asked for on the command line. */
static void
step(const char *verb, const char *text)
{
    if (args_any_break())
        args_wrong("--break goes without operands");
    if (strcmp(verb, "put") == 0 && text == NULL)
        args_wrong("put: TEXT is missing");
    if (strcmp(verb, "put") != 0 && text != NULL)
        args_wrong("%s takes no TEXT", verb);
    if (strcmp(verb, "create") == 0)
        create();
    else if (strcmp(verb, "put") == 0)
        put(text);
    else if (strcmp(verb, "get") == 0)
        get();
    else if (strcmp(verb, "remove") == 0)
        remove_it();
    else
        args_wrong("'%s' is unknown; give create, put, get or remove", verb);
}

int
main(int argc, char **argv)
{
    const char *given;

    args_parse(&about, argc, argv);
    if (args_operands() == 0) {
        tell();
        return EXIT_HELD;
    }
    given = args_operand(1);
    if (given == NULL)
        args_wrong("an operand is missing; give %s", about.operands);
    /* The form that POSIX promises to mean the same everywhere. */
    if (given[0] != '/' || given[1] == '\0' || strchr(given + 1, '/') ||
        strlen(given) >= sizeof name)
        args_wrong("NAME '%s': give a slash, and up to 254 bytes without one",
                   given);
    strcpy(name, given);
    step(args_operand(0), args_operand(2));
    return EXIT_HELD;
}
