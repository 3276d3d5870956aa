/* copies: what copies.c and the routes of a file, copy_routes.c, share. */
#ifndef MAPFORK_COPIES_H
#define MAPFORK_COPIES_H

#include "price.h"

#include <semaphore.h>

enum { KIB = 1 << 10, MIB = 1 << 20, SLOTS = 16 };

/* A semaphore for the empty slots and one for the full ones are all that has
   to be shared besides: one side fills the slots in turn, the other empties
   them. Where none is shared, side N has number N as its own buffer. */
struct shelf {
    sem_t empty, full;
    _Alignas(4096) char slots[];
};

struct task {
    const struct route *way;
    int in, out, ends[2];
    size_t bytes, piece;
    struct shelf *shelf;
};

struct route {
    const char *name, *about;
    void (*act)(const struct task *task, int side);
    int sides, slots; /* processes; slots of the shelf that it uses */
};

/* What a side leaves in cell->number[WHAT + side]. */
enum { COPIED = 0, START = 2, END = 4, LACKS = 6 };

/* All of them; the first one is what the others are compared with. */
enum { COPY_ROUTES = 8 };
extern const struct route copy_routes[COPY_ROUTES];

/* A side of pair_run(); ARGUMENT is the struct task. */
void copy_play(int side, void *argument);

#endif
