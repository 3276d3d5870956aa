/* links: the table of all ways, and a way made ready for two processes. */
#include "config.h"

#include "args.h"
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
