/* table: how often each word occurs, in memory that processes may share.

   Three arrays behind a head. The words lie in the order in which they came,
   their texts likewise, so that memory is touched from the front and undoing
   an insertion is to forget the end. The index finds a word by its hash: open
   addressing, linear probing. It says nothing that the words do not say, so
   it can be made anew from them at any time. */
#include "config.h"

#include "die.h"
#include "table.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
    uint64_t text;   /* where its text begins */
    uint64_t count;  /* how often it occurs */
    uint64_t before; /* what count was when change number `change' came */
    uint32_t change;
    uint32_t hash;
};

struct table {
    size_t bytes;             /* of the texts that it is big enough for */
    size_t index_at, text_at; /* where these arrays begin, from the head */
    size_t largest;           /* the index never has more places */
    size_t places;            /* of the index: a power of two */
    size_t words;             /* how many there are */
    size_t text;              /* how many bytes of text are used */
    uint32_t change;          /* the number of the last change begun */
    bool open;                /* and it is not committed */
    size_t words_before;      /* what words and text were when it began */
    size_t text_before;
    struct word word[];
};

enum { PLACES_LEAST = 64 };

/* Killed processes leave what they stored, in the order in which they stored
   it: only the compiler could turn two stores round, and must not. What the
   processor makes of it, nobody sees who comes by the lock. */
static void
then(void)
{
    atomic_signal_fence(memory_order_seq_cst);
}

/* ---- Size --------------------------------------------------------------- */

/* The most different words that BYTES bytes can hold: the shortest ones, 255
   of one byte, 255 * 255 of two, ... and each with one byte behind it. */
static unsigned long long
most_words(unsigned long long bytes)
{
    unsigned long long words = 0, kinds = 255;
    unsigned each = 2;

    for (; bytes / each > kinds; each++) {
        words += kinds;
        bytes -= kinds * each;
        kinds *= 255;
    }
    return words + bytes / each;
}

/* Places for so many words, and a quarter more so that probing ends soon. */
static unsigned long long
most_places(unsigned long long words)
{
    unsigned long long places = PLACES_LEAST;

    while (places < words + words / 4)
        places *= 2;
    return places;
}

static unsigned long long
index_at(unsigned long long bytes)
{
    return sizeof(struct table) + most_words(bytes) * sizeof(struct word);
}

/* The index of n places is the part from n to 2 n of one array: so each size
   of it has a part of its own, and the next is filled while this one holds. */
static unsigned long long
text_at(unsigned long long bytes)
{
    return index_at(bytes) +
           2 * most_places(most_words(bytes)) * sizeof(uint32_t);
}

size_t
table_size(size_t bytes)
{
    unsigned long long size = text_at(bytes) + bytes;

    /* Words have numbers of 32 bits. */
    if (most_words(bytes) >= UINT32_MAX || size > SIZE_MAX / 2)
        return SIZE_MAX / 2;
    return (size_t)size;
}

/* ---- Words -------------------------------------------------------------- */

/* Which word each place holds, its number from 1; 0 is an empty place. */
static uint32_t *
index_of(struct table *table, size_t places)
{
    return (uint32_t *)(void *)((char *)table + table->index_at) + places;
}

static char *
text_of(const struct table *table, uint64_t text)
{
    return (char *)table + table->text_at + text;
}

static void
clear(struct table *table)
{
    table->words = table->text = 0;
    table->open = false;
    memset(index_of(table, table->places), 0,
           table->places * sizeof(uint32_t));
}

struct table *
table_init(void *memory, size_t bytes)
{
    struct table *table = memory;

    table->bytes = bytes;
    table->index_at = (size_t)index_at(bytes);
    table->text_at = (size_t)text_at(bytes);
    table->largest = (size_t)most_places(most_words(bytes));
    table->places = PLACES_LEAST;
    clear(table);
    return table;
}

struct table *
table_own(struct table *table, size_t bytes)
{
    void *memory;

    if (table != NULL && table->bytes >= bytes) {
        clear(table);
        return table;
    }
    free(table);
    memory = calloc(1, table_size(bytes));
    return memory != NULL ? table_init(memory, bytes) : NULL;
}

/* FNV-1a, and its upper half folded in, for the places are the lower bits. */
static uint32_t
hash_of(const char *word, size_t length)
{
    uint64_t hash = 14695981039346656037U;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)word[i]) * 1099511628211U;
    return (uint32_t)(hash ^ hash >> 32);
}

