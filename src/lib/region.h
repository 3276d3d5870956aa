/* region: memory that a process and the children it forks later share. */
#ifndef MAPFORK_REGION_H
#define MAPFORK_REGION_H

#include <stddef.h>

/* Which memory is wanted. REGION_FILE is never wanted, only got. */
enum region_backing { REGION_ANON, REGION_ZERO, REGION_FILE };

struct region {
    void *memory;                /* where it lies, page aligned, all zeros */
    size_t size;                 /* as asked for; whole pages are mapped */
    enum region_backing backing; /* what it really is */
    const char *from;            /* the same in words, for messages */
};

/* Map SIZE bytes, MAP_SHARED, readable and writable, zeroed. Call it before
   fork: children then find the same memory at the same address, and a region
   mapped later is not theirs.

   WANTED is tried first. Where the system refuses that kind of memory, the
   next one is taken: anonymous memory, then /dev/zero, then an unlinked
   temporary file in $TMPDIR (or /tmp); region->backing tells. Having no
   memory left is no refusal: ENOMEM is returned as it is.

   Returns 0, or an error number with *region untouched. No locks, no signals;
   call it from one thread. */
int region_try(struct region *region, size_t size, enum region_backing wanted);

/* The same for programs: a failure ends the program with EXIT_SYSTEM. */
struct region region_map(size_t size, enum region_backing wanted);

/* Unmap it, in this process alone: the memory lives on while another process
   has it mapped. Never while holding a lock inside: the others would never
   learn that its owner is gone. */
void region_unmap(struct region *region);

#endif
