/* claims: the folklore about mmap and fork, checked. Five popular articles
   (S0 to S4) make the claims 1 to 70; "beyond" are 30 more about what they
   leave out. Each is provoked here, in a process of its own.

   Look at the column "here": it is what this run saw, nothing in it is known
   beforehand; the verdict is on the claim. Where a row ends otherwise than its
   table expects, the exit status is 1: your system differs from those that the
   suite was written on. To break it, change what a row in folklore/ expects,
   or what its probe does. A row that cannot be tried here says what it needs,
   and is skipped.

     $ claims --verbose 47
       #  claim                             POSIX  verdict    here
      47  descriptor -1 makes it anonymous  EBADF  false      fd -1: EBADF
          It is the flag that does it.
     1 row: 1 as expected, 0 skipped, 0 not

   See also: mmap(2), shm_open(3); POSIX, mmap(), APPLICATION USAGE. Next:
   process/reap.c, what else fork copies. */
#include "config.h"

#include "args.h"
#include "folklore/claims.h"

#include <string.h>

/* Each theme is a file in folklore/: probes, and the rows they belong to. */
static const struct claim *const themes[] = {
    claims_arguments,   claims_lengths,      claims_anonymous,
    claims_sharing,     claims_files,        claims_errors,
    claims_ends,        claims_limits,       claims_shm,
    claims_names,       claims_beyond_ends,  claims_beyond_files,
    claims_beyond_fork, claims_beyond_calls,
};
enum { THEMES = sizeof themes / sizeof *themes, ROWS = 100, OPERANDS = 64 };

static const char *article, *format = "text";
static bool verbose;

static const struct args about = {
    .name = "claims",
    .idea = "The folklore about mmap and fork: each claim provoked, beside "
            "what happened.",
    .operands = "[ROW...]",
    .most = OPERANDS,
    .options = {ARGS_WORD("article", "S0|S1|S2|S3|S4|beyond", &article,
                          "only the claims of this article"),
                ARGS_WORD("format", "text|tsv", &format,
                          "tsv: columns with tabs between them, a title each"),
                ARGS_FLAG("verbose", &verbose, "say below each row why")},
};

static const struct claim *
find(int number)
{
    for (int theme = 0; theme < THEMES; theme++)
        for (const struct claim *row = themes[theme]; row->number != 0; row++)
            if (row->number == number)
                return row;
    die_promise("expected a row %d, seen: none", number);
}

/* Was this row asked for? Without any wish, all are. */
static bool
wanted(const struct claim *row)
{
    if (article != NULL && strstr(row->articles, article) == NULL)
        return false;
    for (int i = 0; i < args_operands(); i++)
        if (args_number("ROW", args_operand(i), 1, ROWS) == row->number)
            return true;
    return args_operands() == 0;
}

int
main(int argc, char **argv)
{
    struct claims_how how = {0};
    const struct claim *rows[ROWS];
    int count = 0;

    args_parse(&about, argc, argv);
    how.tsv = strcmp(format, "tsv") == 0;
    how.verbose = verbose;
    for (int i = 0; i < args_operands(); i++)
        args_number("ROW", args_operand(i), 1, ROWS);
    for (int number = 1; number <= ROWS; number++)
        if (wanted(find(number)))
            rows[count++] = find(number);
    if (count == 0)
        args_wrong("article %s does not claim that", article);
    return claims_run(rows, count, &how);
}
