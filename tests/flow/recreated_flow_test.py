#!/usr/bin/env python3
"""govbus-case-status on a log that lost its tail, then on one that was written anew: it does not start, says why, and the command that it prints lets it go on.

The topic is deleted and made anew, empty; then the decider, without rows of its own, decides all actions once more. The folder's name has a
space and a quote in it, for the command's sake.
"""
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import naive
import scene

TIME = "2023-02-06T09:00:00+08:00"
RECREATED, LOST_TAIL = 81, 82
REPORT = {"type_code": "MD02", "title": "邻里纠纷"}


def report(bus, id_):
	return bus.one("gov.case.reported.v1", id_, REPORT, time=TIME, place=scene.VILLAGE, unit="centre:53")["subject"]


def drop(bus):
	subprocess.run([scene.bus.BIN / "spoil-topic", bus.kafka, f"{bus.prefix}gov.case", "drop"], check=True)
	time.sleep(1.5)
	bus.govbus("topics")
	bus.govbus("topics", "--check")


def refused(bus, error, code):
	"""Its rows stay as they are, and the command names their folder."""
	before = bus.govbus("dump").stdout
	told = bus.refused("case-status", error, code)
	assert bus.govbus("dump").stdout == before and before.count("\n") > 3, before
	assert "move its folder aside" in told["cure"] and told["command"].startswith("mv -T "), told
	return told


def obey(bus, told):
	"""Runs the command as it is printed; returns where the rows are now."""
	before = set(bus.home.glob("case-status.aside-*"))
	subprocess.run(["sh", "-c", told["command"]], check=True, cwd="/")
	assert not (bus.home / "case-status").exists()
	(aside,) = set(bus.home.glob("case-status.aside-*")) - before
	return aside


def decide_anew(bus):
	"""By a decider without rows; each of its starts writes a claim to every partition, until all are longer than they were."""
	shutil.rmtree(bus.home / "decider")
	for _ in range(4):
		bus.start("decider")
		assert bus.stop("decider") == 0


folder = Path(tempfile.mkdtemp(prefix="govbus-bus."))
home = folder / "it's a bus"
home.mkdir()
with scene.Scene(home=home) as bus:
	bus.case(report(bus, "first"), 1)
	for name in ("case-status", "gateway", "decider"):
		assert bus.stop(name) == 0, name
	drop(bus)
	aside = obey(bus, refused(bus, "LOG_LOST_TAIL", LOST_TAIL))
	bus.start("case-status")
	assert bus.stop("case-status") == 0
	shutil.rmtree(bus.home / "case-status")
	aside.rename(bus.home / "case-status")  # it was a mistake: nothing is lost
	decide_anew(bus)
	told = refused(bus, "LOG_RECREATED", RECREATED)
	obey(bus, told)
	for name in ("case-status", "decider", "gateway"):
		bus.start(name)
	bus.case(report(bus, "second"), 1)
	for name in ("gateway", "decider"):
		assert bus.stop(name) == 0, name
	want, counts = naive.compare(bus)
	assert counts["gov.case"]["actions"] == 2, counts
shutil.rmtree(folder)
print(f"refused with exit codes {LOST_TAIL} and {RECREATED}; rebuilt after: {told['command']}")
