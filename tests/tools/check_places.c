/* places: this program looks itself up, then what is left when its file is
   stripped, changed, cut or gone. */
#include "config.h"

#include "places.h"
#include "run.h"

#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- This program as a module ------------------------------------------- */

struct image {
    char path[4096];
    uint64_t base, from, to;
};
static struct image own;

static void
add_segments(struct image *image, const struct dl_phdr_info *info)
{
    image->base = info->dlpi_addr;
    image->from = UINT64_MAX;
    image->to = 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uint64_t from = info->dlpi_addr + header->p_vaddr;
        if (header->p_type != PT_LOAD)
            continue;
        if (from < image->from)
            image->from = from;
        if (from + header->p_memsz > image->to)
            image->to = from + header->p_memsz;
    }
}

/* The first one is the program. */
static int
take_first(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    add_segments(data, info);
    return 1;
}

static bool
find_own(void)
{
    ssize_t n = readlink("/proc/self/exe", own.path, sizeof own.path - 1);

    return n > 0 && dl_iterate_phdr(take_first, &own) == 1;
}

/* The places of this program, loaded from PATH. */
static struct places *
places_from(const char *path)
{
    struct places *places = places_new();

    ck_assert_ptr_nonnull(places);
    ck_assert(places_module(places, path, own.base, own.from, own.to));
    return places;
}

/* ---- Calls to be looked up ---------------------------------------------- */

/* Where the last call of one of these returns to. Callers add the result to
   sum: a call that was the last thing they do could be made a jump. */
static uint64_t pc;
#define REMEMBER() (pc = (uint64_t)(uintptr_t)__builtin_return_address(0))

__attribute__((noinline)) static int
pthread_one(const void *a)
{
    (void)a;
    REMEMBER();
    return 0;
}

__attribute__((noinline)) static int
pthread_two(const void *a, const void *b)
{
    (void)a, (void)b;
    REMEMBER();
    return 0;
}

__attribute__((noinline)) static int
sem_none(void)
{
    REMEMBER();
    return 0;
}

struct box {
    pthread_mutex_t lock;
    sem_t rooms[3];
    struct box *next;
};
static struct box box = {.next = &box};
static struct box *shared = &box;
int places_global[4]; /* not static, to be exported or not */
static volatile int sum;

#define HIDDEN(lock) pthread_one(&(lock)->next)
#define FIRST(x, y) (x)

static int
must(int code)
{
    return code;
}

static int a_line;

__attribute__((noinline)) static uint64_t
a_call(void)
{
    /* The quotation marks are for the table of arguments. */
    a_line = __LINE__ + 1;
    sum += must(pthread_one(&shared->lock)); /* ' */
    return pc;
}

__attribute__((always_inline)) static inline void
inner(void)
{
    a_line = __LINE__ + 1;
    sum += pthread_one(&box);
}

__attribute__((noinline)) static uint64_t
outer(void)
{
    inner();
    sum++;
    return pc;
}

/* Without debug information, as after make CFLAGS=-O2, or without libdw there
   are no lines; stripped, or without libdw, no symbols; and the source may be
   somewhere else. */
enum part { LINES, SOURCE, SYMBOLS };

static bool
have(enum part part, const char *test)
{
    static const char *const names[] = {"lines", "source", "symbols"};
    struct places *places = places_from(own.path);
    const struct place *place;
    bool had;

    ck_assert(places_of(places, a_call(), &place));
    had = part == LINES    ? place->line != 0
          : part == SOURCE ? place->source != NULL
                           : place->function != NULL;
    places_free(places);
    if (!had)
        printf("%s: left out what needs this program's %s\n", test,
               names[part]);
    return had;
}

/* ---- Lines and functions ------------------------------------------------ */

START_TEST(line_and_source)
{
    struct places *places = places_from(own.path);
    const struct place *place, *again;
    uint64_t at = a_call();

    ck_assert(places_of(places, at, &place));
    ck_assert_str_eq(place->module, own.path);
    ck_assert_uint_eq(place->offset, at - 1 - own.base);
    ck_assert(places_of(places, at, &again));
    ck_assert_ptr_eq(place, again);
    if (have(SYMBOLS, "line_and_source"))
        ck_assert_str_eq(place->function, "a_call");
    if (have(LINES, "line_and_source")) {
        ck_assert_int_eq(place->line, a_line);
        ck_assert_str_eq(place->name, "check_places.c");
        ck_assert_ptr_nonnull(strstr(place->file, "tools/check_places.c"));
    }
    if (have(SOURCE, "line_and_source"))
        ck_assert_str_eq(place->source,
                         "sum += must(pthread_one(&shared->lock)); /* ' */");
    places_free(places);
}
END_TEST

