/* event_digest.c: the digest of what a sender sent, which distinguishes a repeat from a conflict. */
#include <sodium.h>

#include "schemas/event.h"
#include "schemas/member.h"

/* BLAKE2b is fed in pieces of this size: a call of libsodium for each name would cost more than the hashing. */
struct feed {
	crypto_generichash_state state;
	uint8_t bytes[512];
	size_t n;
};

static void feed_bytes(struct feed *feed, const void *p, size_t n)
{
	const uint8_t *from = p;

	while (n) {
		size_t room = sizeof feed->bytes - feed->n;
		size_t some = n < room ? n : room;

		memcpy(feed->bytes + feed->n, from, some);
		feed->n += some;
		from += some;
		n -= some;
		if (feed->n == sizeof feed->bytes) {
			crypto_generichash_update(&feed->state, feed->bytes, feed->n);
			feed->n = 0;
		}
	}
}

static void feed_number(struct feed *feed, uint64_t value)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < 8; i++) {
		bytes[i] = (uint8_t)(value >> (56 - 8 * i));
	}
	feed_bytes(feed, bytes, sizeof bytes);
}

/* Each run after its length: no two events run together into the same bytes. */
static void feed_span(struct feed *feed, struct span span)
{
	feed_number(feed, span.n);
	feed_bytes(feed, span.p, span.n);
}

static void feed_member(struct feed *feed, const struct field *f, const void *object)
{
	unsigned count = member_count(f, object);

	feed_span(feed, span_of(f->name, f->name_len));
	feed_number(feed, count);
	for (unsigned i = 0; i < count; i++) {
		switch (member_shape((enum kind)f->kind)) {
		case MEMBER_TEXT:
		case MEMBER_BYTES:
			feed_span(feed, member_span(f, object, i));
			break;
		case MEMBER_CODE:
			feed_span(feed, span_cstr(codes_get(member_codes(f),
							    (uint8_t)member_int(f, object, i))
							  ->name));
			break;
		case MEMBER_INT:
		case MEMBER_BOOL:
			feed_number(feed, (uint64_t)member_int(f, object, i));
			break;
		}
	}
}

/* A retry may carry another trace, be a dry run or expect another seq, and still ask for the same thing. */
static bool is_left_out(const struct field *f)
{
	struct span name = span_of(f->name, f->name_len);

	return span_eq(name, SPAN("traceparent")) || span_eq(name, SPAN("dryrun")) ||
	       span_eq(name, SPAN("expectedseq"));
}

void event_digest(const struct event *ev, const uint8_t secret[32], uint8_t ret_digest[16])
{
	const struct schema *schema = event_schema(ev->type);
	struct feed feed = {.n = 0};
	size_t count;
	const struct field *env = event_envelope_fields(&count);

	crypto_generichash_init(&feed.state, secret, 32, 16);
	feed_span(&feed, schema ? span_cstr(schema->type) : SPAN(""));
	for (const struct field *f = env; f < env + count; f++) {
		if (f->need <= NEED_OPTIONAL && member_has(f, &ev->env) && !is_left_out(f)) {
			feed_member(&feed, f, &ev->env);
		}
	}
	feed_span(&feed, SPAN("data"));
	for (unsigned i = 0; schema && i < schema->field_count; i++) {
		const struct field *f = &schema->fields[i];

		if (f->need <= NEED_OPTIONAL && member_has(f, &ev->data)) {
			feed_member(&feed, f, &ev->data);
		}
	}
	crypto_generichash_update(&feed.state, feed.bytes, feed.n);
	crypto_generichash_final(&feed.state, ret_digest, 16);
}
