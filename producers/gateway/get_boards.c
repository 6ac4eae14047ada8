/* get_boards.c: GET /v1/boards/{place}?from=&to=: counts and rates of a place at any level, its children listed. */
#include "common/civil.h"
#include "common/clock.h"
#include "common/place.h"
#include "producers/gateway/gateway.h"
#include "producers/gateway/get_cases.h"
#include "producers/gateway/json_out.h"
#include "producers/gateway/read_rights.h"

enum { BOARD_DAYS = 30, CHILDREN = 1000 }; /* a level has three digits at most */

struct span_of_days {
	int32_t from, to;
};

/* Nothing where nothing was counted. */
static void rate_members(struct buf *out, const struct case_board_row *row)
{
	static const char *const NAMES[CASE_BOARD_RATES] = {
		[CASE_BOARD_ON_TIME] = "on_time_bp", [CASE_BOARD_CLOSED] = "closed_bp",
		[CASE_BOARD_LOW] = "closed_low_bp",  [CASE_BOARD_REOPENED] = "reopened_bp",
		[CASE_BOARD_SCORE] = "score_bp",
	};

	for (int i = 0; i < CASE_BOARD_RATES; i++) {
		int rate = case_board_rate(row, (enum case_board_rated)i);

		if (rate >= 0) {
			json_out_member_number(out, NAMES[i], rate);
		}
	}
}

static void row_members(struct buf *out, const struct case_board_row *row)
{
	json_out_member_number(out, "open", row->open);
	json_out_member_number(out, "overdue", row->overdue);
	json_out_member_number(out, "reported", row->reported);
	json_out_member_number(out, "settled", row->settled);
	json_out_member_number(out, "accepted", row->accepted);
	json_out_member_number(out, "rejected", row->rejected);
	json_out_member_number(out, "dispatched", row->dispatched);
	json_out_member_number(out, "closed", row->closed);
	json_out_member_number(out, "closed_with_due", row->closed_with_due);
	json_out_member_number(out, "closed_late", row->closed_late);
	json_out_member_number(out, "closed_with_level", row->closed_with_level);
	json_out_member_number(out, "closed_low", row->closed_low);
	json_out_member_number(out, "closed_reopened", row->closed_reopened);
	json_out_member_number(out, "reopened", row->reopened);
	json_out_member_number(out, "escalated", row->escalated);
	json_out_member_number(out, "escalated_overdue", row->escalated_overdue);
	json_out_member_number(out, "returned", row->returned);
	json_out_member_number(out, "reworked", row->reworked);
	json_out_member_number(out, "callbacks", row->callbacks);
	json_out_member_number(out, "score_sum", row->score_sum);
	rate_members(out, row);
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
		bool gone;
	} all[CHILDREN];
	int n;
};

static bool child_add(void *context, const struct ref_place *place)
{
	struct children *children = context;

	children->all[children->n].code = place->code;
	children->all[children->n].name = place->name;
	children->all[children->n].gone = !place->in_force;
	return ++children->n < CHILDREN;
}

/* A place that is gone keeps its cases: without it children would not add up to the whole. */
static void child_write(struct buf *out,
			const struct children *children,
			int i,
			const struct case_board_row *row)
{
	static const struct case_board_row nothing;
	bool gone = children->all[i].gone;

	if (gone && memcmp(row, &nothing, sizeof nothing) == 0) {
		return;
	}
	json_out_open(out, '{');
	json_out_member(out, "place", children->all[i].code);
	json_out_member(out, "name", children->all[i].name);
	if (gone) {
		json_out_member_bool(out, "in_force", false);
	}
	row_members(out, row);
	json_out_close(out, '}');
}

static void children_write(struct http_request *request,
			   struct case_reader_snapshot *snapshot,
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
		case_query_board(&snapshot->query, children->all[i].code, days.from, days.to,
				 board);
		child_write(out, children, i, &board->total);
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
	CLEANUP(case_reader_end) struct case_reader_snapshot snapshot = {0};
	struct span place = {0};
	struct case_query_board board = {0};
	struct buf *out = &request->answer;
	struct span_of_days days;

	if (!gateway_place(request->gateway, request->parts[0], &place)) {
		http_problem(request, PROBLEM_NOT_FOUND, "place", "no place of that code");
		return;
	}
	if (!read_rights_allow_place(request, place) || !days_read(request, &days) ||
	    !get_cases_snapshot(request, &snapshot)) {
		return;
	}
	case_query_board(&snapshot.query, place, days.from, days.to, &board);
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
	children_write(request, &snapshot, place, days);
	get_cases_as_of(out, &snapshot);
	json_out_close(out, '}');
	request->status = 200;
}
