/* places: which line of source, and which variable, an address of a traced
   program means.

   Each module is a session of libdw's own, begun when it is first asked. So a
   file that is not what it was cannot claim the addresses of another module,
   and modules may come at any time. What was found is copied out of the
   sessions: the texts that libdw gives lie in mapped files. */
#include "config.h"

#include "places.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if HAVE_LIBDW
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#endif

enum {
    CHAINS = 1024,        /* of answers, by hash */
    ARGUMENTS = 8,        /* of a call; the ones behind are not looked at */
    CALL_LINES = 20,      /* that a call goes over, at most */
    SOURCE_MOST = 1 << 24 /* bytes of a file that is read for one line */
};

/* Memory that lives as long as the places. */
struct kept {
    struct kept *next;
    max_align_t memory[];
};

struct module {
    struct module *next; /* older */
    char *path;
    uint64_t base, from, to;
    struct stat file;    /* as it was when the module came */
    bool known;          /* and file says so */
    bool opened;         /* was it tried? */
    struct debug *debug; /* NULL: nothing is known about it */
};

/* A call that begins in a line of source. */
struct call {
    struct call *next;
    const char *name;
    const char *argument[ARGUMENTS]; /* NULL: not there, or unclear */
};

/* What was found about an address: of a call, or of data, and then function
   is the variable's name. */
struct answer {
    struct place place; /* first: places_argument() goes from it to the rest */
    struct answer *next;
    const struct module *module;
    bool data;
    uint64_t within; /* the variable */
    struct call *calls;
};

struct places {
    struct module *modules; /* the newest first */
    struct kept *kept;
    struct answer *answers[CHAINS];
};

/* A line as the debug information has it. */
struct line {
    const char *file;
    const char *folder; /* where the compiler ran; NULL: not known */
    int number;
};

/* ---- Memory ------------------------------------------------------------- */

/* SIZE zeroed bytes, or NULL. */
static void *
keep(struct places *places, size_t size)
{
    struct kept *kept = calloc(1, sizeof *kept + size);

    if (kept == NULL)
        return NULL;
    kept->next = places->kept;
    places->kept = kept;
    return kept->memory;
}

static char *
keep_text(struct places *places, const char *text, size_t length)
{
    char *copy = keep(places, length + 1);

    return copy != NULL ? memcpy(copy, text, length) : NULL;
}

/* ---- Debug information -------------------------------------------------- */

#if HAVE_LIBDW
struct debug {
    Dwfl *dwfl;
    Dwfl_Module *module;
};

/* libdw asks for these where a module was reported without its file, and for
   object files (.o). Neither is ours. */
static int
no_file(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
        char **path, Elf **elf)
{
    (void)module, (void)data, (void)name, (void)base, (void)path, (void)elf;
    return -1;
}

static int
no_section(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
           const char *section, GElf_Word index, const GElf_Shdr *header,
           Dwarf_Addr *address)
{
    (void)module, (void)data, (void)name, (void)base, (void)section;
    (void)index, (void)header, (void)address;
    return -1;
}

/* The usual search, by build ID and by name, ends with a question to the
   servers that this variable names: it may take minutes, and tells others
   what is traced here. There is no other way to leave it out. */
static int
find_on_disk(Dwfl_Module *module, void **data, const char *name,
             Dwarf_Addr base, const char *path, const char *link,
             GElf_Word sum, char **found)
{
    static const char variable[] = "DEBUGINFOD_URLS";
    const char *value = getenv(variable);
    char *servers = value != NULL ? strdup(value) : NULL;
    int fd;

    if (value != NULL && (servers == NULL || unsetenv(variable) == -1)) {
        free(servers);
        return -1;
    }
    fd = dwfl_standard_find_debuginfo(module, data, name, base, path, link,
                                      sum, found);
    if (servers != NULL)
        setenv(variable, servers, 1);
    free(servers);
    return fd;
}

