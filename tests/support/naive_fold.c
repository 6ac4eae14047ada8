/* naive_fold.c: where every case stands, folded a second time: cases, their timelines and what is counted. */
#include "tests/support/naive_fold_events.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	ID_CHARACTERS = 28,
	RP = 1,
	HO = 5,
	VE = 7,
	ORIGIN_BYTES = 16,
	UNIT_CHARACTERS = 40,
	REPORTED = 1,
	PLAIN_EVENTS = 256
};

static const char *const STATES[] = {"RP", "AC", "DI", "IP", "HO", "FB", "VE",
				     "CL", "AR", "RJ", "RD", "MG", "WD", NULL};
/* Records that move the clock or the writer, and no case. */
static const char *const OTHERS[] = {"gov.writer.claimed.v1",  "gov.clock.ticked.v1",
				     "gov.clock.advanced.v1",  "gov.went.live.v1",
				     "gov.clock.confirmed.v1", NULL};

/* ---- cases and their timelines */

static void put_be_digits(struct naive_out *out, const char *digits, int n, uint64_t less)
{
	uint64_t value = 0;

	for (int i = 0; i < n; i++) {
		value = value * 10 + (uint64_t)(digits[i] - '0');
	}
	naive_rows_put_big(out, value - less, 3);
}

bool naive_fold_put_id(struct naive_out *out, struct naive_bytes subject)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t hash = 0;

	if (subject.n != ID_CHARACTERS || subject.p[6] != '-' || subject.p[15] != '-') {
		return false;
	}
	for (int i = 16; i < ID_CHARACTERS; i++) {
		const char *digit = memchr(alphabet, subject.p[i], 32);

		if (!digit) {
			return false;
		}
		hash = hash << 5 | (uint64_t)(digit - alphabet);
	}
	put_be_digits(out, subject.p, 6, 0);
	put_be_digits(out, subject.p + 7, 8, 19000000);
	naive_rows_put_big(out, hash, 8);
	return true;
}

void naive_fold_put_origin(struct naive_out *out, struct naive_bytes source, struct naive_bytes id)
{
	uint8_t text[1024], hash[ORIGIN_BYTES];

	if (1 + source.n + id.n > sizeof text) {
		abort();
	}
	text[0] = (uint8_t)source.n;
	memcpy(text + 1, source.p, source.n);
	memcpy(text + 1 + source.n, id.p, id.n);
	crypto_generichash(hash, sizeof hash, text, 1 + source.n + id.n, NULL, 0);
	naive_rows_put(out, hash, sizeof hash);
}

static struct naive_bytes first(struct naive_bytes text, size_t n)
{
	return (struct naive_bytes){text.p, text.n < n ? text.n : n};
}

static struct naive_bytes unit_in(const struct naive_folding *f, const char *name)
{
	return first(naive_record_text(naive_record_member(f->record, name)), UNIT_CHARACTERS);
}

/* An action finds its lines that are no events by keys alone: case, source and id; then where they stand, backwards. An event after the
 * first 256 is found likewise: zeros, then its seq, backwards. */
static void add_outcome(const struct naive_folding *f)
{
	static struct naive_out key, nothing;
	const struct naive_record *record = f->record;
	uint32_t seq = f->c->seq, ordinal = seq ? f->c->ordinal : f->c->asked;

	if (!ordinal && seq <= PLAIN_EVENTS) {
		return;
	}
	key.n = 0;
	naive_fold_put_id(&key, (struct naive_bytes){f->c->subject, ID_CHARACTERS});
	naive_fold_put_origin(&key, naive_record_text(naive_record_member(record, "source")),
			      naive_record_text(naive_record_member(record, "id")));
	naive_rows_put_big(&key, ordinal ? UINT32_MAX - seq : 0, 4);
	naive_rows_put_big(&key, UINT32_MAX - (ordinal ? ordinal : seq), 4);
	naive_rows_add(&f->fold->rows, NAIVE_OUTCOME, &key, &nothing);
}

