/* region: shared memory, and what is taken where the wanted kind is missing.

   This file makes four test programs, linked with region.c compiled in four
   ways, so that every fallback runs on every machine: EXPECT_ANON and
   EXPECT_ZERO are what asking for anonymous memory and for /dev/zero must
   give in this one. */
#include "config.h"

#include "region.h"
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    enum region_backing wanted, got;
    const char *words;
} asked[] = {
    {REGION_ANON, EXPECT_ANON, "anonymous memory"},
    {REGION_ZERO, EXPECT_ZERO, "/dev/zero"},
    {REGION_FILE, REGION_FILE, "a file"},
};
enum { ASKED = sizeof asked / sizeof *asked, SIZE = 100000 };

static struct region
map(int asked_for)
{
    struct region region = {.memory = NULL};
    int error = region_try(&region, SIZE, asked[asked_for].wanted);

    ck_assert_msg(error == 0, "asked for %s: expected 0, seen %s",
                  asked[asked_for].words, strerror(error));
    return region;
}

/* Run ROLE on the region in a child; returns its exit status. */
static int
in_child(int (*role)(struct region *), struct region *region)
{
    int status;
    pid_t pid = fork();

    ck_assert_int_ne(pid, -1);
    if (pid == 0)
        _exit(role(region));
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(WIFEXITED(status), "the child ended with wait status %#x",
                  (unsigned)status);
    return WEXITSTATUS(status);
}

START_TEST(the_wanted_or_the_next)
{
    static const char *const words[] = {
        [REGION_ANON] = "MAP_SHARED|MAP_ANONYMOUS",
        [REGION_ZERO] = "/dev/zero",
        [REGION_FILE] = "an unlinked temporary file",
    };
    struct region region = map(_i);

    ck_assert_msg(region.backing == asked[_i].got,
                  "asked for %s: expected %s, seen %s", asked[_i].words,
                  words[asked[_i].got], region.from);
    ck_assert_str_eq(region.from, words[asked[_i].got]);
    ck_assert_uint_eq(region.size, SIZE);
    ck_assert_uint_eq((unsigned long)region.memory %
                          (unsigned long)sysconf(_SC_PAGESIZE),
                      0);
    region_unmap(&region);
    ck_assert_ptr_null(region.memory);
}
END_TEST

START_TEST(zeroed)
{
    struct region region = map(_i);
    const char *memory = region.memory;

    for (size_t i = 0; i < SIZE; i++)
        ck_assert_msg(memory[i] == 0, "%s: byte %zu is %d", region.from, i,
                      memory[i]);
    region_unmap(&region);
}
END_TEST

static int
answer(struct region *region)
{
    char *memory = region->memory;

    if (strcmp(memory, "from the parent") != 0)
        return 1;
    strcpy(memory + SIZE - 100, "from the child");
    return 0;
}

START_TEST(shared_both_ways)
{
    struct region region = map(_i);
    char *memory = region.memory;

    /* Stored after the mapping was made and before fork, and by the child
       before its end: fork and wait order the two. */
    strcpy(memory, "from the parent");
    ck_assert_msg(in_child(answer, &region) == 0,
                  "%s: the child does not see the parent's store",
                  region.from);
    ck_assert_msg(strcmp(memory + SIZE - 100, "from the child") == 0,
                  "%s: the parent does not see the child's store",
                  region.from);
    region_unmap(&region);
}
END_TEST

static int
unmap(struct region *region)
{
    region_unmap(region);
    return 0;
}

/* The child's unmap is the child's affair. */
START_TEST(unmapped_by_one)
{
    struct region region = map(_i);
    char *memory = region.memory;

    ck_assert_int_eq(in_child(unmap, &region), 0);
    memory[SIZE - 1] = 1;
    ck_assert_int_eq(memory[SIZE - 1], 1);
    region_unmap(&region);
}
END_TEST

START_TEST(two_are_two)
{
    struct region a = map(_i), b = map(_i);

    memset(a.memory, 1, SIZE);
    ck_assert_msg(*(char *)b.memory == 0, "%s: two regions are one", a.from);
    region_unmap(&a);
    region_unmap(&b);
}
END_TEST

START_TEST(no_size)
{
    struct region region = {.size = 42};

    ck_assert_int_eq(region_try(&region, 0, asked[_i].wanted), EINVAL);
    ck_assert_uint_eq(region.size, 42);
}
END_TEST

/* More than the limit of 64 MiB, and not so much that a file of this size
   would be a burden. */
enum { LIMIT = 64 << 20, TOO_MUCH = 96 << 20 };

