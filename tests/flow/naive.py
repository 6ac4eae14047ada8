"""The dump of case-status beside that of the naive fold, which reads the topics itself."""
import collections
import filecmp
import json
import subprocess

import scene

BUG = "drop"
TIMELINE_EVENTS = range(1, 25)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def fold(bus, bug=None):
	"""Lets the naive fold read the bus, whose decider has ended; returns the file of its dump and what it counted in each register."""
	path = bus.logs / f"naive{bug or ''}.dump"
	with open(path, "wb") as out:
		done = subprocess.run(
			[scene.bus.BIN / "naive-fold", bus.kafka, bus.prefix, *([bug] if bug else [])], stdout=out, stderr=subprocess.PIPE, text=True
		)
	assert done.returncode == 0, f"the record breaks a rule: {done.stderr}"
	return path, {counts["topic"]: counts for counts in map(json.loads, done.stderr.splitlines())}


def dump(bus, name="live"):
	"""The file of what case-status holds; its tables agree."""
	path = bus.logs / f"{name}.dump"
	with open(path, "wb") as out:
		subprocess.run([scene.bus.BIN / "govbus", "dump"], env=bus.environment(), stdout=out, check=True)
	bus.govbus("dump", "--check")
	return path


def same(left, right):
	return filecmp.cmp(left, right, shallow=False)


def compare(bus, seconds=60):
	"""Once case-status has read all there is, its dump is that of the naive fold; returns the file and the counts."""
	want, counts = fold(bus)

	def equal():
		return same(dump(bus), want)

	try:
		scene.bus.wait_for("the dump is the naive fold's", equal, seconds, 1)
	except TimeoutError as error:
		raise AssertionError(f"case-status differs from the naive fold: live.dump, {want.name} in {bus.logs}") from error
	assert counts["gov.case"]["outcomes"] == counts["gov.case"]["actions"] > 0, counts
	return want, counts


def check_bug(bus, want):
	"""A bug planted in the naive fold makes the comparison fail; that each of them does is shown by its own test."""
	assert not same(fold(bus, BUG)[0], want), f"the planted bug '{BUG}' is not seen"


def case_id(key):
	"""The text of a case id as it stands in a key."""
	number = int(key[12:28], 16)
	text = "".join(ALPHABET[number >> shift & 31] for shift in range(55, -1, -5))
	return f"{int(key[:6], 16):06}-{int(key[6:12], 16) + 19000000}-{text}"


def timelines(path):
	"""The events in the timelines of a dump: {case id: [(seq, origin, type's number)]}."""
	found = collections.defaultdict(list)
	with open(path) as lines:
		for line in lines:
			if line.startswith("timeline "):
				_, key, value = line.split(" ", 2)
				type_ = int(value[64:66], 16)
				if type_ in TIMELINE_EVENTS:
					found[case_id(key)].append((int(key[28:36], 16), value[32:64], type_))
	return found
