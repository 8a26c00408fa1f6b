/* SPDX-License-Identifier: MIT */
/* facts.h: what a target says of itself in READY: lines key=value. */
#ifndef CONFORMANCE_ENGINE_FACTS_H
#define CONFORMANCE_ENGINE_FACTS_H

#include "conformance/engine/bytes.h"

/* The value of the first line with this key, in the facts; data is NULL if
 * there is none. */
struct bytes facts_find(const char *facts, const char *key);

/* True if the value of this key, words with blanks between, has the word. */
bool facts_list(const char *facts, const char *key, const char *word);

/* True if `profiles` has this word. */
bool facts_claim(const char *facts, const char *profile);

#endif
