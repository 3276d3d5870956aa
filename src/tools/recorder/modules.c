/* modules: see modules.h. */
#include "modules.h"

#include "record.h"

#include <link.h>
#include <string.h>
#include <unistd.h>

/* The first one is the program; its name is empty there. */
static int
note(struct dl_phdr_info *info, size_t size, void *nothing)
{
    uint64_t from = UINT64_MAX, to = 0;
    char own[4096];
    const char *path = info->dlpi_name;
    ssize_t length;

    (void)size, (void)nothing;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type != PT_LOAD)
            continue;
        if (info->dlpi_addr + part->p_vaddr < from)
            from = info->dlpi_addr + part->p_vaddr;
        if (info->dlpi_addr + part->p_vaddr + part->p_memsz > to)
            to = info->dlpi_addr + part->p_vaddr + part->p_memsz;
    }
    if (path == NULL || *path == '\0') {
        length = readlink("/proc/self/exe", own, sizeof own - 1);
        if (length <= 0)
            return 0;
        own[length] = '\0';
        path = own;
    }
    if (*path == '/' && to > from)
        RECORD_NOTE(TRACE_MODULE, 0, path, info->dlpi_addr, from, to);
    return 0;
}

void
modules_note(void)
{
    dl_iterate_phdr(note, NULL);
}
