/* record: all that record_write and record_read know of each other: how the
   bytes lie in the file. The widths are fixed, and nothing is left between
   the members, so that any compiler lays them out alike; the magic would look
   different on a machine with the other byte order. No pointers: an address
   means nothing to the other process. */
#ifndef MAPFORK_RECORD_H
#define MAPFORK_RECORD_H

#include <stdatomic.h>
#include <stdint.h>

enum { RECORD_MAGIC = 0x4d666b31, RECORD_VERSION = 1, RECORD_NAME = 28 };

struct person {
    char name[RECORD_NAME]; /* ends in a zero byte */
    uint32_t id;
};

struct record {
    _Atomic uint32_t magic; /* 0 until all the rest is stored */
    uint32_t version;       /* of this layout */
    uint32_t size;          /* of a person, in bytes */
    uint32_t count;         /* of people, who end where the file ends */
    struct person people[];
};

_Static_assert(sizeof(struct person) == 32 && sizeof(struct record) == 16,
               "no padding");
/* An atomic that takes a lock of its process would be none for two. */
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a lock-free magic");

#endif
