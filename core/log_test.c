/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/log.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/support/tap.h"

/* What a log has written last. */
struct line {
    int count, level;
    char id[64], text[2048];
};

static void
keep(int level, const char *id, const char *text, void *arg)
{
    struct line *line = arg;
    line->count++;
    line->level = level;
    (void)snprintf(line->id, sizeof line->id, "%s", id);
    (void)snprintf(line->text, sizeof line->text, "%s", text);
    errno = EDOM; /* a careless callback */
}

static void
line_arrives_with_level_id_and_text(void)
{
    struct line line = {0};
    palm_log_t log = {keep, &line, PALM_LOG_INFO};
    palm_log(&log, PALM_LOG_WARNING, "PALM-TEST", "%s %d", "number", 7);
    EQUAL_INT(1, line.count);
    EQUAL_INT(PALM_LOG_WARNING, line.level);
    EQUAL_TEXT("PALM-TEST", line.id);
    EQUAL_TEXT("number 7", line.text);
}

static void
lines_above_the_level_are_not_made(void)
{
    struct line line = {0};
    palm_log_t log = {keep, &line, PALM_LOG_WARNING};
    palm_log(&log, PALM_LOG_INFO, "PALM-TEST", "x");
    palm_log(&log, PALM_LOG_DEBUG, "PALM-TEST", "x");
    EQUAL_INT(0, line.count);
    palm_log(&log, PALM_LOG_WARNING, "PALM-TEST", "x");
    palm_log(&log, PALM_LOG_ERROR, "PALM-TEST", "x");
    EQUAL_INT(2, line.count);
}

static void
log_is_silent_by_default(void)
{
    palm_log_t log = {NULL, NULL, PALM_LOG_DEBUG};
    palm_log(&log, PALM_LOG_ERROR, "PALM-TEST", "x");
    palm_log(NULL, PALM_LOG_ERROR, "PALM-TEST", "x");
}

static void
log_keeps_errno(void)
{
    struct line line = {0};
    palm_log_t log = {keep, &line, PALM_LOG_DEBUG};
    errno = ENOENT;
    palm_log(&log, PALM_LOG_ERROR, "PALM-TEST", "x");
    EQUAL_INT(ENOENT, errno);
    EQUAL_INT(1, line.count);
}

static void
long_line_is_cut(void)
{
    struct line line = {0};
    palm_log_t log = {keep, &line, PALM_LOG_DEBUG};
    palm_log(&log, PALM_LOG_ERROR, "PALM-TEST", "%2000d", 1);
    EQUAL_INT(1023, strlen(line.text));
}

/* Calls palm_log_stderr() with stderr in a file; the file's text. */
static void
stderr_line(int level, void *program, char *text, int size)
{
    FILE *file = tmpfile();
    MUST(file != NULL);
    int kept = dup(STDERR_FILENO);
    MUST(kept >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    palm_log_stderr(level, "PALM-TEST", "the text", program);
    MUST(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(kept);
    rewind(file);
    bool read = fgets(text, size, file) != NULL;
    (void)fclose(file);
    MUST(read);
}

static void
stderr_line_names_program_level_and_id(void)
{
    char text[128], program[] = "palm-server";
    stderr_line(PALM_LOG_WARNING, NULL, text, sizeof text);
    EQUAL_TEXT("palm: warning: PALM-TEST: the text\n", text);
    stderr_line(PALM_LOG_ERROR, program, text, sizeof text);
    EQUAL_TEXT("palm-server: error: PALM-TEST: the text\n", text);
}

/* Fills a pipe that takes no byte more without waiting. */
static void
fill(int fd)
{
    static const char bytes[4096];
    int flags = fcntl(fd, F_GETFL);
    MUST(fcntl(fd, F_SETFL, flags | O_NONBLOCK) != -1);
    while (write(fd, bytes, sizeof bytes) > 0 || write(fd, bytes, 1) > 0) {
    }
    EQUAL_INT(EAGAIN, errno);
    MUST(fcntl(fd, F_SETFL, flags) != -1);
}

/* Reads all that is in a pipe; the last bytes are in text. */
static void
drain(int fd, char *text, size_t size)
{
    struct pollfd item = {fd, POLLIN, 0};
    ssize_t got = 0, last = 0;
    while (poll(&item, 1, 0) == 1 && (got = read(fd, text, size - 1)) > 0) {
        last = got;
    }
    text[last] = '\0';
}

static void
nobody_waits_for_the_reader_of_stderr(void)
{
    char text[70000];
    int ends[2];
    MUST(!pipe(ends));
    int kept = dup(STDERR_FILENO);
    MUST(kept >= 0 && dup2(ends[1], STDERR_FILENO) >= 0);
    fill(ends[1]);
    (void)alarm((unsigned)tap_deadline() / 1000 + 1); /* no line may block */
    palm_log_stderr(PALM_LOG_WARNING, "PALM-TEST", "one", NULL);
    palm_log_stderr(PALM_LOG_WARNING, "PALM-TEST", "two", NULL);
    drain(ends[0], text, sizeof text);
    palm_log_stderr(PALM_LOG_WARNING, "PALM-TEST", "three", NULL);
    palm_log_stderr(PALM_LOG_WARNING, "PALM-TEST", "four", NULL);
    drain(ends[0], text, sizeof text);
    (void)alarm(0);
    MUST(dup2(kept, STDERR_FILENO) >= 0);
    EQUAL_TEXT("palm: warning: PALM-LOG-LOST: 2 lines were not written: "
               "nobody read\n"
               "palm: warning: PALM-TEST: three\n"
               "palm: warning: PALM-TEST: four\n",
               text);
    (void)close(kept);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void
level_is_read_by_its_name(void)
{
    EQUAL_INT(PALM_LOG_ERROR, palm_log_level("error"));
    EQUAL_INT(PALM_LOG_WARNING, palm_log_level("warning"));
    EQUAL_INT(PALM_LOG_INFO, palm_log_level("info"));
    EQUAL_INT(PALM_LOG_DEBUG, palm_log_level("debug"));
    FAILS(EINVAL, palm_log_level("notice"));
    EQUAL_INT(PALM_LOG_WARNING, palm_log_level("WARNING"));
    FAILS(EINVAL, palm_log_level("errors"));
    FAILS(EINVAL, palm_log_level(""));
}

static const struct tap_test tests[] = {
    {"a line arrives with level, id and text",
     line_arrives_with_level_id_and_text},
    {"lines above the level are not made", lines_above_the_level_are_not_made},
    {"a log is silent by default", log_is_silent_by_default},
    {"a log keeps errno", log_keeps_errno},
    {"a long line is cut", long_line_is_cut},
    {"a line on stderr names program, level and id",
     stderr_line_names_program_level_and_id},
    {"nobody waits for the reader of stderr",
     nobody_waits_for_the_reader_of_stderr},
    {"a level is read by its name", level_is_read_by_its_name},
};

TAP_MAIN("log", tests)
