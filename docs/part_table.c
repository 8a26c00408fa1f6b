/* SPDX-License-Identifier: MIT */
/* part_table: prints docs/parts.md from the part library, so that the table
 * cannot differ from the source.  `make docs` writes the file, part_table.t
 * compares it. */
#include <palm.h>
#include <stdio.h>

static const char intro[] =
    "# The parts\n"
    "\n"
    "This file is made by docs/part_table.c; `make docs` writes it anew.\n"
    "\n"
    "A part class is a row of answers, and most are nothing else.\n"
    "*Direction*: which way the first message goes, in from the world or out\n"
    "to it.  *Endpoint*: a service binds, a connection connects.  *Meets*: a\n"
    "standard part meets the router, a bypass part shares only the process\n"
    "and the cache.  *Waits*: a blocking part waits for its peer.  *Socket*:\n"
    "what a peer meets; a REP is made of a ROUTER (rationale.md says why).\n"
    "\n";

static const struct {
    int type;
    const char *name;
} sockets[] = {
    {ZMQ_PAIR, "PAIR"},     {ZMQ_PUB, "PUB"},   {ZMQ_SUB, "SUB"},
    {ZMQ_REQ, "REQ"},       {ZMQ_REP, "REP"},   {ZMQ_DEALER, "DEALER"},
    {ZMQ_ROUTER, "ROUTER"}, {ZMQ_PULL, "PULL"}, {ZMQ_PUSH, "PUSH"},
    {ZMQ_XPUB, "XPUB"},     {ZMQ_XSUB, "XSUB"},
};

static const struct {
    unsigned trait;
    const char *note;
} traits[] = {
    {PALM_FILLS_CACHE, "gives an empty cache field a new uuid"},
    {PALM_TO_WORKERS, "what it sends comes back as results"},
    {PALM_FROM_WORKERS, "brings results back, drains last"},
    {PALM_TOPIC, "frames are [topic, message]"},
    {PALM_PARALLEL, "several answers are waited for at once"},
    {PALM_STAYS_OPEN, "brings answers until the stop"},
    {PALM_RAW, "the frame need not be a PalmMessage"},
};

static const char *
socket_name(int type)
{
    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++) {
        if (sockets[i].type == type) {
            return sockets[i].name;
        }
    }
    return "none of ZeroMQ";
}

static void
print_notes(unsigned bits)
{
    const char *separator = "";
    for (size_t i = 0; i < sizeof traits / sizeof *traits; i++) {
        if (bits & traits[i].trait) {
            printf("%s%s", separator, traits[i].note);
            separator = "; ";
        }
    }
}

int
main(void)
{
    const palm_part_class_t *row;
    fputs(intro, stdout);
    puts("| part | direction | endpoint | meets | waits | socket | notes |\n"
         "|---|---|---|---|---|---|---|");
    for (size_t i = 0; (row = palm_library_at(i)); i++) {
        printf("| %s | %s | %s | %s | %s | %s | ", row->name,
               row->direction == PALM_INBOUND ? "inbound" : "outbound",
               row->binds ? "binds" : "connects",
               row->bypass ? "bypass" : "standard", row->waits ? "yes" : "no",
               socket_name(row->socket_type));
        print_notes(row->traits);
        puts(" |");
    }
    return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
