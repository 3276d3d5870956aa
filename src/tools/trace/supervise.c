/* supervise: see supervise.h.

   Whatever the program forks stays below this process: a subreaper is given
   the orphans of its descendants, instead of init. So all can be waited for,
   and ended, without a guess at process numbers: only own children are ever
   killed, and the number of a child that was not waited for is not used
   again. */
#include "config.h"

#include "supervise.h"

#include "../rt/linked.h"
#include "../rt/ticks.h"
#include "blocked.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- The file ----------------------------------------------------------- */

/* Is the processor's counter what the kernel itself takes for a clock? Then it
   runs evenly, and the same on all CPUs. */
static bool
counter_is_trusted(void)
{
    char name[16] = "";
    FILE *file = fopen("/sys/devices/system/clocksource/clocksource0/"
                       "current_clocksource",
                       "re");

    if (file == NULL)
        return false;
    if (fscanf(file, "%15s", name) != 1)
        *name = '\0';
    fclose(file);
    return TICKS_TSC && strcmp(name, "tsc") == 0;
}

/* What could be had without driving others out; 0: the system does not tell.
   Memory for a file without a name is not refused but granted, and then others
   are killed for it. */
static uint64_t
memory_free(void)
{
    char line[200];
    unsigned long long kib = 0;
    FILE *file = fopen("/proc/meminfo", "re");

    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
            break;
    fclose(file);
    return (uint64_t)kib << 10;
}

static void
take_time(struct trace_header *file, int which)
{
    file->ns[which] = ticks_ns();
    file->ticks[which] = ticks_now(file->by_tsc);
}

/* Without a name, so nothing is left of it, whoever is killed. All its pages
   are there from the start: a mapping without memory behind it would end the
   traced program with SIGBUS. They are filled with zeroes here, lest the
   traced programs have to wait for that. */
static const char *
make_file(struct supervised *run, int *fd)
{
    uint32_t chunks =
        (uint32_t)(run->buffer / TRACE_CHUNK / sizeof(struct trace_event));
    uint64_t size = trace_size(chunks);
    struct trace_header *file;
    void (*usual)(int);
    int error;

    errno = ENOMEM;
    if (memory_free() != 0 && size > memory_free() / 2)
        return "no space for the trace, try a smaller --buffer";
    *fd = memfd_create("mapfork-trace", MFD_CLOEXEC);
    if (*fd == -1)
        return "memfd_create";
    usual = signal(SIGXFSZ, SIG_IGN);
    error = posix_fallocate(*fd, 0, (off_t)size);
    signal(SIGXFSZ, usual);
    errno = error;
    if (error != 0)
        return "no space for the trace, try a smaller --buffer";
    file = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_POPULATE, *fd, 0);
    if (file == MAP_FAILED)
        return "no space for the trace, try a smaller --buffer";
    file->size = size;
    file->chunks_most = chunks;
    file->by_tsc = counter_is_trusted();
    file->points = run->points;
    file->shell = linked_as("/bin/sh");
    file->supervisor = (int32_t)getpid();
    memcpy(file->runtime, run->runtime, sizeof file->runtime);
    take_time(file, 0);
    file->magic = TRACE_MAGIC;
    run->file = file;
    return NULL;
}

/* ---- The program -------------------------------------------------------- */

/* In the child. Tells errno through REPORT if it cannot. */
static void
become(const struct supervised *run, int fd, int report)
{
    const char *others = getenv("LD_PRELOAD");
    const char *asan = getenv("ASAN_OPTIONS");
    char preload[8400], name[60], options[2000];
    int error;

    snprintf(preload, sizeof preload, "%s%s%s", run->runtime[run->libc],
             others != NULL ? ":" : "", others != NULL ? others : "");
    snprintf(name, sizeof name, "/proc/%ld/fd/%d", (long)getppid(), fd);
    /* Address sanitizer wants to be the first library, and ends the program if
       it is not; nothing here gets into its way. */
    snprintf(options, sizeof options, "%s%sverify_asan_link_order=0",
             asan != NULL ? asan : "", asan != NULL ? ":" : "");
    if (setenv("ASAN_OPTIONS", options, 1) == 0 &&
        setenv("LD_PRELOAD", preload, 1) == 0 &&
        setenv(TRACE_FILE, name, 1) == 0)
        execv(run->path, run->arguments);
    error = errno;
    if (write(report, &error, sizeof error) == -1)
        _exit(127);
    _exit(126);
}

