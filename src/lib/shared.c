/* shared: pthread objects that lie in a mapping and serve several processes.
 */
#include "config.h"

#include "blocked.h"
#include "die.h"
#include "shared.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

/* Some systems have the function and refuse the value. */
static void
must_support(int code, const char *feature)
{
    if (code == ENOTSUP || code == ENOSYS || code == EINVAL)
        die_missing(feature);
    if (code != 0)
        die_code(code, "%s", feature);
}

/* Without the kernel's list of what a thread holds nobody learns of its death:
   the next locker would wait for ever. musl asks for it, glibc does not; and
   emulators such as qemu-aarch64 have none. */
static bool
kernel_keeps_robust_list(void)
{
#if defined(__linux__) && defined(SYS_get_robust_list)
    void *list;
    size_t size;

    return syscall(SYS_get_robust_list, 0, &list, &size) == 0 ||
           errno != ENOSYS;
#else
    return true;
#endif
}

/* "&shared->lock" is called `lock'. */
static void
name(const void *object, size_t size, const char *text)
{
    const char *arrow = strstr(text, "->");

    blocked_name(object, size,
                 arrow != NULL  ? arrow + 2
                 : *text == '&' ? text + 1
                                : text);
}

void
shared_mutex_as(pthread_mutex_t *mutex, enum shared_kind kind,
                const char *text)
{
    pthread_mutexattr_t attributes;

    must(pthread_mutexattr_init(&attributes));
#if HAVE_PTHREAD_MUTEXATTR_SETPSHARED && HAVE_DECL_PTHREAD_PROCESS_SHARED
    must_support(
        pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
        "a process-shared mutex");
#else
    die_missing("a process-shared mutex");
#endif
    must(pthread_mutexattr_settype(&attributes, kind == SHARED_ERRORCHECK
                                                    ? PTHREAD_MUTEX_ERRORCHECK
                                                    : PTHREAD_MUTEX_NORMAL));
    if (kind == SHARED_ROBUST && !kernel_keeps_robust_list())
        die_missing("a robust mutex");
    if (kind == SHARED_ROBUST) {
#if HAVE_PTHREAD_MUTEXATTR_SETROBUST && HAVE_DECL_PTHREAD_MUTEX_ROBUST
        must_support(
            pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST),
            "a robust mutex");
#else
        die_missing("a robust mutex");
#endif
    }
    /* musl learns only here that the kernel has no robust lists. */
    must_support(pthread_mutex_init(mutex, &attributes), "such a mutex");
    must(pthread_mutexattr_destroy(&attributes));
    name(mutex, sizeof *mutex, text);
}

void
shared_cond_as(pthread_cond_t *cond, const char *text)
{
    pthread_condattr_t attributes;

    must(pthread_condattr_init(&attributes));
#if HAVE_PTHREAD_CONDATTR_SETPSHARED && HAVE_DECL_PTHREAD_PROCESS_SHARED
    must_support(
        pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
        "a process-shared condition variable");
#else
    die_missing("a process-shared condition variable");
#endif
#if HAVE_PTHREAD_CONDATTR_SETCLOCK
    must(pthread_condattr_setclock(&attributes, SHARED_CLOCK));
#endif
    must(pthread_cond_init(cond, &attributes));
    must(pthread_condattr_destroy(&attributes));
    name(cond, sizeof *cond, text);
}

struct timespec
shared_deadline(clockid_t clock, long milliseconds)
{
    struct timespec at;

    if (clock_gettime(clock, &at) == -1)
        die("clock_gettime");
    at.tv_sec += milliseconds / 1000;
    at.tv_nsec += milliseconds % 1000 * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}
