/* poke_file: a store through a shared file mapping is a store into the file.

   It prints FILE through the mapping, stores TEXT at offset AT (ZX at 0) as
   into any array, and reads the file again by pread(2). Look at the last
   line: no write(2) was called, yet the file has changed. To break it, map
   with MAP_PRIVATE: --break=private.

     $ printf zhangxiang >name; poke_file name; rm name
     parent: name through the mapping, 10 bytes:
     zhangxiang
     parent: stored 2 bytes at 0
     parent: name by pread(2):
     ZXangxiang

   See also: mmap(2), msync(2). Next: mapping/copy_file.c. */
#include "config.h"

#include "args.h"
#include "die.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct args about = {
    .name = "poke_file",
    .idea = "A store through a shared file mapping is a store into the file.",
    .operands = "FILE [AT TEXT]",
    .least = 1,
    .most = 3,
    .breaks =
        {
            {"private", "the mapping is MAP_PRIVATE: the file keeps its text"},
        },
};

static const char *path, *text = "ZX";
static size_t at, length;

static void
read_operands(void)
{
    path = args_operand(0);
    if (args_operands() == 2)
        args_wrong("AT '%s' has no TEXT; give both or neither",
                   args_operand(1));
    if (args_operands() == 3) {
        at = (size_t)args_number("AT", args_operand(1), 0, SSIZE_MAX);
        text = args_operand(2);
    }
    length = strlen(text);
    if (length == 0)
        args_wrong("TEXT is empty: there is nothing to store");
}

/* Open the file and take its size: only a regular file has one that says how
   much can be mapped. O_RDWR, since a shared mapping may not do more than its
   descriptor, and every mapping, also one to store into, needs a readable
   one. */
static size_t
open_file(int *fd)
{
    struct stat status;

    *fd = args_file(0, O_RDWR, 0, &status);
    if (status.st_size == 0)
        args_wrong("%s is empty: there is nothing to map", path);
    if ((off_t)(size_t)status.st_size != status.st_size)
        die_code(EOVERFLOW, "map all of %s", path);
    return (size_t)status.st_size;
}

/* The rest of the file's last page is mapped, too: a store there raises no
   signal, and never gets into the file. Only ftruncate(2) makes it longer. */
static void
refuse_past_end(size_t size)
{
    if (length > size || at > size - length)
        args_wrong("%s has %zu bytes: %zu at %zu would go past its end", path,
                   size, length, at);
}

/* All SIZE bytes and not one more: a file does not end in a zero byte, so a
   mapping is no string, and "%s" would read on behind the file. */
static void
print(const char *bytes, size_t size)
{
    if (args_quiet())
        return;
    if (say_write(STDOUT_FILENO, bytes, size) == -1 ||
        (bytes[size - 1] != '\n' && say_write(STDOUT_FILENO, "\n", 1) == -1))
        die("write to standard output");
}

/* The file as a program sees it that knows nothing of the mapping. */
static char *
read_back(int fd, size_t size)
{
    char *bytes = malloc(size);

    if (bytes == NULL)
        die("malloc %zu bytes", size);
    for (size_t done = 0; done < size;) {
        ssize_t n = pread(fd, bytes + done, size - done, (off_t)done);
        if (n == -1)
            die("pread %s", path);
        promise(n != 0, "%zu bytes, seen: %zu", size, done);
        done += (size_t)n;
    }
    return bytes;
}

int
main(int argc, char **argv)
{
    char *mapped, *seen;
    int flags, fd;
    size_t size;

    args_parse(&about, argc, argv);
    read_operands();
    size = open_file(&fd);
    refuse_past_end(size);
    flags = args_broken("private") ? MAP_PRIVATE : MAP_SHARED;
    mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (mapped == MAP_FAILED)
        die("mmap %zu bytes of %s", size, path);
    if (args_broken("private") && memcmp(mapped + at, text, length) == 0)
        args_wrong("%s has this text already: no change could be seen", path);
    say("%s through the mapping, %zu bytes:", path, size);
    print(mapped, size);
    memcpy(mapped + at, text, length);
    /* Linux shows the store to read(2) at once: mapping and file are the same
       pages. POSIX promises it from msync on, which also reports what a store
       cannot: that the disk is full or bad. */
    if (msync(mapped, size, MS_SYNC) == -1)
        die("msync %s", path);
    say("stored %zu bytes at %zu", length, at);
    seen = read_back(fd, size);
    say("%s by pread(2):", path);
    print(seen, size);

    promise((memcmp(seen + at, text, length) == 0) != args_broken("private"),
            "the store %s the file",
            args_broken("private") ? "outside" : "in");
    if (args_broken("private"))
        say("the file is unchanged: the store went into a copy of the page");
    free(seen);
    munmap(mapped, size);
    close(fd);
    return EXIT_HELD;
}
