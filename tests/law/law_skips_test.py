#!/usr/bin/env python3
"""No unit test skips itself: what it lacks ./run deps unit brings; scripts that start our programs say so (@needs programs), and no unit build has them."""
import re

import law

TESTS = (".py", ".sh", ".c")
WITH_BROKER = re.compile(r"_(flow|crash|load)_test\.")
SKIPS = re.compile(r"\bexit\(?\s*77\b|\bskip\(")


def check(root):
	complaints = []
	for path in law.sources(root, *TESTS):
		if not path.stem.endswith("_test") or WITH_BROKER.search(path.name):
			continue
		for number, line in enumerate(law.read(root, path).split("\n"), 1):
			if SKIPS.search(line):
				complaints.append(f"{path}:{number}: a unit test skips itself")
	return complaints


law.main(
	check,
	planted={
		"tests/x/a_test.py:2": {"tests/x/a_test.py": "# For Python.\nsys.exit(" + "77)\n"},
		"tests/x/b_test.sh:1": {"tests/x/b_test.sh": "[ -x govbus ] || exit " + "77\n"},
		"common/c_test.c:1": {"common/c_test.c": "skip" + "();\n"},
	},
	innocent={"tests/x/a_flow_test.py": "bus.skip" + "('no broker')\n", "tests/x/c_test.sh": "exit 1\n", "common/x.c": "mp_skip(in);\n"},
)
