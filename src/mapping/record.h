/* record: the layout of the file by which record_write and record_read know
   each other. All that two programs must agree on is here. */
#ifndef MAPFORK_RECORD_H
#define MAPFORK_RECORD_H

#include <stdatomic.h>
#include <stdint.h>

/* Types of a fixed size, and no hole between the members: the file must mean
   the same to both programs, whatever each was compiled with. It does not
   travel to machines with another byte order. */
struct person {
    char name[24]; /* ends in a zero byte */
    uint64_t id;
};

#define RECORD_MAGIC UINT64_C(0x3130706b726f6670) /* "pforkp01" */

enum { RECORD_VERSION = 1 };

struct record {
    /* RECORD_MAGIC when all the rest is stored, 0 until then. */
    _Atomic uint64_t magic;
    uint32_t version; /* of this layout: RECORD_VERSION */
    uint32_t size;    /* of the whole record */
    struct person person;
};

#endif
