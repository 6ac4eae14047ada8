/* progress.c: progress lines of commands that take longer than two seconds. */
#include "producers/commands/progress.h"

#include <stdarg.h>

#include "common/clock.h"

enum { SAY_EVERY_US = 2000000 };

void progress_begin(struct progress *progress, FILE *out, const char *name)
{
	*progress = (struct progress){.out = out, .name = name, .said_us = clock_steady_us()};
}

bool progress_due(const struct progress *progress)
{
	return progress && progress->out && clock_steady_us() - progress->said_us >= SAY_EVERY_US;
}

void progress_say(struct progress *progress, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(progress->out, "%s: ", progress->name);
	vfprintf(progress->out, format, arguments);
	va_end(arguments);
	fputc('\n', progress->out);
	(void)fflush(progress->out); /* where it goes into a file or a pipe, too */
	progress->said_us = clock_steady_us();
}
