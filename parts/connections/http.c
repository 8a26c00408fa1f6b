/* SPDX-License-Identifier: MIT */
/* http.c: HttpConnection asks a web worker.
 *
 * Design notes
 *
 * - A message is the body of a POST; the body of the response is the feedback.
 *   Up to max_workers requests are under way, each in a slot with a handle of
 *   its own, which is used again; libcurl keeps the connections alive.
 * - Feedback leaves in the order of the sends: an answer that comes early waits
 *   in its slot, and its slot is not free until then, so no more than
 *   max_workers messages and their answers are held here.
 * - A failure is an answer too: an error result of the message that was sent.
 *   What is wrong is found when the answer is taken, by judge(): counted,
 * logged and told in field 8.
 * - The address is looked at when the part opens; no redirect is followed, and
 *   no proxy of the environment is used, so a message goes nowhere else.
 * - libcurl itself asks again, on a new connection, if a connection that was
 *   kept turns out to be closed before a byte of the response has come. */
#include "config.h"
#include "parts/connections/http.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts/answer.h"

enum {
    WAITED_MAX = 8,          /* descriptors of the engine to wait for */
    URL_SHOWN = 160,         /* bytes of the address in an error text */
    REASON_SHOWN = 200,      /* bytes of what a peer says about its failure */
    HEADERS_MOST = 64 << 10, /* bytes of the headers of a response */
    FIRST_BODY = 1 << 10     /* bytes made room for, at least */
};

/* One request, from its send until its feedback is taken. */
struct palm__web_slot {
    CURL *easy;
    zmq_msg_t asked; /* what was sent: libcurl reads it where it is */
    char *body;      /* of the response */
    size_t size;     /* bytes in body */
    size_t room;     /* bytes that body has room for */
    size_t most;     /* bytes that are taken */
    size_t headers;  /* bytes of headers that have come */
    int refused;     /* errno of a body that was not taken: EMSGSIZE, ENOMEM */
    bool done;       /* result is set */
    CURLcode result;
    char error[CURL_ERROR_SIZE]; /* libcurl's words for it, if it has any */
};

typedef struct palm__web_slot slot_t;

static slot_t *
slot_at(struct palm__web *web, size_t index)
{
    return &web->slots[(web->head + index) % web->room];
}

/* --- opening -------------------------------------------------------------- */

static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static CURLcode global_result;

/* Is not safe in two threads at once before libcurl 7.84. */
static void
init_global(void)
{
    global_result = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool
is_http(CURLU *url)
{
    char *scheme = NULL;
    bool is = !curl_url_get(url, CURLUPART_SCHEME, &scheme, 0)
              && (!strcmp(scheme, "http") || !strcmp(scheme, "https"));
    curl_free(scheme);
    return is;
}

/* Sets web->url.  Returns -1 if it is no address to post to. */
static int
read_address(struct palm__web *web, const char *address)
{
    CURLU *url = curl_url();
    CURLUcode result = CURLUE_OUT_OF_MEMORY;
    if (url) {
        result = curl_url_set(url, CURLUPART_URL, address, 0);
    }
    errno = result == CURLUE_OUT_OF_MEMORY ? ENOMEM : EINVAL;
    if (!result && is_http(url)) {
        (void)curl_url_set(url, CURLUPART_USER, NULL, 0);
        (void)curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
        (void)curl_url_get(url, CURLUPART_URL, &web->url, 0);
    }
    int saved = errno;
    curl_url_cleanup(url);
    errno = saved;
    return web->url ? 0 : -1;
}

static size_t
take_body(char *data, size_t unit, size_t count, void *arg)
{
    slot_t *slot = arg;
    size_t more = unit * count;
    if (more > slot->most - slot->size) {
        slot->refused = EMSGSIZE;
        return 0;
    }
    if (more > slot->room - slot->size) {
        size_t least = slot->size + more;
        size_t room = 2 * slot->room > least ? 2 * slot->room : least;
        char *body = realloc(slot->body, room > FIRST_BODY ? room : FIRST_BODY);
        if (!body) {
            slot->refused = ENOMEM;
            return 0;
        }
        slot->body = body;
        slot->room = room > FIRST_BODY ? room : FIRST_BODY;
    }
    if (more > 0) {
        memcpy(slot->body + slot->size, data, more);
    }
    slot->size += more;
    return more;
}

/* libcurl keeps them all, and before 8.4 as many as there are. */
static size_t
take_header(char *data, size_t unit, size_t count, void *arg)
{
    slot_t *slot = arg;
    (void)data;
    slot->headers += unit * count;
    return slot->headers > HEADERS_MOST ? 0 : unit * count;
}

static int
set_strings(const struct palm__web *web, slot_t *slot, const char *address)
{
    return curl_easy_setopt(slot->easy, CURLOPT_URL, address)
                   || curl_easy_setopt(slot->easy, CURLOPT_PROXY, "")
                   || curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER,
                                       web->headers)
               ? -1
               : 0;
}

