/* pair: the processes that are measured: where they run, how they begin
   together, and what they have used.

   The parent measures nothing. It forks the sides, waits for them and reads
   what they left: so what it does besides, a progress line or a table, costs
   the measured ones nothing. All that is mapped is mapped before the fork;
   each side then touches it again, because a child of fork begins with empty
   page tables for shared memory, and the first message would pay for that. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "price.h"
#include "spin.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* A cell that takes longer than this hangs. */
enum { CELL_SECONDS = 60 };

struct cell *cell;

double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ---- Places ------------------------------------------------------------- */

#if HAVE_SCHED_SETAFFINITY
static int
topology(int cpu, const char *what)
{
    char path[96];
    FILE *file;
    int number = -1;

    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/%s",
             cpu, what);
    if ((file = fopen(path, "re")) == NULL)
        return -1;
    if (fscanf(file, "%d", &number) != 1)
        number = -1;
    fclose(file);
    return number;
}

/* The CPU that both sides share, and the one of the other side. Two hardware
   threads of one core share its caches: the second CPU is one of another core
   if there is any. Asked once, in the parent, before anybody is placed. */
static const int *
chosen(void)
{
    static int cpus[2] = {-2, -1};
    cpu_set_t allowed;

    if (cpus[0] != -2)
        return cpus;
    cpus[0] = -1;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == -1)
        return cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &allowed))
            continue;
        if (cpus[0] == -1)
            cpus[0] = cpu;
        else if (cpus[1] == -1 ||
                 (place_core(cpus[1]) == place_core(cpus[0]) &&
                  place_core(cpu) != place_core(cpus[0])))
            cpus[1] = cpu;
    }
    return cpus;
}

/* Cores are numbered within their package. */
int
place_core(int cpu)
{
    int package = topology(cpu, "physical_package_id");
    int core = topology(cpu, "core_id");

    return core == -1 ? -1 : (package > 0 ? package : 0) * 1000 + core;
}

void
place_on(int cpu)
{
    cpu_set_t set;

    if (cpu == -1)
        return;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) == -1)
        die("sched_setaffinity to CPU %d", cpu);
}
#else
static const int *
chosen(void)
{
    static const int none[2] = {-1, -1};

    return none;
}

int
place_core(int cpu)
{
    (void)cpu;
    return -1;
}

void
place_on(int cpu)
{
    (void)cpu;
}
#endif

int
place_cpu(enum placement placement, int side)
{
    return placement == FREE ? -1
                             : chosen()[placement == CROSS && side % 2 == 1];
}

bool
place_possible(enum placement placement, const char **why)
{
    const int *cpus = chosen();

    *why = cpus[0] == -1   ? "this system lets nobody choose a CPU"
           : cpus[1] == -1 ? "there is one CPU only"
                           : NULL;
    return placement == FREE ||
           (cpus[0] != -1 && (placement == SAME || cpus[1] != -1));
}

const char *
place_name(enum placement placement)
{
    static const char *const names[] = {"same", "cross", "free"};

    return names[placement];
}

const char *
place_words(enum placement placement)
{
    static const char *const words[] = {"both on one CPU", "on two CPUs",
                                        "wherever the kernel puts them"};

    return words[placement];
}

/* ---- The sides ---------------------------------------------------------- */

/* The deadline of --deadline is for all cells together; the guard against
   hanging is for each of them. Arm the one that comes first. */
static void
arm(double guard)
{
    static double end = -1;
    unsigned left = alarm(0);

    if (end < 0)
        end = left > 0 ? now() + left : INFINITY;
    if (now() >= end)
        raise(SIGALRM);
    guard = fmin(guard, end - now());
    if (!isinf(guard))
        child_deadline((unsigned)ceil(guard));
}

/* Ctrl-C goes to all processes of the terminal. The sides have it blocked from
   birth, because the parent has, and finish their cell; the parent, which
   learns of it after that, prints what there is. Should the parent be killed,
   the sides die with it all the same. */
void
pair_run(int sides, enum placement placement, side_role *role, void *argument)
{
    pid_t pids[SIDES_MOST];

    memset(cell, 0, offsetof(struct cell, sample));
    arm(CELL_SECONDS);
    child_hold();
    for (int side = 0; side < sides; side++)
        if ((pids[side] = child_fork("side %d", side + 1)) == 0) {
            place_on(place_cpu(placement, side));
            role(side, argument);
            cell->cpu[side] = spin_cpu();
            _exit(EXIT_HELD);
        }
    child_go_on();
    for (int side = 0; side < sides; side++)
        child_reap(pids[side]);
    arm(INFINITY);
    for (int side = 0; side < sides; side++)
        promise(cell->cpu[side] == place_cpu(placement, side) ||
                    place_cpu(placement, side) == -1 || cell->cpu[side] == -1,
                "side %d to end on CPU %d, seen: on %d", side + 1,
                place_cpu(placement, side), cell->cpu[side]);
}

/* The flags are set and seen by everybody before anybody goes on, so what the
   sides did before is done. Nobody waits here for long: to let the others run
   is all there is to do. */
void
pair_start(int side, int sides)
{
    pair_touch(cell, sizeof *cell);
    atomic_store(&cell->ready[side], 1);
    for (int i = 0; i < sides; i++)
        while (!atomic_load(&cell->ready[i]))
            sched_yield();
}

/* Two sides may touch the same page at a time, and one may have begun to use
   it: what is added is nothing, and atomically so. */
void
pair_touch(void *memory, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    for (size_t at = 0; at < size; at += page)
        atomic_fetch_add((_Atomic unsigned char *)memory + at, 0);
}

static struct used
used_so_far(void)
{
    struct timespec time;
    struct rusage usage;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    getrusage(RUSAGE_SELF, &usage);
    return (struct used){.cpu = (double)time.tv_sec + time.tv_nsec / 1e9,
                         .voluntary = usage.ru_nvcsw,
                         .involuntary = usage.ru_nivcsw};
}

static struct used before;

void
pair_used_from(void)
{
    before = used_so_far();
}

void
pair_used_until(int side)
{
    struct used after = used_so_far();

    cell->used[side] =
        (struct used){.cpu = after.cpu - before.cpu,
                      .voluntary = after.voluntary - before.voluntary,
                      .involuntary = after.involuntary - before.involuntary};
}
