/* claims: what mmap refuses, and by which error. */
#include "config.h"

#include "claims.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#if defined(__linux__) && defined(__GLIBC__)
#include <linux/fs.h>
#endif

/* mmap of a page with these, from FD. */
static const char *
attempt(int prot, int flags, int fd)
{
    return mapped(mmap(NULL, PAGE, prot, flags, fd, 0));
}

static void
deny_write(void)
{
#ifdef MAP_DENYWRITE
    int fd = scratch_text("old"), writer;
    char *at = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_DENYWRITE, fd, 0);

    saw("MAP_DENYWRITE: %s", mapped(at));
    writer = reopen(fd, O_RDWR);
    saw("another's write: %s", done(pwrite(writer, "ne", 2, 0)));
    saw("in the mapping: %.3s", at == MAP_FAILED ? "" : at);
#else
    skip("needs MAP_DENYWRITE");
#endif
}

static void
bad_descriptor(void)
{
    int fd = scratch(PAGE), closed = dup(fd);

    close(closed);
    saw("-1: %s", attempt(RW, MAP_SHARED, -1));
    saw("a closed one: %s", attempt(RW, MAP_SHARED, closed));
#ifdef O_PATH
    saw("O_PATH: %s", attempt(PROT_READ, MAP_SHARED, reopen(fd, O_PATH)));
#else
    saw("O_PATH: not here");
#endif
}

/* Only root can make a file append-only, and not on every file system. */
static const char *
append_only(int fd)
{
#if defined(FS_IOC_SETFLAGS) && defined(FS_APPEND_FL)
    /* The kernel reads an int, though it is declared as a long. */
    int flags[2] = {FS_APPEND_FL};

    if (ioctl(fd, FS_IOC_SETFLAGS, flags) == 0)
        return attempt(RW, MAP_SHARED, fd);
#else
    (void)fd;
#endif
    return "not here";
}

static void
access_mode(void)
{
    static const int each[] = {PROT_NONE, PROT_READ, PROT_WRITE, RW};
    int fd = scratch(PAGE), refused = 0;
    int reader = reopen(fd, O_RDONLY), writer = reopen(fd, O_WRONLY);
    int adder = reopen(fd, O_RDWR | O_APPEND);

    for (int i = 0; i < 8; i++)
        refused += strcmp(attempt(each[i % 4],
                                  i < 4 ? MAP_SHARED : MAP_PRIVATE, writer),
                          "EACCES") == 0;
    saw("O_WRONLY: EACCES in %d of 8 ways", refused);
    saw("O_RDONLY, MAP_SHARED RW: %s", attempt(RW, MAP_SHARED, reader));
    saw("MAP_PRIVATE RW: %s", attempt(RW, MAP_PRIVATE, reader));
    saw("O_APPEND: %s", attempt(RW, MAP_SHARED, adder));
    saw("append-only file: %s", append_only(fd));
}

static void
invalid(void)
{
    int fd = scratch(PAGE);
    char *at = map(2 * PAGE, RW, MAP_SHARED, fd);
    const off_t before_0 = -(off_t)PAGE;

    saw("length 0: %s", mapped(mmap(NULL, 0, RW, MAP_SHARED, fd, 0)));
    saw("offset 1: %s", mapped(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 1)));
    saw("odd start, fixed: %s",
        mapped(mmap(at + 1, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0)));
    saw("length SIZE_MAX: %s",
        mapped(mmap(NULL, SIZE_MAX, RW, MAP_SHARED, fd, 0)));
    saw("offset below 0: %s",
        mapped(mmap(NULL, PAGE, RW, MAP_SHARED, fd, before_0)));
}

static void
read_only_file(void)
{
    int fd = reopen(scratch(PAGE), O_RDONLY);

    saw("MAP_SHARED: %s", attempt(RW, MAP_SHARED, fd));
    saw("MAP_PRIVATE: %s", attempt(RW, MAP_PRIVATE, fd));
}