/* 0 is "never" for libcurl. */
static long
milliseconds(int64_t timeout)
{
    if (timeout < 0 || timeout > INT_MAX) {
        return 0;
    }
    return timeout > 0 ? (long)timeout : 1;
}

static int
init_slot(palm_part_t *part, slot_t *slot)
{
    const palm_part_options_t *options = palm_part_options(part);
    int64_t most = options->max_message_size;
    (void)zmq_msg_init(&slot->asked);
    slot->most = most < 0 ? SIZE_MAX : (size_t)most;
    slot->easy = curl_easy_init();
    if (!slot->easy
        || set_strings(palm_part_state(part), slot, options->address)) {
        errno = ENOMEM;
        return -1;
    }
    /* These cannot fail: they store a number or a pointer. */
    (void)curl_easy_setopt(slot->easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(slot->easy, CURLOPT_POST, 1L);
    (void)curl_easy_setopt(slot->easy, CURLOPT_HTTP_VERSION,
                           (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(slot->easy, CURLOPT_TIMEOUT_MS,
                           milliseconds(options->reply_timeout));
    (void)curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
    (void)curl_easy_setopt(slot->easy, CURLOPT_HEADERFUNCTION, take_header);
    (void)curl_easy_setopt(slot->easy, CURLOPT_HEADERDATA, slot);
    (void)curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
    (void)curl_easy_setopt(slot->easy, CURLOPT_ERRORBUFFER, slot->error);
    return 0;
}

/* "Expect: 100-continue" would cost a large message a round trip. */
static int
make_headers(struct palm__web *web)
{
    static const char *const lines[] = {
        "Content-Type: application/octet-stream",
        "Expect:",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct curl_slist *longer = curl_slist_append(web->headers, lines[i]);
        if (!longer) {
            return -1;
        }
        web->headers = longer;
    }
    return 0;
}

static int
make_slots(palm_part_t *part, struct palm__web *web)
{
    size_t room = (size_t)palm_part_options(part)->max_workers;
    web->slots = calloc(room, sizeof *web->slots);
    if (!web->slots) {
        return -1;
    }
    for (; web->room < room; web->room++) {
        if (init_slot(part, &web->slots[web->room])) {
            web->room++; /* it is to be cleaned up as well */
            return -1;
        }
    }
    return 0;
}

int
palm__web_open(palm_part_t *part, palm_error_t *err)
{
    struct palm__web *web = palm_part_state(part);
    const palm_part_options_t *options = palm_part_options(part);
    (void)pthread_once(&global_once, init_global);
    if (global_result) {
        return palm_error_set(err, EIO, "outbound %s: libcurl: %s",
                              options->name, curl_easy_strerror(global_result));
    }
    if (read_address(web, options->address)) {
        return palm_error_set(
            err, errno, "outbound %s: cannot connect to %s: %s", options->name,
            options->address,
            errno == EINVAL ? "expected http:// or https://, and a host"
                            : palm_strerror(errno));
    }
    web->multi = curl_multi_init();
    if (!web->multi || make_headers(web) || make_slots(part, web)) {
        return palm_error_set(err, ENOMEM, "outbound %s: no memory",
                              options->name);
    }
    (void)curl_multi_setopt(web->multi, CURLMOPT_MAXCONNECTS, (long)web->room);
    palm_part_set_endpoint(part, web->url);
    return 0;
}

void
palm__web_close(palm_part_t *part)
{
    struct palm__web *web = palm_part_state(part);
    for (size_t i = 0; i < web->room; i++) {
        slot_t *slot = &web->slots[i];
        if (slot->easy) {
            (void)curl_multi_remove_handle(web->multi, slot->easy);
            curl_easy_cleanup(slot->easy);
        }
        (void)zmq_msg_close(&slot->asked);
        free(slot->body);
    }
    free(web->slots);
    (void)curl_multi_cleanup(web->multi);
    curl_slist_free_all(web->headers);
    curl_free(web->url);
    memset(web, 0, sizeof *web);
}

/* --- asking --------------------------------------------------------------- */

int
palm__web_send(palm_part_t *part, zmq_msg_t *frame)
{
    struct palm__web *web = palm_part_state(part);
    slot_t *slot = slot_at(web, web->count);
    if (web->count == web->room) {
        errno = EAGAIN;
        return -1;
    }
    (void)zmq_msg_move(&slot->asked, frame);
    (void)curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                           (curl_off_t)zmq_msg_size(&slot->asked));
    (void)curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS,
                           zmq_msg_data(&slot->asked));
    slot->size = 0;
    slot->headers = 0;
    slot->refused = 0;
    slot->done = false;
    slot->error[0] = '\0';
    if (curl_multi_add_handle(web->multi, slot->easy)) {
        (void)zmq_msg_move(frame, &slot->asked);
        errno = ENOMEM;
        return -1;
    }
    web->count++;
    return 0;
}

void
palm__web_readable(palm_part_t *part)
{
    struct palm__web *web = palm_part_state(part);
    CURLMsg *news;
    int ignored;
    if (web->count == 0) {
        return;
    }
    (void)curl_multi_perform(web->multi, &ignored);
    while ((news = curl_multi_info_read(web->multi, &ignored))) {
        CURL *easy = news->easy_handle;
        CURLcode result = news->data.result;
        char *slot = NULL;
        (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &slot);
        (void)curl_multi_remove_handle(web->multi, easy);
        ((slot_t *)(void *)slot)->result = result;
        ((slot_t *)(void *)slot)->done = true;
    }
}

/* Whether the next feedback is there. */
static bool
is_ready(struct palm__web *web)
{
    return web->count > 0 && slot_at(web, 0)->done;
}

void
palm__web_wait(palm_part_t *part, const int *fds, int count, int64_t timeout)
{
    struct palm__web *web = palm_part_state(part);
    struct curl_waitfd waited[WAITED_MAX];
    int milliseconds_left =
        timeout < 0 || timeout > INT_MAX ? INT_MAX : (int)timeout;
    unsigned n = 0;
    for (; n < (unsigned)count && n < WAITED_MAX; n++) {
        waited[n].fd = fds[n];
        waited[n].events = CURL_WAIT_POLLIN;
        waited[n].revents = 0;
    }
    (void)curl_multi_poll(web->multi, waited, n,
                          is_ready(web) ? 0 : milliseconds_left, NULL);
}

/* --- what was answered ---------------------------------------------------- */

/* Kinds of failures: how they are counted and logged. */
enum kind { FAILED, EXPIRED, UNDECODABLE };

static const struct {
    const char *id;
    size_t counter; /* in palm_part_stats_t */
} kinds[] = {
    [FAILED] = {"PALM-PART-FAILED", offsetof(palm_part_stats_t, failed)},
    [EXPIRED] = {"PALM-PART-EXPIRED", offsetof(palm_part_stats_t, expired)},
    [UNDECODABLE] = {"PALM-PART-UNDECODABLE",
                     offsetof(palm_part_stats_t, undecodable)},
};

/* Failures of transfers; all others are EIO. */
static const struct {
    CURLcode result;
    enum kind kind;
    const char *word; /* the first of the error text */
} failures[] = {
    {CURLE_OPERATION_TIMEDOUT, EXPIRED, "ETIMEDOUT"},
    {CURLE_COULDNT_CONNECT, FAILED, "ECONNREFUSED"},
    {CURLE_GOT_NOTHING, FAILED, "ECONNRESET"},
    {CURLE_PARTIAL_FILE, FAILED, "ECONNRESET"},
    {CURLE_RECV_ERROR, FAILED, "ECONNRESET"},
    {CURLE_SEND_ERROR, FAILED, "ECONNRESET"},
    {CURLE_OUT_OF_MEMORY, FAILED, "ENOMEM"},
};

/* Counts, logs and puts into text why there is no answer.  Returns -1. */
PALM_PRINTF(5, 6)
static int
reject(palm_part_t *part, char text[PALM_ERROR_TEXT], enum kind kind,
       const char *word, const char *format, ...)
{
    struct palm__web *web = palm_part_state(part);
    char *counter = (char *)palm_part_stats(part) + kinds[kind].counter;
    size_t used = (size_t)snprintf(text, PALM_ERROR_TEXT, "%s %.*s: ", word,
                                   URL_SHOWN, web->url);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text + used, PALM_ERROR_TEXT - used, format, args);
    va_end(args);
    palm_error_clean(text);
    palm_part_count((uint64_t *)(void *)counter, 1);
    palm_part_warn(part, kinds[kind].id, "%s", text);
    return -1;
}

