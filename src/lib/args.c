/* args: the command line that all programs of the suite share. */
#include "config.h"

#include "args.h"
#include "child.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct args *program;
static const char *broken; /* the name behind --break */
static enum region_backing backing = REGION_ANON;
static const char *backing_word = "anon";
static long long deadline;
static bool quiet;
static char **operands;
static int operand_count;

/* The switches that every program takes, in the form of its own ones. */
static const struct args_option backing_option =
    ARGS_WORD("backing", "anon|zero", &backing_word,
              "the memory: anonymous (the default) or /dev/zero");
static const struct args_option deadline_option =
    ARGS_NUMBER("deadline", "SECONDS", &deadline, 0, 86400,
                "end everything after so long, 0: never");
static const struct args_option quiet_option = ARGS_FLAG(
    "quiet", &quiet, "print nothing but errors; the exit status tells");

enum { OPTIONS_MOST = 16, DESCRIPTORS = 256 };

/* All the switches of this program, with a number each for getopt_long. */
static const struct args_option *options[OPTIONS_MOST];
static int option_count;

static bool
has_breaks(void)
{
    return program->breaks[0].name != NULL;
}

static void
print_usage(FILE *to)
{
    fprintf(to, "usage: %s", program->name);
    for (int i = 0; i < option_count; i++)
        fprintf(to, " [--%s%s%s]", options[i]->name,
                options[i]->value != NULL ? "=" : "",
                options[i]->value != NULL ? options[i]->value : "");
    if (has_breaks())
        fprintf(to, " [--break=NAME]");
    if (program->operands != NULL)
        fprintf(to, " %s", program->operands);
    fprintf(to, "\n");
}

void
args_wrong(const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s: ", program->name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    print_usage(stderr);
    die_leave(EXIT_USAGE);
}

/* One line of the help: the switch, and what it does beginning in the same
   column for all of them. */
static void
print_switch(const char *name, const char *value, const char *does)
{
    char left[80];

    snprintf(left, sizeof left, "--%s%s%s", name, value != NULL ? "=" : "",
             value != NULL ? value : "");
    printf("  %-24s%s%s\n", left,
           strlen(left) < 24 ? " " : "\n                           ", does);
}

/* What went to stdout through stdio must have arrived (a full disk). */
static _Noreturn void
leave_after_output(void)
{
    if (fflush(stdout) == EOF || ferror(stdout))
        die("write to standard output");
    exit(EXIT_HELD);
}

static _Noreturn void
print_help(void)
{
    print_usage(stdout);
    printf("\n%s\n", program->idea);
    if (has_breaks())
        printf("\nThe same program with one mistake:\n");
    for (const struct args_break *b = program->breaks; b->name != NULL; b++)
        print_switch("break", b->name, b->does);
    printf("\nSwitches:\n");
    for (int i = 0; i < option_count; i++)
        print_switch(options[i]->name, options[i]->value, options[i]->does);
    print_switch("help", NULL, "print this");
    print_switch("version", NULL, "print the version");
    printf("\n"
           "Exit status: 0 what it promises held (with --break: the failure "
           "was seen),\n"
           "1 it did not, 2 wrong command line, 3 a system call failed, "
           "77 this system\n"
           "lacks what it needs; killed by SIGINT or SIGTERM: by that "
           "signal.\n");
    leave_after_output();
}

static _Noreturn void
print_version(void)
{
    printf("%s (%s) %s\n", program->name, PACKAGE_NAME, PACKAGE_VERSION);
    leave_after_output();
}

/* WHAT is "--rounds" or the name of an operand. */
long long
args_number(const char *what, const char *text, long long least,
            long long most)
{
    static const char suffixes[] = "KMG";
    char *end;
    long long number, factor = 1;
    const char *suffix;

    errno = 0;
    number = strtoll(text, &end, 10);
    if (end != text && *end != '\0' &&
        (suffix = strchr(suffixes, *end)) != NULL) {
        factor = 1LL << (10 * (suffix - suffixes + 1));
        end++;
    }
    if (end == text || *end != '\0')
        args_wrong("%s: '%s' is not a number; give one from %lld to %lld",
                   what, text, least, most);
    /* First whether the product exists at all: overflow is undefined. */
    if (errno == ERANGE || number > LLONG_MAX / factor ||
        number < LLONG_MIN / factor || number * factor > most ||
        number * factor < least)
        args_wrong("%s: %s is out of range; give a number from %lld to %lld",
                   what, text, least, most);
    return number * factor;
}

