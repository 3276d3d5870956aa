/* claims: beyond the articles: what is behind a mapping. */
#include "config.h"

#include "claims.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#include <sys/mount.h>
#endif

static void
tail(void)
{
    int fd = scratch(10);
    char *at = map(PAGE, RW, MAP_SHARED, fd);
    char *second = map(PAGE, RW, MAP_SHARED, fd);
    char *own = map(PAGE, RW, MAP_PRIVATE, fd);
    char *opened = map(PAGE, RW, MAP_SHARED, reopen(fd, O_RDWR));

    saw("byte 100 of 10: %d", at[100]);
    strcpy(at + 100, "TAIL");
    saw("a second mapping: %s", second + 100);
    saw("a private one: %s", own + 100);
    saw("by another open: %s", opened + 100);
    saw("read: %zu bytes", strlen(file_text(fd, 100, 4)));
}

static void
deleted(void)
{
    char *at = map(PAGE, RW, MAP_SHARED, scratch_text("data"));
    const char *line = maps_line(at);

    saw("in maps: %s", strstr(line, "(deleted)") != NULL ? "(deleted)" : line);
    saw("data: %.4s", at);
}

/* Behind the slash with which every name begins. */
static const char *
name_in_maps(const void *at)
{
    const char *name = strchr(maps_line(at), '/');

    return name != NULL ? name : "no name";
}

static int
zero_device(void)
{
    int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);

    needs(fd != -1, "/dev/zero");
    return fd;
}

static void
same_in_maps(void)
{
    char *none = mmap(NULL, PAGE, RW, MAP_SHARED | ANON, -1, 0);
    char *zero = map(PAGE, RW, MAP_SHARED, zero_device());

    needs(none != MAP_FAILED, "MAP_SHARED|MAP_ANONYMOUS");
    saw("anonymous: %s", name_in_maps(none));
    saw("/dev/zero: %s", name_in_maps(zero));
}

static void
two_zeros(void)
{
    int fd = zero_device();
    char *first = map(PAGE, RW, MAP_SHARED, fd);
    char *second = map(PAGE, RW, MAP_SHARED, fd), byte = 'x';

    first[0] = 'x';
    saw("first: %c", first[0]);
    saw("second: %d", second[0]);
    saw("read: %s", read(fd, &byte, 1) == 1 && byte == 0 ? "0" : "not 0");
}

static void
kinds_of_descriptors(void)
{
    int pair[2];

    if (pipe(pair) == -1)
        die("pipe");
    saw("folder: %s", mapped(mmap(NULL, PAGE, PROT_READ, MAP_SHARED,
                                  open("/", O_RDONLY), 0)));
    saw("pipe to read: %s",
        mapped(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, pair[0], 0)));
    saw("to write: %s",
        mapped(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, pair[1], 0)));
    saw("/dev/null: %s", mapped(mmap(NULL, PAGE, PROT_READ, MAP_SHARED,
                                     open("/dev/null", O_RDWR), 0)));
}

/* In a mount name space of this process's own, which ends with it, a tmpfs of
   16 pages is put over /dev/shm. */
static void
full_tmpfs(void)
{
#ifdef __linux__
    int fd;
    char *at;

    needs(geteuid() == 0, "root");
    if (unshare(CLONE_NEWNS) == -1 ||
        mount("none", "/", "none", MS_REC | MS_PRIVATE, "") == -1 ||
        mount("claims", "/dev/shm", "tmpfs", 0, "nr_blocks=16") == -1)
        skip("needs root with mounts of its own: %s", error_name(errno));
    fd = open("/dev/shm/object", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd == -1)
        die("open /dev/shm/object");
    saw("ftruncate: %s", done(ftruncate(fd, (off_t)(32 * PAGE))));
    at = map(32 * PAGE, RW, MAP_SHARED, fd);
    for (int i = 0; i < 16; i++)
        at[(size_t)i * PAGE] = 'x';
    saw("stored: 16 pages");
    saw("the next: %s", store(at + 16 * PAGE));
#if HAVE_POSIX_FALLOCATE
    errno = posix_fallocate(fd, 0, (off_t)(32 * PAGE));
    saw("posix_fallocate: %s", errno == 0 ? "OK" : error_name(errno));
#else
    saw("posix_fallocate: not here");
#endif
#else
    skip("needs Linux");
#endif
}

static void
sealed(void)
{
#if defined(F_ADD_SEALS) && defined(MFD_ALLOW_SEALING)
    int fd = memfd_create("claims", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    needs(fd != -1, "memfd_create");
    if (ftruncate(fd, (off_t)PAGE) == -1)
        die("ftruncate");
    saw("F_SEAL_SHRINK: %s", done(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK)));
    saw("ftruncate to 0: %s", done(ftruncate(fd, 0)));
    saw("F_SEAL_WRITE: %s", done(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)));
    saw("MAP_SHARED RW: %s", mapped(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0)));
#else
    skip("needs memfd_create");
#endif
}

const struct claim claims_beyond_files[] = {
    {71, "beyond", "stores behind the end are lost", "unspecified",
     "byte 100 of 10: 0; a second mapping: TAIL; a private one: TAIL; "
     "by another open: TAIL; read: 0 bytes",
     "half-true",
     "read(2) never sees them, but every mapper of that page does.", tail},
    {78, "beyond", "a removed file stays while it is mapped", "yes",
     "in maps: (deleted); data: data", "true",
     "/proc/PID/maps says so behind the name that it had.", deleted},
    {82, "beyond", "/proc/PID/maps tells the kind of memory", "not in POSIX",
     "anonymous: /dev/zero (deleted); /dev/zero: /dev/zero (deleted)", "false",
     "Shared anonymous memory and /dev/zero look the same there: they are.",
     same_in_maps},
    {83, "beyond", "mapping /dev/zero twice gives one memory", "silent",
     "first: x; second: 0; read: 0", "false",
     "Each call makes an object of its own; only fork shares it.", two_zeros},
    {95, "beyond", "every descriptor can be mapped", "ENODEV",
     "folder: ENODEV|folder: EINVAL; "
     "pipe to read: ENODEV|pipe to read: EINVAL; "
     "to write: EACCES|to write: EINVAL; "
     "/dev/null: ENODEV|/dev/null: EINVAL",
     "false", "Only what has pages: files, memory, some devices.",
     kinds_of_descriptors},
    {96, "beyond", "ftruncate makes sure of the memory", "no such promise",
     "ftruncate: OK; stored: 16 pages; the next: SIGBUS; "
     "posix_fallocate: ENOSPC|posix_fallocate: not here",
     "false",
     "On a full tmpfs the store is killed; posix_fallocate would have told.",
     full_tmpfs},
    {99, "beyond", "nothing prevents a peer's truncation", "not in POSIX",
     "F_SEAL_SHRINK: OK; ftruncate to 0: EPERM; F_SEAL_WRITE: OK; "
     "MAP_SHARED RW: EPERM",
     "false", "Seals on a memfd do, for good.", sealed},
    {0},
};
