/* door_places.c: codes that others fill up with zeros name the place that the record knows: GB/T 2260 writes 530100 for 5301. */
#include "producers/gateway/door_places.h"

#include "common/place.h"
#include "schemas/member.h"

static void members_normalise(const struct field *fields, size_t count, void *object)
{
	for (const struct field *field = fields; field < fields + count; field++) {
		bool unit = field->kind == KIND_UNIT;
		unsigned n = unit || field->kind == KIND_PLACE ? member_count(field, object) : 0;
		struct span *codes = (struct span *)(void *)((char *)object + field->offset);

		for (unsigned i = 0; i < n; i++) {
			codes[i] =
				unit ? place_normalise_unit(codes[i]) : place_normalise(codes[i]);
		}
	}
}

/* Where the place begins in place:CODE and list:LIST:ITEM:SCOPE; 0 if there is none. No list and no item has a colon in it. */
static size_t place_at(struct span subject)
{
	unsigned colons = span_starts(subject, SPAN("place:"))  ? 1
			  : span_starts(subject, SPAN("list:")) ? 3
								: 0;

	for (size_t i = 0; i < subject.n && colons; i++) {
		colons -= subject.p[i] == ':';
		if (!colons) {
			return i + 1;
		}
	}
	return 0;
}

struct span door_places_subject(struct span subject)
{
	size_t at = place_at(subject);
	struct span code = span_of(subject.p + at, subject.n - at);

	return at && place_valid(code) ? span_first(subject, at + place_normalise(code).n)
				       : subject;
}

void door_places_normalise(struct event *ev)
{
	const struct schema *schema = event_schema(ev->type);
	size_t count;
	const struct field *fields = event_envelope_fields(&count);

	members_normalise(fields, count, &ev->env);
	members_normalise(schema->fields, schema->field_count, &ev->data);
	ev->env.subject = door_places_subject(ev->env.subject);
}
