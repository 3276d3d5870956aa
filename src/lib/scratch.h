/* scratch: a temporary file that nobody else can name. */
#ifndef MAPFORK_SCRATCH_H
#define MAPFORK_SCRATCH_H

#include <sys/types.h>

/* Make a file of SIZE bytes, all zero, in $TMPDIR or else /tmp, and open it
   COUNT times, for reading and writing, into FDS: COUNT open file
   descriptions of one file. Its name is gone before this returns, so that no
   crash can leave it behind. A failure ends the program with EXIT_SYSTEM. */
void scratch_files(int *fds, int count, off_t size);

/* The same, opened once; returns the descriptor. */
int scratch_file(off_t size);

/* Give FD SIZE bytes that really exist: to touch a hole of a full disk would
   be SIGBUS later, in whichever process touches it first. Where the file
   system cannot reserve, a hole has to do. Returns 0 or an error number. */
int scratch_extend(int fd, off_t size);

#endif
