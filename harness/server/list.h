/* SPDX-License-Identifier: MIT */
/* list.h: what palm-server --list prints. */
#ifndef HARNESS_SERVER_LIST_H
#define HARNESS_SERVER_LIST_H

/* Prints parts, kinds and the keys of a server file. */
void server_list(void);

#endif
