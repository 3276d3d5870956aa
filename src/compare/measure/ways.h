/* ways: the mechanisms, one table. Each is a pair of functions, send and
   receive, and what has to be done before the fork and after it. */
#ifndef MAPFORK_WAYS_H
#define MAPFORK_WAYS_H

#include "keeper.h"
#include "price.h"

/* One direction: from one process to another. A struct of the parent's, which
   fork copies: what is in it, except for `memory', is each process's own. */
struct link {
    const struct way *way;
    size_t capacity; /* bytes that may be on their way; open may correct it */
    size_t size;     /* of each message */
    int spin;        /* turns of a wait before it sleeps */
    void *memory;    /* zeroed, shared; way->memory bytes of it */
    int fds[2];      /* to receive from, to send to */
    int id;          /* where the system has numbers instead */
    struct keeper keeper; /* who removes what it stands for */
    size_t next;          /* the next slot to be filled or emptied */
};

struct way {
    const char *name;  /* [a-z-] */
    const char *about; /* in a few words */
    bool no_latency;   /* it does not hand over one message at a time */
    bool no_throughput;
    bool is_risky; /* messages may arrive changed: they are counted */
    int batch;     /* messages it takes at a time; 0: as asked for */
    /* Shared bytes that it needs. */
    size_t (*memory)(const struct link *link);
    /* Before fork. Returns NULL, or why this system or this size is not for
       it, with nothing left open. */
    const char *(*open)(struct link *link);
    /* After fork, in each side before it begins; NULL: nothing. */
    void (*begin)(struct link *link, bool sends);
    /* Hand over COUNT messages, one behind the other in memory; wait for
       them. A failure ends the process. */
    void (*send)(struct link *link, const void *messages, int count);
    void (*receive)(struct link *link, void *messages, int count);
    /* No more comes for now: whatever is held back has to go; or NULL. */
    void (*flush)(struct link *link);
    /* In the parent, when the sides have ended; NULL: nothing. */
    void (*close)(struct link *link);
};

/* Each list ends with one that has no name. */
extern const struct way ways_cond[], ways_word[], ways_kernel[],
    ways_channel[];

/* The I'th of all, from 0; NULL behind the last one. */
const struct way *way_number(int i);

/* Call MEASURE for each size of SIZES, each placement and each way that was
   asked for and FITS, in this order: the ways take turns within the round, so
   that a load that comes and goes meets all of them alike. */
struct turn {
    const char *subject;
    int round;
    const struct way *way;
    size_t size;
    enum placement place;
};
typedef void way_measure(const struct turn *turn);
void ways_each(const char *subject, int round, struct sizes sizes,
               bool (*fits)(const struct way *way), way_measure *measure);

/* The row of a turn, with what TURN and LINK say filled in. */
struct row row_of_turn(const struct turn *turn, const struct link *link,
                       int batch);

/* The key of all rounds of WAY's rows. */
struct row_key row_key_of(const char *subject, const struct way *way,
                          size_t size, enum placement place);

/* Map and open a link for messages of SIZE bytes. Returns NULL or why not.
   The one of INDEX 0 or 1 uses memory of its own. */
const char *link_open(struct link *link, int index, const struct way *way,
                      size_t size);
/* Message I of those, one behind the other, that are sent or received. */
static inline const void *
message_in(const struct link *link, const void *messages, int i)
{
    return (const char *)messages + (size_t)i * link->size;
}

static inline void *
message_at(const struct link *link, void *messages, int i)
{
    return (char *)messages + (size_t)i * link->size;
}

void link_begin(struct link *link, bool sends);
void link_close(struct link *link);

/* Memory for COUNT messages of SIZE bytes, for a side, never freed: free()
   writes into it, and a message that was lent to the kernel (vmsplice) may not
   have been read yet when its sender has done. */
void *messages_for(size_t size, int count);

/* ---- What is sent (stamp.c) --------------------------------------------- */

/* Write message N's number at both ends of the SIZE bytes; a short one is all
   number. Is it there? */
void stamp(void *message, size_t size, uint64_t n);
bool stamped(const void *message, size_t size, uint64_t n);

/* The same with every byte, for the full comparison. */
void stamp_all(void *message, size_t size, uint64_t n);
bool stamped_all(const void *message, size_t size, uint64_t n);

/* Pass some messages of SIZE bytes, and compare every byte of them; once for
   each way, size and batch, by the subjects, before they measure. Ends the
   program with EXIT_BROKEN if one is wrong. Returns NULL or why it is not
   possible here. */
const char *verify(const struct way *way, size_t size, int batch,
                   enum placement placement);

#endif
