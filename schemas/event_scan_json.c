/* event_scan_json.c: a posted event read straight from its JSON text, in one pass and without a tree.
 *
 * Only what is surely right is taken: known members, each once, scalars and lists of them, whole numbers of few digits. Everything else
 * ends the pass, and event_from_json says what is wrong with it, or that it is right after all: so this reader has no errors, and its
 * one law is that what it takes is taken there and means the same (event_scan_json_test.c). That texts are UTF-8 is not looked at
 * here: no member's rule lets other bytes through. */
#include "schemas/event_scan_json.h"

#include "schemas/json_member.h"
#include "schemas/member.h"

/* Numbers of so many digits fit into 64 bits without a sign. */
enum { DIGITS = 19 };

struct scanner {
	const uint8_t *at, *end;
	struct arena *arena;
};

/* A table whose members are being read. */
struct target {
	const struct field *fields;
	size_t count, next; /* next: the member that comes if they come in the table's order */
	void *object;
	uint64_t seen;
};

static void skip_space(struct scanner *s)
{
	while (s->at < s->end &&
	       (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t')) {
		s->at++;
	}
}

/* Whether this byte comes next, after space; then it is behind us. */
static bool take(struct scanner *s, uint8_t byte)
{
	skip_space(s);
	if (s->at == s->end || *s->at != byte) {
		return false;
	}
	s->at++;
	return true;
}

/* ---- text */

static bool hex_four(struct scanner *s, uint32_t *ret_unit)
{
	uint32_t unit = 0;

	if (s->end - s->at < 4) {
		return false;
	}
	for (int i = 0; i < 4; i++) {
		uint8_t c = *s->at++;
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;

		if (digit < 0) {
			return false;
		}
		unit = unit << 4 | (uint32_t)digit;
	}
	*ret_unit = unit;
	return true;
}

/* The character of \uXXXX, or of two that are halves of one; s stands after the u. Zero and lone halves are refused. */
static bool take_escaped(struct scanner *s, uint32_t *ret_char)
{
	uint32_t high, low;

	if (!hex_four(s, &high)) {
		return false;
	}
	if (high < 0xd800 || high > 0xdfff) {
		*ret_char = high;
		return high != 0;
	}
	if (high > 0xdbff || s->end - s->at < 2 || s->at[0] != '\\' || s->at[1] != 'u') {
		return false;
	}
	s->at += 2;
	if (!hex_four(s, &low) || low < 0xdc00 || low > 0xdfff) {
		return false;
	}
	*ret_char = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

static uint8_t *put_char(uint8_t *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (uint8_t)c;
		return to;
	}
	if (c < 0x800) {
		*to++ = (uint8_t)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*to++ = (uint8_t)(0xe0 | c >> 12);
		} else {
			*to++ = (uint8_t)(0xf0 | c >> 18);
			*to++ = (uint8_t)(0x80 | (c >> 12 & 0x3f));
		}
		*to++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	}
	*to++ = (uint8_t)(0x80 | (c & 0x3f));
	return to;
}

/* One escape after its backslash. @return where to go on writing, NULL if it is none */
static uint8_t *take_escape(struct scanner *s, uint8_t *to)
{
	static const char NAMES[] = "\"\\/bfnrt", MEANT[] = "\"\\/\b\f\n\r\t";
	const char *name;
	uint32_t c;

	if (s->at == s->end || !*s->at) {
		return NULL;
	}
	if (*s->at == 'u') {
		s->at++;
		return take_escaped(s, &c) ? put_char(to, c) : NULL;
	}
	name = strchr(NAMES, *s->at++);
	if (!name) {
		return NULL;
	}
	*to = (uint8_t)MEANT[name - NAMES];
	return to + 1;
}

/* Bytes up to the quote that ends a text, escapes left as they are. @return NULL if there is none */
static const uint8_t *text_end(const uint8_t *at, const uint8_t *end)
{
	while (at < end && *at != '"') {
		at += *at == '\\' ? 2 : 1;
	}
	return at < end ? at : NULL;
}

/* A text with escapes goes into the arena: it is never longer than it stands. */
static bool unescape(struct scanner *s, const uint8_t *start, struct span *ret_text)
{
	const uint8_t *stop = text_end(s->at, s->end);
	uint8_t *text = stop ? arena_alloc(s->arena, (size_t)(stop - start)) : NULL;
	uint8_t *to = text;
	struct scanner inside = {s->at, stop, s->arena};

	if (!text) {
		return false;
	}
	memcpy(text, start, (size_t)(s->at - start));
	to += s->at - start;
	while (inside.at < stop) {
		uint8_t c = *inside.at++;

		if (c < 0x20) {
			return false;
		}
		if (c != '\\') {
			*to++ = c;
			continue;
		}
		to = take_escape(&inside, to);
		if (!to) {
			return false;
		}
	}
	s->at = stop + 1;
	*ret_text = span_of(text, (size_t)(to - text));
	return true;
}

