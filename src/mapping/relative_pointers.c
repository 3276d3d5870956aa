/* relative_pointers: a pointer is an address of one process; an offset from
   the region's start means the same in each process that maps the region.

   A list lies in the region. The parent begins it; the child maps the same
   memory object at another address, reads the list and adds to it; the parent
   reads it again. Look at who can follow the links. Break it: --break=pointer
   links the nodes by pointers, which lead the child to where it has nothing.

     $ relative_pointers
     parent: the list, by offset: map then fork
     child: the region lies at another address here
     child: the list, by offset: map then fork
     parent: the list, by offset: map then fork again

   See also: POSIX, mmap(): the system chooses the address. After fork(2) it is
   the same for what was mapped before it. Next: mapping/claims.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "say.h"
#include "scratch.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct args about = {
    .name = "relative_pointers",
    .idea = "Pointers are each process's own; offsets travel.",
    .breaks =
        {
            {"pointer", "the nodes are linked by pointers"},
        },
};

/* Both links are kept, so that the two runs differ in nothing but in which one
   is followed. */
struct node {
    size_t offset;        /* of the next one from the region's start; 0: end */
    struct node *pointer; /* to it, as the one who stored it has it; or NULL */
    char word[8];
};

/* What lies in the mapping. No lock: the parent stores before fork and loads
   after it has reaped the child, and both order what one process did before
   what the other does. */
struct shared {
    int used;             /* nodes in the list */
    struct node nodes[8]; /* in use from 1 on; the first only leads to them */
};

static struct shared *shared; /* where the region lies in this process */
static bool by_pointer;       /* which link is followed */

static void
map(int fd)
{
    shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED)
        die("mmap a temporary file");
}

/* An offset becomes a pointer here, in the process that uses it, and only for
   as long as it uses it. */
static struct node *
next(const struct node *node)
{
    if (by_pointer)
        return node->pointer;
    return node->offset == 0 ? NULL : (void *)((char *)shared + node->offset);
}

static void
append(const char *word)
{
    struct node *last = &shared->nodes[shared->used++];

    last->pointer = last + 1;
    last->offset = (size_t)((char *)last->pointer - (char *)shared);
    strcpy(last->pointer->word, word);
}

/* Follow the links and say the words; they must be the EXPECTED ones. */
static void
read_list(const char *expected)
{
    char words[64] = "";

    for (struct node *n = next(shared->nodes); n != NULL; n = next(n))
        strcat(strcat(words, " "), n->word);
    say("the list, by %s:%s", by_pointer ? "pointer" : "offset", words);
    promise(strcmp(words, expected) == 0, "the list%s, seen:%s", expected,
            words);
}

/* Nothing may lie at the parent's address, lest the pointers find something
   there by chance: that page stays taken, without any access. */
static void
child(int fd)
{
    struct shared *parents = shared;

    map(fd);
    if (shared == parents || mprotect(parents, sizeof *parents, PROT_NONE))
        die("move the region");
    say("the region lies at another address here");
    child_may_crash();
    read_list(" map then fork");
    append("again");
}

int
main(int argc, char **argv)
{
    int fd, status;
    pid_t pid;

    args_parse(&about, argc, argv);
    by_pointer = args_broken("pointer");
    /* A memory object that can be mapped twice. */
    fd = scratch_file(sizeof *shared);
    map(fd);
    append("map");
    append("then");
    append("fork");
    read_list(" map then fork");
    pid = by_pointer ? child_fork_mortal("child") : child_fork("child");
    if (pid == 0) {
        child(fd);
        _exit(EXIT_HELD);
    }
    close(fd);
    status = child_reap(pid);
    if (!by_pointer)
        read_list(" map then fork again");
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)
        say("the child got SIGSEGV: it followed an address of the parent's");
    else
        die_promise("expected the child to get SIGSEGV, seen: it did not");
    return EXIT_HELD;
}
