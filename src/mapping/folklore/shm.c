/* claims: POSIX shared memory objects. */
#include "config.h"

#include "claims.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* How fast is not a matter of one run on one machine. */
static void
fastest(void)
{
    skip("an opinion, nothing is promised");
}

static void
rests_on_mmap(void)
{
    int fd = make(claims_name(), 0600);
    char *at;

    resize(fd, PAGE);
    saw("the object is %s",
        S_ISREG(stat_of(fd).st_mode) ? "a regular file" : "no regular file");
    at = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    saw("mmap: %s", mapped(at));
    saw("store: %s", store(at));
}

static void
fresh(void)
{
    int fd = make(claims_name(), 0600);
    struct stat it = stat_of(fd);
    char *at = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);

    saw("size: %ld", (long)it.st_size);
    saw("blocks: %ld", (long)it.st_blocks);
    saw("FD_CLOEXEC: %s",
        (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0 ? "set" : "not set");
    saw("store: %s", at == MAP_FAILED ? mapped(at) : store(at));
    resize(fd, PAGE);
    saw("after ftruncate: %s", at == MAP_FAILED ? mapped(at) : store(at));
}

static void
others_open(void)
{
    int fd = make(claims_name(), 0600), other;
    char *at;

    resize(fd, PAGE);
    at = map(PAGE, RW, MAP_SHARED, fd);
    if (kin()) {
        munmap(at, PAGE);
        other = shm_open(claims_name(), O_RDWR, 0);
        strcpy(map(PAGE, RW, MAP_SHARED, other), "new");
        leave();
    }
    saw("from the other: %s", at);
}

static void
set_size(void)
{
    int fd = make(claims_name(), 0600), file = scratch_text("text"), pair[2];
    struct rlimit limits = {PAGE, RLIM_INFINITY};

    saw("object: %s", done(ftruncate(fd, 10)));
    saw("file cut: %s", done(ftruncate(file, 2)));
    saw("and grown: %s", done(ftruncate(file, 4)));
    saw("text: %s and a %d", file_text(file, 0, 4), file_text(file, 0, 4)[3]);
    saw("O_RDONLY: %s",
        done(ftruncate(shm_open(claims_name(), O_RDONLY, 0), 10)));
    saw("to -1: %s", done(ftruncate(file, -1)));
    saw("a pipe: %s", pipe(pair) == 0 ? done(ftruncate(pair[1], 10)) : "");
    if (setrlimit(RLIMIT_FSIZE, &limits) == -1)
        die("setrlimit RLIMIT_FSIZE");
    if (kin()) {
        signal(SIGXFSZ, SIG_DFL);
        resize(file, 2 * PAGE);
        leave();
    }
    saw("beyond RLIMIT_FSIZE: %s", kin_end());
    signal(SIGXFSZ, SIG_IGN);
    saw("ignored: %s", done(ftruncate(file, (off_t)(2 * PAGE))));
}

static void
persists(void)
{
    char *at;
    int fd;

    if (kin()) {
        fd = make(claims_name(), 0600);
        resize(fd, PAGE);
        strcpy(map(PAGE, RW, MAP_SHARED, fd), "still here");
        leave();
    }
    fd = shm_open(claims_name(), O_RDWR, 0);
    saw("after its maker's end: %s", done(fd));
    if (fd == -1)
        return;
    at = map(PAGE, RW, MAP_SHARED, fd);
    saw("shm_unlink: %s", done(shm_unlink(claims_name())));
    saw("the mapping: %s", at);
    saw("open again: %s", done(shm_open(claims_name(), O_RDWR, 0)));
}

const struct claim claims_shm[] = {
    {60, "S4", "shared memory is the fastest way", "silent", "not measured",
     "unproven",
     "It depends on what is sent, how large, and who waits: compare/price.",
     fastest},
    {61, "S4", "POSIX shared memory rests on mmap", "shm_open, then mmap",
     "the object is a regular file; mmap: OK; store: OK", "true",
     "On Linux it is a file on a tmpfs.", rests_on_mmap},
    {67, "S4", "it allocates the memory in the kernel", "size 0",
     "size: 0; blocks: 0; FD_CLOEXEC: set; store: SIGBUS; "
     "after ftruncate: OK",
     "half-true", "A new object has no byte; ftruncate gives it its size.",
     fresh},
    {68, "S4", "others open it by shm_open(name, flag, 0)", "yes",
     "from the other: new", "true", "The mode counts only where it is made.",
     others_open},
    {69, "S4", "ftruncate cuts, and extends with zeros", "yes",
     "object: OK; file cut: OK; and grown: OK; text: te and a 0; "
     "O_RDONLY: EINVAL; to -1: EINVAL; a pipe: EINVAL; "
     "beyond RLIMIT_FSIZE: SIGXFSZ; ignored: EFBIG",
     "true", "On files and on objects.", set_size},
    {70, "S4", "(shm_unlink is never mentioned)", "it persists",
     "after its maker's end: OK; shm_unlink: OK; the mapping: still here; "
     "open again: ENOENT",
     "omission",
     "The object stays until shm_unlink or the next boot; mappings outlive "
     "its name.",
     persists},
    {0},
};