static void add_timeline(const struct naive_folding *f, const struct naive_kind *kind)
{
	static struct naive_out key, value;
	const struct naive_record *record = f->record;
	struct naive_bytes unit = unit_in(f, "unit"), owner = unit_in(f, "owner"),
			   actor = unit_in(f, "actor");
	const uint8_t lengths[] = {(uint8_t)unit.n, (uint8_t)owner.n, (uint8_t)actor.n, 0};

	key.n = value.n = 0;
	naive_fold_put_id(&key, (struct naive_bytes){f->c->subject, ID_CHARACTERS});
	naive_rows_put_big(&key, f->c->seq, 4);
	naive_rows_put_big(&key, f->c->seq ? f->c->ordinal : f->c->asked, 4);
	naive_rows_put_little(
		&value, (uint64_t)naive_record_number(naive_record_member(record, "time")), 8);
	naive_rows_put_little(&value, (uint64_t)f->decided_us, 8);
	naive_fold_put_origin(&value, naive_record_text(naive_record_member(record, "source")),
			      naive_record_text(naive_record_member(record, "id")));
	naive_rows_put_little(&value, kind->number, 2);
	naive_rows_put_little(
		&value, naive_fold_events_code(STATES, naive_record_member(record, "from")), 1);
	naive_rows_put_little(&value,
			      naive_fold_events_code(STATES, naive_record_member(record, "to")), 1);
	naive_rows_put(&value, lengths, sizeof lengths);
	naive_rows_put(&value, unit.p, unit.n);
	naive_rows_put(&value, owner.p, owner.n);
	naive_rows_put(&value, actor.p, actor.n);
	naive_rows_put(&value, record->data.p, record->data.n);
	naive_rows_add(&f->fold->rows, NAIVE_TIMELINE, &key, &value);
	add_outcome(f);
}

static struct naive_case *case_of(struct naive_fold *fold, struct naive_bytes subject)
{
	unsigned h = 5381;

	for (size_t i = 0; i < subject.n; i++) {
		h = h * 33 + (uint8_t)subject.p[i];
	}
	struct naive_case **at = &fold->buckets[h % NAIVE_FOLD_BUCKETS];

	while (*at && memcmp((*at)->subject, subject.p, ID_CHARACTERS) != 0) {
		at = &(*at)->next;
	}
	if (!*at) {
		*at = calloc(1, sizeof **at);
		if (!*at) {
			abort();
		}
		memcpy((*at)->subject, subject.p, ID_CHARACTERS);
	}
	return *at;
}

/* ---- one record */

static bool is_open(uint8_t state)
{
	return state >= RP && state <= VE;
}

/* How a case weighs on the board: open; past its deadline from some midnight on. */
struct weight {
	char family[2];
	bool open, due;
	int64_t late_day;
};

/* A held case that was not late when it was laid aside does not become so. */
static struct weight weight_of(const struct naive_case *c)
{
	const int64_t day_us = INT64_C(86400000000);
	struct weight w = {{c->type_code[0], c->type_code[1]}, is_open(c->state), false, 0};

	if (w.open && c->due.due_us && !(c->state == HO && c->due.due_us > c->held_since_us)) {
		w.due = true;
		w.late_day = naive_board_day(c->due.due_us - 1 + day_us);
	}
	return w;
}

static void put_weight(struct naive_folding *f,
		       struct naive_spot spot,
		       const struct weight *w,
		       enum naive_counted which,
		       int64_t by)
{
	const int64_t day_us = INT64_C(86400000000);
	int64_t counts[NAIVE_COUNTED] = {0};

	counts[which] = by;
	spot.family = w->family;
	if (which == NAIVE_LATE_OPEN && w->late_day > naive_board_day(spot.at_us)) {
		spot.at_us = w->late_day * day_us;
	}
	naive_board_add(&f->fold->board, &spot, counts);
}

static void weigh(struct naive_folding *f,
		  const struct naive_spot *spot,
		  const struct weight *before,
		  const struct weight *after)
{
	bool moved = memcmp(before->family, after->family, 2) != 0;

	if (before->open && (moved || !after->open)) {
		put_weight(f, *spot, before, NAIVE_OPEN, -1);
	}
	if (after->open && (moved || !before->open)) {
		put_weight(f, *spot, after, NAIVE_OPEN, 1);
	}
	moved = moved || before->due != after->due || before->late_day != after->late_day;
	if (moved && before->due) {
		put_weight(f, *spot, before, NAIVE_LATE_OPEN, -1);
	}
	if (moved && after->due) {
		put_weight(f, *spot, after, NAIVE_LATE_OPEN, 1);
	}
}

static void count(struct naive_folding *f, int partition, const struct weight *before)
{
	struct naive_spot spot = {
		.place = f->c->place,
		.partition = partition,
		.family = f->c->type_code,
		.at_us = f->day_us,
	};
	const int64_t undone[NAIVE_COUNTED] = {[NAIVE_CLOSED_REOPENED] = 1};
	struct weight after = weight_of(f->c);
	bool any = false;

	weigh(f, &spot, before, &after);
	for (int i = 0; i < NAIVE_COUNTED; i++) {
		any = any || f->count[i];
	}
	if (any) {
		naive_board_add(&f->fold->board, &spot, f->count);
	}
	if (f->undone) {
		spot.at_us = f->c->closed_day * INT64_C(86400000000);
		naive_board_add(&f->fold->board, &spot, undone);
	}
}

