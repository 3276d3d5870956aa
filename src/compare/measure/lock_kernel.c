/* lock_kernel: locks that the kernel keeps. Each lock and each unlock is a
   system call, also when nobody else wants it; in return the kernel knows the
   owner, and lets go of the lock when that one dies.

   See flock(2), fcntl(2) on record locks and open file description locks,
   semop(2). compare/record_lock shows who the owner is. */
#include "config.h"

#include "die.h"
#include "locks.h"
#include "price.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>

/* ---- On a file ---------------------------------------------------------- */

/* flock and the OFD lock belong to the open file description, which fork
   shares: with one for all, the lock of a side would be everybody's. So the
   file is opened once for each side, while it has a name. */
static const char *
open_files(struct lock *lock)
{
    scratch_files(lock->fds, LOCK_SIDES, 0);
    return NULL;
}

static void
begin_file(struct lock *lock, int side)
{
    lock->fd = lock->fds[side];
}

static void
close_files(struct lock *lock)
{
    for (int i = 0; i < LOCK_SIDES; i++)
        close(lock->fds[i]);
}

static void
flock_to(struct lock *lock, int operation)
{
    while (flock(lock->fd, operation) == -1)
        if (errno != EINTR)
            die("flock");
}

static void
lock_flock(struct lock *lock)
{
    flock_to(lock, LOCK_EX);
}

static void
unlock_flock(struct lock *lock)
{
    flock_to(lock, LOCK_UN);
}

/* A record lock is on a range of bytes, here on the whole file. The kernel has
   to look through all of the file's ranges, and to ask whether who waits for
   whom is a circle (EDEADLK; not for OFD locks). */
static void
record_to(struct lock *lock, int command, short type)
{
    struct flock whole = {.l_type = type, .l_whence = SEEK_SET};

    while (fcntl(lock->fd, command, &whole) == -1)
        if (errno != EINTR)
            die("fcntl for a record lock");
}

static void
lock_record(struct lock *lock)
{
    record_to(lock, F_SETLKW, F_WRLCK);
}

static void
unlock_record(struct lock *lock)
{
    record_to(lock, F_SETLK, F_UNLCK);
}

#ifdef F_OFD_SETLKW
static void
lock_ofd(struct lock *lock)
{
    record_to(lock, F_OFD_SETLKW, F_WRLCK);
}

static void
unlock_ofd(struct lock *lock)
{
    record_to(lock, F_OFD_SETLK, F_UNLCK);
}

static const char *
open_ofd(struct lock *lock)
{
    return open_files(lock);
}
#else
#define lock_ofd lock_record
#define unlock_ofd unlock_record

static const char *
open_ofd(struct lock *lock)
{
    (void)lock;
    return "this system has no F_OFD_SETLK";
}
#endif

/* ---- System V ----------------------------------------------------------- */

static int
make_set(void)
{
    return semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
}

static void
remove_set(int id)
{
    semctl(id, 0, IPC_RMID);
}

/* A set stays until it is removed, and removed it is of no more use: so the
   name cannot go first, as that of a file can. The keeper removes it when all
   sides are gone, also if they were killed. A set begins with whatever is in
   it; an operation that adds one makes it 1 where SETVAL would need the union
   that every program has to declare for itself. Linux begins with 0. */
static const char *
open_set(struct lock *lock)
{
    static char why[80];
    struct sembuf up = {.sem_op = 1};

    lock->id = keeper_start(&lock->keeper, make_set, remove_set);
    if (lock->id == -1) {
        snprintf(why, sizeof why, "semget: %s", strerror(errno));
        return why;
    }
    if (semop(lock->id, &up, 1) == -1)
        die("semop");
    return NULL;
}

static void
close_set(struct lock *lock)
{
    keeper_stop(&lock->keeper);
}

/* With SEM_UNDO the kernel keeps a sum of what this process has added, and
   takes that back when the process ends: so a lock does not stay with a dead
   owner. It never tells the next one that there was a death, as a robust mutex
   does: what the owner left half done stays so. */
static void
add_to_set(struct lock *lock, short what)
{
    struct sembuf step = {.sem_op = what, .sem_flg = (short)lock->kind->how};

    while (semop(lock->id, &step, 1) == -1)
        if (errno != EINTR)
            die("semop");
}

/* Waiters are served in the order in which they came: the unlock gives the
   lock to the first of them, asleep as it is, and the next lock of whoever
   has let go of it has to wait. Each lock is a wake-up then. */
static void
lock_set(struct lock *lock)
{
    add_to_set(lock, -1);
}

static void
unlock_set(struct lock *lock)
{
    add_to_set(lock, 1);
}

#define FILES .begin = begin_file, .close = close_files
#define SET                                                                   \
    .open = open_set, .lock = lock_set, .unlock = unlock_set,                 \
    .close = close_set

const struct lock_kind locks_kernel[] = {
    {.name = "flock",
     .about = "on an open file",
     .open = open_files,
     .lock = lock_flock,
     .unlock = unlock_flock,
     FILES},
    {.name = "fcntl",
     .about = "record, of a process",
     .open = open_files,
     .lock = lock_record,
     .unlock = unlock_record,
     FILES},
    {.name = "ofd",
     .about = "record, of an open file",
     .open = open_ofd,
     .lock = lock_ofd,
     .unlock = unlock_ofd,
     FILES},
    {.name = "semop", .about = "System V semaphore", SET},
    {.name = "semop-undo", .about = "with SEM_UNDO", .how = SEM_UNDO, SET},
    {.name = NULL},
};
