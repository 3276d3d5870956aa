/* pieces: text files cut into pieces, each word in exactly one of them. */
#include "config.h"

#include "die.h"
#include "pieces.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct file {
    const char *name;
    int fd;
    size_t size;  /* when it was opened */
    size_t first; /* the number of its first piece */
};

/* The last one is none: its `first' is how many pieces there are. */
static struct file files[PIECES_FILES + 1];
static int file_count;
static size_t piece_size;

/* ---- Files -------------------------------------------------------------- */

void
pieces_open(const char *name)
{
    struct file *file = &files[file_count];
    struct stat about;
    char byte;

    if (file_count == PIECES_FILES)
        die_code(EMFILE, "open %s", name);
    /* Without O_NONBLOCK to open a FIFO would wait for a writer. */
    file->fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file->fd == -1)
        die("open %s", name);
    if (fstat(file->fd, &about) == -1)
        die("fstat %s", name);
    if (S_ISDIR(about.st_mode))
        die_code(EISDIR, "read %s", name);
    /* The files in /proc are regular, it is said, and of size 0. */
    if (!S_ISREG(about.st_mode) ||
        (about.st_size == 0 && pread(file->fd, &byte, 1, 0) == 1))
        die_code(0, "%s is not a regular file", name);
    file->name = name;
    file->size = (size_t)about.st_size;
    file_count++;
}

size_t
pieces_cut(size_t size)
{
    piece_size = size;
    for (int i = 0; i < file_count; i++)
        files[i + 1].first = files[i].first + files[i].size / size +
                             (files[i].size % size != 0);
    return files[file_count].first;
}

size_t
pieces_bytes(void)
{
    size_t bytes = 0;

    for (int i = 0; i < file_count; i++)
        bytes += files[i].size + 1;
    return bytes;
}

static const struct file *
file_of(size_t piece)
{
    const struct file *file = files;

    while (piece >= file[1].first)
        file++;
    return file;
}

const char *
pieces_name(size_t piece)
{
    return file_of(piece)->name;
}

void
pieces_close(void)
{
    while (file_count > 0)
        close(files[--file_count].fd);
}

/* ---- Words -------------------------------------------------------------- */

/* Not isalnum(3): what that says depends on the locale. */
static bool
in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
}

/* Append the SIZE bytes from FROM on. They are read, not mapped: SIGBUS would
   kill who has a file mapped that becomes shorter. */
static int
append(struct reader *reader, const struct file *file, size_t from,
       size_t size)
{
    size_t end = reader->size + size;

    if (end > reader->room) {
        char *text = realloc(reader->text, end + end / 2);
        if (text == NULL)
            return ENOMEM;
        reader->text = text;
        reader->room = end + end / 2;
    }
    while (reader->size < end) {
        ssize_t n = pread(file->fd, reader->text + reader->size,
                          end - reader->size, (off_t)from);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return errno;
        if (n == 0)
            return PIECES_SHORT;
        reader->size += (size_t)n;
        from += (size_t)n;
    }
    return 0;
}

/* The last word goes on behind the piece: read its rest, in steps, and drop
   what was read behind it. */
static int
finish_word(struct reader *reader, const struct file *file, size_t from)
{
    enum { STEP = 4096 };

    while (from < file->size && in_word(reader->text[reader->size - 1])) {
        size_t step = file->size - from < STEP ? file->size - from : STEP;
        size_t end = reader->size;
        int error = append(reader, file, from, step);
        if (error != 0)
            return error;
        while (end < reader->size && in_word(reader->text[end]))
            end++;
        if (end < reader->size) {
            reader->size = end;
            break;
        }
        from += step;
    }
    return 0;
}

int
pieces_read(struct reader *reader, size_t piece)
{
    const struct file *file = file_of(piece);
    size_t from = (piece - file->first) * piece_size;
    size_t size =
        file->size - from < piece_size ? file->size - from : piece_size;
    size_t before = from > 0;
    int error;

    /* With the byte before the piece: if that is one of a word, what follows
       is the rest of this word, which belongs to an earlier piece. */
    reader->at = reader->size = 0;
    error = append(reader, file, from - before, before + size);
    if (error != 0)
        return error;
    if (before)
        while (reader->at < reader->size && in_word(reader->text[reader->at]))
            reader->at++;
    if (reader->at == reader->size)
        return 0;
    return finish_word(reader, file, from + size);
}

const char *
pieces_word(struct reader *reader, size_t *length)
{
    size_t begin, end = reader->at;

    while (end < reader->size && !in_word(reader->text[end]))
        end++;
    begin = end;
    while (end < reader->size && in_word(reader->text[end]))
        end++;
    reader->at = end;
    *length = end - begin;
    return *length > 0 ? reader->text + begin : NULL;
}
