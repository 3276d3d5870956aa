/* copy_file: copies equal to the byte, holes kept, nothing half left. */
#include "config.h"

#include "run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/mount.h>
#endif

static const char *const program = "mapping/copy_file";
static const char *const removed = "copy_file: removed the unfinished DST\n";
static char from[4200], to[4200];

static void
paths(void)
{
    snprintf(from, sizeof from, "%s", temporary("from"));
    snprintf(to, sizeof to, "%s", temporary("to"));
}

static void
put(int fd, const char *bytes, size_t size, off_t at)
{
    ck_assert_int_eq(pwrite(fd, bytes, size, at), (ssize_t)size);
}

/* A new SRC of SIZE bytes, all of them data, no two megabytes alike. */
static void
make_source(size_t size)
{
    static char block[1 << 20];
    int fd;

    paths();
    fd = open(from, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    ck_assert_int_ne(fd, -1);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (char)(i * 31 % 251 + 1);
    for (size_t at = 0; at < size; at += sizeof block) {
        size_t most = size - at;
        block[0] = (char)(at >> 20);
        put(fd, block, most < sizeof block ? most : sizeof block, (off_t)at);
    }
    close(fd);
}

static bool
exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static struct stat
look(const char *path)
{
    struct stat status;

    ck_assert_msg(stat(path, &status) == 0, "%s: %s", path, strerror(errno));
    return status;
}

/* FROM and TO are equal from AT on, for SIZE bytes. */
static void
expect_equal(off_t at, size_t size)
{
    static char a[1 << 16], b[1 << 16];
    int one = open(from, O_RDONLY | O_CLOEXEC);
    int two = open(to, O_RDONLY | O_CLOEXEC);

    ck_assert_msg(one != -1 && two != -1, "open: %s", strerror(errno));
    for (size_t done = 0; done < size;) {
        ssize_t n = pread(one, a, sizeof a, at + (off_t)done);
        ssize_t m = pread(two, b, sizeof b, at + (off_t)done);
        ck_assert_msg(n > 0 && m == n && memcmp(a, b, (size_t)n) == 0,
                      "expected equal bytes from %lld on, seen %zd and %zd",
                      (long long)at + (long long)done, n, m);
        done += (size_t)n;
    }
    close(one);
    close(two);
}

static void
expect_copy(const struct ran *ran)
{
    struct stat a = look(from), b = look(to);
    char text[64];

    expect_code(ran, 0);
    expect_no_err(ran);
    snprintf(text, sizeof text, "parent: copied %lld bytes\n",
             (long long)a.st_size);
    expect_exact_out(ran, text);
    ck_assert_int_eq(a.st_size, b.st_size);
}

/* ---- Equal -------------------------------------------------------------- */

enum { WINDOW = 64 << 20 };

START_TEST(equal)
{
    static const char *const windows[] = {"--window=16K", "--window=1",
                                          "--window=3"};
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t sizes[] = {0,        1,        page - 1,     page,
                            page + 1, 3 * page, 3 * page + 1, 10 * page};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct ran ran;
        make_source(sizes[i]);
        ran = run_with(program, windows[_i], from, to, NULL);
        expect_copy(&ran);
        expect_equal(0, sizes[i]);
        ck_assert_int_eq(unlink(to), 0);
    }
}
END_TEST

START_TEST(about_one_window)
{
    const size_t size = (size_t)WINDOW + (size_t)_i - 1;
    struct ran ran;

    make_source(size);
    ran = run_with(program, from, to, NULL);
    expect_copy(&ran);
    expect_equal(0, size);
}
END_TEST