static void
debug_close(struct debug *debug)
{
    if (debug != NULL)
        dwfl_end(debug->dwfl);
    free(debug);
}

/* Begin a session about this file; NULL: it is no program, or no memory. The
   descriptor is libdw's from then on. */
static struct debug *
debug_open(const char *path, int fd, uint64_t base)
{
    static const Dwfl_Callbacks callbacks = {.find_elf = no_file,
                                             .find_debuginfo = find_on_disk,
                                             .section_address = no_section};
    struct debug *debug = calloc(1, sizeof *debug);

    if (debug != NULL)
        debug->dwfl = dwfl_begin(&callbacks);
    if (debug == NULL || debug->dwfl == NULL) {
        close(fd);
        free(debug);
        return NULL;
    }
    debug->module = dwfl_report_elf(debug->dwfl, path, path, fd, base, true);
    if (debug->module == NULL)
        close(fd);
    if (dwfl_report_end(debug->dwfl, NULL, NULL) != 0 ||
        debug->module == NULL) {
        debug_close(debug);
        return NULL;
    }
    return debug;
}

/* The compilation unit of ADDRESS. Not every compiler writes the table from
   which libdw knows it (clang does not): then each unit is asked. */
static Dwarf_Die *
unit_at(Dwfl_Module *module, uint64_t address, Dwarf_Addr *bias)
{
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, bias);

    if (unit != NULL)
        return unit;
    while ((unit = dwfl_module_nextcu(module, unit, bias)) != NULL)
        if (dwarf_haspc(unit, address - *bias) > 0)
            return unit;
    return NULL;
}

/* The line of ADDRESS. Its texts are libdw's. */
static bool
debug_line(struct debug *debug, uint64_t address, struct line *line)
{
    Dwarf_Addr bias = 0;
    Dwarf_Die *unit = unit_at(debug->module, address, &bias);
    Dwarf_Line *found;
    Dwarf_Attribute folder;

    if (unit == NULL)
        return false;
    found = dwarf_getsrc_die(unit, address - bias);
    if (found == NULL || dwarf_lineno(found, &line->number) != 0 ||
        line->number <= 0)
        return false;
    line->file = dwarf_linesrc(found, NULL, NULL);
    line->folder = NULL;
    if (dwarf_attr(unit, DW_AT_comp_dir, &folder) != NULL)
        line->folder = dwarf_formstring(&folder);
    return line->file != NULL;
}

/* The name of the symbol that holds ADDRESS, a variable (DATA) or a function,
   and how far behind its beginning the address is; NULL: none. libdw knows
   the nearest symbol also of what lies in a gap. */
static const char *
debug_symbol(struct debug *debug, uint64_t address, bool data,
             uint64_t *within)
{
    GElf_Sym symbol;
    GElf_Off offset = 0;
    const char *name = dwfl_module_addrinfo(debug->module, address, &offset,
                                            &symbol, NULL, NULL, NULL);
    int type;

    if (name == NULL || *name == '\0')
        return NULL;
    type = GELF_ST_TYPE(symbol.st_info);
    *within = offset;
    if (data)
        return (type == STT_OBJECT || type == STT_COMMON) &&
                       offset < symbol.st_size
                   ? name
                   : NULL;
    /* What was written in assembly often has no size and no type. */
    return type != STT_OBJECT && type != STT_COMMON &&
                   (offset < symbol.st_size || symbol.st_size == 0)
               ? name
               : NULL;
}
#else
static void
debug_close(struct debug *debug)
{
    (void)debug;
}

static struct debug *
debug_open(const char *path, int fd, uint64_t base)
{
    (void)path, (void)base;
    close(fd);
    return NULL;
}

static bool
debug_line(struct debug *debug, uint64_t address, struct line *line)
{
    (void)debug, (void)address, (void)line;
    return false;
}

static const char *
debug_symbol(struct debug *debug, uint64_t address, bool data,
             uint64_t *within)
{
    (void)debug, (void)address, (void)data, (void)within;
    return NULL;
}
#endif

