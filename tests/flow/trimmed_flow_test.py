#!/usr/bin/env python3
"""govbus-case-status on a log whose records were deleted unread: it does not start, says why and what helps, and its rows stay as they are."""
import json
import shutil
import subprocess

import scene

TIME = "2023-02-06T09:00:00+08:00"
TRIMMED = 80  # the exit code of LOG_TRIMMED
PARTITIONS = "16"


def refused(bus):
	"""Starts case-status; returns what it says of its end."""
	bus.start("case-status", ready=False)
	program = bus.programs["case-status"]
	assert program.wait(30) == TRIMMED, program.returncode
	del bus.programs["case-status"]
	last = json.loads(bus.log("case-status").splitlines()[-1])
	assert last["level"] == "error" and last["error"] == "LOG_TRIMMED", last
	return last


with scene.Scene() as bus:
	report = {"type_code": "MD02", "title": "邻里纠纷"}
	case = bus.one("gov.case.reported.v1", "read", report, time=TIME, place=scene.VILLAGE, unit="centre:53")["subject"]
	bus.case(case, 1)
	assert bus.stop("case-status") == 0
	bus.one("gov.case.reported.v1", "unread", report, time=TIME, place=scene.VILLAGE, unit="centre:53")
	for name in ("gateway", "decider"):
		assert bus.stop(name) == 0, name
	before = bus.govbus("dump").stdout
	assert before.count("\n") > 3, before
	subprocess.run([scene.bus.BIN / "trim", bus.kafka, f"{bus.prefix}gov.case", PARTITIONS], check=True)
	told = refused(bus)
	assert "retention" in told["cure"] and "folded further" in told["cure"], told
	assert bus.govbus("dump").stdout == before, "rows changed"
	bus.govbus("dump", "--check")
	# The cure says that an empty folder does not help, so it must not: the rows would be less than the record, and nobody told.
	shutil.rmtree(bus.home / "case-status")
	refused(bus)
print(f"refused with exit code {TRIMMED}, before and after its folder was removed: {told['cure']}")
