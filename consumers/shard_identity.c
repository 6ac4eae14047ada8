/*
 * shard_identity.c: what is stored in an environment about itself, in a table of its own: written once, compared whenever
 * it is opened.
 */
#include "consumers/shard_identity.h"

#include <stdio.h>

#include "consumers/shard.h"

enum { ABOUT_TEXT_BYTES = 128 };

static const char LAYOUT[] = "layout";
static const char SHARDING[] = "sharding";
static const char BUILD[] = "build";

/* What the rows look like: another layout, another environment. @return the number of the table that says so */
static int describe(const struct projection *projection, struct buf *out)
{
	const char *names[LIMIT_KV_TABLES + 1];
	int n = shard_kv_names(projection, names, LIMIT_KV_TABLES + 1);

	buf_printf(out, "%s %u", projection->name, projection->version);
	for (int i = 0; i < n; i++) {
		buf_printf(out, " %s", names[i]);
	}
	return n - 1;
}

static int table_of(const struct projection *projection)
{
	const char *names[LIMIT_KV_TABLES + 1];

	return shard_kv_names(projection, names, LIMIT_KV_TABLES + 1) - 1;
}

static enum err check(struct kv_txn *txn, int table, const char *name, struct span expected)
{
	struct span value;

	if (!kv_get(txn, table, span_cstr(name), &value)) {
		return txn->err ? txn->err : ERR_ABSENT;
	}
	return span_eq(value, expected) ? ERR_OK : ERR_STORE_VERSION;
}

static enum err write_if_absent(struct kv_txn *txn, int table, const char *name, struct span text)
{
	enum err err = check(txn, table, name, text);

	if (err == ERR_ABSENT) {
		kv_put(txn, table, span_cstr(name), text);
		return txn->err;
	}
	return err;
}

enum err shard_identity_claim(struct kv *kv,
			      const struct projection *projection,
			      const struct shard_identity *identity)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	struct buf layout = {0}, sharding = {0};
	int table = describe(projection, &layout);

	buf_printf(&sharding, "%d partitions, shard %d of %d", identity->partitions,
		   identity->shard, identity->shards);
	enum err err = layout.err ? layout.err : sharding.err;

	if (!err) {
		err = kv_txn_begin(kv, true, &txn);
	}
	if (!err) {
		err = write_if_absent(&txn, table, LAYOUT, buf_span(&layout));
	}
	if (!err) {
		err = write_if_absent(&txn, table, SHARDING, buf_span(&sharding));
	}
	buf_done(&layout);
	buf_done(&sharding);
	return err ? err : kv_txn_commit(&txn);
}

static enum err read_sharding(struct kv_txn *txn, int table, struct shard_identity *ret_identity)
{
	struct shard_identity identity = {0};
	char text[ABOUT_TEXT_BYTES];
	struct span value;

	if (!kv_get(txn, table, span_cstr(SHARDING), &value)) {
		return txn->err ? txn->err : ERR_ABSENT;
	}
	(void)snprintf(text, sizeof text, "%.*s", (int)value.n, (const char *)value.p);
	/* NOLINTNEXTLINE(cert-err34-c): a program wrote it, and what is out of bounds is refused */
	if (sscanf(text, "%d partitions, shard %d of %d", &identity.partitions, &identity.shard,
		   &identity.shards) != 3 ||
	    identity.shards < 1 || identity.shards > LIMIT_PARTITIONS) {
		return ERR_STORE_VERSION;
	}
	*ret_identity = identity;
	return ERR_OK;
}

enum err shard_identity_read(struct kv *kv,
			     const struct projection *projection,
			     struct shard_identity *ret_identity)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	struct buf layout = {0};
	int table = describe(projection, &layout);
	enum err err = layout.err ? layout.err : kv_txn_begin(kv, false, &txn);

	if (!err) {
		err = check(&txn, table, LAYOUT, buf_span(&layout));
	}
	buf_done(&layout);
	return err ? err : read_sharding(&txn, table, ret_identity);
}

enum err shard_identity_build(struct kv *kv, const struct projection *projection, struct span build)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	enum err err = kv_txn_begin(kv, false, &txn);

	return err ? err : check(&txn, table_of(projection), BUILD, build);
}

enum err shard_identity_note(struct kv *kv, const struct projection *projection, struct span build)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};

	kv_txn_begin(kv, true, &txn);
	kv_put(&txn, table_of(projection), span_cstr(BUILD), build);
	return kv_txn_commit(&txn);
}
