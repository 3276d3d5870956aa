/* queue: pieces of work and what came of them; nothing is lost by a kill. */
#include "config.h"

#include "queue.h"
#include "order.h"
#include "shared.h"

#include <errno.h>

size_t
queue_size(size_t bytes)
{
    return sizeof(struct queue) + table_size(bytes);
}

struct queue *
queue_init(void *memory, size_t pieces, size_t bytes)
{
    struct queue *queue = memory;

    shared_mutex(&queue->lock, SHARED_ROBUST);
    if (sem_init(&queue->counted, 1, 0) == -1)
        die_missing("a semaphore in shared memory");
    queue->pieces = pieces;
    queue->table = table_init(queue + 1, bytes);
    return queue;
}

/* The owner died. A change that was begun is undone: first the claim stands
   again that would have ended with it, for after table_undo() nobody would
   know any more that there is something to undo. And the claim that was made
   last may not have been counted out. Whoever is killed in here leaves the
   same to the next owner, because the mutex is not consistent yet. */
static void
repair(struct queue *queue)
{
    if (table_begun(queue->table)) {
        queue->slots[queue->adding].held = true;
        table_undo(queue->table);
    }
    for (int i = 0; i < QUEUE_SLOTS; i++)
        if (queue->slots[i].held && queue->slots[i].piece == queue->next)
            queue->next++;
    must(pthread_mutex_consistent(&queue->lock));
}

static void
lock(struct queue *queue)
{
    int code = pthread_mutex_lock(&queue->lock);

    if (code == EOWNERDEAD)
        repair(queue);
    else
        die_unless_zero(code, "pthread_mutex_lock");
}

static void
unlock(struct queue *queue)
{
    must(pthread_mutex_unlock(&queue->lock));
}

/* The claim begins with the store of `held'; what comes after it can be made
   up for, see repair(). */
bool
queue_take(struct queue *queue, int slot, size_t *piece)
{
    struct claim *claim = &queue->slots[slot];
    bool held;

    lock(queue);
    if (!claim->held && queue->next < queue->pieces) {
        claim->piece = queue->next;
        claim->held = true;
        order_point("claiming");
        queue->next = claim->piece + 1;
    }
    held = claim->held;
    *piece = claim->piece;
    unlock(queue);
    return held;
}

/* Pieces before `next' that nobody holds are counted. */
static size_t
counted(const struct queue *queue)
{
    size_t n = queue->next;

    for (int i = 0; i < QUEUE_SLOTS; i++)
        n -= queue->slots[i].held;
    return n;
}

/* Who is killed before the commit has done nothing, the claim included; who
   is killed after it has done all. */
void
queue_add(struct queue *queue, int slot, const struct table *own)
{
    size_t words = table_words(own);

    lock(queue);
    queue->adding = slot;
    table_begin(queue->table);
    table_add_table(queue->table, own, 0, words / 2);
    order_point("adding");
    table_add_table(queue->table, own, words / 2, words);
    queue->slots[slot].held = false;
    order_point("added");
    table_commit(queue->table);
    order_point("committed");
    unlock(queue);
    if (sem_post(&queue->counted) == -1)
        die("sem_post");
}

/* sem_timedwait goes by CLOCK_REALTIME, which can be set. Set back, it makes
   this wait longer, at most until the next piece is counted. */
size_t
queue_wait(struct queue *queue, long milliseconds)
{
    struct timespec end = shared_deadline(CLOCK_REALTIME, milliseconds);
    size_t now;

    if (sem_timedwait(&queue->counted, &end) == -1 && errno != ETIMEDOUT &&
        errno != EINTR)
        die("sem_timedwait");
    lock(queue);
    now = counted(queue);
    unlock(queue);
    return now;
}
