/* event_decode.c: reads a record's MessagePack in one pass over bytes that nobody has checked. */
#include <stdio.h>

#include "schemas/event.h"
#include "schemas/member.h"

/* A map being read into a struct: the table it follows and where in it the next member is expected. */
struct target {
	const struct field *fields;
	size_t count;
	void *object;
	uint64_t seen;     /* a bit per field: duplicates are refused */
	size_t next;       /* writers keep the table's order, so the next member is the likeliest */
	const char *where; /* prefix of names in problems */
	bool in_data;
};

struct decoder {
	struct mp mp;
	struct event *ev;
	struct problem *problem;
	bool posted;
	bool has_version, has_type, has_data;
	struct span data; /* bytes of data that came before its type */
};

static enum err refuse(
	struct decoder *d, enum err err, const char *where, struct span name, const char *reason)
{
	if (d->problem) {
		snprintf(d->problem->field, sizeof d->problem->field, "%s%.*s", where,
			 (int)(name.n < 60 ? name.n : 60), name.n ? (const char *)name.p : "");
		snprintf(d->problem->reason, sizeof d->problem->reason, "%s", reason);
	}
	return err;
}

static struct span name_of(const struct field *field)
{
	return span_of(field->name, field->name_len);
}

/* A member has another kind than its table says, or breaks its bound. */
static enum err misfit(struct decoder *d,
		       const struct target *t,
		       const struct field *f,
		       const char *reason)
{
	return refuse(d, d->posted ? ERR_INVALID : ERR_MALFORMED, t->where, name_of(f), reason);
}

static const struct field *find(struct target *t, struct span name)
{
	size_t i = t->next;

	for (size_t tried = 0; tried < t->count; tried++, i++) {
		if (i >= t->count) {
			i = 0;
		}
		const struct field *f = &t->fields[i];

		if (f->name_len == name.n && memcmp(f->name, name.p, name.n) == 0) {
			t->next = i + 1;
			return f;
		}
	}
	return NULL;
}

static const char *take_code(struct decoder *d, const struct field *f, uint8_t *ret_code)
{
	struct span text;

	if (!mp_text(&d->mp, &text)) {
		return "must be text";
	}
	*ret_code = codes_find(member_codes(f), text);
	return *ret_code ? NULL : "is not in its list of codes";
}

static const char *take_number(struct decoder *d, const struct field *f, void *item)
{
	struct mp_int number;
	const char *reason;

	if (!mp_int(&d->mp, &number)) {
		return "must be a whole number";
	}
	reason = member_check_int(f, number);
	if (!reason && f->kind == KIND_DAY) {
		*(uint32_t *)item = (uint32_t)number.bits;
	} else if (!reason) {
		*(uint64_t *)item = number.bits;
	}
	return reason;
}

/* One value into its place in the struct. @return NULL, or why it does not fit */
static const char *take_value(struct decoder *d, const struct field *f, void *item)
{
	struct span *span = item;

	switch (member_shape((enum kind)f->kind)) {
	case MEMBER_TEXT:
		return mp_text(&d->mp, span) ? member_check(f, *span, d->posted) : "must be text";
	case MEMBER_BYTES:
		if (d->posted && f->kind == KIND_SEAL) {
			return mp_text(&d->mp, span) ? member_check(f, *span, true)
						     : "must be text";
		}
		return mp_bytes(&d->mp, span) ? member_check(f, *span, d->posted) : "must be bytes";
	case MEMBER_INT:
		return take_number(d, f, item);
	case MEMBER_BOOL:
		return mp_bool(&d->mp, item) ? NULL : "must be true or false";
	case MEMBER_CODE:
		return take_code(d, f, item);
	}
	return "has an unknown kind";
}

static enum err take_member(struct decoder *d, struct target *t, const struct field *f)
{
	uint64_t bit = UINT64_C(1) << (f - t->fields);
	uint32_t count = 1;