/* A text, whose quote comes next. */
static bool take_text(struct scanner *s, struct span *ret_text)
{
	const uint8_t *start, *at, *end = s->end;

	if (!take(s, '"')) {
		return false;
	}
	start = at = s->at;
	while (at < end && *at >= 0x20 && *at != '"' && *at != '\\') {
		at++;
	}
	s->at = at;
	if (at == end || *at < 0x20) {
		return false;
	}
	if (*at == '\\') {
		return unescape(s, start, ret_text);
	}
	*ret_text = span_of(start, (size_t)(at - start));
	s->at++;
	return true;
}

/* ---- values */

static bool take_number(struct scanner *s, struct json_member_value *ret_value)
{
	bool minus = *s->at == '-';
	const uint8_t *start = s->at + minus, *at = start;
	uint64_t number = 0;

	while (at < s->end && *at >= '0' && *at <= '9' && at - start < DIGITS) {
		number = number * 10 + (uint64_t)(*at++ - '0');
	}
	/* A digit more, a point or an exponent is not what may follow a value: the pass ends there. */
	if (at == start || (*start == '0' && at - start > 1) || number > INT64_MAX) {
		return false;
	}
	s->at = at;
	ret_value->kind = JSON_MEMBER_NUMBER;
	ret_value->number = (struct mp_int){minus ? 0 - number : number, minus && number};
	return true;
}

static bool take_word(struct scanner *s, struct span word)
{
	if ((size_t)(s->end - s->at) < word.n || memcmp(s->at, word.p, word.n) != 0) {
		return false;
	}
	s->at += word.n;
	return true;
}

static bool take_value(struct scanner *s, struct json_member_value *ret_value)
{
	skip_space(s);
	if (s->at == s->end) {
		return false;
	}
	switch (*s->at) {
	case '"':
		ret_value->kind = JSON_MEMBER_TEXT;
		return take_text(s, &ret_value->text);
	case 't':
	case 'f':
		ret_value->kind = JSON_MEMBER_BOOL;
		ret_value->truth = *s->at == 't';
		return take_word(s, ret_value->truth ? SPAN("true") : SPAN("false"));
	default:
		return take_number(s, ret_value);
	}
}

static bool take_null(struct scanner *s)
{
	skip_space(s);
	return take_word(s, SPAN("null"));
}

static bool take_item(struct scanner *s, const struct field *f, void *object, unsigned i)
{
	struct json_member_value value = {0};

	return take_value(s, &value) &&
	       !json_member_read(f, &value, s->arena, member_at(f, object, i));
}

static bool take_items(struct scanner *s, const struct field *f, void *object)
{
	unsigned n = 0;

	if (!take(s, '[')) {
		return false;
	}
	if (take(s, ']')) {
		return true;
	}
	do {
		if (n == f->list_max || !take_item(s, f, object, n++)) {
			return false;
		}
	} while (take(s, ','));
	member_set_count(f, object, (uint8_t)n);
	return take(s, ']');
}

/* ---- members */

static const struct field *find(struct target *t, struct span name)
{
	for (size_t n = 0; n < t->count; n++) {
		size_t i = t->next + n < t->count ? t->next + n : t->next + n - t->count;
		const struct field *f = &t->fields[i];

		if (f->name_len == name.n && memcmp(f->name, name.p, name.n) == 0) {
			t->next = i + 1 < t->count ? i + 1 : 0;
			return f;
		}
	}
	return NULL;
}

static bool take_member(struct scanner *s, struct target *t, const struct field *f)
{
	uint64_t bit = UINT64_C(1) << (f - t->fields);

	if (t->seen & bit) {
		return false;
	}
	t->seen |= bit;
	if (take_null(s)) {
		return true;
	}
	if (f->list_max) {
		return take_items(s, f, t->object);
	}
	member_set_count(f, t->object, 1);
	return take_item(s, f, t->object, 0);
}

static bool take_name(struct scanner *s, struct span *ret_name)
{
	return take_text(s, ret_name) && take(s, ':');
}

