/* event_copy.c: an event that borrows from one arena alone. */
#include "schemas/event.h"
#include "schemas/member.h"

/* Copies what the spans of an object point at. @return false when memory is exhausted */
static bool own_spans(struct arena *arena, const struct field *fields, size_t count, void *object)
{
	for (const struct field *f = fields; f < fields + count; f++) {
		enum member_shape shape = member_shape((enum kind)f->kind);

		if (shape != MEMBER_TEXT && shape != MEMBER_BYTES) {
			continue;
		}
		for (unsigned i = 0; i < member_count(f, object); i++) {
			struct span *span = member_at(f, object, i);
			struct span copy = arena_copy(arena, *span);

			if (span->p && !copy.p) {
				return false;
			}
			*span = copy;
		}
	}
	return true;
}

enum err event_copy(struct arena *arena, const struct event *ev, struct event *ret_ev)
{
	const struct schema *schema = event_schema(ev->type);
	size_t count;
	const struct field *env = event_envelope_fields(&count);

	ret_ev->type = ev->type;
	ret_ev->env = ev->env;
	ret_ev->n_extras = ev->n_extras;
	memcpy(ret_ev->extras, ev->extras, ev->n_extras * sizeof *ev->extras);
	ret_ev->data_bytes = arena_copy(arena, ev->data_bytes);
	if ((ev->data_bytes.p && !ret_ev->data_bytes.p) ||
	    !own_spans(arena, env, count, &ret_ev->env)) {
		return ERR_NOMEM;
	}
	if (schema) {
		memcpy(&ret_ev->data, &ev->data, schema->size);
	}
	if (schema && !own_spans(arena, schema->fields, schema->field_count, &ret_ev->data)) {
		return ERR_NOMEM;
	}
	for (unsigned i = 0; i < ret_ev->n_extras; i++) {
		struct extra *extra = &ret_ev->extras[i];

		extra->name = arena_copy(arena, extra->name);
		extra->value = arena_copy(arena, extra->value);
		if (!extra->name.p || !extra->value.p) {
			return ERR_NOMEM;
		}
	}
	return ERR_OK;
}
