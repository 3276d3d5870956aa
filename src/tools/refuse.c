/* refuse: see refuse.h. */
#include "config.h"

#include "refuse.h"

#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

const char *
refuse(const char *path, enum linked *as)
{
    struct stat status;

    *as = linked_as(path);
    if (stat(path, &status) == 0 &&
        (((status.st_mode & S_ISUID) != 0 && status.st_uid != geteuid()) ||
         ((status.st_mode & S_ISGID) != 0 && status.st_gid != getegid())))
        return "it is set-user-ID or set-group-ID, and the system preloads "
               "nothing into such a program; trace a copy without that bit";
    switch (*as) {
    case LINKED_STATIC:
        return "it is statically linked, so nothing can be put in front of "
               "its calls; link it without -static";
    case LINKED_OTHER:
        return "it is for another kind of processor than mapfork; build it "
               "for this one";
    case LINKED_NOTHING:
        return "it is no program: neither ELF nor a script that begins "
               "with #!";
    case LINKED_UNKNOWN:
        return "it cannot be read, so nobody knows how it is linked";
    default:
        return NULL;
    }
}