/* Data at both ends, across 4 GiB and at an odd place; the rest are holes. */
START_TEST(more_than_4_gib)
{
    const off_t size = ((off_t)5 << 30) + 123, mark = (off_t)4 << 30;
    struct stat copy, source;
    struct ran ran;
    int fd;

    if (sizeof(off_t) < 8) {
        printf("more_than_4_gib: left out, no such files here\n");
        return;
    }
    paths();
    fd = open(from, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    ck_assert_int_ne(fd, -1);
    if (ftruncate(fd, size) == -1) {
        printf("more_than_4_gib: left out, %s\n", strerror(errno));
        close(fd);
        return;
    }
    put(fd, "first", 5, 0);
    put(fd, "odd", 3, 123456789);
    put(fd, "across the mark", 15, mark - 7);
    put(fd, "last", 4, size - 4);
    close(fd);
    ran = run_with(program, from, to, NULL);
    expect_copy(&ran);
    expect_equal(0, 1 << 20);
    expect_equal(123456789 - 9999, 1 << 20);
    expect_equal(mark - (1 << 20), 2 << 20);
    expect_equal(size - (1 << 20), 1 << 20);
    source = look(from);
    copy = look(to);
    ck_assert_msg(copy.st_blocks <= source.st_blocks + 64,
                  "expected as many holes, seen %lld blocks for %lld",
                  (long long)copy.st_blocks, (long long)source.st_blocks);
}
END_TEST

/* Nothing of a longer DST stays; its permissions and its other names do. */
START_TEST(over_an_old_file)
{
    char other[4200];
    struct ran ran;

    make_source(20000);
    ck_assert_int_eq(rename(from, to), 0);
    ck_assert_int_eq(chmod(to, 0640), 0);
    snprintf(other, sizeof other, "%s", temporary("other"));
    ck_assert_int_eq(link(to, other), 0);
    make_source(5000);
    ran = run_with(program, from, to, NULL);
    expect_copy(&ran);
    expect_equal(0, 5000);
    ck_assert_int_eq(look(to).st_mode & 0777, 0640);
    ck_assert_int_eq(look(other).st_size, 5000);
}
END_TEST

/* Where SRC has a hole nothing may shine through. */
START_TEST(hole_over_old_bytes)
{
    struct ran ran;

    make_source(1 << 20);
    ck_assert_int_eq(rename(from, to), 0);
    make_source(10);
    ck_assert_int_eq(truncate(from, 1 << 20), 0);
    ran = run_with(program, from, to, NULL);
    expect_copy(&ran);
    expect_equal(0, 1 << 20);
}
END_TEST

static void
little_address_space(void)
{
    setrlimit(RLIMIT_AS, &(struct rlimit){48 << 20, 48 << 20});
}

/* What the windows are for: a file larger than all the address space. */
START_TEST(larger_than_memory)
{
    const char *const args[] = {"--window=256", from, to, NULL};
    struct ran ran;

    if (run_wrapped("larger_than_memory"))
        return;
    if (RUN_SANITIZED) {
        printf("larger_than_memory: left out, no such limit with this\n");
        return;
    }
    make_source(WINDOW);
    ran = run(&(struct run){.program = program,
                            .args = args,
                            .before_exec = little_address_space});
    expect_copy(&ran);
    expect_equal(0, WINDOW);
}
END_TEST

START_TEST(mode)
{
    mode_t mask = umask(022);
    struct ran ran;

    make_source(10);
    ck_assert_int_eq(chmod(from, 0555), 0);
    ran = run_with(program, from, to, NULL);
    expect_copy(&ran);
    ck_assert_int_eq(look(to).st_mode & 0777, 0555);
    umask(mask);
}
END_TEST

/* ---- The mistake -------------------------------------------------------- */

START_TEST(nogrow)
{
    struct ran ran;

    make_source(10000);
    ran = run_with(program, "--break=nogrow", from, to, NULL);
    expect_code(&ran, 0);
    expect_exact_out(&ran, "parent: the copier was killed by SIGBUS: no store "
                           "lengthens an empty DST\n");
    ck_assert_str_eq(ran.err, removed);
    ck_assert(!exists(to));
}
END_TEST

/* Without a store there is no bus error. */
START_TEST(nogrow_of_nothing)
{
    struct ran ran;

    make_source(0);
    ran = run_with(program, "--break=nogrow", from, to, NULL);
    expect_code(&ran, 1);
    expect_err(&ran, "expected SIGBUS, seen: the copier exited 0\n");
    ck_assert(!exists(to));
}
END_TEST

/* ---- Refused, and nothing touched --------------------------------------- */

START_TEST(refused)
{
    struct ran ran;

    make_source(10);
    ran = run_with(program, from, NULL);
    expect_code(&ran, 2);
    expect_err(&ran, "an operand is missing; give SRC DST\n");
    ran = run_with(program, from, to, to, NULL);
    expect_code(&ran, 2);
    ran = run_with(program, "--window=0", from, to, NULL);
    expect_code(&ran, 2);
    expect_err(&ran, "out of range; give a number from 1 to 262144\n");

    ran = run_with(program, temporary("none"), to, NULL);
    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "none: No such file or directory\n");
    ran = run_with(program, temporary("."), to, NULL);
    expect_code(&ran, 2);
    expect_err(&ran, " is not a regular file\n");
    ran = run_with(program, "/dev/zero", to, NULL);
    expect_code(&ran, 2);
    ck_assert_int_eq(mkfifo(temporary("fifo"), 0666), 0);
    ran = run_with(program, temporary("fifo"), to, NULL);
    expect_code(&ran, 2);
    expect_err(&ran, "fifo is not a regular file\n");
    if (exists("/proc/self/status")) {
        ran = run_with(program, "/proc/self/status", to, NULL);
        expect_code(&ran, 2);
        expect_err(&ran, "SRC has bytes but no size");
    }
    ck_assert(!exists(to));

    ran = run_with(program, from, temporary("."), NULL);
    expect_code(&ran, 3);
    expect_err(&ran, ": Is a directory\n");
    ran = run_with(program, from, temporary("fifo"), NULL);
    expect_code(&ran, 2);
    ck_assert(exists(temporary("fifo")));
    ran = run_with(program, from, "/dev/null", NULL);
    expect_code(&ran, 2);
    ran = run_with(program, from, temporary("no/folder"), NULL);
    expect_code(&ran, 3);
    expect_err(&ran, ": No such file or directory\n");
}
END_TEST

