/* SPDX-License-Identifier: MIT */
/* export.h: what leaves the library, and what the compiler should check. */
#ifndef PALM_EXPORT_H
#define PALM_EXPORT_H

#if defined __GNUC__
#define PALM_EXPORT              __attribute__((visibility("default")))
#define PALM_MUST_USE            __attribute__((warn_unused_result))
#define PALM_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define PALM_EXPORT
#define PALM_MUST_USE
#define PALM_PRINTF(text, first)
#endif

#ifdef __cplusplus
#define PALM_BEGIN_DECLS extern "C" {
#define PALM_END_DECLS   }
#else
#define PALM_BEGIN_DECLS
#define PALM_END_DECLS
#endif

#endif