START_TEST(inlined)
{
    struct places *places = places_from(own.path);
    const struct place *place;
    uint64_t at = outer();
    int line = a_line;

    ck_assert(places_of(places, at, &place));
    if (have(LINES, "inlined"))
        ck_assert_int_eq(place->line, line);
    if (have(SYMBOLS, "inlined"))
        ck_assert_str_eq(place->function, "outer");
    places_free(places);
}
END_TEST

START_TEST(in_no_module)
{
    struct places *places = places_new();
    const struct place *place;
    const char *name;
    uint64_t offset, in = own.from + 10;

    ck_assert(!places_of(places, in, &place));
    ck_assert(!places_module(places, own.path, own.base, own.from, own.from));
    ck_assert(!places_module(places, own.path, own.base, own.from, 0));
    ck_assert(places_module(places, own.path, own.base, own.from, own.to));
    ck_assert(!places_of(places, 0, &place));
    ck_assert(!places_of(places, UINT64_MAX, &place));
    ck_assert(!places_of(places, own.from, &place));
    ck_assert(places_of(places, own.from + 1, &place));
    ck_assert(places_of(places, own.to, &place));
    ck_assert(!places_of(places, own.to + 1, &place));
    ck_assert(!places_symbol(places, 0, &name, &offset));
    ck_assert(!places_symbol(places, own.to, &name, &offset));
    ck_assert(!places_symbol(places, UINT64_MAX, &name, &offset));
    places_free(places);
    places_free(NULL);
}
END_TEST

/* What comes later lies on top, in whole or in part; what was given out
   before stays. */
START_TEST(module_in_the_place_of_another)
{
    struct places *places = places_from("/nonexistent/first");
    const struct place *first, *place;

    ck_assert(places_of(places, own.from + 8, &first));
    ck_assert(places_module(places, "/nonexistent/second", own.from + 8,
                            own.from + 8, own.to));
    ck_assert(places_of(places, own.from + 8, &place));
    ck_assert_ptr_eq(place, first);
    ck_assert(places_of(places, own.from + 10, &place));
    ck_assert_str_eq(place->module, "/nonexistent/second");
    ck_assert_uint_eq(place->offset, 1);
    ck_assert(places_module(places, "/nonexistent/first", own.base, own.from,
                            own.to));
    ck_assert(places_of(places, own.from + 10, &place));
    ck_assert_str_eq(place->module, "/nonexistent/first");
    ck_assert_str_eq(first->module, "/nonexistent/first");
    places_free(places);
}
END_TEST

/* ---- Variables ---------------------------------------------------------- */

static void
expect_symbol(struct places *places, const void *at, const char *expected,
              uint64_t expected_offset)
{
    const char *name;
    uint64_t offset;

    ck_assert(places_symbol(places, (uintptr_t)at, &name, &offset));
    ck_assert_str_eq(name, expected);
    ck_assert_uint_eq(offset, expected_offset);
}

START_TEST(variables)
{
    static int within_a_function[2];
    struct places *places = places_from(own.path);
    int on_the_stack = sum;
    void *on_the_heap = malloc(8);
    const char *name;
    uint64_t offset;

    sum += within_a_function[sum & 1];
    ck_assert(
        !places_symbol(places, (uintptr_t)&on_the_stack, &name, &offset));
    ck_assert(!places_symbol(places, (uintptr_t)on_the_heap, &name, &offset));
    ck_assert(!places_symbol(places, (uintptr_t)a_call, &name, &offset));
    free(on_the_heap);
    if (have(SYMBOLS, "variables")) {
        expect_symbol(places, &box.lock, "box", 0);
        expect_symbol(places, &box.rooms[1], "box",
                      offsetof(struct box, rooms[1]));
        expect_symbol(places, &box.rooms[1], "box",
                      offsetof(struct box, rooms[1]));
        expect_symbol(places, &shared, "shared", 0);
        expect_symbol(places, &places_global[3], "places_global",
                      3 * sizeof(int));
        expect_symbol(places, &within_a_function[1], "within_a_function",
                      sizeof(int));
        expect_symbol(places, &own.path[4095], "own", 4095);
    }
    places_free(places);
}
END_TEST

/* ---- Arguments ---------------------------------------------------------- */