/* ---- Modules ------------------------------------------------------------ */

struct places *
places_new(void)
{
    return calloc(1, sizeof(struct places));
}

void
places_free(struct places *places)
{
    if (places == NULL)
        return;
    for (struct module *module = places->modules; module != NULL;
         module = module->next)
        debug_close(module->debug);
    for (struct kept *kept = places->kept, *next; kept != NULL; kept = next) {
        next = kept->next;
        free(kept);
    }
    free(places);
}

bool
places_module(struct places *places, const char *path, uint64_t base,
              uint64_t from, uint64_t to)
{
    struct module *module = places->modules;

    for (; module != NULL; module = module->next) {
        if (module->from == from && module->to == to && module->base == base &&
            strcmp(module->path, path) == 0)
            return true;
        /* An equal one behind a newer one that hides it is new again. */
        if (module->from < to && from < module->to)
            break;
    }
    if (to <= from)
        return false;
    module = keep(places, sizeof *module);
    if (module == NULL)
        return false;
    module->path = keep_text(places, path, strlen(path));
    if (module->path == NULL)
        return false;
    module->base = base;
    module->from = from;
    module->to = to;
    module->known = stat(path, &module->file) == 0;
    module->next = places->modules;
    places->modules = module;
    return true;
}

static struct module *
module_at(const struct places *places, uint64_t address)
{
    struct module *module = places->modules;

    while (module != NULL && (address < module->from || address >= module->to))
        module = module->next;
    return module;
}

