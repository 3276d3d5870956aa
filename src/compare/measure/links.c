/* links: the table of all ways, and a way made ready for two processes. */
#include "config.h"

#include "args.h"
#include "die.h"
#include "region.h"
#include "ways.h"

#include <stdlib.h>
#include <string.h>

static const struct way *const lists[] = {ways_cond, ways_word, ways_kernel,
                                          ways_channel};
enum { LISTS = sizeof lists / sizeof *lists };

const struct way *
way_number(int i)
{
    for (int list = 0; list < LISTS; list++)
        for (const struct way *way = lists[list]; way->name != NULL; way++)
            if (i-- == 0)
                return way;
    return NULL;
}

void
ways_each(const char *subject, int round, struct sizes sizes,
          bool (*fits)(const struct way *way), way_measure *measure)
{
    struct turn turn = {.subject = subject, .round = round};

    for (int s = 0; s < sizes.count; s++)
        for (turn.place = SAME; turn.place < PLACEMENTS; turn.place++)
            for (int i = 0; (turn.way = way_number(i)) != NULL; i++) {
                if (asked_to_stop())
                    return;
                turn.size = sizes.size[s];
                if (!asked.place[turn.place] || !fits(turn.way) ||
                    !asked_for(turn.way->name))
                    continue;
                asked_progress(subject, turn.way->name, turn.size);
                measure(&turn);
            }
}

struct row
row_of_turn(const struct turn *turn, const struct link *link, int batch)
{
    struct row row =
        row_of(turn->subject, turn->way->name, turn->round, (int)turn->place);

    row.size = (double)turn->size;
    row.capacity = (double)link->capacity;
    row.batch = batch;
    row.spin = asked.spin;
    row.processes = 2;
    row.count = cell->count;
    row.wrong = (double)cell->wrong;
    return row;
}

struct row_key
row_key_of(const char *subject, const struct way *way, size_t size,
           enum placement place)
{
    return (struct row_key){.subject = subject,
                            .way = way->name,
                            .placement = (int)place,
                            .size = (double)size};
}

void *
messages_for(size_t size, int count)
{
    static void
        *volatile kept; /* in use until the end, not lost: for valgrind */

    kept = calloc((size_t)count, size);
    if (kept == NULL)
        die("calloc %d messages of %zu bytes", count, size);
    return kept;
}

/* Each link keeps its region, as large as the largest so far: to map a new one
   for each cell would make the kernel clear new pages for each. What was in it
   is cleared here instead. */
static void *
cleared(int index, size_t size)
{
    static struct region regions[2];
    struct region *region = &regions[index];

    if (region->size < size) {
        if (region->memory != NULL)
            region_unmap(region);
        *region = region_map(size, args_backing());
    }
    memset(region->memory, 0, size);
    return region->memory;
}

const char *
link_open(struct link *link, int index, const struct way *way, size_t size)
{
    const char *why;

    *link = (struct link){.way = way,
                          .capacity = asked.capacity,
                          .size = size,
                          .spin = asked.spin,
                          .fds = {-1, -1}};
    if (way->memory(link) > 0)
        link->memory = cleared(index, way->memory(link));
    why = way->open(link);
    return why;
}

void
link_begin(struct link *link, bool sends)
{
    if (link->memory != NULL)
        pair_touch(link->memory, link->way->memory(link));
    if (link->way->begin != NULL)
        link->way->begin(link, sends);
}

void
link_close(struct link *link)
{
    if (link->way->close != NULL)
        link->way->close(link);
}