static bool take_data(struct scanner *s, struct event *ev)
{
	const struct schema *schema = event_schema(ev->type);
	struct target t = {schema->fields, schema->field_count, 0, &ev->data, 0};

	memset(&ev->data, 0, schema->size);
	if (take_null(s)) {
		return true;
	}
	if (!take(s, '{')) {
		return false;
	}
	if (take(s, '}')) {
		return true;
	}
	do {
		struct span name;
		const struct field *f = take_name(s, &name) ? find(&t, name) : NULL;

		if (!f || !take_member(s, &t, f)) {
			return false;
		}
	} while (take(s, ','));
	return take(s, '}');
}

/* Over an object, or null; only where it ends is looked for. */
static bool step_over(struct scanner *s)
{
	size_t depth = 1;

	if (take_null(s)) {
		return true;
	}
	if (!take(s, '{')) {
		return false;
	}
	while (depth && s->at < s->end) {
		uint8_t c = *s->at++;

		if (c == '"') {
			const uint8_t *stop = text_end(s->at, s->end);

			s->at = stop ? stop + 1 : s->end;
		} else if (c == '{') {
			depth++;
		} else if (c == '}') {
			depth--;
		}
	}
	return depth == 0;
}

/* ---- the envelope */

enum apart { APART_NONE, APART_SPECVERSION = 1, APART_TYPE = 2, APART_CONTENT = 4, APART_DATA = 8 };

struct reading {
	struct scanner s;
	struct event *ev;
	struct target envelope;
	unsigned seen;    /* enum apart */
	struct span data; /* stepped over: it came before the type */
};

static enum apart apart_of(struct span name)
{
	return span_eq(name, SPAN("data"))              ? APART_DATA
	       : span_eq(name, SPAN("type"))            ? APART_TYPE
	       : span_eq(name, SPAN("specversion"))     ? APART_SPECVERSION
	       : span_eq(name, SPAN("datacontenttype")) ? APART_CONTENT
							: APART_NONE;
}

static bool take_or_keep_data(struct reading *r)
{
	const uint8_t *start = r->s.at;

	if (r->seen & APART_TYPE) {
		return take_data(&r->s, r->ev);
	}
	if (!step_over(&r->s)) {
		return false;
	}
	r->data = span_of(start, (size_t)(r->s.at - start));
	return true;
}

/* The four that are no members of the envelope's table. */
static bool take_apart(struct reading *r, enum apart apart)
{
	struct span text;

	if (!apart || r->seen & apart) {
		return false;
	}
	r->seen |= apart;
	if (apart == APART_DATA) {
		return take_or_keep_data(r);
	}
	if (apart == APART_CONTENT && take_null(&r->s)) {
		return true;
	}
	if (!take_text(&r->s, &text)) {
		return false;
	}
	if (apart == APART_TYPE) {
		r->ev->type = event_type_named(text);
		return r->ev->type != EVENT_NONE;
	}
	return span_eq(text, apart == APART_CONTENT ? SPAN("application/json") : SPAN("1.0"));
}

static bool take_event(struct reading *r)
{
	if (!take(&r->s, '{')) {
		return false;
	}
	do {
		struct span name;
		const struct field *f;

		if (!take_name(&r->s, &name)) {
			return false;
		}
		f = find(&r->envelope, name);
		if (f ? !take_member(&r->s, &r->envelope, f) : !take_apart(r, apart_of(name))) {
			return false;
		}
	} while (take(&r->s, ','));
	return take(&r->s, '}') && r->seen & APART_SPECVERSION && r->seen & APART_TYPE;
}

/* What of data is not read yet: it came before the type, or is not there. */
static bool finish_data(struct reading *r)
{
	if (!(r->seen & APART_DATA)) {
		memset(&r->ev->data, 0, event_schema(r->ev->type)->size);
		return true;
	}
	if (!r->data.p) {
		return true;
	}
	struct scanner s = {r->data.p, r->data.p + r->data.n, r->s.arena};

	return take_data(&s, r->ev) && s.at == s.end;
}

size_t event_scan_json(struct span text, struct arena *arena, struct event *ret_ev)
{
	struct reading r = {.s = {text.p, text.p + text.n, arena}, .ev = ret_ev};

	r.envelope.fields = event_envelope_fields(&r.envelope.count);
	r.envelope.object = &ret_ev->env;
	ret_ev->type = EVENT_NONE;
	ret_ev->n_extras = 0;
	ret_ev->data_bytes = (struct span){0};
	memset(&ret_ev->env, 0, sizeof ret_ev->env);
	return take_event(&r) && finish_data(&r) ? (size_t)(r.s.at - text.p) : 0;
}
