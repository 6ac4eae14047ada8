/* event.c: the descriptors of all event types, made from the tables. */
#include "schemas/event.h"

/*
 * A table does not repeat its name in each member, but offsetof needs it: so every table becomes a function, in whose
 * scope `self` is that table's struct.
 */
#define DESCRIBE(member, kind_, need_, bound_, help_, has_, max_) \
	{                                                         \
		.name = #member,                                  \
		.help = help_,                                    \
		.bound = bound_,                                  \
		.offset = offsetof(self, member),                 \
		.has_offset = offsetof(self, has_),               \
		.kind = KIND_##kind_,                             \
		.need = NEED_##need_,                             \
		.list_max = max_,                                 \
		.name_len = sizeof #member - 1,                   \
	},
#define FIELD(member, kind, need, bound, help) \
	DESCRIBE(member, kind, need, bound, help, has_##member, 0)
#define LIST(member, kind, need, max, help) DESCRIBE(member, kind, need, 0, help, n_##member, max)
#define EVENT_BEGIN(table, type_, topic_, help_)                  \
	static const struct schema *schema_##table(void)          \
	{                                                         \
		typedef struct table self;                        \
		static const char type[] = type_, help[] = help_; \
		enum { TOPIC = TOPIC_##topic_ };                  \
		static const struct field fields[] = {
#define EVENT_END(table)                                                                          \
	}                                                                                         \
	;                                                                                         \
	_Static_assert(sizeof fields / sizeof *fields <= EVENT_FIELDS_MAX, "the decoder's bits"); \
	static const struct schema schema = {                                                     \
		.type = type,                                                                     \
		.name = #table,                                                                   \
		.help = help,                                                                     \
		.fields = fields,                                                                 \
		.field_count = sizeof fields / sizeof *fields,                                    \
		.size = sizeof(self),                                                             \
		.topic = TOPIC,                                                                   \
		.posted = is_posted(EVENT_##table),                                               \
	};                                                                                        \
	return &schema;                                                                           \
	}

/* Records that only a decider writes, or the door itself; all other types may be asked for. */
#define is_posted(type)                                                          \
	((type) != EVENT_case_dues_restated && (type) != EVENT_action_refused && \
	 (type) != EVENT_action_repeated && (type) != EVENT_action_tried &&      \
	 (type) != EVENT_action_rejected && (type) != EVENT_writer_claimed &&    \
	 (type) != EVENT_clock_ticked && (type) != EVENT_position_repaired)

#include "schemas/events.def"

const struct field *event_envelope_fields(size_t *ret_count)
{
	typedef struct envelope self;
	static const struct field fields[] = {
#include "schemas/envelope.def"
	};

	_Static_assert(sizeof fields / sizeof *fields <= EVENT_FIELDS_MAX, "the decoder's bits");
	*ret_count = sizeof fields / sizeof *fields;
	return fields;
}
#undef EVENT_BEGIN
#undef FIELD
#undef LIST
#undef EVENT_END

#define FIELD(member, kind, need, bound, help)
#define LIST(member, kind, need, max, help)
#define EVENT_END(table)

const struct schema *event_schema(enum event_type type)
{
	switch (type) {
#define EVENT_BEGIN(table, name, topic, help) \
	case EVENT_##table:                   \
		return schema_##table();
#include "schemas/events.def"
#undef EVENT_BEGIN
	case EVENT_NONE:
	case EVENT_TYPE_COUNT:
		break;
	}
	return NULL;
}

/* The names with their lengths, so that a look-up compares bytes only where the length fits. */
static const struct {
	const char *name;
	size_t len;
} type_names[] = {
	[EVENT_NONE] = {"", 0},
#define EVENT_BEGIN(table, name, topic, help) [EVENT_##table] = {name, sizeof name - 1},
#include "schemas/events.def"
#undef EVENT_BEGIN
};

enum event_type event_type_named(struct span type)
{
	/* "gov.case.reported.v1": the last bytes but three differ earliest, the first ones hardly ever. */
	for (unsigned i = EVENT_NONE + 1; i < EVENT_TYPE_COUNT; i++) {
		if (type_names[i].len == type.n &&
		    memcmp(type_names[i].name, type.p, type.n) == 0) {
			return (enum event_type)i;
		}
	}
	return EVENT_NONE;
}
