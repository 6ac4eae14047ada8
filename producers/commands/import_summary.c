/* import_summary.c: what an import says when it has ended. */
#include "common/civil.h"
#include "producers/commands/import.h"
#include "producers/commands/import_refused.h"

static void say_earlier(const struct import_options *options, const struct import_result *result)
{
	char at[CIVIL_TEXT_SIZE];

	civil_format(result->earlier_us, at);
	fprintf(options->out, "%s: imported before (%.19s, %s); ", options->name, at,
		result->earlier);
}

void import_summary(const struct import_options *options, const struct import_result *result)
{
	const struct import_counts *counts = &result->counts;
	size_t none = result->lines_refused - result->lines_partial;

	if (result->nothing_left) {
		say_earlier(options, result);
		fprintf(options->out, "nothing posted");
	} else if (result->round > 1 && result->earlier_us) {
		say_earlier(options, result);
		fprintf(options->out, "%zu that were refused then, asked again", result->events);
	} else if (result->round > 1) {
		fprintf(options->out,
			"%s: imported before; %zu that were refused then, asked again",
			options->name, result->events);
	} else {
		fprintf(options->out, "%s: %ld lines", options->name, result->lines);
	}
	if (!result->nothing_left) {
		fprintf(options->out, "; %zu events accepted, %zu had been before, %zu refused",
			counts->accepted, counts->repeated, counts->refused);
	}
	fprintf(options->out, "; %zu lines gave none", none);
	if (result->lines_partial) {
		fprintf(options->out, ", %zu not all of theirs", result->lines_partial);
	}
	fprintf(options->out, "\n");
	if (counts->midnights && !result->nothing_left) {
		fprintf(options->out, "  %zu midnights passed in every partition\n",
			counts->midnights);
	}
	import_refused_sum_up(result->refused_path, options->out);
}