static const char *
start(const struct supervised *run, int fd, const sigset_t *usual,
      const struct sigaction *child, pid_t *pid)
{
    int report[2], error = 0;

    if (pipe2(report, O_CLOEXEC) == -1 || (*pid = fork()) == -1)
        return "fork";
    if (*pid == 0) {
        sigaction(SIGCHLD, child, NULL);
        run->file->program = (int32_t)getpid();
        sigprocmask(SIG_SETMASK, usual, NULL);
        become(run, fd, report[1]);
    }
    close(report[1]);
    if (read(report[0], &error, sizeof error) > 0) {
        waitpid(*pid, NULL, 0);
        errno = error;
        close(report[0]);
        return "it cannot be executed";
    }
    close(report[0]);
    return NULL;
}

/* ---- Progress ----------------------------------------------------------- */

enum { FAMILY_MOST = 4096 };

/* The parent of PID, and the letter of its state. */
static pid_t
parent_of(pid_t pid, char *state)
{
    char path[40], text[512], *end;
    long parent = -1;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    if ((file = fopen(path, "re")) == NULL)
        return -1;
    /* The name stands in parentheses and may hold any character. */
    if (fgets(text, sizeof text, file) != NULL &&
        (end = strrchr(text, ')')) != NULL)
        if (sscanf(end + 1, " %c %ld", state, &parent) != 2)
            parent = -1;
    fclose(file);
    return (pid_t)parent;
}

/* All the descendants of this process into PIDS; how many. A child made while
   the folder is being read is found at the next look. */
static int
family(pid_t *pids)
{
    static pid_t all[FAMILY_MOST * 8], parents[FAMILY_MOST * 8];
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    int known = 0, count = 0;
    bool more = true;
    char state;

    if (folder == NULL)
        return 0;
    while ((entry = readdir(folder)) != NULL && known < FAMILY_MOST * 8)
        if (isdigit((unsigned char)*entry->d_name)) {
            all[known] = (pid_t)atol(entry->d_name);
            parents[known] = parent_of(all[known], &state);
            known++;
        }
    closedir(folder);
    while (more) {
        more = false;
        for (int i = 0; i < known; i++) {
            bool ours = parents[i] == getpid();
            for (int p = 0; p < count && !ours; p++)
                ours = parents[i] == pids[p];
            if (!ours || count == FAMILY_MOST)
                continue;
            parents[i] = -1;
            pids[count++] = all[i];
            more = true;
        }
    }
    return count;
}

/* Can only its family wake this thread? What sleeps for a time, waits for a
   device, a terminal, a socket or our own stdin goes on without it, and so may
   what cannot be looked at. */
static bool
waits_for_family(pid_t tid)
{
    struct blocked seen;
    struct stat theirs, ours;
    char path[60];

    if (!blocked_look(tid, &seen) || seen.call == -1)
        return false;
    if (seen.asleep)
        return seen.forever;
    switch (seen.call) {
    case SYS_wait4:
    case SYS_waitid:
    case SYS_flock:
    case SYS_rt_sigsuspend:
#ifdef SYS_pause
    case SYS_pause:
#endif
    case SYS_semop:
    case SYS_msgrcv:
    case SYS_msgsnd:
    case SYS_fcntl:
    case SYS_openat: /* of a FIFO */
#ifdef SYS_open
    case SYS_open:
#endif
        return true;
    case SYS_read:
    case SYS_write:
        snprintf(path, sizeof path, "/proc/%ld/fd/%lu", (long)tid, seen.at);
        return stat(path, &theirs) == 0 && S_ISFIFO(theirs.st_mode) &&
               (fstat(STDIN_FILENO, &ours) == -1 ||
                theirs.st_dev != ours.st_dev || theirs.st_ino != ours.st_ino);
    default:
        return false;
    }
}

/* How often the threads of PID have been switched out until now. Sets *ALIVE
   if one of them runs at this moment. */
