/* exec: the exec family and posix_spawn, recorded and followed. The new image
   finds the trace by two variables of its environment; where the program gives
   it an environment of its own they are added. */
#include "../rt/linked.h"
#include "exec.h"
#include "record.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PRELOAD "LD_PRELOAD="

/* ---- The environment of the next image ---------------------------------- */

static char trace_setting[4200]; /* "MAPFORK_TRACE=..." */

/* As it was when this image began: the program may take it away. What a libc
   executes by itself, in system(), has the environment as it is: where /bin/sh
   is linked with the other libc, it would not start with this library. */
void
exec_remember(void)
{
    const char *value = getenv(TRACE_FILE);

    if (value != NULL)
        snprintf(trace_setting, sizeof trace_setting, "%s=%s", TRACE_FILE,
                 value);
    if (task_file->shell != LINKED_OURS)
        unsetenv("LD_PRELOAD");
}

/* Is TEXT, of LENGTH bytes, one of our own libraries? */
static bool
is_ours(const char *text, size_t length)
{
    for (int i = 0; i < TRACE_LIBCS; i++)
        if (length == strlen(task_file->runtime[i]) &&
            memcmp(text, task_file->runtime[i], length) == 0)
            return true;
    return false;
}

enum { PATH_LONGEST = 4096 };

/* How much room the two of with_ours() must have: the caller's stack may be a
   small one. */
static int
count(char *const environment[])
{
    int n = 0;

    while (environment != NULL && environment[n] != NULL)
        n++;
    return n + 3;
}

static size_t
text_size(char *const environment[])
{
    size_t most = 0;

    for (int i = 0; environment != NULL && environment[i] != NULL; i++)
        if (strncmp(environment[i], PRELOAD, strlen(PRELOAD)) == 0 &&
            strlen(environment[i]) > most)
            most = strlen(environment[i]);
    return most + sizeof PRELOAD + sizeof task_file->runtime[0] + 2;
}

/* "LD_PRELOAD=" with RUNTIME, and what else was in it, SETTING or NULL. */
static char *
preload(char *text, size_t size, const char *runtime, const char *setting)
{
    size_t used = (size_t)snprintf(text, size, PRELOAD "%s", runtime);

    setting += setting != NULL ? strlen(PRELOAD) : 0;
    while (setting != NULL && *setting != '\0') {
        size_t length = strcspn(setting, ": ");
        if (length > 0 && !is_ours(setting, length) &&
            used + length + 2 < size) {
            if (text[used - 1] != '=')
                text[used++] = ':';
            memcpy(text + used, setting, length);
            used += length;
            text[used] = '\0';
        }
        setting += length + (setting[length] != '\0');
    }
    return text;
}

/* ENVIRONMENT, with what the program at PATH needs to be traced, in ROOM and
   TEXT: on the stack, for malloc() may not be called between fork and exec.
   A library for another libc in LD_PRELOAD would keep it from starting. */
static char *const *
with_ours(const char *path, char *const environment[], char **room, char *text,
          size_t size)
{
    enum linked as;
    const char *setting = NULL;
    bool has_file = false;
    int n = 0;

    if (!record_on)
        return environment;
    for (int i = 0; environment != NULL && environment[i] != NULL; i++) {
        if (strncmp(environment[i], PRELOAD, strlen(PRELOAD)) == 0) {
            setting = environment[i];
            continue;
        }
        has_file = has_file || strncmp(environment[i], TRACE_FILE "=",
                                       strlen(TRACE_FILE "=")) == 0;
        room[n++] = environment[i];
    }
    as = linked_as(path);
    if (as == LINKED_GLIBC || as == LINKED_MUSL)
        room[n++] = preload(
            text, size,
            task_file->runtime[as == LINKED_MUSL ? TRACE_MUSL : TRACE_GLIBC],
            setting);
    else if (setting != NULL)
        room[n++] = preload(text, size, "", setting);
    if (!has_file)
        room[n++] = trace_setting;
    room[n] = NULL;
    return room;
}

/* Where the system will find FILE, as execvp() looks for it. */
static const char *
find(const char *file, char path[PATH_LONGEST])
{
    const char *at = getenv("PATH");

    if (strchr(file, '/') != NULL)
        return file;
    if (at == NULL)
        at = "/bin:/usr/bin";
    while (*at != '\0') {
        int length = (int)strcspn(at, ":");
        int error = errno;
        bool found;
        snprintf(path, PATH_LONGEST, "%.*s%s%s", length, at,
                 length > 0 ? "/" : "./", file);
        found = access(path, X_OK) == 0;
        errno = error;
        if (found)
            return path;
        at += length + (at[length] == ':');
    }
    return file;
}

/* ---- exec --------------------------------------------------------------- */

/* This process is about to become another program, in the same lane. */
static void
before(const char *what, struct recorder *saved, const void *pc)
{
    uint32_t main;

    saved->lane = 0;
    if (!record_on)
        return;
    record_borrow(saved);
    RECORD_NOTE(TRACE_PROGRAM, 0, what, 0);
    record_task(TRACE_EXEC, 0, 0, pc);
    main = task_find(getpid());
    if (main != 0)
        atomic_store(&task_of(main)->in_exec, 1);
    record_give_back(saved);
}

static int
after(struct recorder *saved, const void *pc)
{
    uint32_t main;

    if (!record_on)
        return -1;
    record_borrow(saved);
    main = task_find(getpid());
    if (main != 0)
        atomic_store(&task_of(main)->in_exec, 0);
    record_task(TRACE_EXEC_BACK, 0, (uint32_t)errno, pc);
    record_give_back(saved);
    return -1;
}

