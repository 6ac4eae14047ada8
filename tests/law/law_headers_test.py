#!/usr/bin/env python3
"""Every header compiles alone: whoever includes it needs to know nothing else."""
import concurrent.futures
import os
import subprocess

import law

COMPILER = os.environ.get("CC", "cc")
DEPS = os.environ.get("GOVBUS_DEPS", str(law.ROOT / ".deps"))
FLAGS = "-std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only -x c".split()


def compile_alone(root, header):
	"""The first error of a file that includes nothing but this header, twice; None if there is none."""
	run = subprocess.run(
		[COMPILER, *FLAGS, f"-I{root}", "-isystem", f"{DEPS}/include", "-"],
		input=f'#include "{header}"\n#include "{header}"\nextern int not_empty;\n',
		capture_output=True,
		text=True,
		check=False,
	)
	errors = [line for line in run.stderr.split("\n") if "error:" in line]
	if any("librdkafka/rdkafka.h: No such file" in line or "'librdkafka/rdkafka.h' file not found" in line for line in errors):
		return None  # a unit build without librdkafka; every other build looks at this header
	return f"{header}: {errors[0] if errors else run.stderr.strip()}" if run.returncode else None


def check(root):
	with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
		found = pool.map(lambda header: compile_alone(root, header), law.sources(root, ".h"))
		return [complaint for complaint in found if complaint]


law.main(
	check,
	planted={
		"size_t": {"common/x.h": "#pragma once\nint f(size_t n);\n"},
		"redefinition": {"common/x.h": "struct x {\n\tint a;\n};\n"},
	},
	innocent={"common/x.h": "#pragma once\n#include <stddef.h>\nint f(size_t n);\n"},
)
