/* keeper: what System V made, and nobody removed, goes with its makers.

   A queue or a set of semaphores of System V stays until somebody removes it,
   also when all its users were killed by SIGKILL and could remove nothing. The
   keeper is a process that does nothing but wait for that: it reads from a
   pipe whose other end all of them have, and the end of that file comes when
   the last one is gone, however it went. */
#ifndef MAPFORK_KEEPER_H
#define MAPFORK_KEEPER_H

#include <sys/types.h>

struct keeper {
    int fd;    /* the end of the pipe that holds it */
    pid_t pid; /* of the keeper */
};

/* Start one. It calls MAKE, which returns an identifier or -1 with errno set,
   and later REMOVE with that, when this process and all children that it forks
   from now on are gone, or keeper_stop() was called. That the keeper makes it
   leaves no moment in which the thing exists and nobody is there to remove it.
   Returns the identifier, or -1 with errno set and no keeper. */
int keeper_start(struct keeper *keeper, int (*make)(void),
                 void (*remove)(int id));

/* Have it removed now; returns when that is done. Call it when the children
   have ended, in the process that started it. */
void keeper_stop(struct keeper *keeper);

#endif
