/* run: a built program as a subprocess, and everything it must not leave. */
#include "config.h"

#include "run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

const char *const run_backings[2] = {"--backing=anon", "--backing=zero"};

enum { DEADLINE = 20, GRACE_MS = 2000, NAMES = 4096 };

/* ---- Folders ------------------------------------------------------------ */

/* The harness cannot work here. Not by ck_abort_msg: these functions also
   serve main and the new process, where no test runs. */
static _Noreturn void
give_up(const char *what, const char *path)
{
    fprintf(stderr, "%s %s: %s\n", what, path, strerror(errno));
    exit(99);
}

const char *
build_folder(void)
{
    static char path[4096];
    const char *given = getenv("MAPFORK_BUILD");
    char *found = NULL;
    ssize_t n;

    if (given != NULL)
        return given;
    n = readlink("/proc/self/exe", path, sizeof path - 8);
    if (n <= 0)
        give_up("MAPFORK_BUILD is not set, and readlink", "/proc/self/exe");
    path[n] = '\0';
    /* .../tests/check_x or .../tests/lib/check_x: up to the last "tests". */
    for (char *at = path, *next; (next = strstr(at, "/tests/")) != NULL;)
        found = at = next + 1;
    errno = EINVAL;
    if (found == NULL)
        give_up("MAPFORK_BUILD is not set, and no folder tests in", path);
    strcpy(found, "src");
    return path;
}

bool
run_wrapped(const char *test)
{
    if (getenv("MAPFORK_WRAPPER") == NULL)
        return false;
    printf("%s: left out under a wrapper\n", test);
    return true;
}

const char *
tool_folder(void)
{
    return TOOL_FOLDER;
}

const char *
source_folder(void)
{
    const char *given = getenv("MAPFORK_SOURCE");

    return given != NULL ? given : SOURCE_FOLDER;
}

/* The temporary folder of this test program, and within it one for each of
   its processes: Check runs every test in a process of its own. run_suite()
   makes and removes the first, so that nothing stays when Check kills a test
   that takes too long. */
static char base_folder[2048];
static pid_t base_owner;

