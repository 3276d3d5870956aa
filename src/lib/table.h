/* table: how often each word occurs, in memory that processes may share.

   The memory is the caller's and zeroed: region_map()'s for a table that a
   family shares, calloc's for one of its own. It holds no pointers, only
   distances, and nothing is allocated later: table_size() is enough for every
   text of so many bytes, and pages that no word came to are never touched.

   One process at a time may write: hold a lock. It may be killed while it
   writes. Changes are made between table_begin() and table_commit(), and who
   gets the lock next (EOWNERDEAD) calls table_undo(): it is as if that change
   had never begun. */
#ifndef MAPFORK_TABLE_H
#define MAPFORK_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table;

/* How much memory a table for texts of BYTES bytes needs, each word counted
   with one byte behind it: a text that ends within a word has one byte more
   than it shows. At most SIZE_MAX / 2, which no system has. */
size_t table_size(size_t bytes);

/* Make an empty table of it, for words without zero bytes. */
struct table *table_init(void *memory, size_t bytes);

/* An empty table of the caller's own: TABLE, emptied, if it is big enough,
   else (or if it is NULL) a new one in its place. Such a table is freed by
   free(3). NULL: no memory, and TABLE is freed. */
struct table *table_own(struct table *table, size_t bytes);

/* Add TIMES to the count of the LENGTH bytes at WORD. */
void table_add(struct table *table, const char *word, size_t length,
               uint64_t times);

/* Add the counts of words number BEGIN to END - 1 of another table. */
void table_add_table(struct table *table, const struct table *other,
                     size_t begin, size_t end);

/* From here on what is added can be undone; from here on no more. The commit
   is a single store: there is no half of it. At most 2^32 - 1 times. */
void table_begin(struct table *table);
void table_commit(struct table *table);

/* Was something begun and not committed? To be asked by who gets the lock of
   an owner that died. */
bool table_begun(const struct table *table);

/* Undo that. Who is killed in here is no harm: it is still begun then, and
   the next one undoes it from the start. */
void table_undo(struct table *table);

struct table_entry {
    const char *word; /* ends in a zero byte; it lies in the table */
    uint64_t count;
};

/* How many words there are, and word number I, from 0 in the order in which
   they came. */
size_t table_words(const struct table *table);
struct table_entry table_entry(const struct table *table, size_t i);

/* The MOST most frequent words (0: all), in this order, the alphabet deciding
   between equals, and in *COUNT how many they are. The caller frees it; NULL:
   no memory. */
struct table_entry *table_top(const struct table *table, size_t most,
                              size_t *count);

/* Print them on stdout, a line for each, as uniq -c does. Failure ends the
   program with EXIT_SYSTEM. */
void table_print_top(const struct table *table, size_t most);

#endif
