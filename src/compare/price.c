/* price: what each way of passing data between forked processes costs here,
   and why. Every way is measured on one CPU and on two, in turns with all the
   others, and every message is looked at when it arrives.

   Look at three things. Beside each time, the sleeps: most ways differ in
   nothing else. One CPU beside two: across CPUs a wake-up is what costs, and
   who does not sleep does not pay it. The last lines: what a wake-up, a
   copy and a system call cost on this machine, and what follows.

     $ price verify --sizes=1000 --only=pipe,channel --cpus=same
     verify, 1000 B, both on one CPU
       pipe           whole: every byte as it was sent
       channel        whole: every byte as it was sent

   The ways are in measure/: cond.c, word.c, kernel.c, rings.c, one table each;
   measure/pair.c has the processes, measure/rows.c the figures. README
   tells how to read them.

   See also: W. R. Stevens, "UNIX Network Programming" volume 2, appendix A;
   sched_setaffinity(2), getrusage(2). Next: work/relay.c. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "measure/ways.h"
#include "spin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool quick, csv, json;
static long long rounds, capacity = 65536, spin = SPIN_TURNS, batch = 1;
static const char *sizes = "", *only = "", *cpus = "both";

static const struct args about = {
    .name = "price",
    .idea = "What each way of passing data between forked processes costs "
            "here, and why.",
    .operands = "verify|latency|throughput|locks|mapping|copies|floor|all",
    .least = 1,
    .most = 1,
    .options =
        {
            ARGS_FLAG("quick", &quick, "a rough answer in ten seconds"),
            ARGS_NUMBER("rounds", "N", &rounds, 1, ROUNDS_MOST,
                        "measure all of it N times (5; with --quick 3)"),
            ARGS_WORD("sizes", "BYTES,...", &sizes,
                      "of the messages, up to 64M (the subject's own)"),
            ARGS_WORD("only", "WAY,...", &only, "just these ways"),
            ARGS_WORD("cpus", "same|cross|free|both", &cpus,
                      "both sides on one CPU, on two, anywhere (both)"),
            ARGS_NUMBER("capacity", "BYTES", &capacity, 1, 1 << 30,
                        "between the two sides (64K)"),
            ARGS_NUMBER("spin", "TURNS", &spin, 0, 100000000,
                        "that a way which spins first does so (2000)"),
            ARGS_NUMBER("batch", "N", &batch, 1, 4096,
                        "messages handed over at a time (1)"),
            ARGS_FLAG("csv", &csv, "a line for each cell, for programs"),
            ARGS_FLAG("json", &json, "the same as JSON"),
        },
    .maps = true,
    .deadline = ARGS_NEVER,
};

struct subject {
    const char *name;
    void (*round)(int round);
    void (*print)(void);
};

static const struct subject subjects[] = {
    {"verify", verify_round, verify_print},
    {"latency", latency_round, latency_print},
    {"throughput", throughput_round, throughput_print},
    {"locks", locks_round, locks_print},
    {"mapping", mapping_round, mapping_print},
    {"copies", copies_round, copies_print},
    {"floor", floor_round, floor_print},
};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

/* ---- The command line --------------------------------------------------- */

static bool
is_new(size_t size)
{
    for (int i = 0; i < asked.size_count; i++)
        if (asked.sizes[i] == size)
            return false;
    return true;
}

static void
read_sizes(void)
{
    char *copy = strdup(sizes), *rest = copy, *word;
    size_t size;

    if (copy == NULL)
        die("strdup");
    while ((word = strtok_r(rest, ",", &rest)) != NULL) {
        if (asked.size_count == SIZES_MOST)
            args_wrong("--sizes: more than %d", SIZES_MOST);
        size = (size_t)args_number("--sizes", word, 1, 64 << 20);
        if (is_new(size))
            asked.sizes[asked.size_count++] = size;
    }
    if (asked.size_count == 0 && *sizes != '\0')
        args_wrong("--sizes: '%s' holds no number", sizes);
    free(copy);
}

