/* SPDX-License-Identifier: MIT */
/* spawn.c: the target's process, and signals. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "conformance/mutants/proxy/mutant.h"

static int signal_pipe[2] = {-1, -1};

static char *
quoted(const char *text)
{
    char *word = memory_of(strlen(text) * 4 + 3);
    char *out = word;

    *out++ = '\'';
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            memcpy(out, "'\\''", 4);
            out += 4;
        } else {
            *out++ = *text;
        }
    }
    *out = '\'';
    return word;
}

void
spawn_target(const char *control)
{
    /* `exec` fits one command only; a line of the shell keeps its shell. */
    bool is_line = strpbrk(mutant.command, ";&|<>()$`\n=") != NULL;
    char *line = memory_text("%s%s --palm-conform 1 --profile %s --control %s",
                             is_line ? "" : "exec ", mutant.command,
                             mutant.profile, control);
    size_t i;

    for (i = 0; i < mutant.setting_count; i++) {
        line = memory_text("%s --set %s", line,
                           quoted(memory_text("%s=%s", mutant.settings[i].key,
                                              mutant.settings[i].value)));
    }
    mutant.child = fork();
    if (mutant.child < 0) {
        mutant_broken("no process for the target: %s", strerror(errno));
    }
    if (mutant.child == 0) {
        (void)execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
}

static void
tell(int number)
{
    int saved = errno;
    char byte = number == SIGTERM ? 'T' : 'C';

    (void)!write(signal_pipe[1], &byte, 1);
    errno = saved;
}

int
signals_open(void)
{
    struct sigaction action;
    int i;

    if (pipe(signal_pipe) != 0) {
        mutant_broken("no pipe: %s", strerror(errno));
    }
    for (i = 0; i < 2; i++) {
        (void)fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK);
        (void)fcntl(signal_pipe[i], F_SETFD, FD_CLOEXEC);
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = tell;
    action.sa_flags = SA_RESTART;
    /* SIGTERM comes to the whole group: the target has it, too. */
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGCHLD, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    return signal_pipe[0];
}

bool
signals_take(int descriptor)
{
    bool terminated = false;
    char byte;

    while (read(descriptor, &byte, 1) > 0) {
        terminated = terminated || byte == 'T';
    }
    return terminated;
}

/* The suite ends it with the group. */
void
spawn_idler(void)
{
    if (fork() == 0) {
        for (;;) {
            (void)pause();
        }
    }
}
