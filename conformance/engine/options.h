/* SPDX-License-Identifier: MIT */
/* options.h: the command line of palm-conform.  Main process only. */
#ifndef CONFORMANCE_ENGINE_OPTIONS_H
#define CONFORMANCE_ENGINE_OPTIONS_H

#include "conformance/engine/run.h"

/* Reads argv into *options.  0, or -1: the mistake has been printed. */
int options_read(struct options *options, int argc, char *const *argv);

void options_help(FILE *file);

#endif
