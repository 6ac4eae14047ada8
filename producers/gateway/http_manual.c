/* http_manual.c: docs/HTTP.md, printed from routes.def, forms.def, interface.def, problems.def and limits.h. */
#include "producers/gateway/http_manual.h"

#include "common/limits.h"
#include "producers/gateway/batch.h"
#include "producers/gateway/routes.h"

enum row_kind { ROW_OF, ROW_PARAMETER, ROW_OBJECT, ROW_MEMBER };

/* A line of interface.def; parameters and members belong to the last route or object before them. */
struct row {
	enum row_kind row;
	route_handler *handler;
	const char *name, *kind, *text;
};

#define ROUTE(method, pattern, rule, handler, queries, help) route_handler handler;
#include "producers/gateway/routes.def"
#undef ROUTE

static const struct row ROWS[] = {
#define OF(handler, answer)      {ROW_OF, handler, "", "", answer},
#define PARAMETER(name, text)    {ROW_PARAMETER, NULL, name, "", text},
#define OBJECT(name, text)       {ROW_OBJECT, NULL, name, "", text},
#define MEMBER(name, kind, text) {ROW_MEMBER, NULL, name, kind, text},
#include "producers/gateway/interface.def"
#undef OF
#undef PARAMETER
#undef OBJECT
#undef MEMBER
};

enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };

static const char *const RULES[] = {
	[ROUTE_DENIED] = "nobody",
	[ROUTE_OPEN] = "anyone, without a token",
	[ROUTE_TOKEN] = "any token",
	[ROUTE_POST] =
		"a token with a function; each event must be of a type, source, unit and place that the token may post",
	[ROUTE_COVERED] = "a token, as far as it covers what is asked for",
};

static const char intro[] =
	"# HTTP\n"
	"\n"
	"What may be asked of `govbus-gateway`. Generated from `routes.def`, `forms.def`, `interface.def` and `problems.def` in `producers/gateway/`; do not edit.\n"
	"[EVENTS.md](EVENTS.md) has what an event holds, and the cure of each problem; [CONFIGURATION.md](CONFIGURATION.md) has the gateway's address, time limits and number of connections.\n"
	"\n"
	"A token is sent as `Authorization: Bearer TOKEN`; `govbus token add` makes one. Answers are JSON (`application/json`), problems `application/problem+json` (RFC 9457).\n"
	"Times are RFC 3339 with +08:00. HEAD is answered wherever GET is. A query parameter that a path does not have, that comes twice or that has no value is refused (400), so that a misspelt filter does not pass for none.\n";

static const char reading[] =
	"\n## Who may read what\n"
	"\n"
	"A token covers a place and all below it. It may read a case that was filed in a place it covers, or that is owned, led or assisted by its own unit or by a unit with its seat there.\n"
	"Where a place was merged or recoded, a token that covers its successor reads these too; lists find them by the codes that the cases have.\n"
	"A list holds only cases that the token may read. Of an action the outcome is also told to who may speak for its source; what it tells of the case only to who may read the case. Tokens with the right `audit` may ask after reports that were refused in the county they cover.\n"
	"\n## What may be kept\n"
	"\n"
	"`GET /v1/cases/{id}` has an `ETag` (weak), which changes with whatever the answer tells, `next` included. Ask again with `If-None-Match`: 304 if nothing has changed. Such an answer is `Cache-Control: private, no-cache`, `Vary: Authorization`; all others are `no-store`.\n"
	"\n## Pages\n"
	"\n"
	"A page's `next` is the `cursor` of the page after it, with the same filters; null ends the list. Cursors do not expire and stay valid while cases change; a cursor of another list is refused (400).\n"
	"A timeline has each line once. A list by place, state or type is in order of case id and has each case once, however cases change between pages. With `unit`, `due_before`, or `state` and a place below a county, it is in order of deadline: a case whose deadline moves between two pages may come twice or not at all.\n";

/* Text in brackets is the name of an object: a link to it. Other links, which have an address, stay. */
static void print_linked(struct buf *out, const char *text)
{
	for (const char *at = text; *at; at++) {
		const char *end = *at == '[' ? strchr(at, ']') : NULL;

		if (!end || end[1] == '(') {
			buf_add_byte(out, (uint8_t)*at);
			continue;
		}
		buf_printf(out, "[%.*s](#", (int)(end - at - 1), at + 1);
		for (at++; at < end; at++) {
			buf_add_byte(out, *at == ' ' ? '-' : (uint8_t)*at);
		}
		buf_add_byte(out, ')');
	}
}

static int rows_of(const struct route *route)
{
	for (int i = 0; i < ROW_COUNT; i++) {
		if (ROWS[i].row == ROW_OF && ROWS[i].handler == route->handler) {
			return i;
		}
	}
	return ROW_COUNT;
}

int http_manual_parameters(const struct route *route)
{
	int from = rows_of(route) + 1, i = from;

	while (i < ROW_COUNT && ROWS[i].row == ROW_PARAMETER) {
		i++;
	}
	return i - from;
}

