#!/usr/bin/env python3
"""Files and functions stay small: .c 500 lines, .h 200, a function 70 and 6 parameters; each file begins by saying what it is for."""
import re

import law

MAX_LINES = {".c": 500, ".h": 200, ".py": 500, ".sh": 500}
MAX_FUNCTION_LINES = 70
MAX_PARAMETERS = 6
THEIR_SIGNATURE = "enum MHD_Result"  # a callback whose parameters libmicrohttpd decides


def parameters(signature):
	"""How many parameters a definition has: commas of its outermost list, the last pair of parentheses but attributes."""
	depth, count, inside = 0, 1, ""
	for char in signature[signature.index("(") :]:
		depth += {"(": 1, ")": -1}.get(char, 0)
		if depth == 0:
			break
		inside += char
		count += char == "," and depth == 1
	return 0 if inside.strip("( ") in ("", "void") else count


def first_line_says_what(text):
	lines = text.split("\n", 2) + ["", ""]
	line = lines[1] if lines[0].startswith("#!") else lines[0] + lines[1] if lines[0] == "/*" else lines[0]
	return bool(re.match(r'(/\*|# |""")\s*\S+.*\s\S', line))


def check(root):
	complaints = []
	stems = {}
	for path in law.sources(root, *MAX_LINES, ".def"):
		text = law.read(root, path)
		count = text.count("\n")
		if count > MAX_LINES.get(path.suffix, count):
			complaints.append(f"{path}: {count} lines, at most {MAX_LINES[path.suffix]}")
		if not first_line_says_what(text):
			complaints.append(f"{path}: the first line must say what the file is for")
		if path.suffix != ".c":
			continue
		if path.name in stems:
			complaints.append(f"{path}: name taken by {stems[path.name]}; names are prefixes of symbols")
		stems[path.name] = path
		for line, signature, lines in law.functions(text):
			if lines > MAX_FUNCTION_LINES:
				complaints.append(f"{path}:{line}: function of {lines} lines, at most {MAX_FUNCTION_LINES}")
			if parameters(signature) > MAX_PARAMETERS and not signature.startswith(f"static {THEIR_SIGNATURE}"):
				complaints.append(f"{path}:{line}: {parameters(signature)} parameters, at most {MAX_PARAMETERS}")
	return complaints


def longest(root, count):
	"""The longest functions of the project, as a reminder of where to cut next."""
	found = [
		(lines, f"{path}:{line}")
		for path in law.sources(root, ".c")
		for line, _, lines in law.functions(law.read(root, path))
	]
	return sorted(found, reverse=True)[:count]


HEAD = "/* x: what it is for. */\n"
for length, place in longest(law.ROOT, 10):
	print(f"{length:4} lines  {place}")
law.main(
	check,
	planted={
		"501 lines": {"common/x.c": HEAD + "\n" * 500},
		"201 lines": {"common/x.h": HEAD + "\n" * 200},
		"function of 71 lines": {"common/x.c": HEAD + "\nint f(void)\n{\n" + "\tg();\n" * 68 + "}\n"},
		"7 parameters": {"common/x.c": HEAD + "\nint f(int a, int b, int (*c)(int, int),\n      int d, int e, int f, int g)\n{\n}\n"},
		"first line": {"common/x.c": "#include <a.h>\n"},
		"the file is for": {"common/x.c": "/*\n */\n"},
		"name taken": {"common/x.c": HEAD, "schemas/x.c": HEAD},
	},
	innocent={
		"common/x.c": HEAD + "\nint f(int a, int b, int (*c)(int, int), int d, int e, int f)\n{\n" + "\tg();\n" * 67 + "}\n",
		"common/y.c": "/*\n * y: what it is for.\n */\n" + "\nstatic const int table[] =\n{\n" + "\t1,\n" * 100 + "};\n",
		"tests/x_test.sh": "#!/bin/sh\n# What must hold.\n",
	},
)