static unsigned long
switches(pid_t pid, bool *alive)
{
    char path[300], line[200], state;
    unsigned long sum = 0, count;
    struct dirent *entry;
    FILE *file;
    DIR *folder;

    snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
    if ((folder = opendir(path)) == NULL)
        return 0;
    while ((entry = readdir(folder)) != NULL) {
        if (!isdigit((unsigned char)*entry->d_name))
            continue;
        snprintf(path, sizeof path, "/proc/%ld/task/%s/status", (long)pid,
                 entry->d_name);
        if ((file = fopen(path, "re")) == NULL)
            continue;
        while (fgets(line, sizeof line, file) != NULL) {
            if (sscanf(line, "State: %c", &state) == 1 && state != 'Z' &&
                (state != 'S' ||
                 !waits_for_family((pid_t)atol(entry->d_name))))
                *alive = true;
            if (sscanf(line, "voluntary_ctxt_switches: %lu", &count) == 1 ||
                sscanf(line, "nonvoluntary_ctxt_switches: %lu", &count) == 1)
                sum += count;
        }
        fclose(file);
    }
    closedir(folder);
    return sum;
}

/* Will an alarm go off in PID? It has said so itself. */
static bool
awaits_timer(const struct trace_header *file, pid_t pid)
{
    uint32_t lanes = file->lanes < TRACE_LANES ? file->lanes : TRACE_LANES;

    for (uint32_t lane = lanes; lane > 0; lane--)
        if (file->lane[lane - 1].pid == pid && !file->lane[lane - 1].is_thread)
            return file->lane[lane - 1].timer > ticks_ns();
    return false;
}

/* Has nobody run since the last look, and will nobody by itself? */
static bool
is_still(const struct trace_header *file)
{
    static pid_t pids[FAMILY_MOST];
    static unsigned long last;
    unsigned long sum = 0;
    int count = family(pids);
    bool alive = false, still;

    for (int i = 0; i < count; i++) {
        sum += (unsigned long)pids[i] + switches(pids[i], &alive);
        alive = alive || awaits_timer(file, pids[i]);
    }
    still = !alive && sum == last && count > 0;
    last = sum;
    return still;
}

/* ---- The end ------------------------------------------------------------ */

/* What became of PID is part of the trace: who else would tell it of a process
   that was killed, or that nobody waited for? */
static void
note_end(struct trace_header *file, pid_t pid, int status)
{
    uint32_t size = sizeof(struct trace_note) + 8;
    uint32_t at = atomic_fetch_add(&file->notes, size);
    struct trace_note *note;

    if (at + size > TRACE_NOTES)
        return;
    note = (struct trace_note *)(void *)(trace_notes(file) + at);
    note->time = ticks_now(file->by_tsc);
    note->a = (uint64_t)pid;
    note->b = (uint64_t)status;
    atomic_store(&note->size, size);
    atomic_store(&note->kind, TRACE_ENDED);
}

/* Reap all that have ended. Returns whether children are left. */
static bool
reap(struct supervised *run, pid_t program)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        note_end(run->file, pid, status);
        if (pid == program)
            run->status = status;
    }
    return pid == 0;
}

/* The call that PID sleeps in, in words. */
static const char *
call_name(long call)
{
    static const struct {
        long call;
        const char *name;
    } names[] = {
        {SYS_read, "read"},
        {SYS_write, "write"},
        {SYS_futex, "futex"},
        {SYS_wait4, "wait"},
        {SYS_waitid, "waitid"},
        {SYS_ppoll, "poll"},
        {SYS_pselect6, "select"},
        {SYS_rt_sigsuspend, "sigsuspend"},
        {SYS_recvfrom, "recv"},
        {SYS_sendto, "send"},
        {SYS_accept4, "accept"},
        {SYS_fcntl, "fcntl"},
        {SYS_flock, "flock"},
        {SYS_epoll_pwait, "epoll_wait"},
        {SYS_recvmsg, "recvmsg"},
        {SYS_semtimedop, "semop"},
        {SYS_msgrcv, "msgrcv"},
        {SYS_msgsnd, "msgsnd"},
        {SYS_openat, "open"},
        {SYS_rt_sigtimedwait, "sigwait"},
        {SYS_mq_timedreceive, "mq_receive"},
#ifdef SYS_pause
        {SYS_pause, "pause"},
        {SYS_poll, "poll"},
        {SYS_select, "select"},
        {SYS_open, "open"},
        {SYS_accept, "accept"},
#endif
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].call == call)
            return names[i].name;
    return NULL;
}

