#!/usr/bin/env python3
"""A layer includes only itself and the layers to its left; Kafka is known only from kafka_* rightwards; pure layers stay pure;
of the programs among the producers the gateway and the decider know neither each other nor the commands."""
import re

import law

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^">]+)[">]', re.MULTILINE)
PURE = ["common", "schemas", "projections"]
# A fold reads no clock and throws no dice: the same events give the same rows.
IMPURE = re.compile(r"\b(time|clock_gettime|gettimeofday|rand|random|getrandom|randombytes_\w+|arc4random\w*)\s*\(")


# What the folder of a program may include beside its own.
PROGRAMS = {
	"producers/gateway": [],
	"producers/decider": [],
	"producers/commands": ["producers/gateway", "producers/decider"],
}


def may_include(path, target):
	"""Why this file must not include that one; None if it may."""
	layer, file = path.parts[0], path.name
	into = target.split("/")[0]
	is_test = bool(re.search(r"_(test|fuzz)\.c$", file)) or layer == "tests"
	knows_kafka = file.startswith("kafka_") or layer not in PURE
	if into == "librdkafka" or (into in PURE and "/kafka_" in target):
		return None if knows_kafka else "knows Kafka"
	if into == "tests":
		return None if is_test else "only tests include tests/"
	if target.endswith(".c"):
		return "includes a .c file"
	if into in law.LAYERS and layer in law.LAYERS and law.LAYERS.index(into) > law.LAYERS.index(layer):
		return f"{layer} must not know {into}"
	program, other = str(path.parent), target.rpartition("/")[0]
	if program in PROGRAMS and other in PROGRAMS and other not in [program, *PROGRAMS[program]] and not is_test:
		return f"{program} must not know {other}"
	return None


def check(root):
	complaints = []
	for path in law.sources(root, ".c", ".h", ".def"):
		text = law.code_only(law.read(root, path), keep_strings=True)
		for kind, target in INCLUDE.findall(text):
			if kind == '"' and "/" not in target:
				complaints.append(f'{path}: write includes from the root: "{path.parent}/{target}"')
				continue
			reason = may_include(path, target)
			if reason:
				complaints.append(f"{path}: {reason}: {target}")
		if path.parts[0] == "projections" and not path.name.endswith(("_test.c", "_fuzz.c")):
			for call in IMPURE.findall(law.code_only(text)):
				complaints.append(f"{path}: a projection is pure: {call}()")
	return complaints


law.main(
	check,
	planted={
		"schemas must not know producers": {"schemas/x.c": '#include "producers/y.h"\n'},
		"common must not know schemas": {"common/x.h": '# include "schemas/y.h"\n'},
		"knows Kafka: librdkafka": {"common/x.c": "#include <librdkafka/rdkafka.h>\n"},
		"knows Kafka: common/kafka_x.h": {"projections/x.c": '#include "common/kafka_x.h"\n'},
		"gateway must not know producers/decider": {"producers/gateway/x.c": '#include "producers/decider/y.h"\n'},
		"decider must not know producers/commands": {"producers/decider/x.h": '#include "producers/commands/y.h"\n'},
		"from the root": {"common/x.c": '#include "x.h"\n'},
		"only tests": {"common/x.c": '#include "tests/support/y.h"\n'},
		"a .c file": {"common/x_test.c": '#include "common/x.c"\n'},
		"pure: time()": {"projections/x.c": "long f(void)\n{\n\treturn time(0);\n}\n"},
	},
	innocent={
		"common/kafka_x.c": '#include <librdkafka/rdkafka.h>\n#include "common/kafka_x.h"\n',
		"projections/x.c": '#include "schemas/y.h"\n/* #include "producers/y.h", time() */\nint due_time(int);\n',
		"producers/commands/x.c": '#include "producers/gateway/y.h"\n#include "producers/decider/y.h"\n',
		"producers/decider/x_test.c": '#include "producers/gateway/y.h"\n',
		"projections/x_test.c": '#include "tests/support/y.h"\n',
		"tests/law/x_test.c": '#include "producers/y.h"\n',
	},
)
