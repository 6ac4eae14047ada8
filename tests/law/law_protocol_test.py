#!/usr/bin/env python3
"""docs/PROTOCOL.md: each of its rules, 1 to 16, is shown by tests, and these exist and are run. docs/TESTS.md: each promise names a test that is there, or a command."""
import re

import law

PAGE = "docs/PROTOCOL.md"
PROMISES = "docs/TESTS.md"
RULES = range(1, 17)
ROW = re.compile(r"^\| (\d+) \|.*\| ([^|]+) \|$", re.MULTILINE)
TESTS = re.compile(r"`([\w/]+\.(?:c|py))`((?:,? \w+)*)")


def check_tests(root, rule, text):
	for path, names in TESTS.findall(text):
		if not (root / path).is_file():
			yield f"rule {rule}: {path} is not there"
			continue
		source = law.read(root, path)
		for name in re.findall(r"\w+", names):
			# Once where it is written, once where it is run.
			if len(re.findall(rf"\b{name}\b", source)) < 2:
				yield f"rule {rule}: {path} has no {name}"


def check_promises(root):
	for row in re.findall(r"^\| (?!promise|---)(.*) \|$", law.read(root, PROMISES), re.MULTILINE):
		promise, shown = row.rsplit(" | ", 1)
		named = re.findall(r"`([^`]*)`", shown)
		if not named:
			yield f"promise {promise!r}: nothing shows it"
		for name in named:
			if "./run " not in name and not (root / name).is_file():
				yield f"promise {promise!r}: {name} is not there"


def check(root):
	shown = dict(ROW.findall(law.read(root, PAGE)))
	complaints = []
	for rule in RULES:
		text = shown.get(str(rule), "")
		if not TESTS.search(text):
			complaints.append(f"rule {rule}: no test shows it")
		complaints += check_tests(root, rule, text)
	return complaints + list(check_promises(root))


def page(changed, text):
	return "".join(f"| {rule} | says | without | {text if rule == changed else '`a/x_test.c` test_x'} |\n" for rule in RULES)


TEST = {PROMISES: "| promise | shown by |\n| --- | --- |\n| fast | `./run bench` |\n", "a/x_test.c": "static void test_x(void) {}\nint main(void) { cmocka_unit_test(test_x); }\nstatic void test_idle(void) {}\n"}
law.main(
	check,
	planted={
		"rule 3: no test shows it": {PAGE: page(3, "later"), **TEST},
		"rule 4: a/y_test.c is not there": {PAGE: page(4, "`a/y_test.c` test_x"), **TEST},
		"rule 5: a/x_test.c has no test_y": {PAGE: page(5, "`a/x_test.c` test_x, test_y"), **TEST},
		"rule 6: a/x_test.c has no test_idle": {PAGE: page(6, "`a/x_test.c` test_idle"), **TEST},
		"promise 'fast': nothing": {PAGE: page(0, ""), **TEST, PROMISES: "| fast | later |\n"},
		"promise 'fast': a/z_test.c": {PAGE: page(0, ""), **TEST, PROMISES: "| fast | `a/z_test.c`, `a/x_test.c` |\n"},
	},
	innocent={PAGE: page(0, ""), **TEST},
)