/* Each makes one call in a line that is hard to read. */
#define LINE(name) static void name(void)
/* clang-format off */
LINE(plain) { sum += must(pthread_one(&shared->lock)); }
LINE(blanks) { sum += pthread_one ( & shared  ->	lock ) ; }
LINE(second) { sum += pthread_two(&box.rooms[1], &shared->lock); }
LINE(commas) { sum += pthread_two(FIRST(&box, (&box)), "a,(\"b"); }
LINE(comment) { sum += pthread_one(/* not &a, b) */ &box.lock); }
LINE(quoted) { sum += (int)sizeof "pthread_one(&a)" + pthread_one(&box.lock); }
LINE(constant) { sum += '"' + '\'' + pthread_one(&box.rooms['\0']); }
LINE(lines) { sum += pthread_two(&shared
                 ->rooms[0], // , &a)
                 &box.lock); }
LINE(wrapped) { sum += must(
                 pthread_one(&box.lock)); }
LINE(none) { sum += sem_none(); }
LINE(hidden) { sum += HIDDEN(shared); }
LINE(two) { sum += pthread_one(&box.next), sum += pthread_one(&box.lock); }
LINE(same) { sum += pthread_one(&box.lock), sum += pthread_one(&box.lock); }
LINE(both) { sum += pthread_two(&box.next, 0), sum += pthread_one(&box.lock); }
LINE(size) { sum += (int)sizeof(pthread_mutex_t) + pthread_one(&box.lock); }
LINE(after)
{
    sum++; /* pthread_two(&a,
               &b); pthread_one(&c) */ sum += pthread_one(&box.lock);
    sum++;
}
LINE(split_up) { sum += pthread_one(
#if 1
                 &box.lock
#else
                 &box.next
#endif
                 ); }
/* clang-format on */

static const struct {
    void (*make)(void);
    const char *call;
    int which;
    const char *argument;
} arguments[] = {
    {plain, NULL, 0, "shared->lock"},
    {plain, "pthread_one", 0, "shared->lock"},
    {plain, "must", 0, "pthread_one(&shared->lock)"},
    {plain, NULL, 1, NULL},
    {plain, NULL, -1, NULL},
    {plain, NULL, 1000, NULL},
    {plain, "pthread_two", 0, NULL},
    {plain, "thread_one", 0, NULL},
    {blanks, NULL, 0, "shared -> lock"},
    {second, NULL, 0, "box.rooms[1]"},
    {second, NULL, 1, "shared->lock"},
    {second, NULL, 2, NULL},
    {commas, NULL, 0, "FIRST(&box, (&box))"},
    {commas, NULL, 1, "\"a,(\\\"b\""},
    {comment, NULL, 0, "box.lock"},
    {quoted, NULL, 0, "box.lock"},
    {constant, NULL, 0, "box.rooms['\\0']"},
    {lines, NULL, 0, "shared ->rooms[0]"},
    {lines, NULL, 1, "box.lock"},
    {wrapped, NULL, 0, "box.lock"},
    {wrapped, "pthread_one", 0, "box.lock"},
    {none, NULL, 0, NULL},
    {hidden, NULL, 0, NULL},
    {two, NULL, 0, NULL},
    {same, NULL, 0, "box.lock"},
    {both, NULL, 0, NULL},
    {both, "pthread_one", 0, "box.lock"},
    {both, "pthread_two", 0, "box.next"},
    {size, NULL, 0, "box.lock"},
    {after, NULL, 0, "box.lock"},
    {split_up, NULL, 0, NULL},
};
enum { ARGUMENTS = sizeof arguments / sizeof *arguments };

START_TEST(argument)
{
    struct places *places;
    const struct place *place;

    if (!have(SOURCE, "argument"))
        return;
    places = places_from(own.path);
    for (int i = 0; i < ARGUMENTS; i++) {
        const char *expected = arguments[i].argument, *seen;
        arguments[i].make();
        ck_assert(places_of(places, pc, &place));
        seen = places_argument(place, arguments[i].call, arguments[i].which);
        ck_assert_msg(seen == expected || (seen != NULL && expected != NULL &&
                                           strcmp(seen, expected) == 0),
                      "row %d: expected %s, seen: %s, in: %s", i,
                      expected != NULL ? expected : "nothing",
                      seen != NULL ? seen : "nothing",
                      place->source != NULL ? place->source : "no line");
    }
    places_free(places);
}
END_TEST

/* ---- Files that are not what they were ---------------------------------- */

static char *
read_own(size_t *size)
{
    FILE *file = fopen(own.path, "rb");
    struct stat status;
    char *bytes;

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fstat(fileno(file), &status), 0);
    *size = (size_t)status.st_size;
    bytes = malloc(*size);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_uint_eq(fread(bytes, 1, *size, file), *size);
    ck_assert_int_eq(fclose(file), 0);
    return bytes;
}

