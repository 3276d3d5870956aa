/* claims: files without names, other commands, and what /proc tells. */
#include "config.h"

#include "claims.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Files without names ------------------------------------------------ */

/* With O_TMPFILE there is no name at any moment; where that is missing it is
   there for one. */
static int
make_file(void)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    int fd = -1;

    if (folder == NULL || *folder == '\0')
        folder = "/tmp";
#ifdef O_TMPFILE
    fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd != -1)
        return fd;
#endif
    snprintf(path, sizeof path, "%s/mapfork-claims.XXXXXX", folder);
    fd = mkstemp(path);
    if (fd == -1)
        skip("needs a temporary file: %s", error_name(errno));
    if (unlink(path) == -1)
        die("unlink %s", path);
    return fd;
}

int
scratch(size_t size)
{
    int fd = make_file();

    if (ftruncate(fd, (off_t)size) == -1)
        die("ftruncate the temporary file to %zu bytes", size);
    return fd;
}

int
scratch_text(const char *text)
{
    int fd = make_file();

    if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        skip("needs room for a temporary file: %s", error_name(errno));
    return fd;
}

void
resize(int fd, size_t size)
{
    if (ftruncate(fd, (off_t)size) == -1)
        die("ftruncate to %zu bytes", size);
}

int
reopen(int fd, int flags)
{
    char path[64];
    int again;

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    again = open(path, flags | O_CLOEXEC);
    if (again == -1 && errno == ENOENT)
        skip("needs /proc/self/fd");
    if (again == -1)
        die("open %s", path);
    return again;
}

const char *
file_text(int fd, size_t at, size_t size)
{
    static char texts[4][64];
    static int next;
    char *text = texts[next++ % 4];
    ssize_t n;

    if (size >= sizeof texts[0])
        size = sizeof texts[0] - 1;
    n = pread(fd, text, size, (off_t)at);
    if (n == -1)
        die("pread the file");
    text[n] = '\0';
    return text;
}

/* ---- Names in /dev/shm -------------------------------------------------- */

static char short_name[32], long_name[258];

const char *
claims_name(void)
{
    return short_name;
}

const char *
claims_long_name(void)
{
    return long_name;
}

/* The slash and 255 bytes, NAME_MAX of nearly every file system. */
void
claims_choose_names(void)
{
    snprintf(short_name, sizeof short_name, "/mapfork-claims.%ld",
             (long)getpid());
    memset(long_name, 'x', 256);
    long_name[256] = '\0';
    memcpy(long_name, short_name, strlen(short_name));
}

/* Also called from a signal handler. */
void
claims_remove_names(void)
{
    int keep = errno;

    shm_unlink(short_name);
    shm_unlink(long_name);
    errno = keep;
}

struct stat
stat_of(int fd)
{
    struct stat about;

    if (fstat(fd, &about) == -1)
        die("fstat the object");
    return about;
}

int
make(const char *name, mode_t mode)
{
    mode_t before = umask(0);
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, mode);

    umask(before);
    if (fd == -1 && (errno == ENOSYS || errno == ENOENT || errno == EACCES ||
                     errno == EROFS))
        skip("needs shm_open: %s", error_name(errno));
    if (fd == -1)
        die("shm_open %s", name);
    return fd;
}

/* ---- Commands and /proc ------------------------------------------------- */

const char *
output_of(int from, const char *command, const char *argument)
{
    static char text[16384];
    int to = scratch(0);
    ssize_t n;

    if (kin()) {
        if (dup2(from, STDIN_FILENO) == -1 || dup2(to, STDOUT_FILENO) == -1)
            die("dup2");
        execlp(command, command, argument, (char *)NULL);
        die("execute %s", command);
    }
    n = pread(to, text, sizeof text - 1, 0);
    if (n == -1)
        die("pread what %s printed", command);
    text[n > 0 ? n : 0] = '\0';
    close(to);
    return text;
}

/* What this function itself reads is counted next time, hence not now. */
struct traffic
traffic(void)
{
    static long long own_bytes, own_calls;
    struct traffic traffic = {-own_bytes, -own_calls};
    char text[1024];
    const char *const counters[] = {
        "rchar: ", "wchar: ", "syscr: ", "syscw: "};
    int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd == -1 ? -1 : read(fd, text, sizeof text - 1);

    needs(n > 0, "/proc/self/io");
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    own_bytes += n;
    own_calls++;
    for (int i = 0; i < 4; i++) {
        const char *at = strstr(text, counters[i]);
        long long value;

        needs(at != NULL, "rchar and syscr in /proc/self/io");
        value = strtoll(at + strlen(counters[i]), NULL, 10);
        *(i < 2 ? &traffic.bytes : &traffic.calls) += value;
    }
    return traffic;
}

const char *
maps_line(const void *at)
{
    static char line[512];
    FILE *maps = fopen("/proc/self/maps", "re");
    unsigned long from, to;

    needs(maps != NULL, "/proc/self/maps");
    while (fgets(line, sizeof line, maps) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%lx-%lx", &from, &to) == 2 &&
            from <= (unsigned long)at && (unsigned long)at < to) {
            fclose(maps);
            return line;
        }
    }
    fclose(maps);
    return "";
}
