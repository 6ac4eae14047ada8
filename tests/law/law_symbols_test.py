#!/usr/bin/env python3
"""x.c exports only x and x_*, so that a name tells the file it lives in, and only what another file uses; checked with nm on what the build has
compiled."""
import collections
import os
import re
import subprocess
import sys
from pathlib import Path

import law

# File: pattern of what it may export beside its own name, and why.
EXCEPTIONS = {}
OBJECT = re.compile(r"CMakeFiles/govbus_\w+\.dir/((?:common|schemas|projections|consumers|producers)/(?:[^/]+/)?[^/]+)\.c\.o$")


def allowed(source, symbol):
	stem = Path(source).name
	if symbol == stem or symbol.startswith(stem + "_"):
		return True
	exception = EXCEPTIONS.get(source + ".c")
	return bool(exception and re.fullmatch(exception[0], symbol))


def exported(object_file):
	"""Global definitions of one object, less what sanitizers add."""
	lines = subprocess.run(["nm", "-g", "--defined-only", object_file], capture_output=True, text=True, check=True).stdout
	names = [line.split()[-1] for line in lines.splitlines() if line.strip()]
	return [name for name in names if not name.startswith(("__odr_asan", "__asan", "__sanitizer", "__start_", "__stop_"))]


def objects(build):
	"""Objects whose source still exists."""
	for path in sorted(Path(build).rglob("*.c.o")):
		match = OBJECT.search(str(path))
		if match and (law.ROOT / (match.group(1) + ".c")).exists():
			yield match.group(1), path


def users(root):
	"""Who names a word: its source files, and how often headers do (once is its declaration; an inline function may use it)."""
	files, headers = collections.defaultdict(set), collections.Counter()
	for path in law.sources(root, ".c", ".h", ".def"):
		words = re.findall(r"\w+", law.code_only(law.read(root, path)))
		if path.suffix == ".h":
			headers.update(words)
			continue
		for word in set(words):
			files[word].add(str(path))
	return files, headers


def complaints_about(root, pairs):
	files, headers = users(root)
	complaints = []
	for source, path in pairs:
		for symbol in exported(path):
			if not allowed(source, symbol):
				complaints.append(f"{source}.c exports {symbol}; call it {Path(source).name}_…, make it static, or move it")
			elif not files[symbol] - {source + ".c"} and headers[symbol] < 2:
				complaints.append(f"{source}.c exports {symbol}, which no other file uses; make it static")
	return complaints


def compile_planted(root):
	"""Compile every planted source as the build would."""
	for path in law.sources(root, ".c", folders=law.LAYERS):
		target = root / path.with_suffix(".c.o")
		subprocess.run([os.environ.get("CC", "cc"), "-c", root / path, "-o", target], check=True)
		yield str(path.with_suffix("")), target


def check(root):
	if root != law.ROOT:
		return complaints_about(root, compile_planted(root))
	found = list(objects(build))
	if not found:
		return [f"no objects below {build}: build first"]
	unused = [f"tests/law: the exception for {file} is no longer needed" for file in EXCEPTIONS if not (root / file).exists()]
	return complaints_about(root, found) + unused


build = os.environ.get("GOVBUS_BUILD") or (sys.argv[1] if len(sys.argv) > 1 else law.ROOT / "build/dev")
USER = {"tests/x_test.c": "int *user(void)\n{\n\treturn x + x_do() ? x_p : 0;\n}\n"}
law.main(
	check,
	planted={
		"exports helper": {"common/x.c": "int x_do(void)\n{\n\treturn 0;\n}\n\nint helper(void)\n{\n\treturn 0;\n}\n"},
		"exports xy": {"common/x.c": "int xy = 1;\n"},
		"x_do, which no other file uses": {"common/x.h": "int x_do(void);\n", "common/x.c": "int x_do(void)\n{\n\treturn 0;\n}\n"},
	},
	innocent={
		"common/x.h": "extern const int x;\nint x_do(void);\nint x_add(void);\nextern int *x_p;\nstatic inline int x_twice(void)\n{\n\treturn 2 * x_add();\n}\n",
		"common/x.c": "const int x = 1;\nint x_do(void)\n{\n\treturn 0;\n}\n\nint x_add(void)\n{\n\treturn 1;\n}\n\nstatic int helper;\nint *x_p = &helper;\n",
	}
	| USER,
)