static int
reject_transfer(palm_part_t *part, const slot_t *slot, char *text)
{
    const char *why =
        *slot->error ? slot->error : curl_easy_strerror(slot->result);
    if (slot->refused == EMSGSIZE) {
        return reject(part, text, FAILED, "EMSGSIZE",
                      "the answer is over %llu bytes",
                      (unsigned long long)slot->most);
    }
    if (slot->headers > HEADERS_MOST) {
        return reject(part, text, FAILED, "EMSGSIZE",
                      "the headers of the answer are over %d bytes",
                      HEADERS_MOST);
    }
    if (slot->refused == ENOMEM) {
        return reject(part, text, FAILED, "ENOMEM", "%s",
                      palm_strerror(ENOMEM));
    }
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        if (failures[i].result == slot->result) {
            return reject(part, text, failures[i].kind, failures[i].word, "%s",
                          why);
        }
    }
    return reject(part, text, FAILED, "EIO", "%s", why);
}

/* A web worker says in plain text why it failed; a page would be no help. */
static int
reject_status(palm_part_t *part, const slot_t *slot, long status, char *text)
{
    char *type = NULL;
    int size = 0;
    (void)curl_easy_getinfo(slot->easy, CURLINFO_CONTENT_TYPE, &type);
    if (type && !strncmp(type, "text/plain", strlen("text/plain"))) {
        while (size < REASON_SHOWN && (size_t)size < slot->size
               && slot->body[size] != '\r' && slot->body[size] != '\n') {
            size++;
        }
    }
    return reject(part, text, FAILED, "EPROTO", "status %ld%s%.*s", status,
                  size > 0 ? ": " : "", size, size > 0 ? slot->body : "");
}

