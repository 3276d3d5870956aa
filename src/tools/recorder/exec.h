/* exec: what the exec functions have to know from the start. */
#ifndef MAPFORK_EXEC_H
#define MAPFORK_EXEC_H

/* Keep what the environment says of the trace, once it is open. */
void exec_remember(void);

#endif
