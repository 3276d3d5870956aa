/* claims: a mapping and its file. */
#include "config.h"

#include "claims.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file as another process reads it that knows nothing of the mapping. */
static const char *
seen_by_another(int fd, size_t size)
{
    char *text = map(PAGE, RW, MAP_SHARED, -1);

    if (kin()) {
        strcpy(text, file_text(reopen(fd, O_RDONLY), 0, size));
        leave();
    }
    return text;
}

/* scratch() has removed the name. */
static void
closed_and_unlinked(void)
{
    int fd = scratch_text("old");
    char *at = map(PAGE, RW, MAP_SHARED, fd);
    struct stat about;

    if (fstat(fd, &about) == -1)
        die("fstat");
    saw("names: %d", (int)about.st_nlink);
    close(fd);
    saw("closed, load: %.3s", at);
    if (kin()) {
        strcpy(at, "new");
        leave();
    }
    saw("from the child: %.3s", at);
}

static void
sample(void)
{
    int fd = scratch_text("zhangxiang");
    char *at = map(10, RW, MAP_SHARED, fd);

    lseek(fd, 0, SEEK_SET);
    saw("printed: %.10s", at);
    at[0] = 'Z';
    at[1] = 'X';
    saw("cat: %s", output_of(fd, "cat", NULL));
}

static void
back_to_file(void)
{
    int fd = scratch_text("old");
    char *at = map(PAGE, RW, MAP_SHARED, fd);
    char *other = map(PAGE, RW, MAP_SHARED, reopen(fd, O_RDWR));

    strcpy(at, "new");
    saw("read: %s", file_text(fd, 0, 3));
    saw("other mapping: %.3s", other);
    saw("other process: %s", seen_by_another(fd, 3));
}

static void
copy_on_write(void)
{
    int fd = scratch(2 * PAGE);
    char *at = map(2 * PAGE, RW, MAP_PRIVATE, fd);

    strcpy(at, "mine");
    saw("file: %s", *file_text(fd, 0, 4) == '\0' ? "as it was" : "changed");
    if (pwrite(fd, "file", 4, 0) != 4 ||
        pwrite(fd, "file", 4, (off_t)PAGE) != 4)
        die("pwrite");
    saw("stored page: %s", at);
    saw("untouched page: %s",
        strcmp(at + PAGE, "file") == 0 ? "the file's" : "as it was");
}

static void
loads_and_stores(void)
{
    int fd = scratch_text("old");
    char *common = map(PAGE, RW, MAP_SHARED, fd);
    char *own = map(PAGE, RW, MAP_PRIVATE, fd);

    saw("load: %.3s", common);
    strcpy(own, "own");
    saw("file after a MAP_PRIVATE store: %s", file_text(fd, 0, 3));
    strcpy(common, "new");
    saw("after a MAP_SHARED one: %s", file_text(fd, 0, 3));
}

/* A tail that somebody stored stays in the page cache, until the file system
   has written the page and cleared it, if it does. */
static void
rest_of_page(void)
{
    int fd = scratch(10);
    char *at = map(PAGE, RW, MAP_SHARED, fd);
    size_t i = 10;

    while (i < PAGE && at[i] == 0)
        i++;
    saw("at first: %s", i == PAGE ? "all 0" : "not 0");
    strcpy(at + 100, "TAIL");
    munmap(at, PAGE);
    at = map(PAGE, RW, MAP_SHARED, reopen(fd, O_RDWR));
    saw("the next mapper sees: %s", at[100] == '\0' ? "0" : at + 100);
}

static void
never_larger(void)
{
    int fd = scratch(10);
    char *at = map(PAGE, RW, MAP_SHARED, fd);
    struct stat about;

    strcpy(at + 100, "TAIL");
    if (msync(at, PAGE, MS_SYNC) == -1 || fstat(fd, &about) == -1)
        die("msync, fstat");
    saw("size: %ld", (long)about.st_size);
    saw("read at 100: %zu bytes", strlen(file_text(fd, 100, 4)));
}

static void
back_at_unmap(void)
{
    int fd = scratch_text("old");

    if (kin()) {
        strcpy(map(PAGE, RW, MAP_SHARED, fd), "new");
        raise(SIGKILL);
    }
    saw("stored, then %s", kin_end());
    saw("read: %s", file_text(fd, 0, 3));
}

static void
not_before_msync(void)
{
    int fd = scratch_text("old");
    char *at = map(PAGE, RW, MAP_SHARED, fd);

    strcpy(at, "new");
    saw("read: %s", file_text(fd, 0, 3));
    saw("another process: %s", seen_by_another(fd, 3));
}

const struct claim claims_files[] = {
    {8, "S0 S2", "the descriptor may be closed after mmap", "adds a reference",
     "names: 0; closed, load: old; from the child: new", "true",
     "The mapping holds the file, also when its name is removed.",
     closed_and_unlinked},
    {9, "S0", "cat then prints ZXangxiang", "silent",
     "printed: zhangxiang; cat: ZXangxiang", "true",
     "The article's program does that once its typing errors are repaired.",
     sample},
    {15, "S1", "MAP_SHARED stores reach file and other mappers", "yes",
     "read: new; other mapping: new; other process: new", "true",
     "At once on Linux: all of them use the page cache.", back_to_file},
    {16, "S1 S2", "MAP_PRIVATE copies on write, not to the file", "yes",
     "file: as it was; stored page: mine; "
     "untouched page: the file's|untouched page: as it was",
     "true",
     "Whether what is written to the file later shows in a page that was not "
     "stored to is unspecified.",
     copy_on_write},
    {33, "S2", "loads read the file, stores write it", "MAP_SHARED only",
     "load: old; file after a MAP_PRIVATE store: old; "
     "after a MAP_SHARED one: new",
     "true", "For MAP_SHARED.", loads_and_stores},
    {49, "S3", "the rest of the last page is cleared", "always zero-filled",
     "at first: all 0; the next mapper sees: TAIL|the next mapper sees: 0",
     "half-true",
     "Cleared when the page is read; what somebody stores there later stays "
     "in "
     "the page cache, for every mapper to see.",
     rest_of_page},
    {52, "S3", "stores never enlarge the file", "never written out",
     "size: 10; read at 100: 0 bytes", "true",
     "But on tmpfs such a store shows when the file grows later.",
     never_larger},
    {54, "S3", "the file is often written at munmap", "at any time",
     "stored, then SIGKILL; read: new", "half-true",
     "The store is in the page cache, hence in the file for everybody, even "
     "when the process dies before munmap.",
     back_at_unmap},
    {57, "S3", "no update of the file before msync, munmap", "unspecified",
     "read: new; another process: new", "false",
     "On Linux. msync is about storage, not about who sees what.",
     not_before_msync},
    {0},
};
