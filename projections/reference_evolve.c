/* reference_evolve.c: what an event of the reference register leaves in its rows. */
#include "projections/reference_evolve.h"

/* Every event table of this register has an effective_from. */
static int64_t effective_from(const struct event *ev)
{
	switch (ev->type) {
	case EVENT_place_registered:
		return ev->data.place_registered.effective_from;
	case EVENT_place_changed:
		return ev->data.place_changed.effective_from;
	case EVENT_unit_registered:
		return ev->data.unit_registered.effective_from;
	case EVENT_list_item_set:
		return ev->data.list_item_set.effective_from;
	case EVENT_policy_set:
		return ev->data.policy_set.effective_from;
	case EVENT_calendar_set:
		return ev->data.calendar_set.effective_from;
	case EVENT_profile_set:
		return ev->data.profile_set.effective_from;
	default:
		return 0;
	}
}

static void evolve_unit(struct reference_row *row, const struct unit_registered *data)
{
	struct span seat = span_first(data->seat, sizeof(row->seat) - 1);

	row->on = !data->has_active || data->active;
	row->level = (uint8_t)data->level;
	row->unit_type = data->unit_type;
	memset(row->seat, 0, sizeof(row->seat));
	memcpy(row->seat, seat.p, seat.n);
}

static void evolve_members(struct reference_row *row, const struct event *ev)
{
	row->on = true;
	row->until_us = INT64_MAX;
	switch (ev->type) {
	case EVENT_place_changed:
		row->on = ev->data.place_changed.change == CODE_place_change_rename;
		break;
	case EVENT_unit_registered:
		evolve_unit(row, &ev->data.unit_registered);
		break;
	case EVENT_list_item_set:
		row->on = ev->data.list_item_set.active;
		if (ev->data.list_item_set.has_effective_until) {
			row->until_us = ev->data.list_item_set.effective_until;
		}
		break;
	case EVENT_policy_set:
		row->version = ev->data.policy_set.version;
		break;
	case EVENT_calendar_set:
		row->version = ev->data.calendar_set.version;
		break;
	default:
		break;
	}
}

enum err reference_evolve(struct reg *reg, const struct event *ev)
{
	struct reference_row row;
	struct reference_row_bound bound = {.seq = (int64_t)ev->env.seq};
	uint8_t key[LIMIT_KEY_BYTES];
	bool known = reference_row_get(reg->view, ev->env.subject, &row);
	int64_t from_us = effective_from(ev);

	if (!known) {
		row.since_us = from_us;
	} else if (from_us != row.changed_us) {
		row.was_on = row.on;
	}
	row.changed_us = from_us;
	row.seq = (uint32_t)ev->env.seq;
	evolve_members(&row, ev);
	view_put(reg->view, REFERENCE_ROW_SUBJECT, ev->env.subject, span_of(&row, sizeof(row)));
	if (ev->env.has_digest && ev->env.digest.n == sizeof(bound.digest)) {
		memcpy(bound.digest, ev->env.digest.p, sizeof(bound.digest));
	}
	view_add(reg->view, REFERENCE_ROW_BOUND, span_of(key, reference_row_bound_key(ev, key)),
		 span_of(&bound, sizeof(bound)));
	return reg->view->err;
}
