/* label: names for `mapfork trace', given by the program itself.

     MAPFORK_LABEL(&shared->lock, "lock");

   Without the tracer it is one test of an address that is not there, and
   nothing has to be linked. It needs no other header, so copy it if you like.
   (Linked without PIE, the linker may settle the address before there is a
   tracer; then the names are not seen, and nothing else happens.) */
#ifndef MAPFORK_LABEL_H
#define MAPFORK_LABEL_H

#include <stddef.h>

#if defined(__GNUC__) && defined(__ELF__)
#if defined(__cplusplus)
extern "C" {
#endif
/* The SIZE bytes at OBJECT, in memory of any kind, are called NAME, in this
   process and in what is forked from it. The runtime copies NAME. */
extern void mapfork_label(const void *object, size_t size, const char *name)
    __attribute__((weak));
/* The calling thread passes a point called NAME; for --points. */
extern void mapfork_point(const char *name) __attribute__((weak));
#if defined(__cplusplus)
}
#endif

#define MAPFORK_LABEL_BYTES(object, size, name)                               \
    (mapfork_label != NULL ? mapfork_label((object), (size), (name)) : (void)0)
#define MAPFORK_POINT(name)                                                   \
    (mapfork_point != NULL ? mapfork_point(name) : (void)0)
#else
#define MAPFORK_LABEL_BYTES(object, size, name)                               \
    ((void)(object), (void)(size), (void)(name))
#define MAPFORK_POINT(name) ((void)(name))
#endif

#define MAPFORK_LABEL(object, name)                                           \
    MAPFORK_LABEL_BYTES((object), sizeof *(object), (name))

#endif