static void
take_number(const struct args_option *option, const char *text)
{
    char what[64];

    snprintf(what, sizeof what, "--%s", option->name);
    *option->number = args_number(what, text, option->least, option->most);
}

static void
take_word(const struct args_option *option, const char *text)
{
    const char *word = option->value;
    size_t length = strlen(text);

    if (strchr(word, '|') == NULL) {
        *option->word = text;
        return;
    }
    for (; word != NULL; word = strchr(word, '|')) {
        word += *word == '|';
        if (strcspn(word, "|") == length && strncmp(word, text, length) == 0) {
            *option->word = text;
            return;
        }
    }
    args_wrong("--%s: '%s' is unknown; give %s", option->name, text,
               option->value);
}

static void
take_break(const char *name)
{
    char known[256] = "";

    if (broken != NULL)
        args_wrong("--break was given twice; make one mistake at a time");
    for (const struct args_break *b = program->breaks; b->name != NULL; b++) {
        if (strcmp(b->name, name) == 0) {
            broken = b->name;
            return;
        }
        if (b != program->breaks)
            strncat(known, ", ", sizeof known - strlen(known) - 1);
        strncat(known, b->name, sizeof known - strlen(known) - 1);
    }
    args_wrong("--break: '%s' is unknown; give one of: %s", name, known);
}

/* getopt_long refused the word before optind; OPTOPT is the letter of a short
   option, the number of a long one whose value is wrong, or 0. */
static _Noreturn void
refuse(int result, char **argv, int first_long)
{
    if (result == ':')
        args_wrong("%s needs a value", argv[optind - 1]);
    if (optopt >= first_long)
        args_wrong("%s: this switch takes no value", argv[optind - 1]);
    if (optopt != 0)
        args_wrong("unknown switch '-%c'; see '%s --help'", optopt,
                   program->name);
    args_wrong("unknown switch '%s'; see '%s --help'", argv[optind - 1],
               program->name);
}

static void
read_switches(int argc, char **argv)
{
    enum { OWN = 256, TO_HELP = 512, TO_VERSION, TO_BREAK };
    struct option table[OPTIONS_MOST + 4] = {{0}};
    int result, n = 0;

    for (int i = 0; i < option_count; i++)
        table[n++] = (struct option){
            options[i]->name,
            options[i]->value != NULL ? required_argument : no_argument, NULL,
            OWN + i};
    table[n++] = (struct option){"help", no_argument, NULL, TO_HELP};
    table[n++] = (struct option){"version", no_argument, NULL, TO_VERSION};
    if (has_breaks())
        table[n++] =
            (struct option){"break", required_argument, NULL, TO_BREAK};
    opterr = 0;
    while ((result = getopt_long(argc, argv, ":", table, NULL)) != -1) {
        if (result == TO_HELP) {
            print_help();
        } else if (result == TO_VERSION) {
            print_version();
        } else if (result == TO_BREAK) {
            take_break(optarg);
        } else if (result >= OWN) {
            const struct args_option *option = options[result - OWN];
            if (option->flag != NULL)
                *option->flag = true;
            else if (option->number != NULL)
                take_number(option, optarg);
            else
                take_word(option, optarg);
        } else {
            refuse(result, argv, OWN);
        }
    }
    operands = argv + optind;
    operand_count = argc - optind;
    if (operand_count > 0 && program->operands == NULL)
        args_wrong("'%s': no operands are taken; see '%s --help'", operands[0],
                   program->name);
    if (operand_count < program->least)
        args_wrong("an operand is missing; give %s", program->operands);
    if (program->operands != NULL && operand_count > program->most)
        args_wrong("'%s': one operand too many; give %s",
                   operands[program->most], program->operands);
}

/* ---- The rules of the house --------------------------------------------- */

/* The descriptors that were open when the program began: whoever started it
   may have left it some. */
static bool open_at_start[DESCRIPTORS];

