#!/usr/bin/env python3
"""The naive folds are second opinions: they know nothing of the code that they are compared with."""
import re

import law

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.MULTILINE)
# Files, and what of the project they may include: that of events reads records as decoded, that of the log reads the wire itself.
OPINIONS = (
	(re.compile(r"tests/support/case_naive\.[ch]"), ("schemas/", "tests/support/case_naive")),
	(re.compile(r"tests/(support/naive_\w+(?<!_test)\.[ch]|flow/naive_fold_main\.c)"), ("tests/support/naive_",)),
)


def check(root):
	complaints = []
	for path in law.sources(root, ".c", ".h", folders=("tests",)):
		for files, known in OPINIONS:
			if files.fullmatch(str(path)):
				for target in INCLUDE.findall(law.code_only(law.read(root, path), keep_strings=True)):
					if not target.startswith(known):
						complaints.append(f"{path}: must not know {target}")
	return complaints


law.main(
	check,
	planted={
		"must not know projections/case_row.h": {"tests/support/naive_x.c": '#include "projections/case_row.h"\n'},
		"must not know schemas/codes.h": {"tests/support/naive_x.h": '#include "schemas/codes.h"\n'},
		"must not know consumers/dump.h": {"tests/flow/naive_fold_main.c": '#include "consumers/dump.h"\n'},
		"must not know projections/view.h": {"tests/support/case_naive.h": '#include "projections/view.h"\n'},
	},
	innocent={
		"tests/support/naive_x.c": '#include "tests/support/naive_x.h"\n#include <msgpack.h>\n',
		"tests/support/naive_x_test.c": '#include "consumers/dump.h"\n',
		"tests/support/case_naive.c": '#include "tests/support/case_naive.h"\n#include "schemas/event.h"\n',
		"tests/support/other.c": '#include "projections/view.h"\n',
	},
)
