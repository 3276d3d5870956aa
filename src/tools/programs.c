/* programs: see verbs.h. */
#include "config.h"

#include "names.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The folder of this mapfork. */
static const char *
here(void)
{
    static char path[4096];
    ssize_t length;
    char *slash;

    if (*path != '\0')
        return path;
    length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
    return path;
}

/* FOLDER/FILE, in TEXT, if it is there. */
static const char *
join(char *text, size_t size, const char *folder, const char *file)
{
    int length = snprintf(text, size, "%s/%s", folder, file);

    return length > 0 && (size_t)length < size && access(text, R_OK) == 0
               ? text
               : NULL;
}

const char *
programs_runtime(const char *file)
{
    static char path[8200];
    const char *found = join(path, sizeof path, here(), file);

    return found != NULL ? found
                         : join(path, sizeof path, MAPFORK_LIBDIR, file);
}

const char *
programs_number(int i)
{
    static const char *const names[] = {MAPFORK_PROGRAMS};

    return i < (int)(sizeof names / sizeof *names) ? names[i] : NULL;
}

const char *
programs_find(const char *name)
{
    static char path[8200], folder[4200];
    const char *it, *found;

    for (int i = 0; (it = programs_number(i)) != NULL; i++) {
        const char *base = strrchr(it, '/') + 1;
        if (strcmp(it, name) != 0 && strcmp(base, name) != 0)
            continue;
        snprintf(folder, sizeof folder, "%s/..", here());
        found = join(path, sizeof path, folder, it);
        return found != NULL
                   ? found
                   : join(path, sizeof path, MAPFORK_LIBEXECDIR, base);
    }
    return NULL;
}