/* Make the index anew, with PLACES places, from the words. */
static void
make_index(struct table *table, size_t places)
{
    uint32_t *index = index_of(table, places);

    memset(index, 0, places * sizeof *index);
    for (size_t i = 0; i < table->words; i++) {
        size_t at = table->word[i].hash & (places - 1);
        while (index[at] != 0)
            at = (at + 1) & (places - 1);
        index[at] = (uint32_t)i + 1;
    }
    then();
    table->places = places;
}

/* A new word at the end of all arrays. */
static struct word *
insert(struct table *table, uint32_t *place, const char *text, size_t length,
       uint32_t hash)
{
    struct word *word = &table->word[table->words];
    char *copy = text_of(table, table->text);

    memcpy(copy, text, length);
    copy[length] = '\0';
    *word = (struct word){.text = table->text, .hash = hash};
    table->text += length + 1;
    *place = (uint32_t)++table->words;
    return word;
}

static struct word *
find(struct table *table, const char *text, size_t length)
{
    uint32_t hash = hash_of(text, length);
    uint32_t *index;
    size_t at;

    if (table->words * 2 >= table->places && table->places < table->largest)
        make_index(table, table->places * 2);
    index = index_of(table, table->places);
    for (at = hash & (table->places - 1); index[at] != 0;
         at = (at + 1) & (table->places - 1)) {
        struct word *word = &table->word[index[at] - 1];
        const char *known = text_of(table, word->text);
        /* The known text may be the shorter one: strncmp goes no further
           than the zero behind it, where the two differ. */
        if (word->hash == hash && strncmp(known, text, length) == 0 &&
            known[length] == '\0')
            return word;
    }
    return insert(table, &index[at], text, length, hash);
}

/* ---- Changes ------------------------------------------------------------ */

/* First the note, then that it is valid, then what it allows to undo: see
   mutex/owner_died.c. */
void
table_begin(struct table *table)
{
    table->change++;
    table->words_before = table->words;
    table->text_before = table->text;
    then();
    table->open = true;
    then();
}

void
table_add(struct table *table, const char *text, size_t length, uint64_t times)
{
    struct word *word = find(table, text, length);

    if (table->open && word->change != table->change) {
        word->before = word->count;
        then();
        word->change = table->change;
        then();
    }
    word->count += times;
}

void
table_add_table(struct table *table, const struct table *other, size_t begin,
                size_t end)
{
    for (; begin < end; begin++) {
        struct table_entry entry = table_entry(other, begin);
        table_add(table, entry.word, strlen(entry.word), entry.count);
    }
}

void
table_commit(struct table *table)
{
    then();
    table->open = false;
    then();
}

bool
table_begun(const struct table *table)
{
    return table->open;
}

void
table_undo(struct table *table)
{
    table->words = table->words_before;
    table->text = table->text_before;
    for (size_t i = 0; i < table->words; i++)
        if (table->word[i].change == table->change)
            table->word[i].count = table->word[i].before;
    make_index(table, table->places);
    table_commit(table);
}

/* ---- Reading ------------------------------------------------------------ */

size_t
table_words(const struct table *table)
{
    return table->words;
}

struct table_entry
table_entry(const struct table *table, size_t i)
{
    const struct word *word = &table->word[i];

    return (struct table_entry){.word = text_of(table, word->text),
                                .count = word->count};
}

static int
compare(const void *left, const void *right)
{
    const struct table_entry *a = left, *b = right;

    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return strcmp(a->word, b->word);
}

/* Nearly all words of a text are rare. So when there is no room for more, the
   best are sorted out, and from then on who is no better than the last of
   them is not even looked at. */
struct table_entry *
table_top(const struct table *table, size_t most, size_t *count)
{
    size_t room, n = 0;
    bool sorted = false;
    struct table_entry *best;

    if (most == 0 || most > table->words)
        most = table->words;
    room = most + 1000;
    best = malloc(room * sizeof *best);
    if (best == NULL)
        return NULL;
    for (size_t i = 0; i < table->words; i++) {
        struct table_entry entry = table_entry(table, i);
        if (sorted && compare(&entry, &best[most - 1]) > 0)
            continue;
        best[n++] = entry;
        if (n == room) {
            qsort(best, n, sizeof *best, compare);
            n = most;
            sorted = true;
        }
    }
    qsort(best, n, sizeof *best, compare);
    *count = n < most ? n : most;
    return best;
}

void
table_print_top(const struct table *table, size_t most)
{
    size_t count;
    struct table_entry *best = table_top(table, most, &count);

    if (best == NULL)
        die("malloc the %zu words of a table", table->words);
    for (size_t i = 0; i < count; i++)
        if (printf("%7" PRIu64 " %s\n", best[i].count, best[i].word) < 0)
            die("write to standard output");
    if (fflush(stdout) == EOF)
        die("write to standard output");
    free(best);
}
