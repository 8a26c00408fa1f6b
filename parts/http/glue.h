/* SPDX-License-Identifier: MIT */
/* glue.h: what all parts that are HTTP servers have in common. */
#ifndef PALM_HTTP_GLUE_H
#define PALM_HTTP_GLUE_H

#include "core/part.h"
#include "parts/http/listener.h"

/* What a class says of its listener. */
typedef struct palm__http_class {
    const char *side;  /* "inbound", for what is said of the part */
    const char *allow; /* methods: "GET, POST" */
    /* See listener.h; arg is the part. */
    void (*serve)(palm__http_request_t *request, void *arg);
    void (*forget)(palm__http_request_t *request, palm__http_loss_t why,
                   void *arg);
} palm__http_class_t;

/* Starts a listener as the part's options say and tells the part where it
 * listens.  NULL with errno, and the part and its address in *err. */
palm__http_t *palm__http_open(palm_part_t *part,
                              const palm__http_class_t *class_,
                              palm_error_t *err);

/* palm__http_run(), and a drain as soon as the server drains. */
void palm__http_serve(palm_part_t *part, palm__http_t *http);

/* Closes it; what is answered has the part's linger to leave. */
void palm__http_close(palm_part_t *part, palm__http_t **http_p);

#endif