static int
exec_path(const char *path, char *const arguments[], char *const environment[],
          const void *pc)
{
    size_t size = text_size(environment);
    char *room[count(environment)], text[size];
    struct recorder saved;

    real_need();
    before(path, &saved, pc);
    real.execve(path, arguments,
                with_ours(path, environment, room, text, size));
    return after(&saved, pc);
}

static int
exec_search(const char *file, char *const arguments[],
            char *const environment[], const void *pc)
{
    size_t size = text_size(environment);
    char *room[count(environment)], text[size], path[PATH_LONGEST];
    struct recorder saved;

    real_need();
    before(file, &saved, pc);
    real.execvpe(file, arguments,
                 with_ours(find(file, path), environment, room, text, size));
    return after(&saved, pc);
}

REAL_EXPORT int
execve(const char *path, char *const arguments[], char *const environment[])
{
    return exec_path(path, arguments, environment, RECORD_PC);
}

REAL_EXPORT int
execv(const char *path, char *const arguments[])
{
    return exec_path(path, arguments, environ, RECORD_PC);
}

REAL_EXPORT int
execvp(const char *file, char *const arguments[])
{
    return exec_search(file, arguments, environ, RECORD_PC);
}

REAL_EXPORT int
execvpe(const char *file, char *const arguments[], char *const environment[])
{
    return exec_search(file, arguments, environment, RECORD_PC);
}

REAL_EXPORT int
fexecve(int fd, char *const arguments[], char *const environment[])
{
    size_t size = text_size(environment);
    char *room[count(environment)], text[size];
    char name[40];
    struct recorder saved;

    real_need();
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    before(name, &saved, RECORD_PC);
    real.fexecve(fd, arguments,
                 with_ours(name, environment, room, text, size));
    return after(&saved, RECORD_PC);
}

#if defined(__GLIBC__)
REAL_EXPORT int
execveat(int fd, const char *path, char *const arguments[],
         char *const environment[], int flags)
{
    size_t size = text_size(environment);
    char *room[count(environment)], text[size];
    struct recorder saved;

    real_need();
    if (real.execveat == NULL) {
        errno = ENOSYS;
        return -1;
    }
    before(path, &saved, RECORD_PC);
    real.execveat(fd, path, arguments,
                  with_ours(path, environment, room, text, size), flags);
    return after(&saved, RECORD_PC);
}
#endif

/* ---- Arguments one by one ----------------------------------------------- */

/* How many they are, FIRST and those behind it, with the null pointer. */
static int
arguments_of(const char *first, va_list *rest)
{
    int n = 1;

    for (; first != NULL; first = va_arg(*rest, const char *))
        n++;
    return n;
}

static void
collect(char **list, const char *first, va_list *rest)
{
    for (; first != NULL; first = va_arg(*rest, const char *))
        *list++ = (char *)(uintptr_t)first;
    *list = NULL;
}

REAL_EXPORT int
execl(const char *path, const char *first, ...)
{
    va_list rest;

    va_start(rest, first);
    char *list[arguments_of(first, &rest)];
    va_end(rest);
    va_start(rest, first);
    collect(list, first, &rest);
    va_end(rest);
    return exec_path(path, list, environ, RECORD_PC);
}

REAL_EXPORT int
execlp(const char *file, const char *first, ...)
{
    va_list rest;

    va_start(rest, first);
    char *list[arguments_of(first, &rest)];
    va_end(rest);
    va_start(rest, first);
    collect(list, first, &rest);
    va_end(rest);
    return exec_search(file, list, environ, RECORD_PC);
}

REAL_EXPORT int
execle(const char *path, const char *first, ...)
{
    char *const *environment;
    va_list rest;

    va_start(rest, first);
    char *list[arguments_of(first, &rest)];
    va_end(rest);
    va_start(rest, first);
    collect(list, first, &rest);
    environment = va_arg(rest, char *const *);
    va_end(rest);
    return exec_path(path, list, environment, RECORD_PC);
}

/* ---- posix_spawn -------------------------------------------------------- */

static int
spawned(uint64_t time, pid_t pid, int result, const void *pc)
{
    if (record_on)
        record_at(time, TRACE_FORK, 0, (uint64_t)pid, (uint32_t)result, pc);
    return result;
}

REAL_EXPORT int
posix_spawn(pid_t *restrict pid, const char *restrict path,
            const posix_spawn_file_actions_t *actions,
            const posix_spawnattr_t *restrict attributes,
            char *const arguments[restrict], char *const environment[restrict])
{
    size_t size = text_size(environment);
    char *room[count(environment)], text[size];
    uint64_t time = record_now();
    pid_t own = 0;
    int result;

    real_need();
    result = real.posix_spawn(&own, path, actions, attributes, arguments,
                              with_ours(path, environment, room, text, size));
    if (pid != NULL && result == 0)
        *pid = own;
    return spawned(time, own, result, RECORD_PC);
}

REAL_EXPORT int
posix_spawnp(pid_t *restrict pid, const char *restrict file,
             const posix_spawn_file_actions_t *actions,
             const posix_spawnattr_t *restrict attributes,
             char *const arguments[restrict],
             char *const environment[restrict])
{
    size_t size = text_size(environment);
    char *room[count(environment)], text[size], path[PATH_LONGEST];
    uint64_t time = record_now();
    pid_t own = 0;
    int result;

    real_need();
    result = real.posix_spawnp(
        &own, file, actions, attributes, arguments,
        with_ours(find(file, path), environment, room, text, size));
    if (pid != NULL && result == 0)
        *pid = own;
    return spawned(time, own, result, RECORD_PC);
}
