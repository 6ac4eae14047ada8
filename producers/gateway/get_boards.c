/* get_boards.c: GET /v1/boards/{place}?from=&to=: counts and rates of a place at any level, its children listed. */
#include "common/civil.h"
#include "common/clock.h"
#include "common/place.h"
#include "producers/gateway/gateway.h"
#include "producers/gateway/get_cases.h"
#include "producers/gateway/json_out.h"
#include "producers/gateway/read_rights.h"

enum { BOARD_DAYS = 30, CHILDREN = 200 };

struct span_of_days {
	int32_t from, to;
};

/* Basis points; nothing where nothing was counted. */
static void rate_member(struct buf *out, const char *name, uint64_t part, uint64_t whole)
{
	if (whole) {
		json_out_member_number(out, name, (int64_t)(part * 10000 / whole));
	}
}

static void row_members(struct buf *out, const struct case_board_row *row)
{
	json_out_member_number(out, "open", row->open);
	json_out_member_number(out, "reported", row->reported);
	json_out_member_number(out, "settled", row->settled);
	json_out_member_number(out, "accepted", row->accepted);
	json_out_member_number(out, "rejected", row->rejected);
	json_out_member_number(out, "dispatched", row->dispatched);
	json_out_member_number(out, "closed", row->closed);
	json_out_member_number(out, "closed_late", row->closed_late);
	json_out_member_number(out, "reopened", row->reopened);
	json_out_member_number(out, "escalated", row->escalated);
	json_out_member_number(out, "escalated_overdue", row->escalated_overdue);
	json_out_member_number(out, "returned", row->returned);
	json_out_member_number(out, "callbacks", row->callbacks);
	rate_member(out, "on_time_bp", row->closed - row->closed_late, row->closed);
	rate_member(out, "closed_bp", row->closed, row->reported);
	rate_member(out, "closed_low_bp", row->closed_low, row->closed);
	rate_member(out, "reopened_bp", row->reopened, row->closed);
	rate_member(out, "score_bp", (uint64_t)row->score_sum * 100, row->callbacks);
}

static void families_write(struct buf *out, const struct case_query_board *board)
{
	json_out_name(out, "families");
	json_out_open(out, '[');
	for (int i = 0; i < board->n_families; i++) {
		const struct case_type *family = codes_family(span_cstr(board->families[i].family));

		json_out_open(out, '{');
		json_out_member_text(out, "code", board->families[i].family);
		if (family) {
			json_out_member_text(out, "zh", family->zh);
			json_out_member_text(out, "en", family->en);
		}
		row_members(out, &board->families[i].row);
		json_out_close(out, '}');
	}
	json_out_close(out, ']');
}

static void date_member(struct buf *out, const char *name, int32_t day)
{
	char text[CIVIL_TEXT_SIZE];

	civil_format(civil_midnight_us(day), text);
	json_out_member(out, name, span_of(text, 10));
}

/* Children are named while the lock is held, counted after: counting reads the disk. */
struct children {
	struct {
		struct span code, name;
	} all[CHILDREN];
	int n;
};

static bool child_add(void *context, const struct ref_place *place)
{
	struct children *children = context;

	children->all[children->n].code = place->code;
	children->all[children->n].name = place->name;
	return ++children->n < CHILDREN;
}

static void children_write(struct http_request *request,
			   struct case_shelf_read *read,
			   struct span place,
			   struct span_of_days days)
{
	struct gateway *gateway = request->gateway;
	struct children *children = arena_zalloc(&request->arena, sizeof *children);
	struct case_query_board *board = arena_zalloc(&request->arena, sizeof *board);
	struct buf *out = &request->answer;

	if (!children || !board) {
		out->err = ERR_NOMEM;
		return;
	}
	pthread_rwlock_rdlock(&gateway->reference_lock);
	reference_children(gateway->reference, gateway_today(gateway), place, child_add, children);
	pthread_rwlock_unlock(&gateway->reference_lock);
	json_out_name(out, "children");
	json_out_open(out, '[');
	for (int i = 0; i < children->n; i++) {
		memset(board, 0, sizeof *board);
		case_query_board(&read->query, children->all[i].code, days.from, days.to, board);
		json_out_open(out, '{');
		json_out_member(out, "place", children->all[i].code);
		json_out_member(out, "name", children->all[i].name);
		row_members(out, &board->total);
		json_out_close(out, '}');
	}
	json_out_close(out, ']');
}

static bool days_read(struct http_request *request, struct span_of_days *ret_days)
{
	struct span from = http_query(request, "from"), to = http_query(request, "to");

	ret_days->to = civil_day(clock_wall_us());
	if (to.p && !civil_parse_date(to, &ret_days->to)) {
		http_problem(request, PROBLEM_BAD_QUERY, "to", "a date, yyyy-mm-dd");
		return false;
	}
	ret_days->from = ret_days->to - BOARD_DAYS + 1;
	if (from.p && !civil_parse_date(from, &ret_days->from)) {
		http_problem(request, PROBLEM_BAD_QUERY, "from", "a date, yyyy-mm-dd");
		return false;
	}
	if (ret_days->from > ret_days->to) {
		http_problem(request, PROBLEM_BAD_QUERY, "from", "after the last day");
		return false;
	}
	return true;
}

route_handler get_boards;
void get_boards(struct http_request *request)
{
	CLEANUP(case_shelf_end) struct case_shelf_read read = {0};
	struct span place = {0};
	struct case_query_board board = {0};
	struct buf *out = &request->answer;
	struct span_of_days days;

	if (!gateway_place(request->gateway, request->parts[0], &place)) {
		http_problem(request, PROBLEM_NOT_FOUND, "place", "no place of that code");
		return;
	}
	if (!read_rights_allow_place(request, place) || !days_read(request, &days) ||
	    !get_cases_shelf(request, &read)) {
		return;
	}
	case_query_board(&read.query, place, days.from, days.to, &board);
	json_out_open(out, '{');
	json_out_member(out, "place", place);
	json_out_member_number(out, "level", place_level(place));
	date_member(out, "from", days.from);
	date_member(out, "to", days.to);
	json_out_name(out, "total");
	json_out_open(out, '{');
	row_members(out, &board.total);
	json_out_close(out, '}');
	families_write(out, &board);
	children_write(request, &read, place, days);
	get_cases_as_of(out, &read);
	json_out_close(out, '}');
	request->status = 200;
}
