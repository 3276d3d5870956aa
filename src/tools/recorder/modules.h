/* modules: a note on each file of code that is in this process, from which
   `mapfork trace' makes source lines of addresses. */
#ifndef MAPFORK_MODULES_H
#define MAPFORK_MODULES_H

void modules_note(void);

#endif
