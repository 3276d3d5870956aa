/* relay: every byte, in order, whatever the input; and a prompt, clear end
   when the reader, a stage, the disk or the user says stop. */
#include "config.h"

#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* SIZE bytes in which every position can be told from its neighbours. */
static unsigned char *
pattern(size_t size)
{
    unsigned char *bytes = malloc(size + 1);
    unsigned long x = 88172645463325252UL;

    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < size; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        bytes[i] = (unsigned char)x;
    }
    return bytes;
}

static void
expect_copy(const struct ran *ran, const unsigned char *bytes, size_t size)
{
    expect_code(ran, 0);
    expect_no_err(ran);
    ck_assert_msg(ran->out_size == size, "%s: expected %zu bytes, seen: %zu",
                  ran->what, size, ran->out_size);
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)ran->out[i] != bytes[i])
            ck_abort_msg("%s: expected byte %zu to be %d, seen: %d", ran->what,
                         i, bytes[i], (unsigned char)ran->out[i]);
}

static const struct {
    size_t size;
    const char *stages, *capacity, *chunk;
} copies[] = {
    {0, "--stages=1", "--capacity=1M", "--chunk=128K"},
    {0, "--stages=16", "--capacity=1", "--chunk=1"},
    {1, "--stages=1", "--capacity=1M", "--chunk=128K"},
    {1, "--stages=3", "--capacity=1", "--chunk=1"},
    {1024, "--stages=2", "--capacity=1", "--chunk=1"},
    {4097, "--stages=2", "--capacity=7", "--chunk=3"},
    {100003, "--stages=1", "--capacity=4096", "--chunk=1000"},
    {100003, "--stages=5", "--capacity=997", "--chunk=64K"},
    {3000001, "--stages=16", "--capacity=65537", "--chunk=4093"},
    {3000001, "--stages=1", "--capacity=1M", "--chunk=1G"},
};
enum { COPIES = sizeof copies / sizeof *copies };

START_TEST(identical)
{
    int c = _i / 2;
    unsigned char *bytes = pattern(copies[c].size);
    const char *args[] = {run_backings[_i % 2], copies[c].stages,
                          copies[c].capacity, copies[c].chunk, NULL};
    struct ran ran = run(
        &(struct run){.program = "work/relay",
                      .args = args,
                      .input = temporary_file("in", bytes, copies[c].size)});

    expect_copy(&ran, bytes, copies[c].size);
    free(bytes);
}
END_TEST

/* Big enough for many rounds through the ring of a megabyte. */
START_TEST(large)
{
    size_t size = 64 << 20;
    unsigned char *bytes = pattern(size);
    const char *args[] = {run_backings[_i], "--stages=2", NULL};
    struct ran ran =
        run(&(struct run){.program = "work/relay",
                          .args = args,
                          .input = temporary_file("in", bytes, size)});

    expect_copy(&ran, bytes, size);
    free(bytes);
}
END_TEST

/* ---- Input that trickles ------------------------------------------------ */

static int fifo_in = -1;
static const char *out_path;

/* Wait until the output has SIZE bytes: they must come though more input may
   still follow. Nothing announces the growth of a file, so look again, with
   the pipe that never becomes readable as the clock. */
static void
await_output(off_t size)
{
    struct stat about = {.st_size = 0};
    struct pollfd never = {.fd = -1, .events = 0};

    for (int looks = 0; looks < 5000; looks++) {
        ck_assert_int_eq(stat(out_path, &about), 0);
        if (about.st_size >= size)
            return;
        poll(&never, 1, 1);
    }
    ck_abort_msg("work/relay: expected %ld bytes while the input is open, "
                 "seen: %ld",
                 (long)size, (long)about.st_size);
}

static void
trickle(pid_t pid)
{
    (void)pid;
    for (int i = 1; i <= 20; i++) {
        ck_assert_int_eq(write(fifo_in, "drop\n", 5), 5);
        await_output(5 * i);
    }
    close(fifo_in);
}

