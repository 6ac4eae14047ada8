#!/usr/bin/env python3
"""Source files that the pages name in `backticks` are there: a file that is renamed takes the pages along."""
import re

import law

PAGES = ["README.md", "README.zh.md", "CONTRIBUTING.md", "docs/ARCHITECTURE.md", "docs/DECISIONS.md", "docs/PROTOCOL.md", "docs/TESTS.md"]
NAMED = re.compile(r"`((?:[\w-]+/)*[\w*-]+\.(?:c|h|def|py|sh))`")
FOLDERS = law.LAYERS + ["tests", "tools", "examples", "cmake"]
# A name made of these stands for any: x.c, tests/F/x_test.py, schemas/events/NAME.def, X_main.c.
ANY = re.compile(r"(^|/)(x|X|F|NAME|LAYER)(?=[_./]|$)|^kafka_x|/kafka_x")


def check(root):
	files = [str(path.relative_to(root)) for folder in FOLDERS for path in (root / folder).rglob("*.*")]
	complaints = []
	for page in PAGES:
		if not (root / page).exists():
			continue
		for name in sorted(set(NAMED.findall(law.read(root, page)))):
			pattern = re.compile("(.*/)?" + re.escape(name).replace(r"\*", ".*"))
			if not ANY.search(name) and not any(pattern.fullmatch(path) for path in files):
				complaints.append(f"{page} names {name}, which is not there")
	return complaints


law.main(
	check,
	planted={
		"names common/gone.c": {"common/here.c": "", "docs/TESTS.md": "| that | `common/gone.c` |\n"},
		"names gone_test.py": {"common/here.c": "", "README.md": "`gone_test.py` and `here.c`\n"},
		"names gone*.c": {"common/here.c": "", "CONTRIBUTING.md": "`gone*.c`\n"},
	},
	innocent={"common/here_and_there.c": "", "tests/support/a.py": "", "docs/DECISIONS.md": "`here_*.c`, `support/a.py`, `tests/F/x_test.py`, `gone`, `X_main.c`\n"},
)