static void
read_places(void)
{
    const char *why;

    for (enum placement place = SAME; place < PLACEMENTS; place++)
        asked.place[place] = strcmp(cpus, place_name(place)) == 0;
    if (strcmp(cpus, "both") == 0)
        asked.place[SAME] = asked.place[CROSS] = true;
    for (enum placement place = SAME; place < PLACEMENTS; place++)
        if (asked.place[place] && !place_possible(place, &why)) {
            fprintf(stderr, "price: --cpus=%s is left out: %s\n",
                    place_name(place), why);
            asked.place[place] = false;
        }
    if (!asked.place[SAME] && !asked.place[CROSS] && !asked.place[FREE])
        die_missing("what --cpus asks for");
}

static void
read_all(void)
{
    if (csv && json)
        args_wrong("--csv and --json: give one of them");
    asked = (struct asked){
        .quick = quick,
        .rounds = rounds > 0 ? (int)rounds
                  : quick    ? 3
                             : 5,
        .capacity = (size_t)capacity,
        .spin = (int)spin,
        .batch = (int)batch,
        .only = only,
        .format = csv    ? CSV
                  : json ? JSON
                         : TABLE,
    };
    read_sizes();
    read_places();
}

/* ---- All of it ---------------------------------------------------------- */

static bool
is_chosen(const struct subject *subject)
{
    const char *name = args_operand(0);

    if (strcmp(name, "all") == 0)
        return strcmp(subject->name, "verify") != 0;
    return strcmp(name, subject->name) == 0;
}

static void
check_operand(void)
{
    for (int i = 0; i < SUBJECTS; i++)
        if (is_chosen(&subjects[i]))
            return;
    args_wrong("'%s' is no subject; give one of %s", args_operand(0),
               about.operands);
}

/* The subjects themselves know their ways. */
static void
check_only(void)
{
    if (*asked.only == '\0')
        return;
    asked_collect(true);
    for (int i = 0; i < SUBJECTS; i++)
        if (is_chosen(&subjects[i]))
            subjects[i].round(1);
    asked_collect(false);
}

static void
measure_all(void)
{
    for (asked.round = 1; asked.round <= asked.rounds; asked.round++)
        for (int i = 0; i < SUBJECTS && !asked_to_stop(); i++)
            if (is_chosen(&subjects[i]))
                subjects[i].round(asked.round);
    /* What dominated is told from the floor: where --only or the subject left
       it out, it is measured once. */
    if (asked.format == TABLE && !args_quiet() && rows_count() > 0 &&
        !asked_to_stop() && !is_chosen(&subjects[0]) && !rows_have("floor")) {
        asked.only = "";
        floor_round(asked.round = 1);
        asked.only = only;
    }
    asked_progress(NULL, NULL, 0);
}

static void
print_all(void)
{
    if (asked.format != TABLE) {
        rows_end();
        return;
    }
    for (int i = 0; i < SUBJECTS && !args_quiet(); i++)
        if (is_chosen(&subjects[i]) && rows_have(subjects[i].name))
            subjects[i].print();
    if (!args_quiet() && !is_chosen(&subjects[0]))
        floor_verdict(args_operand(0));
    if (fflush(stdout) == EOF)
        die("write to standard output");
}

int
main(int argc, char **argv)
{
    struct region region;

    args_parse(&about, argc, argv);
    check_operand();
    read_all();
    region = region_map(sizeof *cell, args_backing());
    cell = region.memory;
    check_only();
    asked_listen();
    measure_all();
    print_all();
    region_unmap(&region);
    asked_end();
    if (rows_count() == 0 && rows_missing() > 0)
        die_missing("all that was asked for");
    promise(rows_count() > 0, "something to be measured, seen: nothing");
    return EXIT_HELD;
}
