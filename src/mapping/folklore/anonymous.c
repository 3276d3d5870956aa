/* claims: memory without a file, and who may share it. */
#include "config.h"

#include "claims.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* These rows are about that very call, no other memory will do. */
static char *
anonymous(size_t size)
{
    void *at = MAP_FAILED;

    if (ANON != 0)
        at = mmap(NULL, size, RW, MAP_SHARED | ANON, -1, 0);
    needs(at != MAP_FAILED, "MAP_SHARED|MAP_ANONYMOUS");
    return at;
}

static void
essence(void)
{
    int fd = scratch_text("file");
    char *file = map(PAGE, RW, MAP_SHARED, fd), *none = anonymous(PAGE);

    file[0] = 'F';
    saw("file: %s", file_text(fd, 0, 4));
    if (kin()) {
        strcpy(none, "hello");
        leave();
    }
    saw("no file, from the child: %s", none);
}

static void
ignored_descriptor(void)
{
    int fd = scratch(PAGE), flags = MAP_PRIVATE | ANON;

    munmap(anonymous(PAGE), PAGE);
    saw("fd -1: %s", mapped(mmap(NULL, PAGE, RW, flags, -1, 0)));
    saw("fd 999: %s", mapped(mmap(NULL, PAGE, RW, flags, 999, 0)));
    saw("a file's: %s", mapped(mmap(NULL, PAGE, RW, flags, fd, 0)));
    saw("offset 1: %s", mapped(mmap(NULL, PAGE, RW, flags, -1, 1)));
    saw("a page: %s", mapped(mmap(NULL, PAGE, RW, flags, -1, (off_t)PAGE)));
}

static void
not_shared(void)
{
    char *at = anonymous(PAGE);

    if (kin()) {
        at[0] = 'c';
        if (kin()) {
            at[1] = 'g';
            leave();
        }
        leave();
    }
    saw("from child and grandchild: %s", at);
}

/* What a FILE that was opened for reading allows. */
static void
zero_by_stdio(void)
{
    static const char *const modes[] = {"r", "r+"};
    int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);

    needs(fd != -1, "/dev/zero");
    for (int i = 0; i < 2; i++) {
        FILE *file = fopen("/dev/zero", modes[i]);

        if (file == NULL)
            die("open /dev/zero");
        saw("fopen %s: %s", modes[i],
            mapped(mmap(NULL, PAGE, RW, MAP_SHARED, fileno(file), 0)));
        fclose(file);
    }
    saw("open O_RDWR: %s", mapped(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0)));
}

/* A free address is given to the child, so that both mean the same one. */
static void
no_name(void)
{
    char **where = (char **)(void *)anonymous(PAGE);
    char *hint = anonymous(PAGE);

    munmap(hint, PAGE);
    if (kin()) {
        *where = mmap(hint, PAGE, RW, MAP_SHARED | ANON, -1, 0);
        strcpy(*where, "hello");
        leave();
    }
    saw("the child mapped: %s", mapped(*where));
    saw("the parent, there: %s", load(*where));
}

static void
only_a_flag(void)
{
    char *at = anonymous(PAGE);
    int lowest = dup(STDERR_FILENO);

    close(lowest);
    at = anonymous(PAGE);
    saw("descriptors taken: %d", dup(STDERR_FILENO) - lowest);
    if (kin()) {
        strcpy(at, "hello");
        leave();
    }
    saw("from the child: %s", at);
}

/* One system cannot tell about others, unless it is one of the others. */
static void
only_linux(void)
{
    struct utsname system;
    const char *names = "neither name";

#if HAVE_DECL_MAP_ANONYMOUS && HAVE_DECL_MAP_ANON
    names = "MAP_ANONYMOUS and MAP_ANON";
#elif HAVE_DECL_MAP_ANONYMOUS
    names = "MAP_ANONYMOUS";
#elif HAVE_DECL_MAP_ANON
    names = "MAP_ANON";
#endif
    if (uname(&system) == -1)
        die("uname");
    if (strcmp(system.sysname, "Linux") == 0)
        skip("needs another system; here Linux has %s", names);
    saw("not Linux, and has %s", names);
}