/* A file that was written just now is newer than the source. */
static const char *
copy_own(const char *name)
{
    size_t size;
    char *bytes = read_own(&size);
    const char *path = temporary_file(name, bytes, size);

    free(bytes);
    return path;
}

/* Only what the caller of places_module() said is known. */
static void
expect_nothing(struct places *places, const char *path)
{
    const struct place *place;
    const char *name;
    uint64_t offset, at = a_call();

    ck_assert(places_of(places, at, &place));
    ck_assert_str_eq(place->module, path);
    ck_assert_uint_eq(place->offset, at - 1 - own.base);
    ck_assert_ptr_null(place->file);
    ck_assert_ptr_null(place->name);
    ck_assert_int_eq(place->line, 0);
    ck_assert_ptr_null(place->function);
    ck_assert_ptr_null(place->source);
    ck_assert_ptr_null(places_argument(place, NULL, 0));
    ck_assert(!places_symbol(places, (uintptr_t)&box, &name, &offset));
}

START_TEST(no_program)
{
    static const char *const paths[] = {
        "/nonexistent/program", "",  "/dev/null", "/dev/zero",
        "/proc/self/maps",      "/",
    };
    struct places *places;
    const char *fifo = temporary("fifo");

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        places = places_from(paths[i]);
        expect_nothing(places, paths[i]);
        places_free(places);
    }
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    places = places_from(fifo);
    expect_nothing(places, fifo);
    places_free(places);
    places = places_from(temporary_file("text", "hello\n", 6));
    expect_nothing(places, temporary("text"));
    places_free(places);
}
END_TEST

START_TEST(copy)
{
    struct places *places = places_from(copy_own("copy"));
    const struct place *place;

    ck_assert(places_of(places, a_call(), &place));
    if (have(SOURCE, "copy"))
        ck_assert_ptr_nonnull(place->source);
    places_free(places);
}
END_TEST

/* Whoever changed the source since: the line may be another one now. */
START_TEST(source_newer_than_the_program)
{
    const char *path = copy_own("old");
    struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    struct places *places;
    const struct place *place;

    if (!have(LINES, "source_newer_than_the_program"))
        return;
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
    places = places_from(path);
    ck_assert(places_of(places, a_call(), &place));
    ck_assert_int_eq(place->line, a_line);
    ck_assert_ptr_null(place->source);
    ck_assert_ptr_null(places_argument(place, NULL, 0));
    places_free(places);
}
END_TEST

START_TEST(replaced_before_it_was_opened)
{
    const char *path = copy_own("replaced");
    struct places *places = places_from(path);

    ck_assert_int_eq(rename(copy_own("other"), path), 0);
    expect_nothing(places, path);
    places_free(places);
}
END_TEST

/* Another file has the name now, but the one that was opened is whole. */
START_TEST(replaced_after_it_was_opened)
{
    const char *path = copy_own("replaced");
    struct places *places = places_from(path);
    const struct place *first, *place;

    ck_assert(places_of(places, outer(), &first));
    ck_assert_int_eq(rename(temporary_file("other", "", 0), path), 0);
    ck_assert(places_of(places, a_call(), &place));
    ck_assert(places_of(places, outer(), &place));
    ck_assert_ptr_eq(place, first);
    ck_assert_int_eq(unlink(path), 0);
    plain();
    ck_assert(places_of(places, pc, &place));
    if (have(LINES, "replaced_after_it_was_opened"))
        ck_assert_int_ne(place->line, 0);
    places_free(places);
}
END_TEST

START_TEST(cut_after_it_was_opened)
{
    const char *path = copy_own("cut");
    struct places *places = places_from(path);
    const struct place *place;

    ck_assert(places_of(places, outer(), &place));
    ck_assert_int_eq(truncate(path, 100), 0);
    expect_nothing(places, path);
    places_free(places);
}
END_TEST

/* The file is short, or full of mistakes: what is then said does not matter.
   All its sections are hit, the program headers, too. */
static void
look_around(const char *path)
{
    struct places *places = places_from(path);
    const struct place *place;
    const char *name;
    uint64_t offset;

    ck_assert(places_of(places, a_call(), &place));
    ck_assert(places_of(places, outer(), &place));
    places_symbol(places, (uintptr_t)&box, &name, &offset);
    places_free(places);
}

START_TEST(short_file)
{
    size_t size;
    char *bytes = read_own(&size);

    for (int i = 0; i < 10; i++)
        look_around(temporary_file(
            "short", bytes, i < 5 ? 1U << (i * 2) : size * (size_t)i / 10));
    free(bytes);
}
END_TEST

