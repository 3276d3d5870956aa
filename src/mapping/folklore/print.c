/* claims: one line a row, for people or for scripts. */
#include "config.h"

#include "args.h"
#include "claims.h"
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WIDE = 76, INDENT = 5 };

static const struct claims_how *how;
static int says_width, posix_width; /* of the columns; verdicts have 9 */

DIE_PRINTF(1, 2)
static void
print(const char *format, ...)
{
    char line[2048];
    va_list arguments;
    int n;

    if (args_quiet())
        return;
    va_start(arguments, format);
    n = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (n >= (int)sizeof line)
        n = sizeof line - 1;
    if (say_write(STDOUT_FILENO, line, (size_t)n) == -1)
        die("write to standard output");
}

static int
longest(int least, const char *text)
{
    int length = (int)strlen(text);

    return length > least ? length : least;
}

void
claims_print_head(const struct claim *const *rows, int count,
                  const struct claims_how *chosen)
{
    how = chosen;
    says_width = longest(0, "claim");
    posix_width = longest(0, "POSIX");
    for (int i = 0; i < count; i++) {
        says_width = longest(says_width, rows[i]->says);
        posix_width = longest(posix_width, rows[i]->posix);
    }
    if (how->tsv)
        print("number\tarticles\tclaim\tposix\texpected\tseen\tverdict\t"
              "result\twhy\n");
    else
        print("  #  %-*s  %-*s  %-9s  here\n", says_width, "claim",
              posix_width, "POSIX", "verdict");
}

/* TEXT as a paragraph, each line indented and at most WIDE bytes wide. */
static void
print_paragraph(const char *text)
{
    while (*text != '\0') {
        size_t room = WIDE - INDENT, length = strlen(text);

        if (length > room) {
            length = room;
            while (length > 0 && text[length] != ' ')
                length--;
            if (length == 0)
                length = room;
        }
        print("%*s%.*s\n", INDENT, "", (int)length, text);
        text += length;
        while (*text == ' ')
            text++;
    }
}

void
claims_print(const struct claim *row, enum claims_result result,
             const char *seen)
{
    static const char *const results[] = {"ok", "skipped", "not"};

    if (how->tsv) {
        print("%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", row->number,
              row->articles, row->says, row->posix, row->expected, seen,
              row->verdict, results[result], row->why);
        return;
    }
    print("%3d  %-*s  %-*s  %-9s  %s%s\n", row->number, says_width, row->says,
          posix_width, row->posix, row->verdict,
          result == CLAIMS_NOT ? "NOT AS EXPECTED: " : "", seen);
    if (how->verbose)
        print_paragraph(row->why);
}

void
claims_print_tail(const int counts[3])
{
    int all = counts[0] + counts[1] + counts[2];

    if (!how->tsv)
        print("%d %s: %d as expected, %d skipped, %d not\n", all,
              all == 1 ? "row" : "rows", counts[CLAIMS_AS_EXPECTED],
              counts[CLAIMS_SKIPPED], counts[CLAIMS_NOT]);
}
