/* claims: beyond the articles: signals, and files that change their size. */
#include "config.h"

#include "claims.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where the kin's handler tells what it got. */
static struct fault {
    int number, code;
    void *at;
} * fault;

static void
on_fault(int number, siginfo_t *about, void *context)
{
    (void)context;
    *fault = (struct fault){number, about->si_code, about->si_addr};
    _exit(1);
}

static const char *
fault_at(char *at)
{
    static char words[64];
    struct sigaction action = {.sa_flags = SA_SIGINFO};

    action.sa_sigaction = on_fault;
    *fault = (struct fault){0};
    if (kin()) {
        sigaction(SIGBUS, &action, NULL);
        sigaction(SIGSEGV, &action, NULL);
        *(volatile char *)at = 'x';
        leave();
    }
    snprintf(words, sizeof words, "%s%s",
             fault->number == SIGBUS && fault->code == BUS_ADRERR
                 ? "BUS_ADRERR"
             : fault->number == SIGSEGV && fault->code == SEGV_MAPERR
                 ? "SEGV_MAPERR"
             : fault->number == SIGSEGV && fault->code == SEGV_ACCERR
                 ? "SEGV_ACCERR"
                 : "another one",
             fault->at == at ? " there" : " elsewhere");
    return words;
}

static void
why_of_signals(void)
{
    char *at = map(3 * PAGE, RW, MAP_SHARED, scratch(10));

    fault = (struct fault *)(void *)map(PAGE, RW, MAP_SHARED, -1);
    saw("behind the end: %s", fault_at(at + PAGE + 7));
    mprotect(at, PAGE, PROT_READ);
    saw("read-only: %s", fault_at(at + 7));
    munmap(at + PAGE, PAGE);
    saw("unmapped: %s", fault_at(at + PAGE + 7));
}

static void
bad_address_in_call(void)
{
    int fd = scratch(10);
    char *at = map(2 * PAGE, RW, MAP_SHARED, fd);

    needs_kernel();
    saw("write from behind the end: %s", done(write(fd, at + PAGE, 1)));
    munmap(at, 2 * PAGE);
    saw("read to nowhere: %s", done(pread(fd, at, 1, 0)));
}

static void
grow(void)
{
    int fd = scratch(10);
    char *at = map(3 * PAGE, RW, MAP_SHARED, fd);

    saw("second page: %s", load(at + PAGE));
    resize(fd, PAGE + 1);
    saw("grown by a page: %s", load(at + 2 * PAGE - 1));
    saw("third: %s", load(at + 2 * PAGE));
}

static void
shrink_and_regrow(void)
{
    int fd = scratch(PAGE);
    char *at = map(PAGE, RW, MAP_SHARED, fd);

    memset(at, 'x', PAGE);
    resize(fd, 10);
    resize(fd, PAGE);
    saw("byte 9: %c", at[9]);
    saw("byte 10: %d", at[10]);
}

static void
shrink(void)
{
    int fd = scratch(PAGE);
    char *common = map(PAGE, RW, MAP_SHARED, fd);
    char *own = map(PAGE, RW, MAP_PRIVATE, fd);

    own[0] = 'x';
    resize(fd, 0);
    saw("MAP_SHARED: %s", load(common));
    saw("MAP_PRIVATE, stored to before: %s", load(own));
}

static void
truncated_by_open(void)
{
    int fd = scratch(PAGE);
    char *at = map(PAGE, RW, MAP_SHARED, fd);

    if (kin()) {
        reopen(fd, O_RDWR | O_TRUNC);
        leave();
    }
    saw("after another's O_TRUNC: %s", load(at));
}

const struct claim claims_beyond_ends[] = {
    {72, "beyond", "a signal tells what was wrong", "si_code, si_addr",
     "behind the end: BUS_ADRERR there; read-only: SEGV_ACCERR there; "
     "unmapped: SEGV_MAPERR there",
     "true", "A handler with SA_SIGINFO gets the reason and the address.",
     why_of_signals},
    {73, "beyond", "a bad address always means a signal", "EFAULT or a signal",
     "write from behind the end: EFAULT; read to nowhere: EFAULT", "false",
     "Not when a system call touches it.", bad_address_in_call},
    {74, "beyond", "a mapping sees its file grow", "unspecified",
     "second page: SIGBUS; grown by a page: OK; third: SIGBUS", "true",
     "Linux looks at the file's size with each page fault.", grow},
    {75, "beyond", "a file that shrank regrows with 0", "zeros",
     "byte 9: x; byte 10: 0", "true", "Also in mappings that were there.",
     shrink_and_regrow},
    {76, "beyond", "a private copy survives a shrinking file", "unspecified",
     "MAP_SHARED: SIGBUS; "
     "MAP_PRIVATE, stored to before: SIGBUS|"
     "MAP_PRIVATE, stored to before: OK",
     "false", "On Linux the page goes with the file, copied or not.", shrink},
    {77, "beyond", "any writer of a file can kill its mappers", "SIGBUS",
     "after another's O_TRUNC: SIGBUS", "true",
     "See row 99 for files that can be sealed.", truncated_by_open},
    {0},
};