static void
expect_no_memory(int asked_for)
{
    struct region region = {.size = 42};
    int error = region_try(&region, TOO_MUCH, asked[asked_for].wanted);

    printf("%s: %s\n", asked[asked_for].words, strerror(error));
    if (error != ENOMEM || region.size != 42)
        exit(1);
}

/* ENOMEM is no refusal: the next kind is not tried. Had it been tried, the
   last one, a file, would have met the limit on files and said EFBIG. */
static void
short_of_memory(void)
{
    struct rlimit memory = {LIMIT, LIMIT}, files, before;

    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_AS, &memory) == -1)
        exit(99);
    for (int i = 0; i < ASKED; i++)
        if (asked[i].got == REGION_FILE)
            expect_no_memory(i);
    if (getrlimit(RLIMIT_FSIZE, &before) == -1)
        exit(99);
    files = before;
    files.rlim_cur = 4096;
    if (setrlimit(RLIMIT_FSIZE, &files) == -1)
        exit(99);
    for (int i = 0; i < ASKED; i++)
        if (asked[i].got != REGION_FILE)
            expect_no_memory(i);
    setrlimit(RLIMIT_FSIZE, &before);
    region_map(TOO_MUCH, REGION_ANON);
}

START_TEST(no_memory)
{
    struct ran ran;

#if defined(__SANITIZE_ADDRESS__)
    printf("no_memory: left out, the address sanitizer needs more\n");
    return;
#endif
    ran = run_scenario("short_of_memory", short_of_memory);
    expect_code(&ran, 3);
    expect_err(&ran, "mmap a shared region of 100663296 bytes: "
                     "Cannot allocate memory\n");
}
END_TEST

/* A file needs a folder. The other kinds do not ask for it. */
START_TEST(no_folder)
{
    static const struct {
        const char *folder;
        int error;
    } all[] = {{"/nonexistent", ENOENT}, {"/dev/null", ENOTDIR}};
    char long_name[5000];
    struct region region;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        setenv("TMPDIR", all[i].folder, 1);
        ck_assert_int_eq(region_try(&region, SIZE, REGION_FILE), all[i].error);
        ck_assert_int_eq(region_try(&region, SIZE, REGION_ANON),
                         EXPECT_ANON == REGION_FILE ? all[i].error : 0);
        if (EXPECT_ANON != REGION_FILE)
            region_unmap(&region);
    }
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[0] = '/';
    long_name[sizeof long_name - 1] = '\0';
    setenv("TMPDIR", long_name, 1);
    ck_assert_int_eq(region_try(&region, SIZE, REGION_FILE), ENAMETOOLONG);
}
END_TEST

/* A disk that is full is told now, not by a SIGBUS later. RLIMIT_FSIZE plays
   the full disk; its signal is ignored, so that the call fails. */
static void
full_disk(void)
{
    struct rlimit limit = {4096, 4096};
    struct region region;
    int error;

    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) == -1)
        exit(3);
    error = region_try(&region, SIZE, REGION_FILE);
    printf("%s\n", strerror(error));
    exit(error == EFBIG ? 0 : 1);
}

START_TEST(no_disk)
{
    struct ran ran = run_scenario("full_disk", full_disk);

    expect_code(&ran, 0);
}
END_TEST

/* run() asserts that $TMPDIR is empty afterwards and no descriptor leaks into
   the count below: the file has no name while it is mapped, and is closed. */
static void
file_without_a_name(void)
{
    struct region region = region_map(SIZE, REGION_FILE);
    int free_number = dup(0);

    memset(region.memory, 1, SIZE);
    if (free_number != 3 || rmdir(getenv("TMPDIR")) == -1)
        exit(1);
    mkdir(getenv("TMPDIR"), 0777);
    region_unmap(&region);
}

START_TEST(nothing_is_left)
{
    struct ran ran = run_scenario("file_without_a_name", file_without_a_name);

    expect_code(&ran, 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("region");
    TCase *each = tcase_create("every kind of memory");
    TCase *refused = tcase_create("what is refused");

    tcase_add_loop_test(each, the_wanted_or_the_next, 0, ASKED);
    tcase_add_loop_test(each, zeroed, 0, ASKED);
    tcase_add_loop_test(each, shared_both_ways, 0, ASKED);
    tcase_add_loop_test(each, unmapped_by_one, 0, ASKED);
    tcase_add_loop_test(each, two_are_two, 0, ASKED);
    suite_add_tcase(suite, each);
    tcase_add_loop_test(refused, no_size, 0, ASKED);
    tcase_add_test(refused, no_memory);
    tcase_add_test(refused, no_folder);
    tcase_add_test(refused, no_disk);
    tcase_add_test(refused, nothing_is_left);
    suite_add_tcase(suite, refused);
    return run_suite(suite);
}
