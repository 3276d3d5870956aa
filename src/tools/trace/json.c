/* json: texts as JSON, wherever they come from. */
#include "config.h"

#include "trace.h"

/* How many bytes of TEXT are one character of UTF-8; 0: it is none. */
static int
utf8(const unsigned char *text)
{
    int more = *text < 0x80                    ? 0
               : *text >= 0xc2 && *text < 0xe0 ? 1
               : *text >= 0xe0 && *text < 0xf0 ? 2
               : *text >= 0xf0 && *text < 0xf5 ? 3
                                               : -1;

    for (int i = 1; i <= more; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return more + 1;
}

/* The model stands in a <script> of the page, which "</script>" would end: so
   no < is left as it is. Bytes that are no UTF-8 become a question mark. */
void
json_text(FILE *to, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    putc('"', to);
    while (*at != '\0') {
        int length = utf8(at);
        if (length == 0) {
            putc('?', to);
            length = 1;
        } else if (*at == '"' || *at == '\\')
            fprintf(to, "\\%c", *at);
        else if (*at < 0x20 || *at == '<' || *at == 0x7f)
            fprintf(to, "\\u%04x", *at);
        else
            fwrite(at, 1, (size_t)length, to);
        at += length;
    }
    putc('"', to);
}
