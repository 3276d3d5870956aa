/* stdio_twice: what still waits in a stdio buffer when fork is called is
   copied with the rest of the process, and may be written twice.

   The program prints one line into a stream and forks, and both processes
   close the stream, as exit(3) does with all that are open. Look at how often
   the line arrives. --break=noflush leaves out the fflush before fork. Without
   it, too, the line comes once if the child calls _exit(2), which flushes
   nothing.

     $ stdio_twice
     parent: through a pipe: "one line" came 1 time
     parent: in a file: "one line" came 1 time
     parent: no fflush, but _exit in the child: "one line" came 1 time
     $ stdio_twice --break=noflush
     parent: through a pipe: "one line" came 2 times
     parent: in a file: "one line" came 2 times
     parent: fork copied the unflushed buffer, and both processes wrote it out

   On a terminal the mistake hides: there a stream is flushed at every line.

   See also: fork(2), exit(3), _exit(2), setvbuf(3); POSIX, 2.5.1 Interaction
   of File Descriptors and Standard I/O Streams. Next: race/lost_update.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "die.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE "one line\n"

static const struct args about = {
    .name = "stdio_twice",
    .idea = "An unflushed stdio buffer is copied by fork, too.",
    .breaks = {{"noflush",
                "no fflush before fork: the line is written twice"}},
};

enum cure { FLUSH, UNDERSCORE_EXIT, NONE };

/* The process that does it: print into FD, fork, and end twice. */
static _Noreturn void
print_and_fork(int fd, enum cure cure)
{
    FILE *stream = fdopen(fd, "w");
    pid_t pid;

    if (stream == NULL)
        die("fdopen");
    /* The line goes into the buffer of the stream, in this process's memory:
       no system call yet. */
    if (fprintf(stream, LINE) < 0)
        die("fprintf");
    if (cure == FLUSH && fflush(stream) == EOF)
        die("fflush");

    /* fork(2) itself, not child_fork(), which would flush for us. */
    pid = fork();
    if (pid == -1)
        die("fork");
    if (pid == 0)
        child_born("grandchild");
    else
        child_adopt(pid, "grandchild");
    promise(pid == 0 || child_reap(pid) == 0, "the grandchild to exit 0");
    if (pid == 0 && cure == UNDERSCORE_EXIT)
        _exit(EXIT_HELD);
    /* fclose flushes, as exit would for every stream that is open. */
    if (fclose(stream) == EOF)
        die("fclose");
    _exit(EXIT_HELD);
}

/* How often the line comes out of FD until its end. */
static int
count_lines(int fd)
{
    char text[256];
    size_t used = 0;
    ssize_t n;
    int count = 0;

    while ((n = read(fd, text + used, sizeof text - 1 - used)) != 0) {
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            die("read");
        used += (size_t)n;
    }
    text[used] = '\0';
    for (const char *at = text; (at = strstr(at, LINE)) != NULL;
         at += strlen(LINE))
        count++;
    return count;
}

static int
through_a_pipe(enum cure cure)
{
    int ends[2], count;
    pid_t pid;

    if (pipe(ends) == -1)
        die("pipe");
    pid = child_fork("child");
    if (pid == 0) {
        close(ends[0]);
        print_and_fork(ends[1], cure);
    }
    /* As long as anybody could write, a pipe has no end: close our copy. */
    close(ends[1]);
    count = count_lines(ends[0]);
    close(ends[0]);
    child_reap(pid);
    return count;
}

static int
in_a_file(enum cure cure)
{
    FILE *file = tmpfile();
    int count, fd;
    pid_t pid;

    if (file == NULL)
        die("tmpfile");
    fd = fileno(file);
    pid = child_fork("child");
    if (pid == 0)
        print_and_fork(fd, cure);
    child_reap(pid);
    /* The offset is common to all who have the file open since before fork:
       the second line came behind the first, and we must go back. */
    if (lseek(fd, 0, SEEK_SET) == -1)
        die("lseek");
    count = count_lines(fd);
    fclose(file);
    return count;
}

static void
judge(const char *where, int count)
{
    int expected = args_broken("noflush") ? 2 : 1;

    say("%s: \"one line\" came %d time%s", where, count,
        count == 1 ? "" : "s");
    promise(count == expected, "the line %d time(s) %s, seen: %d", expected,
            where, count);
}

int
main(int argc, char **argv)
{
    enum cure cure;

    args_parse(&about, argc, argv);
    cure = args_broken("noflush") ? NONE : FLUSH;
    judge("through a pipe", through_a_pipe(cure));
    judge("in a file", in_a_file(cure));
    if (cure == FLUSH)
        judge("no fflush, but _exit in the child", in_a_file(UNDERSCORE_EXIT));
    else
        say("fork copied the unflushed buffer, and both processes wrote it "
            "out");
    return EXIT_HELD;
}
