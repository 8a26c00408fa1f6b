/* SPDX-License-Identifier: MIT */
/* Nodes are named by side and number, inbound_0 and so on, so names of users
 * stand in labels only.  Nothing asks for a column: edges run from left to
 * right, from the sockets through inbound parts, the router and outbound parts
 * to the sockets of these. */
#include "config.h"
#include "harness/server/dot.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "harness/server/part.h"

/* What each side looks like. */
static const struct {
    const char *begin; /* a box of its own is a subgraph "cluster…" */
    const char *color;
} looks[] = {
    [PALM_SIDE_INBOUND] = {"subgraph inbound {", "#e3eefa"},
    [PALM_SIDE_OUTBOUND] = {"subgraph outbound {", "#e5f3e1"},
    [PALM_SIDE_BYPASS] = {"subgraph cluster_bypass {\n            "
                          "graph [style=dashed, label=\"bypass\"];",
                          "#fbf0d5"},
};

static const struct {
    int type;
    const char *name;
} sockets[] = {
    {ZMQ_PAIR, "PAIR "},     {ZMQ_PUB, "PUB "},   {ZMQ_SUB, "SUB "},
    {ZMQ_REQ, "REQ "},       {ZMQ_REP, "REP "},   {ZMQ_DEALER, "DEALER "},
    {ZMQ_ROUTER, "ROUTER "}, {ZMQ_PULL, "PULL "}, {ZMQ_PUSH, "PUSH "},
    {ZMQ_XPUB, "XPUB "},     {ZMQ_XSUB, "XSUB "},
};

/* Options of classes that are the address of a second socket. */
static const struct {
    const char *key;
    const char *word;  /* behind the name of the first socket's node */
    const char *label; /* its first line, and what it looks like */
    const char *look;
    const char *ends; /* heads of the arrow */
} seconds[] = {
    {"pull_address", "pull", "PULL binds", "shape=box, style=solid",
     "dir=back"},
    {"router_address", "router", "DEALER connects",
     "shape=ellipse, style=dashed", "style=dashed, dir=both"},
};

/* The arrow is short and straight through its label, so that hides it. */
#define ON_WHITE(text)                                                         \
    "<<table border=\"0\" bgcolor=\"white\"><tr><td>" text "</td></tr></"      \
    "table>>"
static const char feedback[] = ON_WHITE("feedback"), copy[] = ON_WHITE("copy");

/* The type with a blank behind it; "" for what is no socket of ZeroMQ. */
static const char *
socket_name(int type)
{
    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++) {
        if (sockets[i].type == type) {
            return sockets[i].name;
        }
    }
    return "";
}

/* Prints a text for the inside of a quoted label.  A record gives a meaning to
 * some more characters, and every label to entities of HTML. */
static void
put_text(const char *text, bool in_record)
{
    bool is_utf8 = palm_slice_is_utf8(palm_slice(text));
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < ' ' || c == 0x7f || (c > 0x7f && !is_utf8)) {
            putchar('?');
        } else if (c == '&') {
            fputs("&amp;", stdout);
        } else {
            bool is_special = strchr(in_record ? "\"\\{}|<> " : "\"\\", c);
            printf("%s%c", is_special ? "\\" : "", c);
        }
    }
}

static void
put_node(const palm_part_info_t *part, size_t index)
{
    printf("%s_%zu", server_side_name(part->side), index);
}

/* --- inside --------------------------------------------------------------- */

/* One row of the router's table for each part that feeds it. */
static void
put_router(const palm_server_t *server)
{
    palm_part_info_t part;
    fputs("        router [shape=record, label=\"router", stdout);
    for (size_t i = 0; !palm_server_part_at(server, i, &part); i++) {
        if (part.side == PALM_SIDE_INBOUND) {
            printf("|<from_%zu> ", i);
            put_text(part.name, true);
            fputs(" → ", stdout);
            put_text(part.options->route ? part.options->route : "nowhere",
                     true);
        }
    }
    puts("\"];");
}

static void
put_key(const char *key, const char *part)
{
    if (key) {
        put_text(key, false);
        fputs(part ? ": " : "", stdout);
        put_text(part ? part : "", false);
        fputs("\\l", stdout);
    }
}

static void
put_cache(const palm_server_t *server, const struct server_file *file)
{
    const struct server_section *preset = server_file_find(file, "preset", "");
    palm_part_info_t part;
    fputs("        cache [shape=cylinder, label=\"cache\\n\\nname\\l", stdout);
    for (size_t i = 0; preset && i < preset->count; i++) {
        put_key(preset->settings[i].key, NULL);
    }
    for (size_t i = 0; !palm_server_part_at(server, i, &part); i++) {
        put_key(part.options->advertise_as, part.name);
        put_key(palm_part_info_text(&part, "advertise_pull_as"), part.name);
    }
    puts("\"];\n        { rank=same; router; cache; }");
}

static void
put_parts(const palm_server_t *server, palm_side_t side)
{
    palm_part_info_t part;
    printf("        %s\n", looks[side].begin);
    printf("            node [style=filled, fillcolor=\"%s\"];\n",
           looks[side].color);
    for (size_t i = 0; !palm_server_part_at(server, i, &part); i++) {
        if (part.side == side) {
            fputs("            ", stdout);
            put_node(&part, i);
            fputs(" [label=\"", stdout);
            put_text(part.name, false);
            fputs("\\n", stdout);
            put_text(part.class_->name, false);
            puts("\"];");
        }
    }
    puts("        }");
}

