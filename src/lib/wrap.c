/* wrap: see wrap.h. */
#include "config.h"

#include "wrap.h"

#include <string.h>

enum { WIDTH = 79 };

void
wrap(FILE *to, int indent, const char *text)
{
    int column = 0;

    while (*text != '\0') {
        int word = (int)strcspn(text, " ");
        if (column > 0 && column + 1 + word > WIDTH) {
            fputs("\n", to);
            column = 0;
        }
        column += column == 0 ? fprintf(to, "%*s%.*s", indent, "", word, text)
                              : fprintf(to, " %.*s", word, text);
        text += word + (text[word] == ' ');
    }
    fputs("\n", to);
}
