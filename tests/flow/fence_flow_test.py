#!/usr/bin/env python3
"""govbus-case-status far behind commits without syncing one by one: killed there it goes on, caught up its commits are durable again, and
what the machine's end may have torn is moved aside and rebuilt. Each time the rows are the naive fold's."""
import os
import random
import secrets
import shutil
import time

import load
import naive
import scene

SEED = int(os.environ.get("GOVBUS_SEED", secrets.randbelow(1 << 31)))
CASES = 9000  # more than what counts as far behind, in each of the partitions that take them
KILLS = 3
BATCH = 500


def report(number):
	"""Of one partition."""
	data = {"type_code": "SH03", "title": "山体滑坡", "severity": "urgent", "channel": "grid"}
	return scene.event("gov.case.reported.v1", f"f-{number}", data, time=load.DAY + "08:00:00+08:00", place=scene.GRID, unit="grid:" + scene.GRID)


def marks(bus):
	return list((bus.home / "case-status").glob("shard-[0-9]/unsynced"))


def said(bus, words):
	return bus.log("case-status").count(words)


def settled(bus):
	return not marks(bus) and b"\ngovbus_fenced_shards 0\n" in bus.get("/metrics", of="case-status")[2]


def same(bus, want, name):
	return naive.same(naive.dump(bus, name), want)


print(f"seed {SEED}", flush=True)
rng = random.Random(SEED)
with scene.Scene() as bus:
	assert bus.stop("case-status") == 0
	for first in range(0, CASES, BATCH):
		bus.must([report(number) for number in range(first, first + BATCH)])
	for name in ("gateway", "decider"):
		assert bus.stop(name) == 0, name
	want, _ = naive.fold(bus)
	shutil.rmtree(bus.home / "case-status")
	killed = 0
	for _ in range(KILLS):
		bus.start("case-status", ready=False)
		scene.bus.wait_for("the mark, or the end of the rebuild", lambda: marks(bus) or said(bus, "synced again"), 30, 0.001)
		time.sleep(rng.uniform(0, 0.05))
		killed += bool(marks(bus))
		bus.kill("case-status")
	bus.start("case-status")
	scene.bus.wait_for("commits that are durable again", lambda: settled(bus), 60)
	assert killed and said(bus, "far behind"), (killed, bus.log("case-status"))
	assert same(bus, want, "killed")
	assert bus.stop("case-status") == 0

	(bus.home / "case-status/shard-0/unsynced").write_text("00000000-0000-0000-0000-000000000000\n")
	bus.start("case-status")
	assert said(bus, "environment moved aside") == 1, bus.log("case-status")
	assert (bus.home / "case-status/shard-0.aside/data.mdb").exists()
	scene.bus.wait_for("the rebuild", lambda: same(bus, want, "rebuilt"), 60)
	scene.bus.wait_for("commits that are durable again", lambda: settled(bus), 60)
	assert bus.stop("case-status") == 0 and not marks(bus)
print(f"{CASES} cases; {killed} of {KILLS} kills met commits that were not synced; each time the rows are the naive fold's")
