#!/usr/bin/env python3
"""Files of a store that are removed, replaced or cut short: whoever has them open ends, typed, and what its cure says cures it. No answer is of long ago.

A case-status that starts with another lock.mdb is followed by the gateway; a gateway whose tokens are others than those in the folder ends.
"""
import json
import os
import shutil

import naive
import scene

TIME = "2023-02-06T09:00:00+08:00"
STORE = 74  # the exit code of STORE and STORE_REPLACED
REPORT = {"type_code": "MD02", "title": "邻里纠纷"}


def report(bus, id_):
	return bus.one("gov.case.reported.v1", id_, REPORT, time=TIME, place=scene.VILLAGE, unit="centre:53")["subject"]


def ended(bus, name, error):
	"""Waits until it has ended by itself; returns what it said of its end."""
	code = bus.programs[name].wait(30)
	del bus.programs[name]
	last = json.loads(bus.log(name).splitlines()[-1])
	assert (code, last["level"], last["error"]) == (STORE, "error", error), (code, last)
	return last


def another_lock(bus, shard):
	assert bus.stop("case-status") == 0
	(shard / "lock.mdb").unlink()
	bus.start("case-status")
	bus.case(report(bus, "lock"), 1)


def no_file(bus, shard):
	(shard / "data.mdb").unlink()
	case = report(bus, "file")
	assert "restart" in ended(bus, "case-status", "STORE_REPLACED")["cure"]
	bus.start("case-status")
	bus.case(case, 1)


def cut_short(bus, shard):
	assert bus.stop("gateway") == 0
	assert bus.stop("case-status") == 0
	os.truncate(shard / "data.mdb", 8192)
	told = bus.refused("case-status", "STORE", STORE)
	assert told["file"].endswith("case-status/shard-0/data.mdb") and "may be removed" in told["cure"], told
	shutil.rmtree(bus.home / "case-status")
	bus.start("case-status")
	bus.start("gateway", "--outcome-ms", str(scene.PATIENT))


def others_tokens(bus):
	(bus.home / "tokens.mdb/lock.mdb").unlink()
	assert bus.get("/v1/places/53", token=bus.token)[0] == 200
	assert "1 revoked" in bus.govbus("token", "revoke", "all").stdout
	ended(bus, "gateway", "STORE_REPLACED")
	bus.start("gateway")
	assert bus.get("/v1/places/53", token=bus.token)[0] == 401


with scene.Scene(scene.PATIENT) as bus:
	shard = bus.home / "case-status/shard-0"
	bus.case(report(bus, "first"), 1)
	another_lock(bus, shard)
	no_file(bus, shard)
	cut_short(bus, shard)
	others_tokens(bus)
	for name in ("gateway", "decider"):
		assert bus.stop(name) == 0, name
	_, counts = naive.compare(bus)
	assert counts["gov.case"]["actions"] == 3, counts
print(f"rows, locks and tokens replaced or cut short under their programs: each ended with {STORE} and its reason, and is cured")
