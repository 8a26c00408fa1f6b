/* SPDX-License-Identifier: MIT */
/* option_rows: prints the options of parts for the manual, so that it cannot
 * differ from the source.
 *
 *     option_rows lines     NAME, type and default of each, tabs between
 *     option_rows members   items of a man page: what every class may have
 *     option_rows classes   the same: what single classes have
 *
 * `make docs` puts them into the pages (option_pages.awk), options.t compares.
 */
#include <ctype.h>
#include <palm.h>
#include <stdio.h>
#include <string.h>

static void
put_capital(const char *text)
{
    printf("%c%s", toupper((unsigned char)*text), text + 1);
}

/* "Number, at least 1" */
static void
put_type(const palm_option_t *row)
{
    const char *name = palm_option_kind_name(row->kind);
    bool is_duration = row->kind == PALM_OPTION_DURATION;
    bool is_number = is_duration || row->kind == PALM_OPTION_COUNT
                     || row->kind == PALM_OPTION_SIZE;
    put_capital(name);
    if (is_duration && row->least < 0) {
        fputs(" or never", stdout);
    } else if (is_number && row->least > 0) {
        printf(", at least %lld%s", (long long)row->least,
               is_duration ? "ms" : "");
    }
    fputs(row->is_needed ? "; needed" : "", stdout);
}

static const char *
default_of(const palm_option_t *row)
{
    return row->initial ? row->initial : "none";
}

static void
put_line(const palm_option_t *row, const char *scope)
{
    (void)scope;
    printf("%s\t", row->name);
    put_type(row);
    printf("\t%s\n", default_of(row));
}

static void
put_item(const palm_option_t *row, const char *scope)
{
    printf(".TP\n.B %s\n", row->name);
    put_type(row);
    fputs(".\n", stdout);
    if (scope) {
        put_capital(scope);
        printf(": %s", row->help);
    } else {
        put_capital(row->help);
    }
    printf(".\nDefault: %s.\n", default_of(row));
}

typedef void put_f(const palm_option_t *row, const char *scope);

static void
put_members(put_f *put)
{
    const palm_option_t *row;
    for (size_t i = 0; (row = palm_part_option_at(NULL, i)); i++) {
        put(row, row->scope);
    }
}

/* Classes that share their rows are one place. */
static bool
is_first(size_t index)
{
    const palm_option_t *options = palm_library_at(index)->options;
    for (size_t i = 0; i < index; i++) {
        if (palm_library_at(i)->options == options) {
            return false;
        }
    }
    return true;
}

/* The names of the classes from that one on that share its rows. */
static void
name_owners(size_t index, char *text, size_t size)
{
    const palm_part_class_t *first = palm_library_at(index), *class_;
    size_t used = 0;
    for (; (class_ = palm_library_at(index)); index++) {
        if (class_->options == first->options && used < size) {
            (void)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
                           class_->name);
            used = strlen(text);
        }
    }
}

static void
put_classes(put_f *put)
{
    const palm_part_class_t *class_;
    char owners[256];
    for (size_t k = 0; (class_ = palm_library_at(k)); k++) {
        const palm_option_t *row = is_first(k) ? class_->options : NULL;
        name_owners(k, owners, sizeof owners);
        for (; row && row->name; row++) {
            put(row, owners);
        }
    }
}

int
main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    if (!strcmp(what, "lines")) {
        put_members(put_line);
        put_classes(put_line);
    } else if (!strcmp(what, "members")) {
        put_members(put_item);
    } else if (!strcmp(what, "classes")) {
        put_classes(put_item);
    } else {
        return 2;
    }
    return fflush(stdout) ? 1 : 0;
}