/* By its own name, by a hard link, by a symbolic one. */
START_TEST(same_file)
{
    make_source(5000);
    snprintf(to, sizeof to, "%s", temporary("alias"));
    for (int i = 0; i < 3; i++) {
        struct ran ran;
        if (i == 0)
            ck_assert_int_eq(link(from, to), 0);
        if (i == 1)
            ck_assert_int_eq(symlink(from, to), 0);
        ran = run_with(program, from, i == 2 ? from : to, NULL);
        expect_code(&ran, 2);
        expect_err(&ran, "copy_file: SRC and DST are the same file\n");
        ck_assert_int_eq(look(from).st_size, 5000);
        unlink(to);
    }
}
END_TEST

START_TEST(closed_files)
{
    const char *const args[] = {from, to, NULL};

    make_source(100);
    ck_assert_int_eq(rename(from, to), 0);
    make_source(200);
    ck_assert_int_eq(chmod(from, _i == 0 ? 0222 : 0444), 0);
    ck_assert_int_eq(chmod(to, _i == 1 ? 0444 : 0666), 0);
    if (_i < 2) {
        struct ran ran = run(&(struct run){
            .program = program, .args = args, .before_exec = run_as_nobody});
        expect_code(&ran, 3);
        expect_one_line_err(&ran);
        expect_err(&ran, ": Permission denied\n");
        ck_assert_int_eq(look(to).st_size, 100);
    }
}
END_TEST

/* ---- Nothing half is left ----------------------------------------------- */

static void
small_files_only(void)
{
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){50000, 50000});
}

START_TEST(too_large)
{
    const char *const args[] = {from, to, NULL};
    struct ran ran;

    make_source(100000);
    ran = run(&(struct run){
        .program = program, .args = args, .before_exec = small_files_only});
    expect_code(&ran, 3);
    expect_err(&ran, "copy_file: ftruncate ");
    expect_err(&ran, ": File too large\n");
    expect_err(&ran, removed);
    ck_assert(!exists(to));
}
END_TEST

#ifdef __linux__
static char disk[4200];

/* A disk of 64 KiB, in a mount name space of its own, needs root. */
static bool
mount_small_disk(void)
{
    return unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", disk, "tmpfs", 0, "size=64k") == 0;
}

static void
small_disk(void)
{
    if (!mount_small_disk())
        _exit(126);
}

START_TEST(full_disk)
{
    const char *const args[] = {from, to, NULL};
    struct ran ran;
    int status;
    pid_t pid;

    make_source(1000000);
    snprintf(disk, sizeof disk, "%s", temporary("disk"));
    snprintf(to, sizeof to, "%.4000s/to", disk);
    ck_assert_int_eq(mkdir(disk, 0777), 0);
    pid = fork();
    if (pid == 0)
        _exit(mount_small_disk() ? 0 : 1);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    if (status != 0) {
        printf("full_disk: left out, needs root and mount\n");
        return;
    }
    ran = run(&(struct run){
        .program = program, .args = args, .before_exec = small_disk});
    expect_code(&ran, 1);
    expect_no_out(&ran);
    expect_err(&ran, "expected a whole copy, seen: the copier was killed by "
                     "SIGBUS: DST was cut, or its disk is full\n");
    expect_err(&ran, removed);
}
END_TEST
#endif

/* A copy so slow, page by page, that it can be disturbed half-way; where it
   was faster than the test, once more. */
enum { MANY = 32 << 20, TRIES = 20 };

/* Wait until DST has a first block: the copier is at work. */
static bool
await_copier(pid_t pid)
{
    struct stat status;

    while (stat(to, &status) == -1 || status.st_blocks == 0) {
        siginfo_t ended = {0};
        if (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) ==
                0 &&
            ended.si_pid == pid)
            return false;
        sched_yield();
    }
    return true;
}

static void
cut_source(pid_t pid)
{
    if (await_copier(pid))
        ck_assert_int_eq(truncate(from, 5), 0);
}

static void
interrupt(pid_t pid)
{
    if (await_copier(pid))
        kill(pid, SIGINT);
}

