/* real: the functions that the runtime puts itself in front of, as they are
   without it: real.pthread_mutex_lock(m) is what the program would have
   called.

   Every function whose name the runtime exports is in this list, and no
   other: a module that calls the exported one by mistake would record what
   the runtime does itself. */
#ifndef MAPFORK_REAL_H
#define MAPFORK_REAL_H

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REAL_EVERYWHERE(X)                                                    \
    X(pthread_mutex_init)                                                     \
    X(pthread_mutex_destroy)                                                  \
    X(pthread_mutex_lock)                                                     \
    X(pthread_mutex_trylock)                                                  \
    X(pthread_mutex_timedlock)                                                \
    X(pthread_mutex_unlock)                                                   \
    X(pthread_mutex_consistent)                                               \
    X(pthread_cond_init)                                                      \
    X(pthread_cond_destroy)                                                   \
    X(pthread_cond_wait)                                                      \
    X(pthread_cond_timedwait)                                                 \
    X(pthread_cond_signal)                                                    \
    X(pthread_cond_broadcast)                                                 \
    X(pthread_rwlock_init)                                                    \
    X(pthread_rwlock_destroy)                                                 \
    X(pthread_rwlock_rdlock)                                                  \
    X(pthread_rwlock_tryrdlock)                                               \
    X(pthread_rwlock_timedrdlock)                                             \
    X(pthread_rwlock_wrlock)                                                  \
    X(pthread_rwlock_trywrlock)                                               \
    X(pthread_rwlock_timedwrlock)                                             \
    X(pthread_rwlock_unlock)                                                  \
    X(pthread_barrier_init)                                                   \
    X(pthread_barrier_destroy)                                                \
    X(pthread_barrier_wait)                                                   \
    X(pthread_spin_init)                                                      \
    X(pthread_spin_destroy)                                                   \
    X(pthread_spin_lock)                                                      \
    X(pthread_spin_trylock)                                                   \
    X(pthread_spin_unlock)                                                    \
    X(pthread_once)                                                           \
    X(pthread_create)                                                         \
    X(pthread_join)                                                           \
    X(sem_init)                                                               \
    X(sem_destroy)                                                            \
    X(sem_open)                                                               \
    X(sem_unlink)                                                             \
    X(sem_wait)                                                               \
    X(sem_trywait)                                                            \
    X(sem_timedwait)                                                          \
    X(sem_post)                                                               \
    X(shm_open)                                                               \
    X(shm_unlink)                                                             \
    X(shmat)                                                                  \
    X(shmdt)                                                                  \
    X(mmap)                                                                   \
    X(munmap)                                                                 \
    X(mremap)                                                                 \
    X(fork)                                                                   \
    X(vfork)                                                                  \
    X(posix_spawn)                                                            \
    X(posix_spawnp)                                                           \
    X(execve)                                                                 \
    X(execvpe)                                                                \
    X(fexecve)                                                                \
    X(_exit)                                                                  \
    X(_Exit)                                                                  \
    X(wait)                                                                   \
    X(waitpid)                                                                \
    X(wait3)                                                                  \
    X(wait4)                                                                  \
    X(waitid)                                                                 \
    X(kill)                                                                   \
    X(getppid)                                                                \
    X(alarm)                                                                  \
    X(setitimer)                                                              \
    X(timer_settime)

#if defined(__GLIBC__)
#define REAL_GLIBC(X)                                                         \
    X(pthread_mutex_clocklock)                                                \
    X(pthread_cond_clockwait)                                                 \
    X(pthread_rwlock_clockrdlock)                                             \
    X(pthread_rwlock_clockwrlock)                                             \
    X(sem_clockwait)                                                          \
    X(mmap64)                                                                 \
    X(_Fork)                                                                  \
    X(execveat)
#else
#define REAL_GLIBC(X)
#endif

#define REAL_MEMBER(function) __typeof__(function) *function;
extern struct real {
    REAL_EVERYWHERE(REAL_MEMBER) REAL_GLIBC(REAL_MEMBER)
} real;

/* Fill the table. Called first thing by whoever may run before the runtime's
   constructor: other libraries' constructors lock too. Cheap when done. */
extern bool real_known;
void real_first(void);

/* Said by the client of this module when it is called first: begin. The
   constructors of other libraries may lock before ours runs. */
void runtime_begin(void);

static inline void
real_need(void)
{
    if (__builtin_expect(!real_known, 0))
        real_first();
}

/* What the runtime shows to the program; all else in it is hidden. */
#define REAL_EXPORT __attribute__((visibility("default")))

#endif
