/* batch_answer.c: what the sender of a POST reads: the answers of its events in order, or the problem of the whole. */
#include "producers/gateway/batch.h"
#include "producers/gateway/json_out.h"

/* Of an action for every partition the sender must learn of a problem or a delay in any of them. */
static const struct batch_item *worst_part(const struct batch_item *item)
{
	const struct batch_item *worst = item;

	for (int i = 1; i < item->parts; i++) {
		worst = item[i].status > worst->status ? &item[i] : worst;
	}
	return worst;
}

int batch_answer(const struct batch *batch, struct buf *out)
{
	const struct batch_item *worst;

	if (batch->kind) {
		problem_object(out, batch->kind, &batch->problem);
		return problem_status(batch->kind);
	}
	if (!batch->many) {
		worst = worst_part(&batch->items[0]);
		buf_add(out, worst->answer);
		return worst->answer.p ? worst->status : problem_status(PROBLEM_FAILED);
	}
	json_out_open(out, '{');
	json_out_name(out, "items");
	json_out_open(out, '[');
	for (int i = 0; i < batch->n_items; i += batch->items[i].parts) {
		if (i) {
			buf_add(out, SPAN(",\n"));
		}
		buf_add(out, worst_part(&batch->items[i])->answer);
	}
	json_out_close(out, ']');
	json_out_close(out, '}');
	return 200;
}
