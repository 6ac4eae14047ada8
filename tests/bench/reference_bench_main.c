/* reference_bench_main.c: nanoseconds per look-up of reference data, and time and memory to load 67,000 places. */
#include <stdio.h>
#include <time.h>

#include "common/place.h"
#include "projections/reference.h"

enum { VILLAGES = 17000, GRIDS = 50000, LOOKUPS = 2000000, ROUNDS = 5 };

static const struct as_of NOW = {INT64_MAX, INT64_C(1674090000000000)};
static uint64_t random_state = 1;
static char codes[VILLAGES + GRIDS][PLACE_MAX_BYTES + 1];
static uint64_t found_sum; /* keeps the compiler from leaving look-ups out */

static double cpu_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static size_t random_below(size_t n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (random_state >> 33) % n;
}

static void fold(struct reference *ref, struct event *ev, const char *subject)
{
	EVENT_SET(ev->env, subject, span_cstr(subject));
	if (reference_fold(ref, ev, reference_position(ref)) != ERR_OK) {
		(void)fprintf(stderr, "out of memory\n");
	}
}

static void add_place(struct reference *ref, const char *code)
{
	struct event ev = {.type = EVENT_place_registered};
	char subject[64];

	(void)snprintf(subject, sizeof(subject), "place:%s", code);
	ev.data.place_registered.name = SPAN("某某社区居民委员会");
	fold(ref, &ev, subject);
}

static void add_policy(struct reference *ref, int severity, int step, const char *type)
{
	struct event ev = {.type = EVENT_policy_set};
	char subject[64];

	(void)snprintf(subject, sizeof(subject), "policy:%d.%d.%s", severity, step, type);
	if (severity) {
		EVENT_SET(ev.data.policy_set, severity, (uint8_t)severity);
	} else {
		EVENT_SET(ev.data.policy_set, type_code, span_cstr(type));
	}
	ev.data.policy_set.step = (uint8_t)step;
	ev.data.policy_set.amount = 1;
	ev.data.policy_set.unit = CODE_time_unit_working_day;
	ev.data.policy_set.calendar = SPAN("cn");
	fold(ref, &ev, subject);
}

static void add_rules(struct reference *ref)
{
	struct event ev = {.type = EVENT_list_item_set};

	for (int step = 1; step < CODE_step_COUNT; step++) {
		for (int severity = 1; severity < CODE_severity_COUNT; severity++) {
			add_policy(ref, severity, step, "");
		}
		add_policy(ref, 0, step, "MD");
	}
	ev.data.list_item_set.list = CODE_list_kind_functions;
	ev.data.list_item_set.code = SPAN("5.centre.intake");
	ev.data.list_item_set.active = true;
	fold(ref, &ev, "list:FUNCTIONS:5.centre.intake");
	ev.data.list_item_set.list = CODE_list_kind_basic;
	ev.data.list_item_set.code = SPAN("MD");
	fold(ref, &ev, "list:BASIC:MD");
}

static void look_up_place(const struct reference *ref)
{
	struct ref_place place;
	const char *code = codes[random_below(VILLAGES + GRIDS)];

	found_sum += reference_place(ref, NOW, span_cstr(code), &place) && place.in_force;
}

static void look_up_unit(const struct reference *ref)
{
	struct ref_unit unit;
	char id[32] = "centre:";

	memcpy(id + 7, codes[random_below(VILLAGES)], 13);
	found_sum += reference_unit(ref, NOW, span_cstr(id), &unit);
}

static void look_up_policy(const struct reference *ref)
{
	struct ref_policy policy;

	found_sum +=
		reference_policy(ref, NOW, SPAN("UM02"), (enum code_severity)(1 + random_below(5)),
				 (enum code_step)(1 + random_below(9)), &policy);
}

static void look_up_may(const struct reference *ref)
{
	struct ref_unit unit = {.seat = span_cstr(codes[random_below(VILLAGES)]),
				.unit_type = CODE_unit_type_centre,
				.level = 5,
				.active = true};

	found_sum += reference_may(ref, NOW, &unit, CODE_function_intake);
}

static void look_up_listed(const struct reference *ref)
{
	const char *code = codes[VILLAGES + random_below(GRIDS)];

	found_sum += reference_listed(ref, NOW, CODE_list_kind_basic, SPAN("MD02"), span_cstr(code),
				      NULL);
}

static void look_up_profile(const struct reference *ref)
{
	struct ref_profile profile;

	found_sum += reference_profile(ref, NOW, SPAN("/yn/kunming/12345"), SPAN("MD02"), &profile);
}

static void measure(const char *name,
		    const struct reference *ref,
		    void (*look_up)(const struct reference *ref))
{
	double best = 1e9, worst = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double ns = cpu_ns();

		for (int i = 0; i < LOOKUPS; i++) {
			look_up(ref);
		}
		ns = (cpu_ns() - ns) / LOOKUPS;
		best = ns < best ? ns : best;
		worst = ns > worst ? ns : worst;
	}
	printf("%-18s %6.0f to %.0f ns\n", name, best, worst);
}

int main(void)
{
	struct reference *ref = reference_new();
	double began = cpu_ns();

	if (!ref) {
		return 1;
	}
	for (int i = 0; i < VILLAGES; i++) {
		(void)snprintf(codes[i], sizeof(codes[i]), "%012lld", 530102001001LL + i * 7LL);
		add_place(ref, codes[i]);
	}
	for (int i = 0; i < GRIDS; i++) {
		memcpy(codes[VILLAGES + i], codes[i / 3], 12);
		(void)snprintf(codes[VILLAGES + i] + 12, sizeof(codes[0]) - 12, "%03d", 1 + i % 3);
		add_place(ref, codes[VILLAGES + i]);
	}
	add_rules(ref);
	printf("%d places: %.0f ms, %zu bytes\n", VILLAGES + GRIDS, (cpu_ns() - began) / 1e6,
	       reference_bytes(ref));
	measure("reference_place", ref, look_up_place);
	measure("reference_unit", ref, look_up_unit);
	measure("reference_policy", ref, look_up_policy);
	measure("reference_may", ref, look_up_may);
	measure("reference_listed", ref, look_up_listed);
	measure("reference_profile", ref, look_up_profile);
	reference_free(ref);
	return found_sum == 0;
}
