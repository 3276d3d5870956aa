/* process: fork and its kin, exit, wait and kill, recorded. */
#include "record.h"

#include <errno.h>
#include <string.h>

/* ---- Fork --------------------------------------------------------------- */

/* The fork is told in the parent with the time from before it, so it is in
   front of all that the child does. */
static pid_t
forked(pid_t pid, const void *pc)
{
    record_kept(pid);
    record_at(record_fork_time(), TRACE_FORK, 0, (uint64_t)pid,
              pid == -1 ? (uint32_t)errno : 0, pc);
    return pid;
}

/* The child begins in record.c, record_forked(), where all forks of a libc
   pass. */
REAL_EXPORT pid_t
fork(void)
{
    pid_t pid;

    real_need();
    if (!record_on)
        return real.fork();
    record_promise();
    pid = real.fork();
    return pid == 0 ? 0 : forked(pid, RECORD_PC);
}

#if defined(__GLIBC__)
/* This one passes no pthread_atfork() function. */
REAL_EXPORT pid_t
_Fork(void)
{
    pid_t pid;

    real_need();
    if (!record_on)
        return real._Fork();
    record_promise();
    pid = real._Fork();
    if (pid != 0)
        return forked(pid, RECORD_PC);
    record_forked();
    return 0;
}
#endif

/* vfork() returns twice through the same frame, so nobody may stand between
   it and its caller: this tells, and then jumps. What it jumps to is what the
   function below returned. */
__attribute__((used)) static void *
before_vfork(const void *pc)
{
    void *address;

    real_need();
    if (record_on)
        record_vfork(pc);
    memcpy(&address, &real.vfork, sizeof address);
    return address;
}

#if defined(__x86_64__)
__asm__(".text\n"
        ".globl vfork\n"
        ".type vfork, @function\n"
        "vfork:\n"
        "    movq (%rsp), %rdi\n"
        "    subq $8, %rsp\n"
        "    call before_vfork\n"
        "    addq $8, %rsp\n"
        "    jmp *%rax\n"
        ".size vfork, . - vfork\n");
#elif defined(__aarch64__)
__asm__(".text\n"
        ".globl vfork\n"
        ".type vfork, %function\n"
        "vfork:\n"
        "    stp x29, x30, [sp, #-16]!\n"
        "    mov x0, x30\n"
        "    bl before_vfork\n"
        "    mov x16, x0\n"
        "    ldp x29, x30, [sp], #16\n"
        "    br x16\n"
        ".size vfork, . - vfork\n");
#else
/* POSIX let vfork() be a fork(), while it had it. */
REAL_EXPORT pid_t
vfork(void)
{
    (void)before_vfork;
    return fork();
}
#endif

/* ---- Exit --------------------------------------------------------------- */

static void
leave_now(int status)
{
    struct recorder saved;

    if (!record_on)
        return;
    record_borrow(&saved);
    record_task(TRACE_EXIT, 0, (uint32_t)status & 0xff, NULL);
    record_give_back(&saved);
}

REAL_EXPORT _Noreturn void
_exit(int status)
{
    real_need();
    leave_now(status);
    real._exit(status);
    __builtin_unreachable();
}

REAL_EXPORT _Noreturn void
_Exit(int status)
{
    real_need();
    leave_now(status);
    real._Exit(status);
    __builtin_unreachable();
}

/* ---- Wait --------------------------------------------------------------- */

static void
asked(int64_t whom, int options, const void *pc)
{
    if (record_on && (options & WNOHANG) == 0)
        record_task(TRACE_WAIT_CHILD, whom, 0, pc);
}

/* A look with WNOHANG that saw nothing is not worth a line. */
static pid_t
answered(pid_t pid, int status, int options, const void *pc)
{
    if (!record_on)
        return pid;
    if (pid > 0)
        record_task(TRACE_REAPED, pid, (uint32_t)status, pc);
    else if ((options & WNOHANG) == 0)
        record_task(TRACE_NOT_REAPED, pid, (uint32_t)errno, pc);
    return pid;
}

REAL_EXPORT pid_t
wait(int *status)
{
    int own = 0;
    pid_t pid;

    real_need();
    asked(-1, 0, RECORD_PC);
    RECORD_WAITING(pid = real.wait(&own));
    if (status != NULL && pid != -1)
        *status = own;
    return answered(pid, own, 0, RECORD_PC);
}

REAL_EXPORT pid_t
waitpid(pid_t whom, int *status, int options)
{
    int own = 0;
    pid_t pid;

    real_need();
    asked(whom, options, RECORD_PC);
    RECORD_WAITING(pid = real.waitpid(whom, &own, options));
    if (status != NULL && pid > 0)
        *status = own;
    return answered(pid, own, options, RECORD_PC);
}

REAL_EXPORT pid_t
wait3(int *status, int options, struct rusage *usage)
{
    int own = 0;
    pid_t pid;

    real_need();
    asked(-1, options, RECORD_PC);
    RECORD_WAITING(pid = real.wait3(&own, options, usage));
    if (status != NULL && pid > 0)
        *status = own;
    return answered(pid, own, options, RECORD_PC);
}

REAL_EXPORT pid_t
wait4(pid_t whom, int *status, int options, struct rusage *usage)
{
    int own = 0;
    pid_t pid;

    real_need();
    asked(whom, options, RECORD_PC);
    RECORD_WAITING(pid = real.wait4(whom, &own, options, usage));
    if (status != NULL && pid > 0)
        *status = own;
    return answered(pid, own, options, RECORD_PC);
}

/* As waitpid() would have told it. */
static int
status_of(const siginfo_t *about)
{
    switch (about->si_code) {
    case CLD_EXITED:
        return (about->si_status & 0xff) << 8;
    case CLD_KILLED:
        return about->si_status & 0x7f;
    case CLD_DUMPED:
        return (about->si_status & 0x7f) | 0x80;
    case CLD_CONTINUED:
        return 0xffff;
    default:
        return (about->si_status & 0xff) << 8 | 0x7f;
    }
}

REAL_EXPORT int
waitid(idtype_t type, id_t whom, siginfo_t *about, int options)
{
    siginfo_t own = {.si_pid = 0};
    siginfo_t *volatile to = about != NULL ? about : &own;
    int result;

    real_need();
    asked(type == P_PID ? (int64_t)whom : -1, options, RECORD_PC);
    to->si_pid = 0;
    RECORD_WAITING(result = real.waitid(type, whom, to, options));
    if ((options & WNOWAIT) == 0 || result == -1)
        answered(result == -1 ? -1 : to->si_pid, status_of(to), options,
                 RECORD_PC);
    else if (record_on && (options & WNOHANG) == 0)
        record_task(TRACE_NOT_REAPED, to->si_pid, 0, RECORD_PC);
    return result;
}

/* ---- Orphans ------------------------------------------------------------ */

/* An orphan comes to `mapfork trace', which is a subreaper; without it, it
   would come to init, and programs wait for that. */
REAL_EXPORT pid_t
getppid(void)
{
    pid_t pid;

    real_need();
    pid = real.getppid();
    return record_on && pid == task_file->supervisor &&
                   getpid() != task_file->program
               ? 1
               : pid;
}

/* ---- Kill --------------------------------------------------------------- */

/* Told before: afterwards this process may be gone. */
REAL_EXPORT int
kill(pid_t whom, int signal)
{
    real_need();
    if (record_on && signal != 0)
        record_task(TRACE_KILL, whom, (uint32_t)signal, RECORD_PC);
    return real.kill(whom, signal);
}
