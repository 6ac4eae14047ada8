#!/usr/bin/env bash
# What ./run deps builds comes from the pinned archives and from sources that are what they were; all else is refused, and leaves nothing behind.
# Nothing is fetched: npm, pip and Debian are the test's own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/tools" "$scratch/bin" "$scratch/offered"
cp tools/deps.sh "$scratch/tools/"
real_python=$(command -v python3)

fail() {
	printf 'failed: %s\n' "$*" >&2
	exit 1
}

expect() { [[ "$2" == *"$3"* ]] || fail "$1: expected '$3' in: $2"; }

stand_in() {
	cat >"$scratch/bin/$1"
	chmod +x "$scratch/bin/$1"
}

# Registries: what they are asked for is whatever lies in `offered`. npm writes over a file that is there, pip keeps it.
stand_in npm <<'END'
#!/bin/sh
cp "$OFFERED"/* "$4"
END
stand_in python3 <<'END'
#!/bin/sh
[ "$1 $2" = "-m pip" ] || exec "$REAL_PYTHON" "$@"
[ "$3" = download ] || exec [ -e "$HAS_PIP" ]
while [ "$1" != -d ]; do shift; done
cp -n "$OFFERED"/* "$2"
END
# A Debian that has nothing installed, as root.
stand_in dpkg-query <<<:
stand_in id <<<'echo 0'
stand_in apt-get <<<': >"$HAS_PIP"'
stand_in pkg-config <<'END'
#!/bin/sh
[ -n "$SYSTEMS" ] || exit 1
[ "$1" != --modversion ] || echo "$SYSTEMS"
END
export PATH=$scratch/bin:$PATH REAL_PYTHON=$real_python OFFERED=$scratch/offered HAS_PIP=$scratch/has_pip SYSTEMS=

# deps COMMAND: in a shell that has read the functions; `fresh` is a checkout that never had any.
deps() {
	bash -c '. "$1/tools/deps.sh"; eval "$2"' deps "$scratch" "$1" 2>&1
}

fresh() {
	rm -rf "$scratch/.deps" "$scratch/offered" "$HAS_PIP"
	mkdir -p "$scratch/.deps/cache" "$scratch/offered"
}

assert_nothing_built() {
	local left
	left=$(find "$scratch/.deps" -path '*/cache' -prune -o -path '*/log' -prune -o -path '*/work' -prune -o -type f -print)
	[ -z "$left" ] || fail "$1: left behind: $left"
}

LMDB_FILE=lmdb-3.0.0.tar.gz
LIBRDKAFKA_FILE=confluentinc-kafka-javascript-1.10.1.tgz

# Another archive than the pinned one is refused by name, whether it lies in the cache or comes from outside.
for where in cache offered; do
	for part in lmdb librdkafka; do
		file=$LMDB_FILE
		[ $part = lmdb ] || file=$LIBRDKAFKA_FILE
		fresh
		echo "not what is pinned" >"$scratch/offered/$file"
		[ $where = offered ] || cp "$scratch/offered/$file" "$scratch/.deps/cache/"
		said=$(deps $part) && fail "$part: a wrong archive ($where) is taken: $said"
		expect "$part, $where" "$said" "is not what it was: its SHA-256 differs from the pinned one"
		expect "$part, $where" "$said" ".deps/cache/$file"
		assert_nothing_built "$part, $where"
	done
done

# One that was cut off on its way does not stay in the way of the right one; and a path is a path, also where pip had to be installed first.
fresh
echo right >"$scratch/offered/a-1.tar.gz"
echo ri >"$scratch/.deps/cache/a-1.tar.gz"
hash=$(sha256sum <"$scratch/offered/a-1.tar.gz")
said=$(deps "file=\$(pypi_archive a 1 ${hash%% *}) && cat \"\$file\"") || fail "the right archive is not fetched: $said"
expect "behind one that was cut off" "$said" right
[ -e "$HAS_PIP" ] || fail "pip was not asked for"

# offer FILE FOLDER: an archive of the test's own; prints its hash.
offer() {
	tar -czf "$scratch/offered/$1" -C "$2" "$(ls "$2")"
	sha256sum "$scratch/offered/$1" | cut -d ' ' -f 1
}

# A source that has the pinned hash and not, once each, the lines that are to be changed: nobody looked whether the change still means what it meant.
lmdb_source() {
	mkdir -p "$scratch/source/lmdb-3.0.0/lib"
	touch "$scratch/source/lmdb-3.0.0/lib/"{midl.c,midl.h,lmdb.h}
	printf '%s' "$1" >"$scratch/source/lmdb-3.0.0/lib/mdb.c"
}
write='rc = EIO; /* TODO: Use which error code? */'
sync=$'if (MDB_FDATASYNC(env->me_fd))\n\t\t\t\trc = ErrCode();'
for text in "$write" "$sync" "$write$write$sync" "$write$sync$sync" "$write${sync/rc/x}"; do
	fresh
	lmdb_source "$text"
	hash=$(offer $LMDB_FILE "$scratch/source")
	said=$(deps "LMDB='lmdb 3.0.0 $hash'; lmdb") && fail "LMDB: another source is changed: $text"
	expect "LMDB's source" "$said" "mdb.c is not what it was: the text to change does not stand there exactly once"
	assert_nothing_built "LMDB's source"
done
rm -rf "$scratch/source"

librdkafka_source() {
	mkdir -p "$scratch/source/package/deps/librdkafka/src"
	printf '%s' "$1" >"$scratch/source/package/deps/librdkafka/src/rdkafka_fetcher.c"
	printf '%s' "$2" >"$scratch/source/package/deps/librdkafka/src/rdkafka_metadata.c"
}
hint='TopicTags->partitions_with_leader_change_cnt++;'
brokers='if (md->broker_cnt == 0 && md->topic_cnt == 0) {'
for both in "|$brokers" "$hint$hint|$brokers" "$hint|" "$hint|$brokers$brokers"; do
	fresh
	librdkafka_source "${both%|*}" "${both#*|}"
	hash=$(offer $LIBRDKAFKA_FILE "$scratch/source")
	said=$(deps "LIBRDKAFKA='@confluentinc/kafka-javascript 1.10.1 $hash'; librdkafka") && fail "librdkafka: another source is changed: $both"
	expect "librdkafka's source, $both" "$said" "is not what it was: the text to change does not stand there exactly once"
	assert_nothing_built "librdkafka's source, $both"
done

# The system's is taken if it is new enough, and what it lacks is said, once; ours is built where that is asked for.
fresh
export SYSTEMS=2.12.0
said=$(deps librdkafka) || fail "the system's is not taken: $said"
expect "the system's" "$said" "the system's 2.12.0, without the two lines changed in ours"
said=$(deps librdkafka) && [ -z "$said" ] || fail "said again: $said"
export GOVBUS_OWN_RDKAFKA=1
said=$(deps librdkafka) && fail "ours is asked for, and there is none, and yet: $said"
expect "ours" "$said" "librdkafka 2.15.1, once"
