/* get_codes.c: GET /v1/codes/{list}: every list of codes with its texts in Chinese and English, flow profiles too. */
#include "producers/gateway/gateway.h"
#include "producers/gateway/json_out.h"

/* People ask in the plural, and by the names in answers 20; the lists have other names. */
static enum codes list_asked(struct span name)
{
	static const struct {
		const char *asked, *list;
	} NAMES[] = {{"functions", "function"},
		     {"severities", "severity"},
		     {"states", "case_state"},
		     {"colours", "colour"},
		     {"steps", "step"}};
	enum codes list = codes_list_named(name);

	for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0] && list == CODES_NONE; i++) {
		if (span_eq(name, span_cstr(NAMES[i].asked))) {
			list = codes_list_named(span_cstr(NAMES[i].list));
		}
	}
	return list;
}

static void code_write(struct buf *out, struct span code, const char *zh, const char *en)
{
	json_out_open(out, '{');
	json_out_member(out, "code", code);
	json_out_member_text(out, "zh", zh);
	json_out_member_text(out, "en", en);
}

static void types_write(struct buf *out)
{
	size_t count = 0;
	const struct case_type *types = codes_types(&count);

	for (size_t i = 0; i < count; i++) {
		struct span code = span_cstr(types[i].code);

		code_write(out, code, types[i].zh, types[i].en);
		if (code.n > 2) {
			json_out_member(out, "family", span_first(code, 2));
		}
		json_out_close(out, '}');
	}
}

static void list_write(struct buf *out, enum codes list, bool named)
{
	const struct code_list *codes = codes_list(list);

	for (int i = 1; i < codes->count; i++) {
		code_write(out, span_cstr(codes->codes[i].name), codes->codes[i].zh,
			   codes->codes[i].en);
		if (named) {
			json_out_member_text(out, "list", codes->name);
		}
		json_out_close(out, '}');
	}
}

/* "reasons" are all the lists whose name ends so. */
static void reasons_write(struct buf *out)
{
	for (int list = CODES_NONE + 1; list < CODES_COUNT; list++) {
		const char *name = codes_list((enum codes)list)->name;
		size_t n = strlen(name);

		if (n > 7 && strcmp(name + n - 7, "_reason") == 0) {
			list_write(out, (enum codes)list, true);
		}
	}
}

static bool profile_add(void *context, const struct ref_profile *profile)
{
	struct buf *out = context;
	const struct code_list *steps = codes_list(CODES_step);

	json_out_open(out, '{');
	json_out_member(out, "code", profile->id);
	json_out_member(out, "zh", profile->name);
	json_out_member(out, "en", profile->name_en);
	json_out_name(out, "steps");
	json_out_open(out, '[');
	for (int i = 1; i < steps->count; i++) {
		if (profile->steps >> i & 1) {
			json_out_text(out, span_cstr(steps->codes[i].name));
		}
	}
	json_out_close(out, ']');
	json_out_member_bool(out, "has_policy", profile->has_policy);
	json_out_close(out, '}');
	return true;
}

/* Profiles are reference data: those in force today. */
static void profiles_answer(struct http_request *request)
{
	struct gateway *gateway = request->gateway;
	struct buf *out = &request->answer;
	struct as_of today;

	json_out_open(out, '{');
	json_out_name(out, "items");
	json_out_open(out, '[');
	pthread_rwlock_rdlock(&gateway->reference_lock);
	today = gateway_today(gateway);
	reference_profiles(gateway->reference, today, profile_add, out);
	pthread_rwlock_unlock(&gateway->reference_lock);
	json_out_close(out, ']');
	json_out_member(out, "next", (struct span){0});
	gateway_as_of(out, today);
	json_out_close(out, '}');
	request->status = 200;
}

route_handler get_codes;
void get_codes(struct http_request *request)
{
	struct span name = request->parts[0];
	struct buf *out = &request->answer;
	enum codes list = list_asked(name);
	bool types = span_eq(name, SPAN("types")), reasons = span_eq(name, SPAN("reasons"));

	if (span_eq(name, SPAN("profiles"))) {
		profiles_answer(request);
		return;
	}
	if (!types && !reasons && list == CODES_NONE) {
		http_problem(request, PROBLEM_NOT_FOUND, "list",
			     "types, reasons, profiles, or the name of a list, such as severity");
		return;
	}
	json_out_open(out, '{');
	json_out_name(out, "items");
	json_out_open(out, '[');
	if (types) {
		types_write(out);
	} else if (reasons) {
		reasons_write(out);
	} else {
		list_write(out, list, false);
	}
	json_out_close(out, ']');
	json_out_name(out, "next");
	json_out_text(out, (struct span){0});
	json_out_close(out, '}');
	request->status = 200;
}