/* --- edges ---------------------------------------------------------------- */

/* A part's end in the world: solid if it is bound there, else dashed. */
static void
put_socket(const palm_part_info_t *part, size_t index)
{
    const palm_part_class_t *class_ = part->class_;
    const char *style = class_->binds ? "solid" : "dashed";
    bool is_inbound = class_->direction == PALM_INBOUND;
    printf("    socket_%zu [shape=%s, style=%s, label=\"%s%s\\n", index,
           class_->binds ? "box" : "ellipse", style,
           socket_name(class_->socket_type),
           class_->binds ? "binds" : "connects");
    put_text(part->options->address ? part->options->address : "", false);
    const char *topic = palm_part_info_text(part, "previous");
    if (topic) {
        fputs("\\ntopic ", stdout);
        put_text(topic, false);
    }
    fputs("\"];\n    ", stdout);
    if (is_inbound) {
        printf("socket_%zu -> ", index);
    }
    put_node(part, index);
    if (!is_inbound) {
        printf(" -> socket_%zu", index);
    }
    printf(" [style=%s%s];\n", style, class_->waits ? ", dir=both" : "");
}

/* On the side of the first socket, so that no arrow crosses the server. */
static void
put_second_edge(const palm_part_info_t *part, size_t index, size_t second)
{
    bool is_inbound = part->class_->direction == PALM_INBOUND;
    if (is_inbound) {
        printf("socket_%zu_%s -> ", index, seconds[second].word);
    }
    put_node(part, index);
    if (!is_inbound) {
        printf(" -> socket_%zu_%s", index, seconds[second].word);
    }
    printf(" [%s];\n", seconds[second].ends);
}

static void
put_second_sockets(const palm_part_info_t *part, size_t index)
{
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        const char *address = palm_part_info_text(part, seconds[i].key);
        if (address) {
            printf("    socket_%zu_%s [%s, label=\"%s\\n", index,
                   seconds[i].word, seconds[i].look, seconds[i].label);
            put_text(address, false);
            fputs("\"];\n    ", stdout);
            put_second_edge(part, index, i);
        }
    }
}

/* Whether a route of this part ends at that one; only inbound ones go through
 * the router's table, so is_inbound chooses. */
static bool
leads_to(const palm_part_info_t *part, const palm_part_info_t *target,
         palm_side_t from)
{
    return part->side == from && target->side == PALM_SIDE_OUTBOUND
           && part->options->route
           && !strcmp(part->options->route, target->name);
}

/* What reaches an outbound part.  One that nothing reaches is held on the right
 * of the router all the same. */
static void
put_routes_to(const palm_server_t *server, const palm_part_info_t *target,
              size_t index)
{
    palm_part_info_t part;
    bool reached = false;
    for (size_t i = 0; !palm_server_part_at(server, i, &part); i++) {
        if (leads_to(&part, target, PALM_SIDE_INBOUND)) {
            printf("    router:from_%zu -> outbound_%zu;\n", i, index);
            reached = true;
        }
        if (leads_to(&part, target, PALM_SIDE_OUTBOUND)) {
            printf("    outbound_%zu -> outbound_%zu [label=%s, "
                   "constraint=false];\n",
                   i, index, part.class_->waits ? feedback : copy);
        }
    }
    if (!reached) {
        printf("    router -> outbound_%zu [style=invis];\n", index);
    }
}

static void
put_edges(const palm_server_t *server)
{
    palm_part_info_t part;
    for (size_t i = 0; !palm_server_part_at(server, i, &part); i++) {
        const char *both = part.class_->waits ? " [dir=both]" : "";
        puts("");
        put_socket(&part, i);
        put_second_sockets(&part, i);
        if (part.side == PALM_SIDE_INBOUND) {
            printf("    inbound_%zu -> router:from_%zu%s;\n", i, i, both);
        } else if (part.side == PALM_SIDE_OUTBOUND) {
            put_routes_to(server, &part, i);
        } else {
            printf("    bypass_%zu -> cache [dir=both];\n", i);
        }
    }
}

void
server_dot(const palm_server_t *server, const struct server_file *file)
{
    const struct server_setting *name =
        server_section_find(server_file_find(file, "server", ""), "name");
    fputs("digraph server {\n"
          "    graph [rankdir=LR, fontname=\"sans-serif\"];\n"
          "    node [shape=box, fontname=\"sans-serif\", fontsize=11];\n"
          "    edge [fontname=\"sans-serif\", fontsize=10];\n"
          "\n"
          "    subgraph cluster_server {\n"
          "        graph [style=rounded, label=\"",
          stdout);
    put_text(name->value, false);
    puts("\"];");
    put_router(server);
    put_cache(server, file);
    for (int side = PALM_SIDE_INBOUND; side <= PALM_SIDE_BYPASS; side++) {
        put_parts(server, (palm_side_t)side);
    }
    puts("    }");
    put_edges(server);
    puts("}");
}
