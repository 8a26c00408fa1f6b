/* SPDX-License-Identifier: MIT */
/* palm.h: everything of libpalm.  Link with `pkg-config --libs libpalm`. */
#ifndef PALM_H
#define PALM_H

#include "core/address.h"
#include "core/cache.h"
#include "core/client.h"
#include "core/error.h"
#include "core/export.h"
#include "core/functions.h"
#include "core/id.h"
#include "core/log.h"
#include "core/message.h"
#include "core/part.h"
#include "core/server.h"
#include "core/value.h"
#include "core/worker.h"
#include "parts/http/web_worker.h"
#include "parts/library.h"
#include "parts/plugin.h"
#include "parts/servers/kind.h"

#endif
