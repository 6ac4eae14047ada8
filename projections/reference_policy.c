/* reference_policy.c: the limit of a step for a type and a severity, and the answers that were looked up before. */
#include "projections/reference_table.h"

static bool limit_of(const struct reference *ref,
		     struct as_of as_of,
		     struct span key,
		     struct ref_policy *ret_policy)
{
	const struct reference_entry *entry = reference_table_find(ref, REFERENCE_LIMIT, key);
	const struct reference_version *version =
		entry ? reference_table_in_force(entry->newest, as_of) : NULL;

	for (; version; version = reference_table_in_force(version->older, as_of)) {
		const struct reference_limit *limit = (const void *)version;
		const struct reference_policy *row = limit->row;

		/* The row may have come to speak of another type since, or have been withdrawn. */
		if (!row->active ||
		    reference_table_in_force(limit->policy->newest, as_of) != &row->version) {
			continue;
		}
		*ret_policy = (struct ref_policy){
			.id = limit->policy->id,
			.calendar = row->calendar,
			.amount = row->amount,
			.version = row->number,
			.yellow_bp = row->yellow_bp,
			.unit = row->unit,
			.close_level = row->close_level,
			.owner_level = row->owner_level,
		};
		return true;
	}
	return false;
}

struct limit_search {
	const struct reference *ref;
	struct as_of as_of;
	struct span type;
	uint8_t step;
};

/* The longest prefix of the type, not shorter than `shortest`, that has a row for this severity (0: rows for every severity). */
static bool longest(const struct limit_search *search,
		    uint8_t severity,
		    size_t shortest,
		    struct ref_policy *ret_policy)
{
	uint8_t key[2 + 4] = {severity, search->step};

	for (size_t n = search->type.n + 1; n-- > shortest;) {
		if (n) {
			memcpy(key + 2, search->type.p, n);
		}
		if (limit_of(search->ref, search->as_of, span_of(key, 2 + n), ret_policy)) {
			return true;
		}
	}
	return false;
}

/* Windows stand beside the flow: a row of theirs neither leaves a step blank nor is left blank by one. */
static bool is_window(enum code_step step)
{
	return step > CODE_step_close;
}

/* Whether some step has rows for the type. */
static bool type_speaks(const struct limit_search *search)
{
	struct limit_search step = *search;
	struct ref_policy policy;

	for (step.step = 1; !is_window((enum code_step)step.step); step.step++) {
		if (longest(&step, 0, 1, &policy)) {
			return true;
		}
	}
	return false;
}

static bool find_policy(const struct limit_search *search,
			enum code_severity severity,
			struct ref_policy *ret_policy)
{
	struct limit_search any = *search;
	bool grave;

	any.type = (struct span){0};
	grave = severity == CODE_severity_urgent || severity == CODE_severity_major ||
		severity == CODE_severity_serious;
	if (longest(search, (uint8_t)severity, 1, ret_policy) ||
	    (grave && longest(&any, (uint8_t)severity, 0, ret_policy)) ||
	    longest(search, 0, 1, ret_policy)) {
		return true;
	}
	/* What the rows of the type leave blank stays blank. */
	if (!grave && !is_window((enum code_step)search->step) && type_speaks(search)) {
		return false;
	}
	return longest(&any, (uint8_t)severity, 0, ret_policy) || longest(&any, 0, 0, ret_policy);
}

/* An answer that was looked up: a report asks for a dozen, each of up to sixty looks into the table, and the next one for the same. */
struct policy_answer {
	uint64_t serial;
	int64_t refoffset;
	uint8_t type[4], type_n, severity, step;
	bool found;
	struct ref_policy policy;
};

static bool is_answer(const struct policy_answer *answer,
		      const struct limit_search *search,
		      enum code_severity severity)
{
	return answer->serial == search->ref->serial &&
	       answer->refoffset == search->as_of.refoffset && answer->severity == severity &&
	       answer->step == search->step &&
	       span_eq(span_of(answer->type, answer->type_n), search->type);
}

/* Once all rows are in force, an answer depends only on the position, and what lies below a position never changes. */
static bool may_keep(const struct limit_search *search)
{
	return search->as_of.at_us >= search->ref->policies_us &&
	       search->as_of.refoffset <= search->ref->next_offset && search->type.n;
}

static struct policy_answer *answer_of(const struct limit_search *search,
				       enum code_severity severity)
{
	enum { ANSWERS = 256 };
	static _Thread_local struct policy_answer answers[ANSWERS];
	uint32_t hash = (uint32_t)severity * 31 + search->step;

	for (size_t i = 0; i < search->type.n; i++) {
		hash = hash * 31 + search->type.p[i];
	}
	return &answers[(hash * UINT32_C(0x9e3779b1)) >> 24];
}

bool reference_policy(const struct reference *ref,
		      struct as_of as_of,
		      struct span type_code,
		      enum code_severity severity,
		      enum code_step step,
		      struct ref_policy *ret_policy)
{
	struct limit_search search = {ref, as_of, span_first(type_code, 4), (uint8_t)step};

	/* Until its severity is known, a case counts as general (answers 10). */
	severity = severity ? severity : CODE_severity_general;
	if (!may_keep(&search)) {
		return find_policy(&search, severity, ret_policy);
	}
	struct policy_answer *answer = answer_of(&search, severity);

	if (!is_answer(answer, &search, severity)) {
		*answer = (struct policy_answer){.serial = ref->serial,
						 .refoffset = as_of.refoffset,
						 .type_n = (uint8_t)search.type.n,
						 .severity = (uint8_t)severity,
						 .step = (uint8_t)step};
		memcpy(answer->type, search.type.p, search.type.n);
		answer->found = find_policy(&search, severity, &answer->policy);
	}
	if (answer->found) {
		*ret_policy = answer->policy;
	}
	return answer->found;
}
