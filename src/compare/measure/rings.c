/* rings: the suite's own channels (lib/channel.c, lib/spsc.c), measured like
   the others. */
#include "config.h"

#include "channel.h"
#include "die.h"
#include "spsc.h"
#include "ways.h"

static size_t
channel_memory(const struct link *link)
{
    return channel_size(link->capacity);
}

static const char *
open_channel(struct link *link)
{
    channel_init(link->memory, link->capacity, link->spin, "the channel");
    return NULL;
}

static const char *
open_channel_block(struct link *link)
{
    channel_init(link->memory, link->capacity, 0, "the channel");
    return NULL;
}

static void
send_channel(struct link *link, const void *messages, int count)
{
    promise(channel_write(link->memory, messages, (size_t)count * link->size),
            "the channel to be open");
}

static void
receive_channel(struct link *link, void *messages, int count)
{
    size_t size = (size_t)count * link->size;

    promise(channel_read(link->memory, messages, size) == size,
            "the channel to be open");
}

static size_t
spsc_memory(const struct link *link)
{
    return spsc_size(link->capacity);
}

static const char *
open_spsc(struct link *link)
{
    spsc_init(link->memory, link->capacity, link->spin, "the channel");
    return NULL;
}

static void
send_spsc(struct link *link, const void *messages, int count)
{
    promise(spsc_write(link->memory, messages, (size_t)count * link->size),
            "the channel to be open");
}

static void
receive_spsc(struct link *link, void *messages, int count)
{
    size_t size = (size_t)count * link->size;

    promise(spsc_read(link->memory, messages, size) == size,
            "the channel to be open");
}

const struct way ways_channel[] = {
    {.name = "channel-block",
     .about = "lib/channel, sleeps at once",
     .memory = channel_memory,
     .open = open_channel_block,
     .send = send_channel,
     .receive = receive_channel},
    {.name = "channel",
     .about = "lib/channel, spins before the sleep",
     .memory = channel_memory,
     .open = open_channel,
     .send = send_channel,
     .receive = receive_channel},
    {.name = "spsc",
     .about = "lib/spsc, spins before the sleep",
     .memory = spsc_memory,
     .open = open_spsc,
     .send = send_spsc,
     .receive = receive_spsc},
    {.name = NULL},
};
