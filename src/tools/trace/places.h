/* places: which line of source, and which variable, an address of a traced
   program means.

   A trace knows addresses: where a call returns to, where a mutex lies. The
   debug information of the program's own files says what they are called.
   Nothing of it is needed: without it (or without libdw) a place is a module
   and an offset, which addr2line(1) understands elsewhere.

   Everything is read from files, and what is in them is not believed: a file
   that vanished, changed or is no ELF file at all only tells less. No server
   is asked for debug information. Not for several threads at once. */
#ifndef MAPFORK_PLACES_H
#define MAPFORK_PLACES_H

#include <stdbool.h>
#include <stdint.h>

/* The places of one program image, that is from one exec to the next. */
struct places;

/* None yet; NULL: no memory. The caller frees it, and with it every text that
   it gave out (NULL is allowed). */
struct places *places_new(void);
void places_free(struct places *places);

/* A module (the program itself or a shared object) of the image: the file
   PATH, whose addresses are moved by BASE bytes (dl_iterate_phdr's dlpi_addr)
   and whose bytes lie from FROM up to but without TO. PATH is copied; the file
   is opened when something in it is first asked for. A module in the place of
   an older one hides it, as after dlclose and dlopen; the same one once more
   changes nothing. False: no memory, or TO is not behind FROM. */
bool places_module(struct places *places, const char *path, uint64_t base,
                   uint64_t from, uint64_t to);

struct place {
    const char *file;     /* with its folder; NULL: not known */
    const char *name;     /* the same without folder; NULL: not known */
    int line;             /* from 1; 0: not known */
    const char *function; /* of the symbol table; NULL: not known */
    const char *module;   /* as given to places_module() */
    uint64_t offset;      /* in it: what addr2line -e MODULE understands */
    const char *source;   /* what the line says, trimmed; NULL: it cannot be
                             read, or is newer than the module */
};

/* Where the call stands that returns to PC. False: in no module, or no
   memory. *PLACE belongs to PLACES and stays as it is; it is looked up only
   once. Where the compiler put one function into another, the line is in the
   inner one and the function is the outer one. */
bool places_of(struct places *places, uint64_t pc, const struct place **place);

/* The variable, global or static, that ADDRESS lies in, and how many bytes
   behind its beginning. False: in none that is known. *NAME belongs to PLACES,
   which remembers every address that it was asked for. */
bool places_symbol(struct places *places, uint64_t address, const char **name,
                   uint64_t *offset);

/* The text of argument number WHICH (from 0) in the call of CALL that begins
   in the line of PLACE, or within a call that does: "shared->lock" of
   pthread_mutex_lock(&shared->lock), without the ampersand. CALL may be NULL:
   any pthread_... or sem_... function then. NULL: there is no such call in
   sight (a macro may hide it), or there are several whose arguments differ.
   PLACE must be one that places_of() gave; the text lives as long. */
const char *places_argument(const struct place *place, const char *call,
                            int which);

#endif
