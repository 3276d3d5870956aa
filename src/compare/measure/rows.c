/* rows: what was measured, kept, printed for machines, and summed up.

   One row is one cell of one round. Figures of different rounds, placements or
   sizes are never mixed; what is compared is compared within a round, under
   the same load, and only then the median over the rounds is taken: outside
   load comes and goes and spoils a mean, but seldom more than half of the
   rounds. */
#include "config.h"

#include "args.h"
#include "die.h"
#include "price.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct row *rows;
static int count, room;

struct row
row_of(const char *subject, const char *way, int round, int placement)
{
    return (struct row){.subject = subject,
                        .way = way,
                        .round = round,
                        .placement = placement,
                        .batch = -1,
                        .spin = -1,
                        .processes = -1,
                        .size = NAN,
                        .capacity = NAN,
                        .count = NAN,
                        .p50 = NAN,
                        .p90 = NAN,
                        .p99 = NAN,
                        .p999 = NAN,
                        .most = NAN,
                        .least = NAN,
                        .mean = NAN,
                        .per_second = NAN,
                        .bytes_per_second = NAN,
                        .cpu = NAN,
                        .voluntary = NAN,
                        .involuntary = NAN,
                        .wrong = NAN,
                        .share = NAN};
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The value below which SHARE of the sorted ones lie, between two of them in
   proportion. */
static double
quantile(const double *sorted, int n, double share)
{
    double at = share * (n - 1);
    int below = (int)at;

    if (n == 0)
        return NAN;
    if (below + 1 >= n)
        return sorted[n - 1];
    return sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
}

void
row_samples(struct row *row)
{
    double *sample = cell->sample, sum = 0;
    int n = cell->samples;

    qsort(sample, (size_t)n, sizeof *sample, by_size);
    for (int i = 0; i < n; i++)
        sum += sample[i];
    row->count = n;
    row->p50 = quantile(sample, n, 0.5);
    row->p90 = quantile(sample, n, 0.9);
    row->p99 = quantile(sample, n, 0.99);
    row->p999 = quantile(sample, n, 0.999);
    row->least = quantile(sample, n, 0);
    row->most = quantile(sample, n, 1);
    row->mean = n > 0 ? sum / n : NAN;
}

void
row_used(struct row *row, int sides, double per)
{
    row->cpu = row->voluntary = row->involuntary = 0;
    for (int side = 0; side < sides; side++) {
        row->cpu += cell->used[side].cpu * 1e9 / per;
        row->voluntary += (double)cell->used[side].voluntary / per;
        row->involuntary += (double)cell->used[side].involuntary / per;
    }
}

/* ---- For machines ------------------------------------------------------- */

/* The load of the last minute, and for how long since the beginning somebody
   else's virtual machine had our CPUs, in seconds: figures with much of either
   are worth less. */
static double
load_now(void)
{
    double load;

    return getloadavg(&load, 1) == 1 ? load : NAN;
}

static double
steal_now(void)
{
    FILE *file = fopen("/proc/stat", "re");
    static double first = -1;
    double ticks = NAN;

    if (file == NULL)
        return NAN;
    if (fscanf(file, "cpu %*f %*f %*f %*f %*f %*f %*f %lf", &ticks) != 1)
        ticks = NAN;
    fclose(file);
    if (first < 0)
        first = ticks;
    return (ticks - first) / (double)sysconf(_SC_CLK_TCK);
}

/* One value of a line; what is not known is nothing, null in JSON. */
static void
print_number(const char *name, double value, int digits)
{
    if (asked.format == JSON)
        printf(", \"%s\": ", name);
    else
        printf(",");
    if (!isnan(value))
        printf("%.*f", digits, value);
    else if (asked.format == JSON)
        printf("null");
}

static void
print_text(const char *name, const char *text)
{
    if (asked.format == JSON)
        printf("%s\"%s\": \"%s\"", strcmp(name, "subject") == 0 ? "" : ", ",
               name, text);
    else
        printf("%s%s", strcmp(name, "subject") == 0 ? "" : ",", text);
}

static const char *const columns =
    "subject,way,placement,cpus,cores,round,size,capacity,batch,spin,"
    "processes,count,p50_ns,p90_ns,p99_ns,p999_ns,max_ns,min_ns,mean_ns,"
    "per_second,bytes_per_second,cpu_ns,voluntary,involuntary,wrong,share,"
    "load,steal";

static double
or_none(int number)
{
    return number < 0 ? NAN : number;
}

static void
print_for_machines(const struct row *row)
{
    char cpus[24] = "", cores[24] = "";

    if (row->placement >= 0) {
        int a = place_cpu((enum placement)row->placement, 0);
        int b = place_cpu((enum placement)row->placement, 1);
        snprintf(cpus, sizeof cpus, "%d+%d", a, b);
        snprintf(cores, sizeof cores, "%d+%d", place_core(a), place_core(b));
    }
    if (asked.format == CSV && count == 1)
        printf("%s\n", columns);
    if (asked.format == JSON)
        printf("%s{", count == 1 ? "[\n" : ",\n");
    print_text("subject", row->subject);
    print_text("way", row->way);
    print_text("placement", row->placement < 0
                                ? ""
                                : place_name((enum placement)row->placement));
    print_text("cpus", cpus);
    print_text("cores", cores);
    print_number("round", row->round, 0);
    print_number("size", row->size, 0);
    print_number("capacity", row->capacity, 0);
    print_number("batch", or_none(row->batch), 0);
    print_number("spin", or_none(row->spin), 0);
    print_number("processes", or_none(row->processes), 0);
    print_number("count", row->count, 2);
    print_number("p50_ns", row->p50, 1);
    print_number("p90_ns", row->p90, 1);
    print_number("p99_ns", row->p99, 1);
    print_number("p999_ns", row->p999, 1);
    print_number("max_ns", row->most, 1);
    print_number("min_ns", row->least, 1);
    print_number("mean_ns", row->mean, 2);
    print_number("per_second", row->per_second, 1);
    print_number("bytes_per_second", row->bytes_per_second, 0);
    print_number("cpu_ns", row->cpu, 1);
    print_number("voluntary", row->voluntary, 4);
    print_number("involuntary", row->involuntary, 4);
    print_number("wrong", row->wrong, 0);
    print_number("share", row->share, 3);
    print_number("load", load_now(), 2);
    print_number("steal", steal_now(), 2);
    printf(asked.format == JSON ? "}" : "\n");
    if (fflush(stdout) == EOF)
        die("write to standard output");
}

void
rows_end(void)
{
    if (args_quiet())
        return;
    if (asked.format == JSON)
        printf(count == 0 ? "[]\n" : "\n]\n");
    else if (asked.format == CSV && count == 0)
        printf("%s\n", columns);
    if (fflush(stdout) == EOF)
        die("write to standard output");
}

void
row_add(const struct row *row)
{
    if (count == room) {
        struct row *more =
            realloc(rows, (size_t)(room += 1024) * sizeof *more);
        if (more == NULL)
            die("realloc %d rows", room);
        rows = more;
    }
    rows[count++] = *row;
    if (asked.format != TABLE && !args_quiet())
        print_for_machines(row);
}

bool
rows_have(const char *subject)
{
    for (int i = 0; i < count; i++)
        if (strcmp(rows[i].subject, subject) == 0)
            return true;
    return false;
}

int
rows_count(void)
{
    return count;
}

/* ---- Left out ----------------------------------------------------------- */

static int left_out;

int
rows_missing(void)
{
    return left_out;
}

void
row_missing(const char *subject, const char *way, const char *why)
{
    static struct {
        const char *subject, *way;
        char why[80];
    } said[128];
    static int known;

    for (int i = 0; i < known; i++)
        if (strcmp(said[i].subject, subject) == 0 &&
            strcmp(said[i].way, way) == 0 && strcmp(said[i].why, why) == 0)
            return;
    left_out++;
    fprintf(stderr, "price: %s: %s is left out: %s\n", subject, way, why);
    if (known == (int)(sizeof said / sizeof *said))
        return;
    said[known].subject = subject;
    said[known].way = way;
    snprintf(said[known++].why, sizeof said->why, "%s", why);
}

/* ---- Summed up ---------------------------------------------------------- */

double
row_p50(const struct row *row)
{
    return row->p50;
}

double
row_p99(const struct row *row)
{
    return row->p99;
}

double
row_mean(const struct row *row)
{
    return row->mean;
}

double
row_bytes(const struct row *row)
{
    return row->bytes_per_second;
}

double
row_cpu(const struct row *row)
{
    return row->cpu;
}

double
row_sleeps(const struct row *row)
{
    return row->voluntary;
}

double
row_count(const struct row *row)
{
    return row->count;
}

double
row_capacity(const struct row *row)
{
    return row->capacity;
}

double
row_wrong(const struct row *row)
{
    return row->wrong;
}

double
row_share(const struct row *row)
{
    return row->share;
}

static bool
matches(const struct row *row, const struct row_key *key)
{
    return strcmp(row->subject, key->subject) == 0 &&
           strcmp(row->way, key->way) == 0 &&
           (key->placement < 0 || row->placement == key->placement) &&
           (key->processes <= 0 || row->processes == key->processes) &&
           (isnan(key->size) || row->size == key->size);
}

static struct spread
spread_of(double *value, int n)
{
    qsort(value, (size_t)n, sizeof *value, by_size);
    return (struct spread){.count = n,
                           .median = quantile(value, n, 0.5),
                           .low = quantile(value, n, 0.25),
                           .high = quantile(value, n, 0.75),
                           .most = quantile(value, n, 1)};
}

struct spread
row_spread(const struct row_key *key, row_figure *figure)
{
    double value[ROUNDS_MOST] = {0};
    int n = 0;

    for (int i = 0; i < count && n < ROUNDS_MOST; i++)
        if (matches(&rows[i], key) && !isnan(figure(&rows[i])))
            value[n++] = figure(&rows[i]);
    return spread_of(value, n);
}

struct spread
row_ratio(const struct row_key *key, const char *base, row_figure *figure)
{
    struct row_key other = *key;
    double value[ROUNDS_MOST] = {0};
    int n = 0;

    other.way = base;
    for (int i = 0; i < count; i++) {
        double of = figure(&rows[i]);
        if (!matches(&rows[i], key) || isnan(of))
            continue;
        for (int j = 0; j < count && n < ROUNDS_MOST; j++)
            if (matches(&rows[j], &other) && rows[j].round == rows[i].round &&
                !isnan(figure(&rows[j])))
                value[n++] = figure(&rows[j]) / of;
    }
    return spread_of(value, n);
}

/* ---- For people --------------------------------------------------------- */

char *
row_time(char *text, size_t size, double ns)
{
    if (isnan(ns))
        snprintf(text, size, "-");
    else if (ns < 1000)
        snprintf(text, size, ns < 10 ? "%.1f ns" : "%.0f ns", ns);
    else if (ns < 1e6)
        snprintf(text, size, ns < 1e4 ? "%.2f us" : "%.1f us", ns / 1e3);
    else
        snprintf(text, size, "%.2f ms", ns / 1e6);
    return text;
}

char *
row_ratio_text(char *text, size_t size, const struct spread *ratio)
{
    if (ratio->count == 0)
        snprintf(text, size, "%9s", "-");
    else if (ratio->median < 0.01)
        snprintf(text, size, "%8.1gx", ratio->median);
    else
        snprintf(text, size, "%8.2fx  %.2f-%.2f", ratio->median, ratio->low,
                 ratio->high);
    return text;
}

char *
row_rate(char *text, size_t size, double bytes_per_second)
{
    if (isnan(bytes_per_second))
        snprintf(text, size, "-");
    else if (bytes_per_second < 1e9)
        snprintf(text, size, "%.0f MB/s", bytes_per_second / 1e6);
    else
        snprintf(text, size, "%.2f GB/s", bytes_per_second / 1e9);
    return text;
}

char *
row_bytes_text(char *text, size_t size, double bytes)
{
    static const char units[] = " KMG";
    int unit = 0;

    for (; unit < 3 && bytes >= 1024 && fmod(bytes, 1024) == 0; unit++)
        bytes /= 1024;
    snprintf(text, size, unit == 0 ? "%.0f B" : "%.0f %ciB", bytes,
             units[unit]);
    return text;
}
