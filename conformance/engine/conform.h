/* SPDX-License-Identifier: MIT */
/* conform.h: all that a topic of the suite needs. */
#ifndef CONFORMANCE_ENGINE_CONFORM_H
#define CONFORMANCE_ENGINE_CONFORM_H

#include "conformance/engine/bytes.h"
#include "conformance/engine/check.h"
#include "conformance/engine/codec.h"
#include "conformance/engine/http.h"
#include "conformance/engine/peer.h"
#include "conformance/engine/target.h"
#include "conformance/engine/test.h"
#include "conformance/engine/trace.h"

#endif
