/* linked: see linked.h. */
#include "linked.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* The name of the dynamic linker, into TEXT; none if linked statically. */
static bool
read_linker(int fd, const Elf64_Ehdr *head, char *text, size_t size)
{
    for (int i = 0; i < head->e_phnum; i++) {
        Elf64_Phdr part;
        off_t at = (off_t)head->e_phoff + (off_t)i * head->e_phentsize;
        ssize_t n;
        if (pread(fd, &part, sizeof part, at) != sizeof part)
            return false;
        if (part.p_type != PT_INTERP)
            continue;
        n = pread(fd, text, size - 1, (off_t)part.p_offset);
        text[n > 0 ? n : 0] = '\0';
        return n > 0;
    }
    return false;
}

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#else
#define OUR_MACHINE head.e_machine
#endif

static enum linked look(const char *path, int depth);

/* A script: its first line names what runs it, maybe another script. */
static enum linked
look_at_script(int fd, int depth)
{
    char line[256], *from, *to;
    ssize_t n = pread(fd, line, sizeof line - 1, 2);

    if (n <= 0 || depth > 3)
        return LINKED_NOTHING;
    line[n] = '\0';
    from = line + strspn(line, " \t");
    to = from + strcspn(from, " \t\r\n");
    *to = '\0';
    return look(from, depth + 1);
}

static enum linked
look_at(int fd, int depth)
{
    Elf64_Ehdr head = {.e_ident = {0}};
    char linker[256];
    ssize_t n = read(fd, &head, sizeof head);

    if (n >= 2 && memcmp(head.e_ident, "#!", 2) == 0)
        return look_at_script(fd, depth);
    if (n < (ssize_t)sizeof head || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
        return LINKED_NOTHING;
    if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_machine != OUR_MACHINE)
        return LINKED_OTHER;
    if (!read_linker(fd, &head, linker, sizeof linker))
        return LINKED_STATIC;
    return strstr(linker, "ld-musl") != NULL ? LINKED_MUSL : LINKED_GLIBC;
}

/* Nobody may have the other end of a FIFO open, so it is not waited for. */
static enum linked
look(const char *path, int depth)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    enum linked as = LINKED_UNKNOWN;

    if (fd != -1) {
        as = look_at(fd, depth);
        close(fd);
    }
    return as;
}

enum linked
linked_as(const char *path)
{
    int error = errno;
    enum linked as = look(path, 0);

    errno = error;
    return as;
}
