/* get_bus.c: GET /v1/bus: which bus this is, whatever address or gateway it is asked at, and whether it takes history. */
#include <inttypes.h>
#include <stdio.h>

#include "producers/gateway/gateway.h"
#include "producers/gateway/json_out.h"

static const char *mode_name(enum door_mode mode)
{
	return mode == DOOR_LIVE ? "live" : mode == DOOR_HISTORY ? "history" : "going-live";
}

route_handler get_bus;
void get_bus(struct http_request *request)
{
	uint64_t bus = atomic_load(&request->gateway->bus);
	enum door_mode mode = (enum door_mode)atomic_load(&request->gateway->mode);
	struct buf *out = &request->answer;
	char text[17];

	/* Before its decider has written the first record it is none yet. */
	if (!bus || mode == DOOR_STARTING) {
		http_problem(request, PROBLEM_STARTING, NULL, NULL);
		return;
	}
	(void)snprintf(text, sizeof text, "%016" PRIx64, bus);
	json_out_open(out, '{');
	json_out_member_text(out, "bus", text);
	json_out_member_text(out, "mode", mode_name(mode));
	json_out_close(out, '}');
	request->status = 200;
}