START_TEST(trickling_input)
{
    const char *args[] = {"--stages=3", NULL};
    const char *fifo = temporary("fifo");
    struct ran ran;

    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    fifo_in = open(fifo, O_RDWR | O_CLOEXEC);
    ck_assert_int_ne(fifo_in, -1);
    out_path = temporary_file("out", "", 0);
    ran = run(&(struct run){.program = "work/relay",
                            .args = args,
                            .input = fifo,
                            .output = out_path,
                            .meanwhile = trickle});
    expect_code(&ran, 0);
    expect_no_err(&ran);
}
END_TEST

/* ---- Ends that come too early ------------------------------------------- */

/* stdout becomes a pipe whose reader is gone. */
static void
reader_goes_away(void)
{
    int ends[2];

    if (pipe(ends) != 0 || dup2(ends[1], 1) != 1)
        _exit(126);
    close(ends[0]);
    close(ends[1]);
}

START_TEST(no_reader)
{
    const char *args[] = {run_backings[_i], "--stages=4", NULL};
    struct ran ran = run(&(struct run){.program = "work/relay",
                                       .args = args,
                                       .input = "/dev/zero",
                                       .before_exec = reader_goes_away});

    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran,
               "relay: stage 4: write to standard output: Broken pipe\n");
}
END_TEST

START_TEST(full_disk)
{
    struct ran ran = run(&(struct run){
        .program = "work/relay", .input = "/dev/zero", .output = "/dev/full"});

    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "write to standard output: No space left on device");
}
END_TEST

START_TEST(directory)
{
    struct ran ran = run(&(struct run){.program = "work/relay", .input = "/"});

    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "relay: read standard input: Is a directory\n");
}
END_TEST

static void
close_stdin(void)
{
    close(0);
}

START_TEST(closed_input)
{
    struct ran ran = run(
        &(struct run){.program = "work/relay", .before_exec = close_stdin});

    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    expect_err(&ran, "relay: read standard input: Bad file descriptor\n");
}
END_TEST

static void
little_memory(void)
{
    struct rlimit limit = {256 << 20, 256 << 20};

    setrlimit(RLIMIT_AS, &limit);
}

START_TEST(no_memory)
{
    const char *args[] = {run_backings[_i], "--capacity=512M", NULL};
    struct ran ran = run(&(struct run){
        .program = "work/relay", .args = args, .before_exec = little_memory});

    expect_code(&ran, 3);
    expect_one_line_err(&ran);
    /* Each libc has words of its own for ENOMEM. */
    expect_err(&ran, "relay: mmap a shared region of 536871");
}
END_TEST

/* ---- Signals in the middle ---------------------------------------------- */

/* Wait until all stages run and bytes have come out: it is in the middle. */
static int
await_middle(pid_t pid, pid_t *pids, int stages)
{
    struct pollfd never = {.fd = -1, .events = 0};

    await_output(1);
    for (int looks = 0; looks < 5000; looks++) {
        if (children_of(pid, pids, 16) == stages)
            return stages;
        poll(&never, 1, 1);
    }
    ck_abort_msg("work/relay: expected %d children", stages);
}

static void
kill_a_stage(pid_t pid)
{
    pid_t pids[16];

    await_middle(pid, pids, 3);
    ck_assert_int_eq(kill(pids[1], SIGKILL), 0);
}

static void
interrupt(pid_t pid)
{
    pid_t pids[16];

    await_middle(pid, pids, 3);
    ck_assert_int_eq(kill(pid, SIGINT), 0);
}

static void
kill_the_parent(pid_t pid)
{
    pid_t pids[16];

    await_middle(pid, pids, 3);
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
}

/* Three stages with one byte in the ring and an input that stays open: all
   are asleep when MEANWHILE strikes. */