static void
within_open_mode(void)
{
    int fd = scratch(PAGE), reader = reopen(fd, O_RDONLY);
    char *at = map(PAGE, PROT_READ, MAP_SHARED, reader);

    saw("O_RDONLY, R: %s", mapped(at));
    saw("RW: %s", attempt(RW, MAP_SHARED, reader));
    saw("mprotect to RW: %s", done(mprotect(at, PAGE, RW)));
    saw("O_WRONLY, W: %s",
        attempt(PROT_WRITE, MAP_SHARED, reopen(fd, O_WRONLY)));
}

static void
private_needs_read(void)
{
    int fd = scratch_text("old");
    char *at = mmap(NULL, PAGE, RW, MAP_PRIVATE, reopen(fd, O_RDONLY), 0);

    saw("O_RDONLY, MAP_PRIVATE RW: %s", mapped(at));
    if (at == MAP_FAILED)
        return;
    strcpy(at, "new");
    saw("stored: %s", at);
    saw("file: %s", file_text(fd, 0, 3));
}

static void
no_conflict(void)
{
    int fd = scratch(PAGE), reader = reopen(fd, O_RDONLY);

    saw("O_RDONLY, MAP_SHARED R: %s", attempt(PROT_READ, MAP_SHARED, reader));
    saw("W: %s", attempt(PROT_WRITE, MAP_SHARED, reader));
    saw("O_RDWR, RW: %s", attempt(RW, MAP_SHARED, fd));
}

const struct claim claims_errors[] = {
    {19, "S1", "MAP_DENYWRITE makes other writers fail", "not in POSIX",
     "MAP_DENYWRITE: OK; another's write: OK; in the mapping: ned", "outdated",
     "Linux ignores it since 2.0: anybody could have stopped the writers of "
     "any file.",
     deny_write},
    {23, "S1", "EBADF: the descriptor is not valid", "EBADF",
     "-1: EBADF; a closed one: EBADF; O_PATH: EBADF|O_PATH: not here", "true",
     "Nor is one by which a file may not even be read (O_PATH).",
     bad_descriptor},
    {24, "S1", "EACCES: PRIVATE needs reading, SHARED writing",
     "reading always",
     "O_WRONLY: EACCES in 8 of 8 ways; O_RDONLY, MAP_SHARED RW: EACCES; "
     "MAP_PRIVATE RW: OK; O_APPEND: OK; "
     "append-only file: EACCES|append-only file: not here",
     "half-true",
     "Every mapping needs a descriptor that may be read from; MAP_SHARED with "
     "PROT_WRITE needs one that may be written to as well.",
     access_mode},
    {25, "S1", "EINVAL: start, length or offset is wrong", "yes",
     "length 0: EINVAL; offset 1: EINVAL; odd start, fixed: EINVAL; "
     "length SIZE_MAX: ENOMEM|length SIZE_MAX: EINVAL; "
     "offset below 0: EOVERFLOW|offset below 0: EINVAL",
     "half-true",
     "What is not a multiple of the page is EINVAL; what is too big is ENOMEM "
     "or EOVERFLOW.",
     invalid},
    {40, "S2", "read-only file, RW mapping: EINVAL", "EACCES",
     "MAP_SHARED: EACCES; MAP_PRIVATE: OK", "false",
     "It is EACCES, and only for MAP_SHARED: private stores never reach the "
     "file.",
     read_only_file},
    {41, "S2", "SHARED: no more than the open mode", "yes",
     "O_RDONLY, R: OK; RW: EACCES; mprotect to RW: EACCES; "
     "O_WRONLY, W: EACCES",
     "true", "Nor can mprotect add later what the descriptor did not allow.",
     within_open_mode},
    {44, "S2", "MAP_PRIVATE needs only reading", "yes",
     "O_RDONLY, MAP_PRIVATE RW: OK; stored: new; file: old", "true",
     "The stores go to a copy.", private_needs_read},
    {56, "S3", "protection must not conflict with open", "yes",
     "O_RDONLY, MAP_SHARED R: OK; W: EACCES; O_RDWR, RW: OK", "true",
     "EACCES where it does.", no_conflict},
    {0},
};
