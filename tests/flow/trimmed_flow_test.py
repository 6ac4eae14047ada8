#!/usr/bin/env python3
"""govbus-case-status on a log whose records were deleted unread: it does not start, says why and what helps, and its rows stay as they are.

What it says helps does: rows that were folded further, put in the place of its own.
"""
import shutil
import subprocess

import scene

TIME = "2023-02-06T09:00:00+08:00"
TRIMMED = 80  # the exit code of LOG_TRIMMED
PARTITIONS = "16"


def refused(bus):
	return bus.refused("case-status", "LOG_TRIMMED", TRIMMED)


with scene.Scene() as bus:
	report = {"type_code": "MD02", "title": "邻里纠纷"}
	case = bus.one("gov.case.reported.v1", "read", report, time=TIME, place=scene.VILLAGE, unit="centre:53")["subject"]
	bus.case(case, 1)
	assert bus.stop("case-status") == 0
	rows = bus.home / "case-status"
	further = bus.home / "another's"
	own = bus.home / "own"
	shutil.copytree(rows, own)
	unread = bus.one("gov.case.reported.v1", "unread", report, time=TIME, place=scene.VILLAGE, unit="centre:53")["subject"]
	bus.start("case-status")
	bus.case(unread, 1)
	assert bus.stop("case-status") == 0
	whole = bus.govbus("dump").stdout
	rows.rename(further)
	own.rename(rows)
	for name in ("gateway", "decider"):
		assert bus.stop(name) == 0, name
	before = bus.govbus("dump").stdout
	assert before.count("\n") > 3, before
	subprocess.run([scene.bus.BIN / "spoil-topic", bus.kafka, f"{bus.prefix}gov.case", "trim", PARTITIONS], check=True)
	told = refused(bus)
	assert "retention" in told["cure"] and "folded further" in told["cure"], told
	assert bus.govbus("dump").stdout == before, "rows changed"
	bus.govbus("dump", "--check")
	# The cure says that an empty folder does not help, so it must not: the rows would be less than the record, and nobody told.
	shutil.rmtree(rows)
	refused(bus)
	shutil.rmtree(rows, ignore_errors=True)
	further.rename(rows)
	bus.start("case-status")
	assert bus.stop("case-status") == 0
	assert bus.govbus("dump").stdout == whole
print(f"refused with exit code {TRIMMED}, before and after its folder was removed; with rows folded further it goes on: {told['cure']}")
