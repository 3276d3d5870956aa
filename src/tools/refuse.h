/* refuse: can the runtime be preloaded into this program? */
#ifndef MAPFORK_REFUSE_H
#define MAPFORK_REFUSE_H

#include "rt/linked.h"

/* Look at the program file PATH, and set *AS to how it is linked. Returns NULL
   if it can be traced; else why not, and what to do about it. */
const char *refuse(const char *path, enum linked *as);

#endif