static bool
newer(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec != b->st_mtim.tv_sec
               ? a->st_mtim.tv_sec > b->st_mtim.tv_sec
               : a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool
same_content(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && !newer(a, b) && !newer(b, a);
}

/* Open a file for reading if it is a regular one: others may block or do
   something. A name may change between the two looks at it; O_NONBLOCK is for
   that. */
static int
open_regular(const char *path, struct stat *file)
{
    int fd;

    if (stat(path, file) == -1 || !S_ISREG(file->st_mode))
        return -1;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd != -1 && (fstat(fd, file) == -1 || !S_ISREG(file->st_mode))) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The module's debug information, or NULL. It must be of the file that the
   program was loaded from. A file of another build in its place would tell of
   other lines; the old one, once opened, is still there. But one that was
   written over is neither, and libdw has it mapped: who reads where a file no
   longer is gets SIGBUS. */
static struct debug *
debug_of(struct module *module)
{
    struct stat now;
    int fd;

    if (!module->known)
        return NULL;
    if (!module->opened) {
        module->opened = true;
        fd = open_regular(module->path, &now);
        if (fd == -1)
            return NULL;
        if (!same_file(&now, &module->file) ||
            !same_content(&now, &module->file)) {
            close(fd);
            return NULL;
        }
        module->debug = debug_open(module->path, fd, module->base);
        return module->debug;
    }
    if (stat(module->path, &now) == 0 && same_file(&now, &module->file) &&
        !same_content(&now, &module->file))
        return NULL;
    return module->debug;
}

/* ---- Tokens of C -------------------------------------------------------- */

static bool
in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool
is_blank(char c)
{
    return isspace((unsigned char)c);
}

static bool
is_comment(const char *at)
{
    return at[0] == '/' && (at[1] == '*' || at[1] == '/');
}

/* Where the comment at AT ends. */
static const char *
end_of_comment(const char *at)
{
    const char *end;

    if (at[1] == '*') {
        end = strstr(at + 2, "*/");
        return end != NULL ? end + 2 : at + strlen(at);
    }
    while (*at != '\0' && *at != '\n')
        at += at[0] == '\\' && at[1] != '\0' ? 2 : 1;
    return at;
}

/* Where the string or the character constant at AT ends: with its line, too,
   if it does not end before (#error don't). */
static const char *
end_of_literal(const char *at)
{
    char quote = *at++;

    while (*at != '\0' && *at != '\n' && *at != quote)
        at += at[0] == '\\' && at[1] != '\0' ? 2 : 1;
    return *at == quote ? at + 1 : at;
}

/* Where the token at AT ends: a comment, a literal, a word or number, or one
   character. At the end of the text that is where it begins. */
static const char *
end_of_token(const char *at)
{
    bool number = isdigit((unsigned char)*at);

    if (is_comment(at))
        return end_of_comment(at);
    if (*at == '"' || *at == '\'')
        return end_of_literal(at);
    if (!in_word(*at))
        return at + (*at != '\0');
    /* 1'000 is one number in C23. */
    while (in_word(*at) || (number && *at == '\'' && in_word(at[1])))
        at++;
    return at;
}

/* +1 for what opens, -1 for what closes. */
static int
bracket(char c)
{
    if (c == '(' || c == '[' || c == '{')
        return 1;
    return c == ')' || c == ']' || c == '}' ? -1 : 0;
}

static const char *
skip_blanks(const char *at)
{
    while (is_blank(*at) || is_comment(at))
        at = is_comment(at) ? end_of_comment(at) : at + 1;
    return at;
}

/* ---- Calls in a line ---------------------------------------------------- */

/* The bracket that closes the call that is opened at OPEN; NULL: it is not
   near, or it depends on the preprocessor. */
static const char *
end_of_call(const char *open)
{
    int depth = 0, lines = 0;

    for (const char *at = open; *at != '\0'; at = end_of_token(at)) {
        depth += bracket(*at);
        if (depth == 0)
            return at;
        if (*at == '#' || *at == ';')
            return NULL;
        if (*at == '\n' && ++lines == CALL_LINES)
            return NULL;
    }
    return NULL;
}

/* An argument without what does not name the object. NULL: nothing left. */
static const char *
bare(const char *argument, char *end)
{
    if (end > argument && end[-1] == ' ')
        end--;
    *end = '\0';
    if (*argument == '&')
        argument += 1 + strspn(argument + 1, " ");
    return *argument != '\0' ? argument : NULL;
}

/* Write the arguments between OPEN and CLOSE into TO, which has as many bytes,
   each with one blank for all blanks, line ends and comments in a row. */
static void
split(struct call *call, const char *open, const char *close, char *to)
{
    const char *begin = to, *end;
    int count = 0, depth = 0;

    for (const char *at = open + 1; at < close && count < ARGUMENTS;
         at = end) {
        end = end_of_token(at);
        depth += bracket(*at);
        if (*at == ',' && depth == 0) {
            call->argument[count++] = bare(begin, to);
            begin = ++to;
        } else if (!is_blank(*at) && !is_comment(at)) {
            memcpy(to, at, (size_t)(end - at));
            to += end - at;
        } else if (to > begin && to[-1] != ' ') {
            *to++ = ' ';
        }
    }
    if (count < ARGUMENTS)
        call->argument[count] = bare(begin, to);
}

/* The words between AT and END that an opening bracket follows: calls, and
   some others (if, sizeof) that nobody will ask for. A call that goes on
   behind END is looked through to its end: of must( with its argument in the
   next line, all code may count as the first line's. */
static struct call *
calls_in(struct places *places, const char *at, const char *end)
{
    struct call *calls = NULL;

    for (const char *next; at < end && *at != '\0'; at = next) {
        const char *open, *close;
        struct call *call;
        char *to;

        next = end_of_token(at);
        open = skip_blanks(next);
        if (!in_word(*at) || *open != '(')
            continue;
        call = keep(places, sizeof *call);
        if (call == NULL)
            return NULL;
        call->name = keep_text(places, at, (size_t)(next - at));
        close = end_of_call(open);
        to = close != NULL ? keep(places, (size_t)(close - open)) : NULL;
        if (call->name == NULL)
            return NULL;
        if (to != NULL)
            split(call, open, close, to);
        if (close != NULL && close > end)
            end = close;
        call->next = calls;
        calls = call;
    }
    return calls;
}

/* The calls in the line from BEGIN to END. Whether it begins within a comment
   only the whole TEXT can tell. */
static struct call *
calls_of_line(struct places *places, const char *text, const char *begin,
              const char *end)
{
    const char *at = text;

    while (at < begin && *at != '\0')
        at = end_of_token(at);
    return calls_in(places, at, end);
}

static bool
is_call(const struct call *call, const char *name)
{
    if (name != NULL)
        return strcmp(call->name, name) == 0;
    return strncmp(call->name, "pthread_", 8) == 0 ||
           strncmp(call->name, "sem_", 4) == 0;
}

const char *
places_argument(const struct place *place, const char *call, int which)
{
    /* A place is the first member of its answer. */
    const struct answer *answer = (const struct answer *)(const void *)place;
    const char *found = NULL;

    if (which < 0 || which >= ARGUMENTS)
        return NULL;
    for (const struct call *at = answer->calls; at != NULL; at = at->next) {
        if (!is_call(at, call))
            continue;
        if (at->argument[which] == NULL ||
            (found != NULL && strcmp(found, at->argument[which]) != 0))
            return NULL;
        found = at->argument[which];
    }
    return found;
}

/* ---- Lines of source ---------------------------------------------------- */

/* The content of this file, with a zero byte behind it, to be freed; NULL: it
   cannot be read, or the lines in it need not be those that the program was
   made of. */
static char *
read_source(const char *path, const struct stat *module)
{
    struct stat file;
    int fd = open_regular(path, &file);
    size_t size, used = 0;
    ssize_t n = -1;
    char *text = NULL;

    if (fd == -1)
        return NULL;
    size = (size_t)file.st_size;
    if (!newer(&file, module) && file.st_size <= SOURCE_MOST)
        text = malloc(size + 1);
    while (text != NULL && used < size &&
           ((n = read(fd, text + used, size - used)) > 0 ||
            (n == -1 && errno == EINTR)))
        used += n > 0 ? (size_t)n : 0;
    close(fd);
    if (text != NULL)
        text[used] = '\0';
    return text;
}

/* The same, of the LENGTH bytes of a folder's name (which may end in a slash,
   or be none: this folder) and PATH. */
static char *
read_source_in(const char *folder, size_t length, const char *path,
               const struct stat *module)
{
    size_t size = length + strlen(path) + 2;
    char *joined, *text;

    joined = malloc(size);
    if (joined == NULL)
        return NULL;
    snprintf(joined, size, "%.*s%s%s", (int)length, folder,
             length > 0 ? "/" : "", path);
    text = read_source(joined, module);
    free(joined);
    return text;
}

/* The text of the line's file. It may have moved since, together with the
   program or with the folder in which all was compiled: hence its path from
   there is also tried here, and from the module's folder. libdw has already
   put the folder before most names. */
static char *
find_source(const struct module *module, const struct line *line)
{
    const char *path = line->file, *slash = strrchr(module->path, '/');
    size_t length = line->folder != NULL ? strlen(line->folder) : 0;
    char *text = NULL;

    if (length > 0 && strncmp(path, line->folder, length) == 0 &&
        path[length] == '/')
        path += length + 1;
    if (*line->file == '/')
        text = read_source(line->file, &module->file);
    else if (length > 0)
        text = read_source_in(line->folder, length, path, &module->file);
    if (*path == '/')
        return text;
    if (text == NULL)
        text = read_source(path, &module->file);
    if (text == NULL && slash != NULL)
        text = read_source_in(module->path, (size_t)(slash - module->path) + 1,
                              path, &module->file);
    return text;
}

/* Line NUMBER of TEXT, from 1, and in *END where it ends; NULL: there are not
   so many. */
static const char *
line_in(const char *text, int number, const char **end)
{
    for (; number > 1; number--) {
        text = strchr(text, '\n');
        if (text == NULL)
            return NULL;
        text++;
    }
    *end = text + strcspn(text, "\n");
    return *text != '\0' ? text : NULL;
}

/* A line trimmed, to be printed: what is no character is a blank. */
static const char *
trimmed(struct places *places, const char *begin, const char *end)
{
    char *copy;

    while (begin < end && is_blank(*begin))
        begin++;
    while (begin < end && is_blank(end[-1]))
        end--;
    copy = keep_text(places, begin, (size_t)(end - begin));
    for (char *at = copy; at != NULL && *at != '\0'; at++)
        if (iscntrl((unsigned char)*at))
            *at = ' ';
    return copy;
}

static void
add_line(struct places *places, struct answer *answer, const struct line *line)
{
    struct place *place = &answer->place;
    const char *begin, *end, *slash;
    char *text;

    place->file = keep_text(places, line->file, strlen(line->file));
    if (place->file == NULL)
        return;
    slash = strrchr(place->file, '/');
    place->name = slash != NULL ? slash + 1 : place->file;
    place->line = line->number;
    text = find_source(answer->module, line);
    if (text == NULL)
        return;
    begin = line_in(text, line->number, &end);
    if (begin != NULL) {
        place->source = trimmed(places, begin, end);
        answer->calls = calls_of_line(places, text, begin, end);
    }
    free(text);
}

/* ---- Answers ------------------------------------------------------------ */

/* Compilers call their parts of a function work.part.0, and a variable within
   one lock.1 or work.lock: no name in C has a dot. Versions of a symbol stand
   behind an at sign. */
static void
add_symbol(struct places *places, struct answer *answer, const char *name)
{
    size_t length = strcspn(name, ".@");

    if (answer->data && length > 0 && name[length] == '.' &&
        !isdigit((unsigned char)name[length + 1]) &&
        strncmp(name + length, ".lto_priv", 9) != 0) {
        name += length + 1;
        length = strcspn(name, ".@");
    }
    answer->place.function =
        keep_text(places, name, length > 0 ? length : strlen(name));
}

static void
look_up(struct places *places, struct module *module, struct answer *answer)
{
    uint64_t address = module->base + answer->place.offset;
    struct debug *debug = debug_of(module);
    struct line line;
    const char *name;

    if (debug == NULL)
        return;
    name = debug_symbol(debug, address, answer->data, &answer->within);
    if (name != NULL)
        add_symbol(places, answer, name);
    if (!answer->data && debug_line(debug, address, &line))
        add_line(places, answer, &line);
}

/* What is known about ADDRESS, from memory or, at the first time, from the
   module. NULL: in no module, or no memory. */
static struct answer *
answer_to(struct places *places, uint64_t address, bool data)
{
    struct module *module = module_at(places, address);
    struct answer *answer, **chain;
    uint64_t offset;

    if (module == NULL)
        return NULL;
    offset = address - module->base;
    chain = &places->answers[(offset ^ offset >> 10) % CHAINS];
    for (answer = *chain; answer != NULL; answer = answer->next)
        if (answer->module == module && answer->place.offset == offset &&
            answer->data == data)
            return answer;
    answer = keep(places, sizeof *answer);
    if (answer == NULL)
        return NULL;
    answer->module = module;
    answer->data = data;
    answer->place.module = module->path;
    answer->place.offset = offset;
    look_up(places, module, answer);
    answer->next = *chain;
    *chain = answer;
    return answer;
}

bool
places_of(struct places *places, uint64_t pc, const struct place **place)
{
    struct answer *answer;

    /* A call may be the last thing in its line, and even in its function:
       where it returns to may be another's. */
    answer = pc > 0 ? answer_to(places, pc - 1, false) : NULL;
    if (answer == NULL)
        return false;
    *place = &answer->place;
    return true;
}

bool
places_symbol(struct places *places, uint64_t address, const char **name,
              uint64_t *offset)
{
    struct answer *answer = answer_to(places, address, true);

    if (answer == NULL || answer->place.function == NULL)
        return false;
    *name = answer->place.function;
    *offset = answer->within;
    return true;
}