/* Whether the response is an answer; asked is NULL if no PalmMessage was sent.
 * Else returns -1, with the reason in text. */
static int
judge(palm_part_t *part, const slot_t *slot, const palm_message_t *asked,
      char *text)
{
    palm_message_t answer;
    palm_error_t err;
    long status = 0;
    if (slot->result) {
        return reject_transfer(part, slot, text);
    }
    (void)curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status / 100 != 2) {
        return reject_status(part, slot, status, text);
    }
    if (!asked) {
        return 0;
    }
    if (palm_message_scan(&answer, slot->body, slot->size, &err)) {
        return reject(part, text, UNDECODABLE, "EBADMSG", "no PalmMessage: %s",
                      err.text);
    }
    if (!palm__answers(asked, &answer)) {
        return reject(part, text, UNDECODABLE, "EBADMSG",
                      "the answer is another message");
    }
    return 0;
}

static void
free_body(void *body, void *hint)
{
    (void)hint;
    free(body);
}

/* Makes a frame of the body, without a copy. */
static int
hand_over_body(palm_part_t *part, slot_t *slot, zmq_msg_t *frame, char *text)
{
    zmq_msg_t body;
    if (slot->size == 0) {
        return 0;
    }
    if (zmq_msg_init_data(&body, slot->body, slot->size, free_body, NULL)) {
        return reject(part, text, FAILED, "ENOMEM", "%s",
                      palm_strerror(ENOMEM));
    }
    (void)zmq_msg_move(frame, &body);
    slot->body = NULL;
    slot->room = 0;
    return 0;
}

int
palm__web_receive(palm_part_t *part, zmq_msg_t *frame)
{
    struct palm__web *web = palm_part_state(part);
    slot_t *slot = slot_at(web, 0);
    char text[PALM_ERROR_TEXT];
    palm_message_t scanned;
    const palm_message_t *asked = NULL;
    if (!is_ready(web)) {
        palm__web_readable(part);
    }
    if (!is_ready(web)) {
        return 0;
    }
    if (!palm_message_scan(&scanned, zmq_msg_data(&slot->asked),
                           zmq_msg_size(&slot->asked), NULL)) {
        asked = &scanned;
    }
    if (judge(part, slot, asked, text)
        || hand_over_body(part, slot, frame, text)) {
        palm__answer_error(asked, frame, text);
    }
    (void)zmq_msg_close(&slot->asked);
    (void)zmq_msg_init(&slot->asked);
    web->head = (web->head + 1) % web->room;
    web->count--;
    return 1;
}
