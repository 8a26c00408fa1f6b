/* SPDX-License-Identifier: MIT */
/* web.h: proxies of HTTP.  Without a fault of HTTP they pass bytes as they
 * come; with one, whole requests and responses.  With a fault of
 * bytes all that the target has bound is passed so. */
#ifndef CONFORMANCE_MUTANTS_PROXY_WEB_H
#define CONFORMANCE_MUTANTS_PROXY_WEB_H

#include "conformance/mutants/proxy/mutant.h"

size_t web_poll(zmq_pollitem_t *items, size_t most);
bool web_work(void);

#endif
