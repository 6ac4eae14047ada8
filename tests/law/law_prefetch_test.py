#!/usr/bin/env python3
"""What a file prefetches (common/prefetch.h) is prefetched in its object too: gcc drops calls of functions that do nothing but prefetch."""
import os
import re
import subprocess
import sys
from pathlib import Path

import law

CALLS = re.compile(r"\bprefetch_range\(")
PREFETCH = re.compile(r"\t(prefetch|prfm)")


def objects(root):
	"""Those of the build, by source; of a planted tree its own, compiled as for a release."""
	if root == law.ROOT:
		build = os.environ.get("GOVBUS_BUILD") or (sys.argv[1] if len(sys.argv) > 1 else law.ROOT / "build/dev")
		for path in law.sources(root, ".c"):
			for compiled in Path(build).glob(f"CMakeFiles/govbus_*.dir/{path}.o"):
				yield path, compiled
		return
	for path in law.sources(root, ".c"):
		compiled = root / path.with_suffix(".o")
		subprocess.run([os.environ.get("CC", "cc"), "-O2", "-I", root, "-c", root / path, "-o", compiled], check=True)
		yield path, compiled


def check(root):
	callers = [(path, compiled) for path, compiled in objects(root) if CALLS.search(law.code_only(law.read(root, path)))]
	if not callers:
		return ["no object prefetches anything: build first"]
	return [
		f"{path} calls prefetch_range, and its object does not prefetch"
		for path, compiled in callers
		if not PREFETCH.search(subprocess.run(["objdump", "-d", compiled], capture_output=True, text=True, check=True).stdout)
	]


HEADER = law.read(law.ROOT, "common/prefetch.h")
USER = """#include "common/prefetch.h"

struct item {
	const char *key, *value;
};

static void look(const struct item *items, const int *order, int i, int n)
{
	if (i + 16 < n) {
		prefetch_range(&items[order[i + 16]], 1);
		const struct item *item = &items[order[i + 8]];

		prefetch_range(item->key, 1);
		prefetch_range(item->value, 1);
	}
}

int x(const struct item *items, const int *order, int n)
{
	int sum = 0;

	for (int i = 0; i < n; i++) {
		look(items, order, i, n);
		sum += *items[order[i]].key;
	}
	return sum;
}
"""

BARE = """#include <stddef.h>

static inline void prefetch_range(const void *bytes, size_t n)
{
	(void)n;
	__builtin_prefetch(bytes);
}
"""

law.main(
	check,
	planted={"common/x.c calls prefetch_range": {"common/prefetch.h": BARE, "common/x.c": USER}},
	innocent={"common/prefetch.h": HEADER, "common/x.c": USER},
)
