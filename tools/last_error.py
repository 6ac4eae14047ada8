#!/usr/bin/env python3
"""What a program that has ended said of it: the last error in its log, with its cure; nothing if it has started since.

	tools/last_error.py LOG
"""
import json
import os
import sys

LAST_BYTES = 64 * 1024
RUNS = ("started", "listening")  # what is said once a start has come to its end
MORE = ("address", "listen", "why", "problems")


def read(path):
	"""The last lines, the first of which may be cut."""
	try:
		with open(path, "rb") as log:
			log.seek(max(0, os.fstat(log.fileno()).st_size - LAST_BYTES))
			return log.read().decode(errors="replace").splitlines()
	except FileNotFoundError:
		return []


def parse(line):
	"""A line of the log; what is no JSON is what a program says before it has a log (an option that is wrong), or its end (an assertion)."""
	try:
		entry = json.loads(line)
		return entry if isinstance(entry, dict) else {}
	except ValueError:
		return {"level": "error", "what": line.strip()}


def last_error(lines):
	found = None
	for entry in map(parse, lines):
		if entry.get("what") in RUNS:
			found = None
		elif entry.get("level") == "error" and entry.get("what") not in ("", "kafka"):
			found = entry
	return found


def tell(entry):
	"""One line, then the cure, then the command if there is one."""
	name = f" ({entry['error']})" if entry.get("error") else ""
	yield entry["what"] + name + "".join(f"; {more} {str(entry[more]).strip()}" for more in MORE if entry.get(more))
	if entry.get("cure"):
		yield "cure: " + entry["cure"]
	if entry.get("command"):
		yield entry["command"]


if __name__ == "__main__":
	error = last_error(read(sys.argv[1]))
	print("\n".join(tell(error)) if error else "", end="")