static bool take_case_event(struct naive_folding *f, int partition, const struct naive_kind *kind)
{
	const struct naive_record *record = f->record;
	const msgpack_object *to = naive_record_member(record, "to");
	struct naive_case *c = f->c;
	struct weight before = weight_of(c);
	uint8_t state = c->state;
	int64_t seq = naive_record_number(naive_record_member(record, "seq"));

	if (seq != c->seq + 1 || (seq == 1) != (kind->number == REPORTED) ||
	    state != naive_fold_events_code(STATES, naive_record_member(record, "from"))) {
		return naive_log_wrong(f->fold->log,
				       "%.28s: %s with seq %" PRId64 " after %u in %u", c->subject,
				       kind->name, seq, c->seq, state);
	}
	c->seq = (uint32_t)seq;
	c->ordinal = 0;
	c->updated_us = f->decided_us;
	c->state = to ? naive_fold_events_code(STATES, to) : state;
	if (naive_record_member(record, "owner")) {
		naive_fold_events_own(&c->texts[NAIVE_OWNER],
				      naive_record_text(naive_record_member(record, "owner")));
	}
	kind->take(f);
	add_timeline(f, kind);
	count(f, partition, &before);
	return true;
}

/* An outcome that changes no case stands behind the last event of its subject. */
static void take_outcome(struct naive_folding *f, const struct naive_kind *kind)
{
	if (f->c->seq) {
		f->c->ordinal++;
	} else {
		f->c->asked++;
	}
	add_timeline(f, kind);
}

/* Whether this record is the first that a planted bug is about. */
static bool plays(struct naive_fold *fold, enum naive_plant plant, bool fits)
{
	bool plays = fits && fold->log->plant == plant && !fold->planted;

	fold->planted = fold->planted || plays;
	return plays;
}

bool naive_fold_take(struct naive_fold *fold, int partition, const struct naive_record *record)
{
	const msgpack_object *type = naive_record_member(record, "type");
	const struct naive_kind *kind = naive_fold_events_kind(naive_record_text(type));
	struct naive_bytes subject = naive_record_text(naive_record_member(record, "subject"));
	static struct naive_out id;
	struct naive_folding f = {
		.fold = fold,
		.record = record,
		.decided_us = naive_record_number(naive_record_member(record, "decidedtime")),
	};

	if (!kind) {
		return naive_fold_events_code(OTHERS, type) ||
		       naive_log_wrong(fold->log, "a record of a type that a case does not have");
	}
	id.n = 0;
	if (!naive_fold_put_id(&id, subject)) {
		return !kind->take || naive_log_wrong(fold->log, "an event of no case");
	}
	f.c = case_of(fold, subject);
	f.decided_us -= plays(fold, NAIVE_PLANT_TIME, kind->take != NULL);
	f.day_us = naive_record_number(naive_record_member(record, "time"));
	f.day_us = f.day_us < f.decided_us ? f.day_us : f.decided_us;
	if (kind->take) {
		return take_case_event(&f, partition, kind);
	}
	if (plays(fold, NAIVE_PLANT_TWICE, true)) {
		take_outcome(&f, kind);
	}
	if (!plays(fold, NAIVE_PLANT_DROP, true)) {
		take_outcome(&f, kind);
	}
	return true;
}

struct naive_fold *naive_fold_new(struct naive_log *log)
{
	struct naive_fold *fold = calloc(1, sizeof *fold);

	if (!fold) {
		abort();
	}
	fold->log = log;
	return fold;
}

void naive_fold_free(struct naive_fold *fold)
{
	for (int i = 0; i < NAIVE_FOLD_BUCKETS; i++) {
		for (struct naive_case *c = fold->buckets[i], *next; c; c = next) {
			next = c->next;
			free((char *)(uintptr_t)c->place.p);
			free((char *)(uintptr_t)c->receipt.p);
			for (int k = 0; k < NAIVE_TEXTS; k++) {
				free((char *)(uintptr_t)c->texts[k].p);
			}
			free(c);
		}
	}
	naive_board_done(&fold->board);
	naive_rows_done(&fold->rows);
	free(fold);
}