static struct ran
run_to_the_middle(void (*meanwhile)(pid_t))
{
    const char *args[] = {"--stages=3", "--backing=zero", NULL};
    const char *fifo = temporary("fifo");
    struct ran ran;

    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    fifo_in = open(fifo, O_RDWR | O_CLOEXEC);
    ck_assert_int_ne(fifo_in, -1);
    ck_assert_int_eq(write(fifo_in, "x", 1), 1);
    out_path = temporary_file("out", "", 0);
    ran = run(&(struct run){.program = "work/relay",
                            .args = args,
                            .input = fifo,
                            .output = out_path,
                            .meanwhile = meanwhile});
    close(fifo_in);
    return ran;
}

START_TEST(killed_stage)
{
    struct ran ran = run_to_the_middle(kill_a_stage);

    expect_code(&ran, 1);
    expect_one_line_err(&ran);
    expect_err(&ran, "to exit 0, seen: it was killed by SIGKILL");
}
END_TEST

START_TEST(interrupted)
{
    struct ran ran = run_to_the_middle(interrupt);

    expect_signal(&ran, SIGINT);
    expect_one_line_err(&ran);
    expect_err(&ran, "relay: ended by SIGINT, with all its children\n");
}
END_TEST

/* Its children must not outlive it: run() asserts that none is left. */
START_TEST(killed_parent)
{
    struct ran ran = run_to_the_middle(kill_the_parent);

    expect_signal(&ran, SIGKILL);
}
END_TEST

/* ---- Progress, on a terminal only --------------------------------------- */

static char terminal_name[128];

/* stderr becomes the other end of a new pseudo-terminal. */
static void
stderr_on_a_terminal(void)
{
    int slave = open(terminal_name, O_RDWR | O_NOCTTY);

    if (slave == -1 || dup2(slave, 2) != 2)
        _exit(126);
    if (slave > 2)
        close(slave);
}

static struct ran
run_on_a_terminal(const char *argument, char *seen, size_t size)
{
    const char *args[] = {argument, NULL};
    struct ran ran;
    int terminal;
    ssize_t n;

    terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ne(terminal, -1);
    ck_assert_int_eq(grantpt(terminal), 0);
    ck_assert_int_eq(unlockpt(terminal), 0);
    snprintf(terminal_name, sizeof terminal_name, "%s", ptsname(terminal));
    ran = run(&(struct run){.program = "work/relay",
                            .args = args,
                            .input = temporary_file("in", "hello", 5),
                            .before_exec = stderr_on_a_terminal});
    fcntl(terminal, F_SETFL, O_NONBLOCK);
    n = read(terminal, seen, size - 1);
    seen[n > 0 ? n : 0] = '\0';
    close(terminal);
    return ran;
}

START_TEST(progress)
{
    char seen[1024];
    struct ran ran = run_on_a_terminal("--stages=1", seen, sizeof seen);

    expect_code(&ran, 0);
    expect_exact_out(&ran, "hello");
    ck_assert_msg(strstr(seen, "\rrelay: 0.0 MiB, ") != NULL &&
                      strstr(seen, "MiB/s") != NULL,
                  "expected a progress line on a terminal, seen: %s", seen);
    ran = run_on_a_terminal("--quiet", seen, sizeof seen);
    expect_code(&ran, 0);
    ck_assert_str_eq(seen, "");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("relay");
    TCase *tcase = tcase_create("relay");

    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, identical, 0, 2 * COPIES);
    tcase_add_loop_test(tcase, large, 0, 2);
    tcase_add_test(tcase, trickling_input);
    tcase_add_loop_test(tcase, no_reader, 0, 2);
    tcase_add_test(tcase, full_disk);
    tcase_add_test(tcase, directory);
    tcase_add_test(tcase, closed_input);
    if (RUN_SANITIZED)
        printf("left out: no_memory, under address sanitizer\n");
    else
        tcase_add_loop_test(tcase, no_memory, 0, 2);
    tcase_add_test(tcase, killed_stage);
    tcase_add_test(tcase, interrupted);
    tcase_add_test(tcase, killed_parent);
    tcase_add_test(tcase, progress);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
