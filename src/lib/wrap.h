/* wrap: text in lines that fit a terminal. */
#ifndef MAPFORK_WRAP_H
#define MAPFORK_WRAP_H

#include <stdio.h>

/* Write TEXT, words with one blank between them, to TO in lines of at most 79
   columns, each with INDENT blanks in front. A word that is longer has a line
   of its own. Whoever cares looks at ferror(TO). */
void wrap(FILE *to, int indent, const char *text);

#endif
