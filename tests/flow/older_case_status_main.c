/* older_case_status_main.c: for tests, a build of govbus-case-status that cannot apply one type of event yet: a dispatch. */
#include <assert.h>

#include "consumers/kafka_program.h"
#include "projections/case_status.h"

static enum err cannot(struct view *view, const struct event *ev, const struct place_in_log *at)
{
	(void)view, (void)ev, (void)at;
	return ERR_UNKNOWN;
}

int main(int argc, char **argv)
{
	static struct handler handlers[EVENT_TYPE_COUNT + 1];
	struct projection older = case_status;

	for (int i = 0; case_status.handlers[i].type != EVENT_NONE; i++) {
		assert(i < EVENT_TYPE_COUNT);
		handlers[i] = case_status.handlers[i];
		if (handlers[i].type == EVENT_case_dispatched) {
			handlers[i].apply = cannot;
		}
	}
	older.handlers = handlers;
	return kafka_program_main(&older, CONF_LISTEN_CASE_STATUS, argc, argv);
}