/* Before they are ended: what does each of them wait in? */
static void
describe_sleep(struct supervised *run, const pid_t *pids, int count)
{
    size_t used = 0;

    for (int i = 0; i < count && used < sizeof run->asleep - 80; i++) {
        struct blocked seen;
        const char *name = NULL;
        char state;
        if (parent_of(pids[i], &state) == -1 || state == 'Z')
            continue;
        if (blocked_look(pids[i], &seen))
            name = call_name(seen.call);
        used += (size_t)snprintf(
            run->asleep + used, sizeof run->asleep - used,
            "%sprocess %ld in %s", used > 0 ? ", " : "", (long)pids[i],
            name != NULL ? name : "a call that does not end");
        if (name != NULL && (seen.call == SYS_read || seen.call == SYS_write))
            used +=
                (size_t)snprintf(run->asleep + used, sizeof run->asleep - used,
                                 " on descriptor %lu", seen.at);
    }
}

/* Kill our children; then those that their death has made our children; until
   there are none. */
static void
end_all(struct supervised *run, pid_t program)
{
    static pid_t pids[FAMILY_MOST];
    struct timespec tick = {.tv_nsec = 10000000};
    sigset_t child;
    char state;

    run->ended = family(pids);
    describe_sleep(run, pids, run->ended);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    do {
        int count = family(pids);
        for (int i = 0; i < count; i++)
            if (parent_of(pids[i], &state) == getpid())
                kill(pids[i], SIGKILL);
        sigtimedwait(&child, NULL, &tick);
    } while (reap(run, program));
}

/* A signal that wants to end us is for the program. What it makes of it is
   drawn; a second one is for us all. */
static const int stoppers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { STOPPERS = sizeof stoppers / sizeof *stoppers, TICK_MS = 100 };

/* What the program has left running when it ended may go on, as it would
   without us. It is waited for a while, because most of it ends soon. */
static bool
is_left(struct supervised *run, bool stopped)
{
    static pid_t pids[FAMILY_MOST];
    static uint64_t since;

    if (run->status == -1)
        return false;
    if (since == 0)
        since = ticks_ns();
    if (!stopped &&
        (run->timeout == 0 ||
         ticks_ns() - since < (uint64_t)run->timeout * 1000000000u))
        return false;
    run->left = family(pids);
    return true;
}

static void
watch(struct supervised *run, pid_t program, const sigset_t *signals)
{
    struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
    uint64_t since = ticks_ns();
    siginfo_t about;
    int stops = 0;

    while (reap(run, program)) {
        int signal = sigtimedwait(signals, &about, &tick);
        if (signal > 0 && signal != SIGCHLD) {
            /* From the terminal it has got its own. */
            if (about.si_code == SI_KERNEL)
                continue;
            if (++stops > 1)
                break;
            if (run->status == -1)
                kill(program, signal);
        }
        if (is_left(run, stops > 0))
            break;
        if (signal > 0 || run->timeout == 0)
            continue;
        if (!is_still(run->file))
            since = ticks_ns();
        else if (ticks_ns() - since >= (uint64_t)run->timeout * 1000000000u) {
            run->hung = true;
            run->hung_itself = run->status == -1;
            break;
        }
    }
    if (run->hung || stops > 1)
        end_all(run, program);
}

const char *
supervise(struct supervised *run)
{
    sigset_t signals, usual, all;
    struct sigaction child;
    const char *why;
    pid_t program = 0;
    int fd = -1;

    run->status = -1;
    if ((why = make_file(run, &fd)) != NULL)
        return why;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        return "prctl(PR_SET_CHILD_SUBREAPER)";
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    for (int i = 0; i < STOPPERS; i++)
        sigaddset(&signals, stoppers[i]);
    /* The program may signal its whole group (kill(0, SIGUSR1)), and that is
       ours as well. What stops and continues a job stays as it is. */
    sigfillset(&all);
    sigdelset(&all, SIGTSTP);
    sigdelset(&all, SIGTTIN);
    sigdelset(&all, SIGTTOU);
    sigprocmask(SIG_BLOCK, &all, &usual);
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_DFL}, &child);
    why = start(run, fd, &usual, &child, &program);
    if (why == NULL)
        watch(run, program, &signals);
    for (int i = 0; i < STOPPERS; i++)
        sigdelset(&all, stoppers[i]);
    sigprocmask(SIG_SETMASK, &all, NULL);
    close(fd);
    take_time(run->file, 1);
    return why;
}
