/* claims: the names of POSIX shared memory objects, and their modes. */
#include "config.h"

#include "claims.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Does this name lead to the object FD is open on? */
static const char *
same(int fd, const char *name)
{
    int other = shm_open(name, O_RDWR, 0);

    if (other == -1)
        return error_name(errno);
    return stat_of(fd).st_ino == stat_of(other).st_ino ? "the same"
                                                       : "another";
}

static void
names(void)
{
    const char *name = claims_name();
    int fd = make(name, 0600);
    char doubled[64], deep[64], too_long[300];

    snprintf(doubled, sizeof doubled, "/%s", name);
    snprintf(deep, sizeof deep, "%s/x", name);
    snprintf(too_long, sizeof too_long, "%sx", claims_long_name());
    saw("/NAME: %s", same(fd, name));
    saw("NAME: %s", same(fd, name + 1));
    saw("//NAME: %s", same(fd, doubled));
    saw("/NAME/x: %s", same(fd, deep));
    saw("/: %s", same(fd, "/"));
    saw("255 bytes: %s", done(make(claims_long_name(), 0600)));
    saw("256: %s", done(shm_open(too_long, O_RDWR | O_CREAT, 0600)));
}

static void
create(void)
{
    const char *name = claims_name();

    saw("without O_CREAT: %s", done(shm_open(name, O_RDWR, 0)));
    saw("with: %s", done(make(name, 0600)));
    saw("again, O_EXCL: %s",
        done(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600)));
    saw("O_RDONLY: %s", done(shm_open(name, O_RDONLY, 0)));
}

static void
mode(void)
{
    int fd;

    close(make(claims_name(), 0600));
    shm_unlink(claims_name());
    umask(027);
    fd = shm_open(claims_name(), O_RDWR | O_CREAT, 0666);
    saw("0666 with umask 027: 0%o",
        (unsigned)(fd == -1 ? 0 : stat_of(fd).st_mode & 07777));
}

static void
path(void)
{
    char good[64], bad[64];

    needs(access("/dev/shm", F_OK) == 0, "/dev/shm");
    make(claims_name(), 0600);
    snprintf(good, sizeof good, "/dev/shm%s", claims_name());
    snprintf(bad, sizeof bad, "/dev/shm/shm.%s", claims_name() + 1);
    saw("/dev/shm/shm.NAME: %s", done(access(bad, F_OK)));
    saw("/dev/shm/NAME: %s", done(access(good, F_OK)));
}

/* 666 as the article has it, decimal: 01232. */
static void
decimal_mode(void)
{
    const char *name = claims_name();
    int fd;

    become_nobody();
    close(make(name, 0600));
    shm_unlink(name);
    saw("without O_CREAT: %s", done(shm_open(name, O_RDWR, 666)));
    umask(022);
    fd = shm_open(name, O_RDWR | O_CREAT, 666);
    saw("with it: %s", done(fd));
    saw("mode: 0%o", (unsigned)(fd == -1 ? 0 : stat_of(fd).st_mode & 07777));
    saw("the owner opens it again: %s", done(shm_open(name, O_RDWR, 666)));
}

const struct claim claims_names[] = {
    {62, "S4", "the name identifies it in each process", "/NAME does",
     "/NAME: the same; NAME: the same; //NAME: the same; /NAME/x: EINVAL; "
     "/: EINVAL; 255 bytes: OK; 256: ENAMETOOLONG",
     "true", "Portable is one slash, in front.", names},
    {63, "S4", "the first time needs O_CREAT", "yes",
     "without O_CREAT: ENOENT; with: OK; again, O_EXCL: EEXIST; O_RDONLY: OK",
     "true", "With O_EXCL the maker knows that it is the first.", create},
    {64, "S4", "the mode gives the permissions", "and not umask",
     "0666 with umask 027: 0640", "true", "Less what umask takes away.", mode},
    {65, "S4", "it makes /dev/shm/shm.NAME", "unspecified",
     "/dev/shm/shm.NAME: ENOENT; /dev/shm/NAME: OK", "false",
     "It is /dev/shm/NAME; only semaphores have a prefix, sem.", path},
    {66, "S4", "shm_open(\"Test\", O_RDWR, 666) makes it", "with O_CREAT",
     "without O_CREAT: ENOENT; with it: OK; mode: 01210; "
     "the owner opens it again: EACCES",
     "false", "Wrong twice: no O_CREAT, and 666 is decimal; 0666 was meant.",
     decimal_mode},
    {0},
};
