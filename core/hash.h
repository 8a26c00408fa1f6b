/* SPDX-License-Identifier: MIT */
/* hash.h: a hash that nobody outside can aim at.
 *
 * Where a peer chooses the keys of a table, a hash that anybody can compute
 * lets him put all of them into one bucket.  This one depends on a key that
 * each process draws for itself.  Any thread.
 *
 * Who includes this, before uthash.h or after it, gets tables that use it; all
 * sources that touch one table must do so. */
#ifndef PALM_HASH_H
#define PALM_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { PALM__HASH_KEY_SIZE = 16 }; /* bytes */

/* SipHash-2-4 of data under a key; data may be NULL if size is 0. */
uint64_t palm__siphash(const unsigned char key[PALM__HASH_KEY_SIZE],
                       const void *data, size_t size);

/* The same under the key of this process, as many bits as uthash takes. */
unsigned palm__hash(const void *data, size_t size);

#undef HASH_FUNCTION
#define HASH_FUNCTION(keyptr, keylen, hashv)                                   \
    ((hashv) = palm__hash((keyptr), (keylen)))

#endif
