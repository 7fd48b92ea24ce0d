// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The lab's init: run what /list says, one line a run:
 *
 *	SECONDS LABEL PROGRAM ARGUMENT...
 *	NAME=VALUE	for the environment of those that follow
 *
 * and tell the console how each ended.  The lab reads the lines that start with "lab:".
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WORDS = 16 };

static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	if (fd < 0)
		return;
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
}

static void mount_all(void)
{
	static const char *const types[][2] = {
		{ "devtmpfs", "/dev" },
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
		{ "tmpfs", "/tmp" },
	};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (mount(types[i][0], types[i][1], types[i][0], 0, NULL) < 0 && errno != EBUSY)
			printf("lab: no %s: %s\n", types[i][1], strerror(errno));
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Init is the parent of whatever a run leaves behind. */
static void end_all(void)
{
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}

/* The output of a run, but for the lines of tests that passed. */
static void show(char c)
{
	static char line[1024];
	static size_t len;

	line[len++] = c;
	if (c != '\n' && len < sizeof line)
		return;
	if (strncmp(line, "ok ", 3) != 0)
		fwrite(line, 1, len, stdout);
	len = 0;
}

static void show_all(int fd)
{
	char buf[1024];
	ssize_t n;

	while ((n = read(fd, buf, sizeof buf)) > 0)
		for (ssize_t i = 0; i < n; i++)
			show(buf[i]);
}

/* How the run ended: its wstatus, or -1 if it was still there at its time limit. */
static int wait_run(pid_t pid, int output, long long limit)
{
	struct pollfd readable = { .fd = output, .events = POLLIN };
	int wstatus;

	while (now() < limit) {
		poll(&readable, 1, 20);
		show_all(output);
		if (waitpid(pid, &wstatus, WNOHANG | __WALL) == pid)
			return wstatus;
		if (readable.revents & POLLHUP)
			nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	}
	return -1;
}

static pid_t start(char *const argv[], int output[2])
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setsid();
	dup2(output[1], 1);
	dup2(output[1], 2);
	execv(argv[0], argv);
	printf("%s: %s\n", argv[0], strerror(errno));
	fflush(stdout);
	_exit(127);
}

static void run(long seconds, const char *label, char *const argv[])
{
	long long began = now();
	int output[2], wstatus;
	pid_t pid;

	printf("lab: run %s\n", label);
	if (pipe2(output, O_CLOEXEC) < 0)
		return;
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	pid = start(argv, output);
	close(output[1]);
	wstatus = wait_run(pid, output[0], began + seconds);
	end_all();
	show_all(output[0]);
	show('\n');
	close(output[0]);
	printf("lab: done %s ", label);
	if (wstatus < 0)
		printf("timeout %ld", seconds);
	else if (WIFSIGNALED(wstatus))
		printf("signal %d", WTERMSIG(wstatus));
	else
		printf("exit %d", WEXITSTATUS(wstatus));
	printf(" %lld\n", now() - began);
}

static void run_line(char *line)
{
	char *words[MAX_WORDS + 1], *save;
	int n = 0;

	if (line[strcspn(line, "= \n")] == '=') {
		line[strcspn(line, "\n")] = '\0';
		putenv(strdup(line));
		return;
	}
	for (char *w = strtok_r(line, " \n", &save); w && n < MAX_WORDS;
	     w = strtok_r(NULL, " \n", &save))
		words[n++] = w;
	words[n] = NULL;
	if (n >= 3)
		run(atol(words[0]), words[1], words + 2);
}

static void run_list(void)
{
	char line[512];
	FILE *list = fopen("/list", "re");

	if (!list) {
		printf("lab: no /list: %s\n", strerror(errno));
		return;
	}
	while (fgets(line, sizeof line, list))
		run_line(line);
	fclose(list);
}

int main(void)
{
	struct utsname u;

	open_console();
	setvbuf(stdout, NULL, _IOLBF, 0);
	mount_all();
	uname(&u);
	printf("lab: begin %s %s\n", u.release, u.machine);
	/* a line a test as it ends; time limits are for machines that aren't emulated */
	setenv("CK_TAP_LOG_FILE_NAME", "-", 1);
	setenv("CK_VERBOSITY", "minimal", 1);
	setenv("CK_TIMEOUT_MULTIPLIER", "2", 0);
	run_list();
	printf("lab: end\n");
	fflush(stdout);
	sync();
	/* a restart ends QEMU too, where the machine has no power switch */
	reboot(getenv("lab_restart") ? RB_AUTOBOOT : RB_POWER_OFF);
	for (;;)
		pause();
}