START_TEST(file_with_mistakes)
{
    size_t size;
    char *bytes = read_own(&size);
    unsigned seed = 1;

    for (int i = 0; i < 20; i++) {
        for (int j = 0; j < 50; j++) {
            seed = seed * 1664525 + 1013904223;
            bytes[64 + seed % (size - 64)] ^= (char)(seed >> 24 | 1);
        }
        look_around(temporary_file("wrong", bytes, size));
    }
    free(bytes);
}
END_TEST

/* ---- Stripped ----------------------------------------------------------- */

/* Run a command of the shell, to which $OWN is this program and $COPY and
   $DEBUG are these paths; false: it failed, or there is no such one. */
static bool
command(const char *line, const char *copy_path, const char *debug_path)
{
    int status;

    setenv("OWN", own.path, 1);
    setenv("COPY", copy_path, 1);
    setenv("DEBUG", debug_path, 1);
    status = system(line);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

START_TEST(stripped)
{
    const char *path = temporary("stripped");
    struct places *places;

    if (!command("strip -o \"$COPY\" \"$OWN\" 2>/dev/null", path, "")) {
        printf("stripped: left out, strip does not work here\n");
        return;
    }
    places = places_from(path);
    expect_nothing(places, path);
    places_free(places);
}
END_TEST

/* The debug information in a file of its own, beside the program. Servers
   that would have it, too, are not asked: this one is no server at all. */
START_TEST(separate_file)
{
    const char *path = temporary("separate"), *debug = temporary("separate.d");
    struct places *places;
    const struct place *place;

    if (!have(LINES, "separate_file"))
        return;
    if (!command("exec 2>/dev/null && "
                 "objcopy --only-keep-debug \"$OWN\" \"$DEBUG\" && "
                 "strip -o \"$COPY\" \"$OWN\" && "
                 "objcopy --add-gnu-debuglink=\"$DEBUG\" \"$COPY\"",
                 path, debug)) {
        printf("separate_file: left out, objcopy does not work here\n");
        return;
    }
    setenv("DEBUGINFOD_URLS", "http://localhost:1", 1);
    places = places_from(path);
    ck_assert(places_of(places, a_call(), &place));
    ck_assert_int_eq(place->line, a_line);
    ck_assert_str_eq(place->function, "a_call");
    expect_symbol(places, &box.next, "box", offsetof(struct box, next));
    places_free(places);
    ck_assert_str_eq(getenv("DEBUGINFOD_URLS"), "http://localhost:1");
}
END_TEST

/* Every module of this process, the vdso, too. */
static int
add_module(struct dl_phdr_info *info, size_t size, void *places)
{
    struct image image = {.base = 0};

    (void)size;
    add_segments(&image, info);
    if (image.from < image.to)
        ck_assert(places_module(
            places, *info->dlpi_name != '\0' ? info->dlpi_name : own.path,
            image.base, image.from, image.to));
    return 0;
}

START_TEST(shared_objects)
{
    struct places *places = places_new();
    const struct place *place;

    dl_iterate_phdr(add_module, places);
    dl_iterate_phdr(add_module, places);
    ck_assert(places_of(places, a_call(), &place));
    ck_assert_str_eq(place->module, own.path);
    if (have(LINES, "shared_objects"))
        ck_assert_int_eq(place->line, a_line);
    ck_assert(places_of(places, (uintptr_t)strtol + 1, &place));
    ck_assert_int_eq(place->module[0], '/');
    places_free(places);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("places");
    TCase *tcase = tcase_create("places");

    if (!find_own()) {
        fprintf(stderr, "this program does not find itself\n");
        return 99;
    }
    tcase_add_test(tcase, line_and_source);
    tcase_add_test(tcase, inlined);
    tcase_add_test(tcase, in_no_module);
    tcase_add_test(tcase, module_in_the_place_of_another);
    tcase_add_test(tcase, variables);
    tcase_add_test(tcase, argument);
    tcase_add_test(tcase, no_program);
    tcase_add_test(tcase, copy);
    tcase_add_test(tcase, source_newer_than_the_program);
    tcase_add_test(tcase, replaced_before_it_was_opened);
    tcase_add_test(tcase, replaced_after_it_was_opened);
    tcase_add_test(tcase, cut_after_it_was_opened);
    tcase_add_test(tcase, short_file);
    tcase_add_test(tcase, file_with_mistakes);
    tcase_add_test(tcase, stripped);
    tcase_add_test(tcase, separate_file);
    tcase_add_test(tcase, shared_objects);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
