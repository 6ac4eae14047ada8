/* event_encode.c: writes an event as the MessagePack of a record; what it writes, event_decode reads. */
#include <msgpack.h>

#include "schemas/event.h"
#include "schemas/member.h"

struct encoder {
	msgpack_packer pk;
	struct buf *out;
	enum err err; /* of the event, not of memory */
};

static int to_buf(void *out, const char *bytes, size_t n)
{
	buf_add(out, span_of(bytes, n));
	return 0;
}

/* Heads are msgpack-c's; the bytes behind them go straight in, for a record has a hundred such runs. */
static void put_text(struct encoder *e, struct span text)
{
	msgpack_pack_str(&e->pk, text.n);
	buf_add(e->out, text);
}

static void put_bytes(struct encoder *e, struct span bytes)
{
	msgpack_pack_bin(&e->pk, bytes.n);
	buf_add(e->out, bytes);
}

/* A member's name: of fewer than 32 bytes, as event_test holds them to, its head is one byte. */
static void put_name(struct encoder *e, const struct field *f)
{
	buf_add_byte(e->out, (uint8_t)(0xa0 | f->name_len));
	buf_add(e->out, span_of(f->name, f->name_len));
}

/* A span member, checked by the rules its readers check it by: a record that cannot be read would stop them all. */
static void put_span(struct encoder *e, const struct field *f, struct span value, bool text)
{
	if (!value.p || member_check(f, value, false)) {
		e->err = ERR_INVALID;
		return;
	}
	if (text) {
		put_text(e, value);
	} else {
		put_bytes(e, value);
	}
}

static void put_number(struct encoder *e, const struct field *f, int64_t value)
{
	struct mp_int number = {(uint64_t)value, f->kind != KIND_UINT && value < 0};

	if (member_check_int(f, number)) {
		e->err = ERR_INVALID;
	} else if (number.negative) {
		msgpack_pack_int64(&e->pk, value);
	} else {
		msgpack_pack_uint64(&e->pk, number.bits);
	}
}

static void put_code(struct encoder *e, const struct field *f, int64_t value)
{
	const char *name = codes_get(member_codes(f), (uint8_t)value)->name;

	if (*name == '\0') {
		e->err = ERR_INVALID;
	} else {
		put_text(e, span_cstr(name));
	}
}

static void put_value(struct encoder *e, const struct field *f, const void *object, unsigned i)
{
	switch (member_shape((enum kind)f->kind)) {
	case MEMBER_TEXT:
		put_span(e, f, member_span(f, object, i), true);
		break;
	case MEMBER_BYTES:
		put_span(e, f, member_span(f, object, i), false);
		break;
	case MEMBER_INT:
		put_number(e, f, member_int(f, object, i));
		break;
	case MEMBER_BOOL:
		if (member_int(f, object, i)) {
			msgpack_pack_true(&e->pk);
		} else {
			msgpack_pack_false(&e->pk);
		}
		break;
	case MEMBER_CODE:
		put_code(e, f, member_int(f, object, i));
		break;
	}
}

static void put_members(struct encoder *e,
			const struct field *fields,
			size_t count,
			const void *object)
{
	for (const struct field *f = fields; f < fields + count; f++) {
		unsigned items = member_count(f, object);

		if (!items) {
			continue;
		}
		put_name(e, f);
		if (f->list_max) {
			if (items > f->list_max) {
				e->err = ERR_INVALID;
				return;
			}
			msgpack_pack_array(&e->pk, items);
		}
		for (unsigned i = 0; i < items; i++) {
			put_value(e, f, object, i);
		}
	}
}

static void put_extras(struct encoder *e, const struct event *ev, bool in_data)
{
	for (unsigned i = 0; i < ev->n_extras; i++) {
		if (ev->extras[i].in_data == in_data) {
			put_text(e, ev->extras[i].name);
			buf_add(e->out, ev->extras[i].value);
		}
	}
}

static size_t count_members(const struct event *ev,
			    const struct field *fields,
			    size_t count,
			    const void *object,
			    bool in_data)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		n += member_has(&fields[i], object);
	}
	for (unsigned i = 0; i < ev->n_extras; i++) {
		n += ev->extras[i].in_data == in_data;
	}
	return n;
}

enum err event_encode(const struct event *ev, struct buf *out)
{
	const struct schema *schema = event_schema(ev->type);
	struct encoder e = {.out = out};
	size_t env_count, start = out->n;
	const struct field *env = event_envelope_fields(&env_count);

	if (!schema) {
		return ERR_UNKNOWN;
	}
	msgpack_packer_init(&e.pk, out, to_buf);
	msgpack_pack_map(&e.pk, 3 + count_members(ev, env, env_count, &ev->env, false));
	put_text(&e, SPAN("specversion"));
	put_text(&e, SPAN("1.0"));
	put_text(&e, SPAN("type"));
	put_text(&e, span_cstr(schema->type));
	put_members(&e, env, env_count, &ev->env);
	put_extras(&e, ev, false);
	put_text(&e, SPAN("data"));
	msgpack_pack_map(&e.pk,
			 count_members(ev, schema->fields, schema->field_count, &ev->data, true));
	put_members(&e, schema->fields, schema->field_count, &ev->data);
	put_extras(&e, ev, true);
	if (out->err) {
		return out->err;
	}
	if (e.err || out->n - start > LIMIT_EVENT_BYTES) {
		out->n = start;
		return e.err ? e.err : ERR_TOO_BIG;
	}
	return ERR_OK;
}