static void
descriptor_minus_one(void)
{
    saw("fd -1: %s", mapped(mmap(NULL, PAGE, RW, MAP_SHARED, -1, 0)));
}

/* Two processes that made the same call for themselves. */
static void
unrelated(void)
{
    char *seen = anonymous(PAGE);

    for (int i = 0; i < 2; i++)
        if (kin()) {
            char *own = anonymous(PAGE);

            seen[i] = own[0] == 0 ? '0' : own[0];
            own[0] = 'x';
            leave();
        }
    saw("the first stored x, the second found %c", seen[1]);
}

static void
descriptor_for_portability(void)
{
    int flags = MAP_SHARED | ANON;

    munmap(anonymous(PAGE), PAGE);
    saw("fd -1, offset 0: %s", mapped(mmap(NULL, PAGE, RW, flags, -1, 0)));
}

const struct claim claims_anonymous[] = {
    {1, "S0", "mmap keeps memory in step with a disk file",
     "maps a memory object", "file: File; no file, from the child: hello",
     "half-true",
     "A file's mapping is the page cache itself, there is nothing to keep in "
     "step; and processes can share memory that has no file.",
     essence},
    {17, "S1", "MAP_ANONYMOUS ignores the descriptor",
     "not in the 2017 edition",
     "fd -1: OK; fd 999: OK|fd 999: EINVAL; "
     "a file's: OK|a file's: EINVAL; offset 1: EINVAL; "
     "a page: OK|a page: EINVAL",
     "true",
     "On Linux. FreeBSD and OpenBSD refuse any but -1, macOS takes it for "
     "flags: give -1 and offset 0.",
     ignored_descriptor},
    {18, "S1", "anonymous memory cannot be shared", "silent",
     "from child and grandchild: cg", "false",
     "With MAP_SHARED all descendants by fork share it.", not_shared},
    {21, "S1", "no MAP_ANONYMOUS: map fopen(\"/dev/zero\")", "silent",
     "fopen r: EACCES; fopen r+: OK; open O_RDWR: OK", "half-true",
     "fopen gives a FILE, and with mode r one that may not be written: use "
     "open with O_RDWR.",
     zero_by_stdio},
    {31, "S1", "anonymous memory is best for the unrelated", "silent",
     "the child mapped: OK; the parent, there: SIGSEGV", "false",
     "It has no name, so nobody else can map it; a mistranslation of "
     "\"related\".",
     no_name},
    {32, "S1", "it takes only a flag, no file", "not in the 2017 edition",
     "descriptors taken: 0; from the child: hello", "true",
     "MAP_SHARED|MAP_ANONYMOUS, before fork: that is all.", only_a_flag},
    {46, "S2", "MAP_ANON is only on Linux", "Issue 8 has it",
     "not Linux, and has MAP_ANONYMOUS and MAP_ANON|"
     "not Linux, and has MAP_ANONYMOUS|not Linux, and has MAP_ANON",
     "false",
     "The BSDs, macOS, Solaris and AIX have it, too; HP-UX only as "
     "MAP_ANONYMOUS.",
     only_linux},
    {47, "S2", "descriptor -1 makes it anonymous", "EBADF", "fd -1: EBADF",
     "false", "It is the flag that does it.", descriptor_minus_one},
    {48, "S2", "it works between unrelated processes", "silent",
     "the first stored x, the second found 0", "false",
     "Each call makes a new object; only fork, or a descriptor that is passed "
     "on, shares it.",
     unrelated},
    {58, "S3", "anonymous: descriptor -1 for portability",
     "not in the 2017 edition", "fd -1, offset 0: OK", "true",
     "See row 17 for what other systems do with any other.",
     descriptor_for_portability},
    {0},
};
