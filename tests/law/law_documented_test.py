#!/usr/bin/env python3
"""Every function that a header of the layers declares has a comment of its own."""
import re

import law

DECLARATION = re.compile(r"^(?!typedef\b|return\b|_Static_assert\b)[a-z][\w *]*?\b(\w+)\(")


def declared(code):
	"""Yield (index of the line, name) of each function of a header; code is without comments."""
	for number, line in enumerate(code.split("\n")):
		found = DECLARATION.match(line)
		if found:
			yield number, found.group(1)


def check(root):
	complaints = []
	for path in law.sources(root, ".h", folders=law.LAYERS):
		text = law.read(root, path)
		lines, comments = text.split("\n"), re.compile(r"/\*\*(?:[^*]|\*(?!/))*\*/\n\Z")
		for number, name in declared(law.code_only(text)):
			before = "\n".join(lines[:number]) + "\n"
			if not comments.search(before):
				complaints.append(f"{path}:{number + 1}: {name} has no /** comment */ above it")
	return complaints


law.main(
	check,
	planted={
		"x_bare has no": {"common/x.h": "#pragma once\n/** Frees. */\nvoid x_free(void);\nvoid x_bare(void);\n"},
		"x_plain has no": {"schemas/x.h": "/* Frees. */\nvoid x_plain(void);\n"},
		"x_far has no": {"schemas/x.h": "/** Frees. */\n\nint *x_far(int a,\n\t   int b);\n"},
		"x_inline has no": {"common/x.h": "static inline int x_inline(void)\n{\n\treturn f(1);\n}\n"},
	},
	innocent={"common/x.h": "typedef bool x_visit(void *context);\n\n/**\n * Frees; a * b.\n * @thread any\n */\nstruct x *x_free(int a,\n\t\t int b) __attribute__((cold));\n"},
)