bool http_manual_describes(const struct route *route, struct span name)
{
	int from = rows_of(route) + 1, n = http_manual_parameters(route);

	for (int i = from; i < from + n; i++) {
		if (span_eq(span_cstr(ROWS[i].name), name)) {
			return true;
		}
	}
	return false;
}

static void print_route(struct buf *out, const struct route *route)
{
	int at = rows_of(route), n = http_manual_parameters(route);

	buf_printf(out, "\n### %s %s\n\n%s\n\nWho may ask: %s.\n", route->method, route->pattern,
		   route->help, RULES[route->rule]);
	if (n) {
		buf_add_text(out, "\n| parameter | meaning |\n| --- | --- |\n");
	}
	for (int i = at + 1; i <= at + n; i++) {
		buf_printf(out, "| `%s` | %s |\n", ROWS[i].name, ROWS[i].text);
	}
	buf_add_text(out, "\nAnswer: ");
	print_linked(out, at < ROW_COUNT ? ROWS[at].text : "");
	buf_add_text(out, "\n");
}

static void print_routes(struct buf *out)
{
	buf_add_text(out, "\n## Routes\n");
	for (int i = 0; routes_get(i); i++) {
		print_route(out, routes_get(i));
	}
}

static void print_forms(struct buf *out)
{
	buf_add_text(out, "\n## Posting\n\n`POST /v1/events` takes events in these forms:\n\n"
			  "| Content-Type | body |\n| --- | --- |\n");
#define FORM(form, type, help) buf_add_text(out, "| `" type "` | " help " |\n");
#include "producers/gateway/forms.def"
#undef FORM
	buf_printf(
		out,
		"\nText is UTF-8, and bodies are not compressed. A body has at most %d MiB, a batch at most %d events, an event at most %d KiB as MessagePack. All bodies under way have %d MiB; beyond that, or when too many posts wait, the answer is 429 with Retry-After.\n",
		LIMIT_BODY_BYTES / (1024 * 1024), LIMIT_BATCH_EVENTS, LIMIT_ACTION_BYTES / 1024,
		LIMIT_BODIES_BYTES / (1024 * 1024));
	buf_add_text(
		out,
		"\nThe answer comes when the decider has decided. One event has the status of its [outcome](#outcome): 201 accepted, 200 repeated or only tried, 409 refused, 202 when it was recorded but not decided in time. "
		"A batch is answered 200, and each of its `items` has a status of its own; only what concerns the whole (no token, an unreadable body, no broker) is one problem.\n"
		"\nRepeating a post is harmless: an action is known by subject, `source` and `id`, and the same members sent again get the first outcome. After 202 ask `url`; after 429, 503 or no answer at all, post the same again.\n"
		"\n`Prefer: respond-async` asks not to wait for the outcome: 202 as soon as the broker has the action; an answer that did not wait has `Preference-Applied: respond-async`. 201 and 202 have a `Location`, the path at which to ask for the outcome.\n"
		"\n`?dry_run=1` tries all events of the post: the outcome is `tried`, and says in `would` and the members after it what would become of it. It takes the same way as a post, so it needs the same rights, and stands in the timeline as tried. One event of a batch is tried by its own member `dryrun`.\n"
		"\n`traceparent`, as a header, is put into each event that has none.\n");
}

static void print_statuses(struct buf *out)
{
	buf_add_text(
		out,
		"\n## Problems\n\nWhat they mean and what to do about each: [EVENTS.md](EVENTS.md#problems). An answer of 429 or 503 has `Retry-After`, 401 has `WWW-Authenticate`, 405 has `Allow`. "
		"What the HTTP library cannot read, a broken request (400) or a header or address of more than 16 KiB (431, 414), it answers itself with a page in HTML, and closes the connection.\n\n"
		"| status | problem |\n| --- | --- |\n");
#define PROBLEM(id, status, name, zh, en, cure) \
	buf_printf(out, "| %d | `%s`: %s |\n", status, name, en);
#include "producers/gateway/problems.def"
#undef PROBLEM
}

static void print_objects(struct buf *out)
{
	buf_add_text(out, "\n## Objects\n");
	for (int i = 0; i < ROW_COUNT; i++) {
		const struct row *row = &ROWS[i];

		if (row->row == ROW_OBJECT) {
			buf_printf(out, "\n### %s\n\n", row->name);
			print_linked(out, row->text);
			buf_add_text(out,
				     ".\n\n| member | kind | meaning |\n| --- | --- | --- |\n");
		} else if (row->row == ROW_MEMBER) {
			buf_printf(out, "| `%s` | ", row->name);
			print_linked(out, row->kind);
			buf_add_text(out, " | ");
			print_linked(out, row->text);
			buf_add_text(out, " |\n");
		}
	}
}

void http_manual_print(struct buf *out)
{
	buf_add_text(out, intro);
	print_routes(out);
	print_forms(out);
	buf_add_text(out, reading);
	print_statuses(out);
	print_objects(out);
}
