#!/usr/bin/env python3
"""Some functions of libc and of our libraries are not called here, each for a reason given below."""
import re

import law

UNBOUNDED = "writes without a bound"
SHARED = "keeps its state in one place for all threads"
BANNED = {
	"strcpy": UNBOUNDED,
	"strcat": UNBOUNDED,
	"stpcpy": UNBOUNDED,
	"sprintf": UNBOUNDED,
	"vsprintf": UNBOUNDED,
	"gets": UNBOUNDED,
	"strncpy": "leaves text without its end",
	"strncat": "its bound is not what one thinks",
	"alloca": "sizes the stack",
	"strtok": SHARED,
	"gmtime": SHARED,
	"localtime": SHARED,
	"ctime": SHARED,
	"asctime": SHARED,
	"strerror": SHARED + "; use %m or strerror_r",
	"rand": "is predictable; chance is injected",
	"srand": "is predictable; chance is injected",
	"atoi": "does not tell errors",
	"atol": "does not tell errors",
	"atof": "does not tell errors",
	"system": "starts a shell",
	"popen": "starts a shell",
	"tmpnam": "races",
	"mktemp": "races",
}
# Five bytes make it reserve gigabytes. Tests use it as the independent reader of what we wrote.
UNCHECKED = re.compile(r"\bmsgpack_(unpack|unpack_next|unpacker_\w+)\s*\(")
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")


def check(root):
	complaints = []
	for path in law.sources(root, ".c", ".h"):
		for number, line in enumerate(law.code_only(law.read(root, path)).split("\n"), 1):
			for name in CALL.findall(line):
				complaints.append(f"{path}:{number}: {name} {BANNED[name]}")
			if UNCHECKED.search(line) and path.parts[0] != "tests" and not path.name.endswith("_test.c"):
				complaints.append(f"{path}:{number}: msgpack_unpack must not see unchecked bytes")
	return complaints


law.main(
	check,
	planted={
		"strcpy writes": {"common/x.c": "\tstrcpy(a, b);\n"},
		"sprintf writes": {"common/x_test.c": "\tsprintf (a, b);\n"},
		"rand is": {"tests/a/x.c": "\treturn rand();\n"},
		"msgpack_unpack": {"schemas/x.c": "\tmsgpack_unpack_next(a, b);\n"},
	},
	innocent={
		"common/x.c": "/* strcpy() */\n\tsnprintf(a, b, \"strcpy(x)\");\n\tmy_rand(x->rand(1), x.rand(2));\n",
		"schemas/x_test.c": "\tmsgpack_unpack_next(a, b);\n",
	},
)