	if (t->seen & bit) {
		return refuse(d, ERR_MALFORMED, t->where, name_of(f), "stands there twice");
	}
	t->seen |= bit;
	if (f->list_max && !mp_array(&d->mp, &count)) {
		return misfit(d, t, f, "must be a list");
	}
	if (count > 1 && count > f->list_max) {
		return misfit(d, t, f, "has too many items");
	}
	for (uint32_t i = 0; i < count; i++) {
		const char *reason = take_value(d, f, member_at(f, t->object, i));

		if (reason) {
			return misfit(d, t, f, reason);
		}
	}
	member_set_count(f, t->object, (uint8_t)count);
	return ERR_OK;
}

/* A member that the table does not know: kept as it is by readers, refused at the door (it might carry a name in clear). */
static enum err take_extra(struct decoder *d, const struct target *t, struct span name)
{
	struct event *ev = d->ev;
	const uint8_t *start = d->mp.at;

	if (!mp_utf8(name, NULL, NULL, NULL)) {
		return refuse(d, ERR_MALFORMED, t->where, (struct span){0},
			      "has a name that is not UTF-8");
	}
	if (d->posted) {
		return refuse(d, ERR_INVALID, t->where, member_unknown_name(name),
			      "is not a member of this type");
	}
	for (unsigned i = 0; i < ev->n_extras; i++) {
		if (ev->extras[i].in_data == t->in_data && span_eq(ev->extras[i].name, name)) {
			return refuse(d, ERR_MALFORMED, t->where, name, "stands there twice");
		}
	}
	if (ev->n_extras == LIMIT_EXTRAS) {
		return refuse(d, ERR_TOO_BIG, t->where, name, "is one unknown member too many");
	}
	if (!mp_skip(&d->mp, LIMIT_DEPTH - 1 - t->in_data)) {
		return refuse(d, ERR_MALFORMED, t->where, name, "is broken");
	}
	ev->extras[ev->n_extras++] =
		(struct extra){name, span_of(start, (size_t)(d->mp.at - start)), t->in_data};
	return ERR_OK;
}

/* Data, standing where mp is. */
static enum err take_data(struct decoder *d)
{
	const struct schema *schema = event_schema(d->ev->type);
	const uint8_t *start = d->mp.at;
	uint32_t count;
	enum err err = ERR_OK;

	memset(&d->ev->data, 0, schema->size);
	if (!mp_map(&d->mp, &count)) {
		return refuse(d, ERR_MALFORMED, "", SPAN("data"), "must be a map");
	}
	struct target t = {schema->fields, schema->field_count, &d->ev->data, 0, 0, "data.", true};

	for (uint32_t i = 0; i < count && !err; i++) {
		struct span name;

		if (!mp_text(&d->mp, &name)) {
			return refuse(d, ERR_MALFORMED, "", SPAN("data"),
				      "has a member without a name");
		}
		const struct field *f = find(&t, name);

		err = f ? take_member(d, &t, f) : take_extra(d, &t, name);
	}
	d->ev->data_bytes = span_of(start, (size_t)(d->mp.at - start));
	return err;
}

static enum err take_type(struct decoder *d)
{
	struct span type;

	if (d->has_type || !mp_text(&d->mp, &type)) {
		return refuse(d, ERR_MALFORMED, "", SPAN("type"),
			      d->has_type ? "stands there twice" : "must be text");
	}
	d->has_type = true;
	d->ev->type = event_type_named(type);
	return d->ev->type ? ERR_OK
			   : refuse(d, ERR_UNKNOWN, "", SPAN("type"), "is not a type of this bus");
}

static enum err take_version(struct decoder *d)
{
	struct span version;

	if (d->has_version || !mp_text(&d->mp, &version) || !span_eq(version, SPAN("1.0"))) {
		return refuse(d, ERR_MALFORMED, "", SPAN("specversion"), "must be 1.0, once");
	}
	d->has_version = true;
	return ERR_OK;
}

/* A foreign writer may put data before its type: then its bytes are kept, stepped over, and read at the end. */
static enum err take_or_keep_data(struct decoder *d)
{
	const uint8_t *start = d->mp.at;

	if (d->has_data) {
		return refuse(d, ERR_MALFORMED, "", SPAN("data"), "stands there twice");
	}
	d->has_data = true;
	if (d->has_type) {
		return take_data(d);
	}
	if (!mp_skip(&d->mp, LIMIT_DEPTH - 1)) {
		return refuse(d, ERR_MALFORMED, "", SPAN("data"), "is broken");
	}
	d->data = span_of(start, (size_t)(d->mp.at - start));
	return ERR_OK;
}

