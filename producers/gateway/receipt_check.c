/* receipt_check.c: whether this gateway's secrets are its bus's. */
#include "producers/gateway/receipt_check.h"

#include "common/log.h"

static const char WHY[] =
	"the bus's reports have receipt codes that this gateway would not have given: its secrets are not those of the bus, "
	"so honest repeats would be refused as conflicts";
static const char CURE[] =
	"put the folder secrets of the bus's other gateways, or of a backup, in the place of this one's, then start govbus-gateway "
	"again; if they are lost for good, start it with --new-secrets=true";

static void settle(struct receipt_check *check, enum receipt_check_verdict verdict)
{
	if (atomic_exchange(&check->verdict, (int)verdict) != (int)verdict &&
	    verdict == RECEIPT_CHECK_FOREIGN) {
		LOG(ERROR, "posting is not open", LOG_TEXT("why", WHY), LOG_TEXT("cure", CURE));
	}
}

static bool is_ours(const struct receipt_check *check, const struct case_id *id, struct span code)
{
	char ours[CASE_ID_RECEIPT_BYTES + 1];

	case_id_receipt(id, check->key, ours);
	return span_eq(code, span_cstr(ours));
}

/* A sample under way: whether anything was found, and whether one of ours was. */
struct sample {
	const struct receipt_check *check;
	bool any, ours;
};

static bool look(void *context, struct span code, const struct case_id *id)
{
	struct sample *sample = context;

	sample->any = true;
	sample->ours = is_ours(sample->check, id, code);
	return !sample->ours;
}

void receipt_check_store(struct receipt_check *check, const struct case_query *query)
{
	struct sample sample = {.check = check};

	if (!check->key) {
		return;
	}
	case_query_receipts(query, RECEIPT_CHECK_SAMPLE, look, &sample);
	if (sample.any) {
		settle(check, sample.ours ? RECEIPT_CHECK_OURS : RECEIPT_CHECK_FOREIGN);
	}
}

void receipt_check_report(struct receipt_check *check, const struct event *ev, bool catching_up)
{
	enum receipt_check_verdict verdict = (enum receipt_check_verdict)check->verdict;
	struct case_id id;

	if (!check->key || verdict == RECEIPT_CHECK_OURS || ev->type != EVENT_case_reported ||
	    !ev->env.has_receipt || !case_id_parse(ev->env.subject, &id)) {
		return;
	}
	if (verdict == RECEIPT_CHECK_FOREIGN && !catching_up) {
		return;
	}
	settle(check,
	       is_ours(check, &id, ev->env.receipt) ? RECEIPT_CHECK_OURS : RECEIPT_CHECK_FOREIGN);
}

bool receipt_check_foreign(const struct receipt_check *check)
{
	return check->verdict == RECEIPT_CHECK_FOREIGN;
}

bool receipt_check_say(const struct receipt_check *check, struct buf *reasons)
{
	if (receipt_check_foreign(check)) {
		buf_printf(reasons, "%s, and posts get 503; cure: %s\n", WHY, CURE);
	}
	return !receipt_check_foreign(check);
}