static int
remove_one(const char *path, const struct stat *about, int type,
           struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

static void
remove_base_folder(void)
{
    if (base_owner == getpid() &&
        nftw(base_folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) == -1)
        fprintf(stderr, "cannot remove %s: %s\n", base_folder,
                strerror(errno));
}

/* Others may search the folders, since some tests run a program as nobody. */
static void
make_base_folder(void)
{
    const char *parent = getenv("TMPDIR");

    if (base_owner != 0)
        return;
    snprintf(base_folder, sizeof base_folder, "%s/mapfork-test.XXXXXX",
             parent != NULL && *parent != '\0' ? parent : "/tmp");
    if (mkdtemp(base_folder) == NULL || chmod(base_folder, 0755) == -1)
        give_up("mkdtemp", base_folder);
    base_owner = getpid();
    atexit(remove_base_folder);
}

static const char *
folder(void)
{
    static char path[2100];
    static pid_t owner;

    if (owner == getpid())
        return path;
    make_base_folder();
    snprintf(path, sizeof path, "%s/XXXXXX", base_folder);
    if (mkdtemp(path) == NULL || chmod(path, 0755) == -1)
        give_up("mkdtemp", path);
    owner = getpid();
    return path;
}

const char *
temporary(const char *name)
{
    static char paths[8][4200];
    static int turn;
    char *path = paths[turn++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", folder(), name);
    return path;
}

const char *
temporary_file(const char *name, const void *bytes, size_t size)
{
    const char *path = temporary(name);
    FILE *file = fopen(path, "w");

    ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

const char *
full_fifo(const char *name, int *end)
{
    const char *path = temporary(name);
    char bytes[4096] = "";

    ck_assert_int_eq(mkfifo(path, 0600), 0);
    *end = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    ck_assert_int_ne(*end, -1);
    /* The last bytes one by one: none shall fit in any more. */
    while (write(*end, bytes, sizeof bytes) > 0)
        continue;
    while (write(*end, bytes, 1) > 0)
        continue;
    return path;
}

/* ---- Other users, other processes --------------------------------------- */

void
run_as_nobody(void)
{
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        _exit(126);
    /* To look for leaks a process must be traceable by its own kind. */
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
}

void
without_tmpdir(void)
{
    setenv("TMPDIR", "/nowhere/at/all", 1);
}

int
children_of(pid_t parent, pid_t *pids, int most)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    int count = 0;

    while (proc != NULL && count < most && (entry = readdir(proc)) != NULL) {
        char path[300], text[512] = "";
        long pid = strtol(entry->d_name, NULL, 10), above = 0;
        char *end;
        FILE *file;

        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        if (pid <= 0 || (file = fopen(path, "r")) == NULL)
            continue;
        /* "PID (NAME) STATE PARENT ...", and NAME may hold anything. */
        if (fgets(text, sizeof text, file) != NULL &&
            (end = strrchr(text, ')')) != NULL &&
            sscanf(end + 1, " %*c %ld", &above) == 1 && above == (long)parent)
            pids[count++] = (pid_t)pid;
        fclose(file);
    }
    if (proc != NULL)
        closedir(proc);
    return count;
}

/* ---- Terminals ---------------------------------------------------------- */

bool
terminal_open(struct terminal *terminal, const char *test)
{
    terminal->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal->master == -1 || grantpt(terminal->master) == -1 ||
        unlockpt(terminal->master) == -1) {
        printf("%s: left out, no pseudo terminal here\n", test);
        return false;
    }
    terminal->path = ptsname(terminal->master);
    /* Held open here too, so that the text stays until it is read. */
    terminal->slave = open(terminal->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal->slave == -1)
        give_up("open", terminal->path);
    return true;
}

void
terminal_read(struct terminal *terminal, char *text, size_t size,
              const char *last)
{
    enum { MOST_MS = 5000 };
    struct pollfd come = {.fd = terminal->master, .events = POLLIN};
    size_t used = 0;

    text[0] = '\0';
    while (used + 1 < size && strstr(text, last) == NULL &&
           poll(&come, 1, MOST_MS) == 1) {
        ssize_t n = read(terminal->master, text + used, size - 1 - used);
        if (n <= 0)
            break;
        used += (size_t)n;
        text[used] = '\0';
    }
    close(terminal->slave);
    close(terminal->master);
}

/* ---- What must not be left ---------------------------------------------- */

struct listing {
    int count;
    char names[NAMES][64];
};

static void
list(const char *path, struct listing *listing)
{
    DIR *open = opendir(path);
    struct dirent *entry;

    listing->count = 0;
    if (open == NULL)
        return;
    while ((entry = readdir(open)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0 && listing->count < NAMES)
            snprintf(listing->names[listing->count++],
                     sizeof listing->names[0], "%.63s", entry->d_name);
    closedir(open);
}

static bool
is_in(const struct listing *listing, const char *name)
{
    for (int i = 0; i < listing->count; i++)
        if (strcmp(listing->names[i], name) == 0)
            return true;
    return false;
}

/* "mapfork-claims.123": a name of the suite's has the number of the process
   that was started. Is that neither PID nor this test? */
static bool
is_foreign(const char *name, pid_t pid)
{
    const char *dot = strrchr(name, '.');
    long number = dot != NULL ? strtol(dot + 1, NULL, 10) : 0;

    return strncmp(name, "mapfork", 7) == 0 && number > 0 && number != pid &&
           number != getpid();
}

/* A name in AFTER that BEFORE has not, and that may be PID's, or NULL. */
static const char *
new_name(const struct listing *before, const struct listing *after, pid_t pid)
{
    for (int i = 0; i < after->count; i++)
        if (!is_in(before, after->names[i]) &&
            !is_foreign(after->names[i], pid))
            return after->names[i];
    return NULL;
}

/* ---- Time --------------------------------------------------------------- */

static long
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Under valgrind or an emulator everything is slower: Check's own factor. */
static long
stretched(long milliseconds)
{
    const char *factor = getenv("CK_TIMEOUT_MULTIPLIER");
    double by = factor != NULL ? atof(factor) : 1.0;

    return (long)((double)milliseconds * (by > 1.0 ? by : 1.0));
}

/* Wait for the next SIGCHLD (blocked), until the moment UNTIL at most. */
static void
await_child(long until)
{
    struct timespec left;
    long ms = until - now_ms();
    sigset_t set;

    if (ms <= 0)
        return;
    left.tv_sec = ms / 1000;
    left.tv_nsec = ms % 1000 * 1000000;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigtimedwait(&set, NULL, &left);
}

/* ---- The run ------------------------------------------------------------ */

static void
open_as(int fd, const char *path, int flags)
{
    int got = open(path, flags, 0666);

    if (got == -1) {
        dprintf(2, "open %s: %s\n", path, strerror(errno));
        _exit(126);
    }
    if (got != fd) {
        dup2(got, fd);
        close(got);
    }
}

/* The command line: the words of $MAPFORK_WRAPPER, if it is set (valgrind),
   the program, its arguments. Returns what to execute: PATH, which gets the
   program's own path, or the wrapper. */
static const char *
command_line(const struct run *run, char *path, size_t size, const char **argv,
             int most)
{
    static char wrapper[1024];
    const char *given = getenv("MAPFORK_WRAPPER");
    const char *slash;
    int argc = 0;

    if (run->program[0] == '/')
        snprintf(path, size, "%s", run->program);
    else
        snprintf(path, size, "%s/%s", build_folder(), run->program);
    snprintf(wrapper, sizeof wrapper, "%s", given != NULL ? given : "");
    for (char *word = strtok(wrapper, " "); word != NULL && argc < most / 2;
         word = strtok(NULL, " "))
        argv[argc++] = word;
    slash = strrchr(path, '/');
    argv[argc] = argc == 0 && slash != NULL ? slash + 1 : path;
    argc++;
    for (int i = 0; run->args != NULL && run->args[i] != NULL; i++) {
        if (argc == most - 1) {
            dprintf(2, "more than %d arguments\n", most);
            _exit(126);
        }
        argv[argc++] = run->args[i];
    }
    argv[argc] = NULL;
    return argv[0] == strrchr(path, '/') + 1 ? path : argv[0];
}

/* For valgrind's logs: no two runs have the same, as two processes may, whose
   numbers come again. TMP is of this run only, but only as a whole. */
static void
number_run(const char *tmp)
{
    char name[400];

    snprintf(name, sizeof name, "%s", tmp + strspn(tmp, "/"));
    for (char *at = name; *at != '\0'; at++)
        if (*at == '/')
            *at = '-';
    setenv("MAPFORK_RUN", name, 1);
}

/* In the new process: become the program, in the state that a shell would
   start it in. What the test and Check have open, blocked or caught is no
   business of the program's. */
static void
become(const struct run *run, const char *out, const char *err,
       const char *tmp, pid_t test)
{
    static const int reset[] = {SIGINT,  SIGTERM, SIGALRM, SIGCHLD,
                                SIGPIPE, SIGHUP,  SIGQUIT};
    enum { WORDS = 600, DESCRIPTORS = 256 };
    char path[8200];
    const char *argv[WORDS];
    const char *command;
    sigset_t none;

    for (size_t i = 0; i < sizeof reset / sizeof *reset; i++)
        signal(reset[i], SIG_DFL);
#if defined(PR_SET_PDEATHSIG)
    /* A test that fails while the program runs takes it along. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != test)
        _exit(126);
#else
    (void)test;
#endif
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setenv("LC_ALL", "C", 1);
    setenv("TMPDIR", tmp, 1);
    number_run(tmp);
    unsetenv("NO_COLOR");
    open_as(2, err, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
    for (int fd = 3; fd < DESCRIPTORS; fd++)
        close(fd);
    open_as(0, run->input != NULL ? run->input : "/dev/null", O_RDONLY);
    open_as(1, out, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY);
    if (run->scenario != NULL) {
        if (run->before_exec != NULL)
            run->before_exec();
        run->scenario();
        exit(0);
    }
    command = command_line(run, path, sizeof path, argv, WORDS);
    if (run->before_exec != NULL)
        run->before_exec();
    execvp(command, (char *const *)argv);
    dprintf(2, "cannot execute %s: %s\n", command, strerror(errno));
    _exit(126);
}

static char *
slurp(const char *path, size_t *size, int slot)
{
    static char *texts[2];
    struct stat about;
    FILE *file = fopen(path, "r");

    ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
    ck_assert_int_eq(fstat(fileno(file), &about), 0);
    free(texts[slot]);
    texts[slot] = malloc((size_t)about.st_size + 1);
    ck_assert_ptr_nonnull(texts[slot]);
    *size = fread(texts[slot], 1, (size_t)about.st_size, file);
    texts[slot][*size] = '\0';
    fclose(file);
    return texts[slot];
}

/* A stray child must be killed. WHO is told the last one. */
static void
kill_children(char *who, size_t size)
{
    pid_t pids[64];
    int count = children_of(getpid(), pids, 64);

    snprintf(who, size, "an unknown process");
    for (int i = 0; i < count; i++) {
        char path[64], name[64] = "?\n";
        FILE *file;

        snprintf(path, sizeof path, "/proc/%ld/comm", (long)pids[i]);
        if ((file = fopen(path, "r")) != NULL) {
            (void)!fgets(name, sizeof name, file);
            fclose(file);
        }
        snprintf(who, size, "process %ld (%.*s)", (long)pids[i],
                 (int)strcspn(name, "\n"), name);
        kill(pids[i], SIGKILL);
    }
}

/* End what is left below us without a word: there is a failure to report. */
static void
end_orphans(void)
{
    long until = now_ms() + stretched(GRACE_MS);
    char who[400];
    pid_t pid;

    while ((pid = waitpid(-1, NULL, WNOHANG)) != -1 && now_ms() < until)
        if (pid == 0) {
            kill_children(who, sizeof who);
            await_child(now_ms() + 50);
        }
}

static void
name_run(char *what, size_t size, const struct run *run)
{
    size_t used = (size_t)snprintf(what, size, "%s", run->program);

    for (int i = 0; run->args != NULL && run->args[i] != NULL && used < size;
         i++)
        used +=
            (size_t)snprintf(what + used, size - used, " %s", run->args[i]);
}

/* Every process that was below the program and is not reaped when it ends is
   re-parented to us. Where the program was killed, its children get their
   SIGKILL in the same moment, and a moment later they are gone; so it is
   where a system call failed and it stopped at once (3). Any other program
   must have reaped all its children: an orphan that comes now, unless it was
   killed with its parent, was forgotten. */
static void
assert_no_orphans(const struct ran *ran)
{
    long until = now_ms() + stretched(GRACE_MS);
    char who[400];
    pid_t pid;
    int status;

    while ((pid = waitpid(-1, &status, WNOHANG)) != -1) {
        bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;

        ck_assert_msg(pid == 0 || killed || ran->signal != 0 || ran->code == 3,
                      "%s: expected every child reaped, seen: process %ld was "
                      "left (wait status %#x)\nstdout: %.1500s\n"
                      "stderr: %.1500s",
                      ran->what, (long)pid, (unsigned)status, ran->out,
                      ran->err);
        if (pid == 0 && now_ms() >= until)
            break;
        if (pid == 0)
            await_child(until);
    }
    if (pid == -1)
        return;
    kill_children(who, sizeof who);
    end_orphans();
    ck_abort_msg("%s: expected no child left, seen: %s lived on for %d ms "
                 "after the end\nstdout: %.1500s\nstderr: %.1500s",
                 ran->what, who, GRACE_MS, ran->out, ran->err);
}

/* A name that appeared in /dev/shm while the program, PID, ran and stays.
   Another test may use the folder at the same time: what vanishes within the
   grace was not left by anybody. */
static void
assert_no_new_names(struct listing *known, pid_t pid, const char *what)
{
    static struct listing now;
    long until = now_ms() + stretched(GRACE_MS);
    char suspect[sizeof now.names[0]] = "";
    const char *name;

    for (;;) {
        list("/dev/shm", &now);
        if (suspect[0] != '\0' && !is_in(&now, suspect)) {
            /* It belongs to somebody who lives: it may well come again. */
            if (known->count < NAMES)
                strcpy(known->names[known->count++], suspect);
            until = now_ms() + stretched(GRACE_MS);
        }
        name = new_name(known, &now, pid);
        if (name == NULL)
            return;
        ck_assert_msg(now_ms() < until,
                      "%s: expected nothing new in /dev/shm, seen: %s", what,
                      name);
        strcpy(suspect, name);
        await_child(now_ms() + 20);
    }
}

/* valgrind keeps its pipes in $TMPDIR and leaves them when it is killed. */
static void
assert_empty(const char *path, const char *what)
{
    static struct listing left;

    list(path, &left);
    for (int i = 0; i < left.count; i++)
        ck_assert_msg(strncmp(left.names[i], "vgdb-pipe", 9) == 0,
                      "%s: expected no file left in $TMPDIR, seen: %s", what,
                      left.names[i]);
}

/* Wait until PID has ended or the deadline has passed: then it is killed.
   Returns whether it ended by itself. SIGCHLD is blocked. */
static bool
await_end(pid_t pid, int *status, long until)
{
    pid_t got;

    while ((got = waitpid(pid, status, WNOHANG)) == 0 && now_ms() < until)
        await_child(until);
    if (got != 0)
        return true;
    kill(pid, SIGKILL);
    waitpid(pid, status, 0);
    return false;
}

static void
nothing(int number)
{
    (void)number;
}

struct ran
run(const struct run *run)
{
    static struct listing shm;
    static int number;
    struct ran ran = {.program = run->program, .code = -1};
    /* SIGCHLD must not be ignored, or there would be no statuses. */
    struct sigaction action = {.sa_handler = nothing}, action_before;
    unsigned seconds = run->seconds != 0 ? run->seconds : DEADLINE;
    char name[32];
    const char *out, *err, *tmp;
    sigset_t set, set_before;
    pid_t pid, test = getpid();
    long until;
    bool ended;

    name_run(ran.what, sizeof ran.what, run);
    snprintf(name, sizeof name, "out.%d", ++number);
    out = run->output != NULL ? run->output : temporary(name);
    snprintf(name, sizeof name, "err.%d", number);
    err = temporary(name);
    snprintf(name, sizeof name, "tmp.%d", number);
    tmp = temporary(name);
    /* Writable for the programs that run as nobody. */
    ck_assert_msg(mkdir(tmp, 0777) == 0 && chmod(tmp, 0777) == 0,
                  "mkdir %s: %s", tmp, strerror(errno));
#if defined(PR_SET_CHILD_SUBREAPER)
    prctl(PR_SET_CHILD_SUBREAPER, 1);
#endif
    list("/dev/shm", &shm);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &set_before);
    sigaction(SIGCHLD, &action, &action_before);

    fflush(NULL);
    pid = fork();
    ck_assert_msg(pid != -1, "%s: fork: %s", ran.what, strerror(errno));
    if (pid == 0)
        become(run, out, err, tmp, test);
    until = now_ms() + stretched(seconds * 1000L);
    if (run->meanwhile != NULL)
        run->meanwhile(pid);
    ended = await_end(pid, &ran.status, until);

    if (WIFEXITED(ran.status))
        ran.code = WEXITSTATUS(ran.status);
    else
        ran.signal = WTERMSIG(ran.status);
    ran.out = (char *)"";
    if (run->output == NULL)
        ran.out = slurp(out, &ran.out_size, 0);
    ran.err = slurp(err, &ran.err_size, 1);
    if (!ended)
        end_orphans();
    ck_assert_msg(ended,
                  "%s: expected an end within %u seconds, seen: it hung and "
                  "was killed\nstdout so far: %.1500s\n"
                  "stderr so far: %.1500s",
                  ran.what, seconds, ran.out, ran.err);
    /* 126 is no status of any program here, see become(), but of the tracer,
       which then says why. */
    ck_assert_msg(ran.code != 126 || strncmp(ran.err, "mapfork ", 8) == 0,
                  "%s: could not be run: %.1500s", ran.what, ran.err);
    assert_no_orphans(&ran);
    assert_no_new_names(&shm, pid, ran.what);
    assert_empty(tmp, ran.what);
    sigaction(SIGCHLD, &action_before, NULL);
    sigprocmask(SIG_SETMASK, &set_before, NULL);
    return ran;
}

struct ran
run_scenario(const char *name, void (*scenario)(void))
{
    return run(&(struct run){.program = name, .scenario = scenario});
}

struct ran
run_with(const char *program, ...)
{
    const char *args[32];
    int n = 0;
    va_list list_of_args;

    va_start(list_of_args, program);
    do
        args[n] = va_arg(list_of_args, const char *);
    while (args[n++] != NULL && n < 31);
    va_end(list_of_args);
    args[n] = NULL;
    return run(&(struct run){.program = program, .args = args});
}

/* ---- Assertions --------------------------------------------------------- */

void
expect_code(const struct ran *ran, int code)
{
    ck_assert_msg(ran->code == code,
                  "%s: expected exit status %d, seen %d (signal %d)\n"
                  "stdout: %.2000s\nstderr: %.2000s",
                  ran->what, code, ran->code, ran->signal, ran->out, ran->err);
}

void
expect_signal(const struct ran *ran, int number)
{
    ck_assert_msg(ran->signal == number,
                  "%s: expected death by signal %d, seen %d (exit status %d)\n"
                  "stdout: %.2000s\nstderr: %.2000s",
                  ran->what, number, ran->signal, ran->code, ran->out,
                  ran->err);
}

void
expect_out(const struct ran *ran, const char *text)
{
    ck_assert_msg(strstr(ran->out, text) != NULL,
                  "%s: expected `%s' on stdout, seen:\n%s\nstderr: %s",
                  ran->what, text, ran->out, ran->err);
}

void
expect_err(const struct ran *ran, const char *text)
{
    ck_assert_msg(strstr(ran->err, text) != NULL,
                  "%s: expected `%s' on stderr, seen:\n%.1500s", ran->what,
                  text, ran->err);
}

void
expect_no_out(const struct ran *ran)
{
    ck_assert_msg(ran->out_size == 0, "%s: expected no stdout, seen:\n%.1500s",
                  ran->what, ran->out);
}

void
expect_no_err(const struct ran *ran)
{
    ck_assert_msg(ran->err_size == 0, "%s: expected no stderr, seen:\n%.1500s",
                  ran->what, ran->err);
}

void
expect_one_line_err(const struct ran *ran)
{
    const char *name = strrchr(ran->program, '/');
    const char *newline = strchr(ran->err, '\n');
    size_t length;

    name = name != NULL ? name + 1 : ran->program;
    length = strlen(name);
    ck_assert_msg(strncmp(ran->err, name, length) == 0 &&
                      ran->err[length] == ':' && newline != NULL &&
                      newline[1] == '\0',
                  "%s: expected one line `%s: ...' on stderr, seen:\n%.1500s",
                  ran->what, name, ran->err);
}

/* Find TEXT at AT or later; returns what comes behind it. */
static const char *
expect_next(const struct ran *ran, const char *at, const char *text)
{
    const char *found = strstr(at, text);

    ck_assert_msg(found != NULL,
                  "%s: expected `%s' next on stdout, seen from there:\n"
                  "%.1500s\nwhole:\n%.1500s",
                  ran->what, text, at, ran->out);
    return found + strlen(text);
}

void
expect_order(const struct ran *ran, ...)
{
    const char *at = ran->out;
    const char *text;
    va_list texts;

    va_start(texts, ran);
    while ((text = va_arg(texts, const char *)) != NULL)
        at = expect_next(ran, at, text);
    va_end(texts);
}

void
expect_story(const char *program, const char *backing,
             const struct story *story)
{
    const char *args[8] = {backing};
    int n = backing != NULL;
    struct ran ran;
    const char *at;

    for (int i = 0; i < 6 && story->args[i] != NULL; i++)
        args[n++] = story->args[i];
    ran = run(&(struct run){.program = program, .args = args});
    expect_code(&ran, 0);
    expect_no_err(&ran);
    at = ran.out;
    for (int i = 0; i < 10 && story->texts[i] != NULL; i++)
        at = expect_next(&ran, at, story->texts[i]);
}

void
expect_exact_out(const struct ran *ran, const char *text)
{
    ck_assert_msg(strcmp(ran->out, text) == 0,
                  "%s: expected stdout:\n%.1500s\nseen:\n%.1500s", ran->what,
                  text, ran->out);
}

int
count_out(const struct ran *ran, const char *text)
{
    int count = 0;

    for (const char *at = strstr(ran->out, text); at != NULL;
         at = strstr(at + strlen(text), text))
        count++;
    return count;
}

/* ---- The main of a test program ----------------------------------------- */

/* Check ends a test after 4 seconds by default, before the deadlines in here
   could say what it was that hung. Check reads the variable when a test case
   is created, hence before main. */
__attribute__((constructor)) static void
give_check_time(void)
{
    setenv("CK_DEFAULT_TIMEOUT", "60", 0);
}

static const char *
own_name(void)
{
    static char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    const char *slash;

    if (n <= 0)
        return "check";
    path[n] = '\0';
    slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static void
print_results(SRunner *runner, int ran, int failed)
{
    TestResult **failures = srunner_failures(runner);

    printf("%s: %d tests, %d failed%s\n", own_name(), ran, failed,
           ran == 0 ? ": none was run, look at CK_RUN_CASE" : "");
    for (int i = 0; i < failed; i++)
        printf("%s:%d: %s, %s: %s\n", tr_lfile(failures[i]),
               tr_lno(failures[i]), tr_tcname(failures[i]),
               tr_rtype(failures[i]) == CK_ERROR ? "broke off" : "failed",
               tr_msg(failures[i]));
    free(failures);
}

int
run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int ran, failed;

    signal(SIGCHLD, SIG_DFL);
    make_base_folder();
    srunner_run_all(runner, CK_SILENT);
    ran = srunner_ntests_run(runner);
    failed = srunner_ntests_failed(runner);
    print_results(runner, ran, failed);
    srunner_free(runner);
    return ran == 0 || failed != 0;
}
