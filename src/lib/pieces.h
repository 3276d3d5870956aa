/* pieces: text files cut into pieces, each to be read by one of several
   processes, so that every word is read by exactly one of them.

   A word is a run of ASCII letters and digits within one file. It belongs to
   the piece in which it begins, wherever it ends. The files are opened before
   fork; the descriptors serve all processes, for pread(2) leaves the offset
   that they share alone. A file that grows meanwhile is read as far as it
   reached when it was opened. */
#ifndef MAPFORK_PIECES_H
#define MAPFORK_PIECES_H

#include <stddef.h>

enum { PIECES_FILES = 512, PIECES_SHORT = -1 };

/* Open one more file. A failure ends the program with EXIT_SYSTEM, and so does
   what is not a regular file: it could not be read from the middle. */
void pieces_open(const char *name);

/* Cut all of them into pieces of SIZE bytes; returns how many there are. They
   are numbered from 0. An empty file has none. */
size_t pieces_cut(size_t size);

/* How many bytes all the files have together, one behind each included: the
   size of a text with the same words. */
size_t pieces_bytes(void);

/* The name of the file that PIECE is of. */
const char *pieces_name(size_t piece);

void pieces_close(void);

/* The words of a piece. All zeros before the first use; of one process. */
struct reader {
    char *text;
    size_t room;     /* bytes at text */
    size_t at, size; /* the words not taken yet are those from at to size */
};

/* Read the words that begin in PIECE. Returns 0, an error number, or
   PIECES_SHORT: the file is shorter than it was. */
int pieces_read(struct reader *reader, size_t piece);

/* The next of them, and its length; NULL when all were taken. */
const char *pieces_word(struct reader *reader, size_t *length);

#endif