static bool
is_open(int fd)
{
    return fcntl(fd, F_GETFD) != -1;
}

/* The same of all, by one system call, lest strace(1) show 256 of them: poll
   marks those that are not open. False where it cannot say. */
static bool
look_at_all(bool *is_open)
{
    struct pollfd fds[DESCRIPTORS];
    long most = sysconf(_SC_OPEN_MAX); /* poll takes no more */

    if (most < 0 || most > DESCRIPTORS)
        most = DESCRIPTORS;
    for (int fd = 0; fd < most; fd++)
        fds[fd] = (struct pollfd){.fd = fd};
    if (poll(fds, (nfds_t)most, 0) == -1)
        return false;
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        is_open[fd] = fd < most && (fds[fd].revents & POLLNVAL) == 0;
    return true;
}

static void
mend_standard_descriptors(void)
{
    if (!is_open(STDOUT_FILENO)) {
        errno = EBADF;
        die("standard output is closed");
    }
    /* open() takes the lowest free number, so this fills the gap. Opened for
       writing, so that a program that reads is told EBADF, as it should be. */
    if (!is_open(STDIN_FILENO) && open("/dev/null", O_WRONLY) == -1)
        die("open /dev/null in place of the closed standard input");
    if (!is_open(STDERR_FILENO) && open("/dev/null", O_WRONLY) == -1)
        exit(EXIT_SYSTEM);
}

/* A program that dies early has no time to tidy up; its one message must not
   be followed by another. A child that came here by exit() is checked, too. */
static void
look_for_open_descriptors(void)
{
    bool open_now[DESCRIPTORS];

    if (die_leaving() || !look_at_all(open_now))
        return;
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        if (open_now[fd] && !open_at_start[fd]) {
            dprintf(STDERR_FILENO, "%s: descriptor %d was left open\n",
                    program->name, fd);
            _exit(EXIT_SYSTEM);
        }
}

static void
keep_the_rules(void)
{
    sigset_t none;

    mend_standard_descriptors();
    if (look_at_all(open_at_start))
        atexit(look_for_open_descriptors);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

void
args_parse(const struct args *about, int argc, char **argv)
{
    program = about;
    die_name(about->name);
    keep_the_rules();
    for (const struct args_option *o = about->options; o->name != NULL; o++)
        options[option_count++] = o;
    if (about->maps)
        options[option_count++] = &backing_option;
    options[option_count++] = &deadline_option;
    options[option_count++] = &quiet_option;
    deadline = about->deadline == 0            ? 20
               : about->deadline == ARGS_NEVER ? 0
                                               : about->deadline;
    read_switches(argc, argv);
    backing = strcmp(backing_word, "zero") == 0 ? REGION_ZERO : REGION_ANON;
    say_quiet(quiet);
    child_deadline((unsigned)deadline);
}

bool
args_broken(const char *name)
{
    for (const struct args_break *b = program->breaks; b->name != NULL; b++)
        if (strcmp(b->name, name) == 0)
            return b->name == broken;
    die_code(EINVAL, "args_broken: no break '%s' is declared", name);
}

bool
args_any_break(void)
{
    return broken != NULL;
}

bool
args_quiet(void)
{
    return quiet;
}

enum region_backing
args_backing(void)
{
    return backing;
}

void *
args_map(size_t size, const char *what)
{
    struct region region = region_map(size, backing);

    say("%s in %s", what, region.from);
    return region.memory;
}

int
args_operands(void)
{
    return operand_count;
}

const char *
args_operand(int i)
{
    return i < operand_count ? operands[i] : NULL;
}

int
args_file(int i, int flags, mode_t mode, struct stat *status)
{
    const char *path = args_operand(i);
    int fd = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode);

    if (fd == -1)
        die("open %s", path);
    if (fstat(fd, status) == -1)
        die("fstat %s", path);
    if (!S_ISREG(status->st_mode))
        args_wrong("%s is not a regular file", path);
    return fd;
}

bool
args_remove(int i, const struct stat *status)
{
    const char *path = args_operand(i);
    struct stat named;

    return lstat(path, &named) == 0 && named.st_ino == status->st_ino &&
           named.st_dev == status->st_dev && unlink(path) == 0;
}
