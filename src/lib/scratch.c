/* scratch: a temporary file that nobody else can name. */
#include "config.h"

#include "child.h"
#include "die.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
scratch_extend(int fd, off_t size)
{
#if HAVE_POSIX_FALLOCATE
    int error = size > 0 ? posix_fallocate(fd, 0, size) : 0;

    if (error == 0 || (error != EINVAL && error != EOPNOTSUPP))
        return error;
#endif
    return ftruncate(fd, size) == -1 ? errno : 0;
}

void
scratch_files(int *fds, int count, off_t size)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    int error;

    if (folder == NULL || *folder == '\0')
        folder = "/tmp";
    if ((size_t)snprintf(path, sizeof path, "%s/mapfork.XXXXXX", folder) >=
        sizeof path)
        die_code(ENAMETOOLONG, "make a file in %s", folder);
    child_hold();
    fds[0] = mkstemp(path);
    if (fds[0] == -1)
        die("make %s", path);
    fcntl(fds[0], F_SETFD, FD_CLOEXEC);
    error = scratch_extend(fds[0], size);
    for (int i = 1; i < count && error == 0; i++) {
        fds[i] = open(path, O_RDWR | O_CLOEXEC);
        error = fds[i] == -1 ? errno : 0;
    }
    unlink(path);
    child_go_on();
    if (error != 0)
        die_code(error, "make %s", path);
}

int
scratch_file(off_t size)
{
    int fd;

    scratch_files(&fd, 1, size);
    return fd;
}
