/* SPDX-License-Identifier: MIT */
/* tool.h: other people's programs that palm-bench uses. */
#ifndef BENCH_TOOL_H
#define BENCH_TOOL_H

#include <stdbool.h>

#define BENCH_PATH 256 /* bytes of a path, the final NUL among them */

/* Whether a shell would find the program. */
bool bench_tool_is_there(const char *name);

/* Makes a file of the text.  Returns -1 with errno. */
int bench_tool_file(char path[BENCH_PATH], const char *text);

/* Makes an empty folder.  Returns -1 with errno. */
int bench_tool_folder(char path[BENCH_PATH]);

#endif
