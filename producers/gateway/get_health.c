/* get_health.c: /healthz, /readyz and /metrics, as the gateway's other programs have them. */
#include "common/metrics.h"
#include "producers/gateway/gateway.h"

static void probe(struct http_request *request, health_probe *ask)
{
	struct buf reasons = {0};
	bool well = !ask || ask(request->gateway->health_context, &reasons);

	buf_add_text(&request->answer, well ? "ok\n" : "not ok\n");
	buf_add(&request->answer, buf_span(&reasons));
	buf_done(&reasons);
	request->content_type = "text/plain; charset=utf-8";
	request->status = well ? 200 : 503;
}

route_handler get_health_live;
void get_health_live(struct http_request *request)
{
	probe(request, request->gateway->healthy);
}

route_handler get_health_ready;
void get_health_ready(struct http_request *request)
{
	probe(request, request->gateway->ready);
}

route_handler get_health_metrics;
void get_health_metrics(struct http_request *request)
{
	metrics_print(&request->answer);
	request->content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
	request->status = 200;
}