START_TEST(cut_meanwhile)
{
    const char *const args[] = {"--window=1", from, to, NULL};

    for (int i = 0; i < TRIES; i++) {
        struct ran ran;
        make_source(MANY);
        unlink(to);
        ran = run(&(struct run){
            .program = program, .args = args, .meanwhile = cut_source});
        if (ran.code == 0)
            continue;
        expect_code(&ran, 1);
        expect_err(&ran, "expected SRC whole, seen: it was cut; copier was "
                         "killed by SIGBUS\n");
        expect_err(&ran, removed);
        ck_assert(!exists(to));
        return;
    }
    ck_abort_msg("in %d tries SRC was never cut before its copy was done",
                 TRIES);
}
END_TEST

START_TEST(interrupted)
{
    const char *const args[] = {"--window=1", from, to, NULL};

    for (int i = 0; i < TRIES; i++) {
        struct ran ran;
        make_source(MANY);
        unlink(to);
        ran = run(&(struct run){
            .program = program, .args = args, .meanwhile = interrupt});
        if (ran.code == 0)
            continue;
        expect_signal(&ran, SIGINT);
        expect_err(&ran, removed);
        expect_err(&ran, "ended by SIGINT");
        ck_assert(!exists(to));
        return;
    }
    ck_abort_msg("in %d tries it was always faster", TRIES);
}
END_TEST

/* Somebody moves DST away and has another file of that name when it ends: that
   one is not copy_file's to remove. */
static void
replace_and_interrupt(pid_t pid)
{
    if (!await_copier(pid) || rename(to, temporary("moved")) == -1)
        return;
    temporary_file("to", "precious", 8);
    kill(pid, SIGINT);
}

START_TEST(interrupted_when_replaced)
{
    const char *const args[] = {"--window=1", from, to, NULL};

    for (int i = 0; i < TRIES; i++) {
        struct stat about;
        struct ran ran;
        make_source(MANY);
        unlink(to);
        ran = run(&(struct run){.program = program,
                                .args = args,
                                .meanwhile = replace_and_interrupt});
        if (ran.code == 0)
            continue;
        expect_signal(&ran, SIGINT);
        ck_assert_int_eq(stat(to, &about), 0);
        ck_assert_int_eq(about.st_size, 8);
        return;
    }
    ck_abort_msg("in %d tries it was always faster", TRIES);
}
END_TEST

/* ---- Output ------------------------------------------------------------- */

START_TEST(output)
{
    const char *const args[] = {from, to, NULL};
    struct ran ran;

    make_source(5000);
    ran = run_with(program, "--quiet", from, to, NULL);
    expect_code(&ran, 0);
    expect_no_out(&ran);
    expect_no_err(&ran);
    expect_equal(0, 5000);
    ran = run(&(struct run){
        .program = program, .args = args, .output = "/dev/full"});
    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_equal(0, 5000);
}
END_TEST

static struct terminal terminal;

static void
stderr_on_terminal(void)
{
    int fd = open(terminal.path, O_WRONLY | O_NOCTTY);

    if (fd == -1 || dup2(fd, 2) == -1)
        _exit(126);
    close(fd);
}

START_TEST(progress)
{
    const char *args[] = {"--window=1", from, to, NULL};
    char text[4096];
    struct ran ran;

    if (!terminal_open(&terminal, "progress"))
        return;
    make_source(20000);
    ran = run(&(struct run){
        .program = program, .args = args, .before_exec = stderr_on_terminal});
    expect_copy(&ran);
    terminal_read(&terminal, text, sizeof text, "100%");
    ck_assert_msg(strstr(text, "copy_file:  20%\r") != NULL &&
                      strstr(text, "copy_file: 100%\r") != NULL,
                  "expected the progress in percent, seen: %s", text);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("copy_file");
    TCase *tcase = tcase_create("copy_file");

    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, equal, 0, 3);
    tcase_add_loop_test(tcase, about_one_window, 0, 3);
    tcase_add_test(tcase, more_than_4_gib);
    tcase_add_test(tcase, over_an_old_file);
    tcase_add_test(tcase, hole_over_old_bytes);
    tcase_add_test(tcase, larger_than_memory);
    tcase_add_test(tcase, mode);
    tcase_add_test(tcase, nogrow);
    tcase_add_test(tcase, nogrow_of_nothing);
    tcase_add_test(tcase, refused);
    tcase_add_test(tcase, same_file);
    tcase_add_loop_test(tcase, closed_files, 0, 2);
    tcase_add_test(tcase, too_large);
#ifdef __linux__
    tcase_add_test(tcase, full_disk);
#endif
    tcase_add_test(tcase, cut_meanwhile);
    tcase_add_test(tcase, interrupted);
    tcase_add_test(tcase, interrupted_when_replaced);
    tcase_add_test(tcase, output);
    tcase_add_test(tcase, progress);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
