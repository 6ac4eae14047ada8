/* reference_row.c: reading the reference register's rows. */
#include "projections/reference_row.h"

#include <sodium.h>

bool reference_row_get(struct view *view, struct span subject, struct reference_row *ret_row)
{
	struct span bytes;

	*ret_row = (struct reference_row){.seq = 0};
	if (!view_get(view, REFERENCE_ROW_SUBJECT, subject, &bytes)) {
		return false;
	}
	if (bytes.n != sizeof(*ret_row)) {
		view->err = ERR_STORE_VERSION;
		return false;
	}
	memcpy(ret_row, bytes.p, bytes.n);
	return true;
}

bool reference_row_get_id(struct view *view,
			  const char *prefix,
			  struct span id,
			  struct reference_row *ret_row)
{
	uint8_t subject[LIMIT_SUBJECT_BYTES];
	size_t n = strlen(prefix);

	*ret_row = (struct reference_row){.seq = 0};
	if (n + id.n > sizeof(subject)) {
		return false;
	}
	memcpy(subject, prefix, n);
	if (id.n) {
		memcpy(subject + n, id.p, id.n);
	}
	return reference_row_get(view, span_of(subject, n + id.n), ret_row);
}

bool reference_row_in_force(const struct reference_row *row, int64_t at_us)
{
	if (at_us < row->changed_us) {
		return row->was_on && at_us >= row->since_us;
	}
	return row->on && at_us < row->until_us;
}

static void hash_part(crypto_generichash_state *hash, struct span part)
{
	uint8_t length[2] = {(uint8_t)(part.n >> 8), (uint8_t)part.n};

	(void)crypto_generichash_update(hash, length, sizeof(length));
	(void)crypto_generichash_update(hash, part.p, part.n);
}

size_t reference_row_bound_key(const struct event *ev, uint8_t *ret_key)
{
	struct span subject = span_first(ev->env.subject, LIMIT_SUBJECT_BYTES);
	crypto_generichash_state hash;

	if (subject.n) {
		memcpy(ret_key, subject.p, subject.n);
	}
	ret_key[subject.n] = 0;
	(void)crypto_generichash_init(&hash, NULL, 0, 16);
	hash_part(&hash, ev->env.source);
	hash_part(&hash, ev->env.id);
	(void)crypto_generichash_final(&hash, ret_key + subject.n + 1, 16);
	return subject.n + 1 + 16;
}
