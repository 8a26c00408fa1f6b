/* SPDX-License-Identifier: MIT */
/* stream.h: what the faults of PALM-STREAM share.  Those that end with no more
 * than a crossing are faults themselves. */
#ifndef CONFORMANCE_MUTANTS_STREAM_H
#define CONFORMANCE_MUTANTS_STREAM_H

#include "conformance/mutants/common.h"

/* A message for the target: pushed, or published by the server before. */
bool stream_is_given(struct crossing *crossing, struct message *message);
/* A result, and its topic in frame 0. */
bool stream_is_published(struct crossing *crossing, struct message *message);
bool stream_is_error(const struct message *message);
bool stream_names(struct crossing *crossing, const struct message *message,
                  const char *word);
/* The target takes the message for one of this function. */
void stream_run_as(struct crossing *crossing, struct message *message,
                   const char *function, int64_t stage);
/* The result of such a message looks as if it had been what it was. */
void stream_undisguise(struct crossing *crossing);
void stream_raises_stage(struct crossing *crossing);
void stream_lowers_stage(struct crossing *crossing);
void stream_publishes_under_its_name(struct crossing *crossing);
void stream_fills_cache(struct crossing *crossing);
bool stream_failed_by(struct crossing *crossing, const char *word);
void stream_failure_has_no_result(struct crossing *crossing);
void stream_runs_first_element(struct crossing *crossing);
void stream_runs_for_others(struct crossing *crossing);
void stream_answers_others_with_errors(struct crossing *crossing);

#endif
