/* real: see real.h. */
#include "real.h"

#include <dlfcn.h>
#include <string.h>

struct real real;
bool real_known;

/* The next definition behind the runtime. Of the functions on conditions,
   glibc on x86-64 has two, and before 2.36 dlsym() could give the one from
   before 2.3.2, which has another layout: the version is asked for. */
static void *
next(const char *name)
{
    void *found = NULL;

#if defined(__GLIBC__) && defined(__x86_64__)
    if (strncmp(name, "pthread_cond_", 13) == 0)
        found = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
#endif
    return found != NULL ? found : dlsym(RTLD_NEXT, name);
}

void
real_first(void)
{
    void *found;

    /* ISO C has no way from an object's address to a function's; POSIX asks
       for it (dlsym), and memcpy takes it without a cast. */
#define REAL_FIND(function)                                                   \
    found = next(#function);                                                  \
    memcpy(&real.function, &found, sizeof found);

    REAL_EVERYWHERE(REAL_FIND)
    REAL_GLIBC(REAL_FIND)
    real_known = true;
    runtime_begin();
}