static enum err take_content_type(struct decoder *d)
{
	struct span type;

	if (!mp_text(&d->mp, &type) || !(span_eq(type, SPAN("application/json")) ||
					 span_eq(type, SPAN("application/msgpack")))) {
		return refuse(d, ERR_INVALID, "", SPAN("datacontenttype"),
			      "must be application/json or application/msgpack");
	}
	return ERR_OK;
}

/* The type already determines the schema of the data: the sender's is checked, and not kept. */
static enum err take_schema(struct decoder *d)
{
	struct span uri;
	const char *wrong = mp_text(&d->mp, &uri) ? member_check_dataschema(uri) : "must be text";

	return wrong ? refuse(d, ERR_INVALID, "", SPAN("dataschema"), wrong) : ERR_OK;
}

static enum err take_attribute(struct decoder *d, struct target *t)
{
	struct span name;

	if (!mp_text(&d->mp, &name)) {
		return refuse(d, ERR_MALFORMED, "", (struct span){0},
			      "has a member without a name");
	}
	const struct field *f = find(t, name);

	if (f) {
		return take_member(d, t, f);
	}
	if (span_eq(name, SPAN("type"))) {
		return take_type(d);
	}
	if (span_eq(name, SPAN("data"))) {
		return take_or_keep_data(d);
	}
	if (span_eq(name, SPAN("specversion"))) {
		return take_version(d);
	}
	if (d->posted && span_eq(name, SPAN("datacontenttype"))) {
		return take_content_type(d);
	}
	if (d->posted && span_eq(name, SPAN("dataschema"))) {
		return take_schema(d);
	}
	return take_extra(d, t, name);
}

static enum err decode(struct decoder *d)
{
	struct target t = {.object = &d->ev->env, .where = ""};
	uint32_t count;
	enum err err = ERR_OK;

	t.fields = event_envelope_fields(&t.count);
	if (!mp_map(&d->mp, &count)) {
		return refuse(d, ERR_MALFORMED, "", (struct span){0}, "is not a MessagePack map");
	}
	for (uint32_t i = 0; i < count && !err; i++) {
		err = take_attribute(d, &t);
	}
	if (err) {
		return err;
	}
	if (mp_left(&d->mp)) {
		return refuse(d, ERR_MALFORMED, "", (struct span){0}, "has bytes after its end");
	}
	if (d->posted && d->has_type && !d->has_data) {
		/* CloudEvents may come without data; needed members are asked for later. */
		d->has_data = true;
		memset(&d->ev->data, 0, event_schema(d->ev->type)->size);
	}
	if (!d->has_version || !d->has_type || !d->has_data) {
		return refuse(d, ERR_MALFORMED, "",
			      !d->has_version ? SPAN("specversion")
			      : !d->has_type  ? SPAN("type")
					      : SPAN("data"),
			      "is missing");
	}
	if (d->data.p) {
		d->mp = mp_over(d->data);
		return take_data(d);
	}
	return ERR_OK;
}

static enum err start(struct span bytes, size_t most, struct decoder *d)
{
	struct event *ev = d->ev;

	/* Lists are large and most types have few: only the envelope, and later the one struct of data, are cleared. */
	ev->type = EVENT_NONE;
	ev->n_extras = 0;
	ev->data_bytes = (struct span){0};
	memset(&ev->env, 0, sizeof ev->env);
	if (bytes.n > most) {
		return refuse(d, ERR_TOO_BIG, "", (struct span){0},
			      "is larger than an event may be");
	}
	d->mp = mp_over(bytes);
	return decode(d);
}

enum err event_decode(struct span bytes, struct event *ret_ev, struct problem *ret_problem)
{
	return start(bytes, LIMIT_EVENT_BYTES,
		     &(struct decoder){.ev = ret_ev, .problem = ret_problem});
}

enum err event_decode_posted(struct span bytes, struct event *ret_ev, struct problem *ret_problem)
{
	struct decoder d = {.ev = ret_ev, .problem = ret_problem, .posted = true};

	return start(bytes, LIMIT_ACTION_BYTES, &d);
}
