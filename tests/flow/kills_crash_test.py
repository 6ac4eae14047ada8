#!/usr/bin/env python3
"""Gateway, decider and case-status are killed under load: every action has one outcome, and case-status equals one rebuilt from nothing.

GOVBUS_KILLS is the number of kills of each (10), GOVBUS_SEED the seed.
"""
# @timeout 600
import collections
import os
import random
import secrets
import time

import load
import scene

KILLS = int(os.environ.get("GOVBUS_KILLS", "10"))
SEED = int(os.environ.get("GOVBUS_SEED", secrets.randbelow(1 << 31)))
LEAST_MET = 0.6
PROGRAMS = ("gateway", "decider", "case-status")


def kill(bus, sending, name):
	"""Kills and starts again; true if a post was out at that moment, for the decider: one that still had no answer afterwards."""
	before = sending.in_flight()
	bus.kill(name)
	met = bool(before & sending.in_flight() if name == "decider" else before)
	bus.start(name)
	return met


def kill_all(bus, sending, rng):
	order = [name for name in PROGRAMS for _ in range(KILLS)]
	rng.shuffle(order)
	met = collections.Counter()
	for name in order:
		time.sleep(rng.uniform(0.02, 0.5))
		assert not sending.broken, sending.broken[0]
		met[name] += kill(bus, sending, name)
	return met


def dump(bus):
	text = bus.govbus("dump").stdout
	assert text.count("\n") > 100, "the dump is empty"
	bus.govbus("dump", "--check")
	return text


def folded(bus):
	"""True once case-status has read all there is."""
	for line in bus.get("/metrics", of="case-status")[2].decode().splitlines():
		if line.startswith("govbus_lag_records") and float(line.split()[-1]) > 0:
			return False
	return True


def rebuilt(bus):
	"""The dump of a case-status that starts from nothing."""
	bus.stop("case-status")
	live = dump(bus)
	os.rename(bus.home / "case-status", bus.home / "case-status.live")
	bus.start("case-status")
	scene.bus.wait_for("the rebuild", lambda: folded(bus), 120)
	bus.stop("case-status")
	return live, dump(bus)


print(f"seed {SEED}", flush=True)
rng = random.Random(SEED)
with scene.Scene() as bus:
	with load.Load(bus, rng) as sending:
		met = kill_all(bus, sending, rng)
	print(", ".join(f"{name}: {met[name]} of {KILLS} kills met work in flight" for name in PROGRAMS), flush=True)
	actions = sending.check()
	sending.check_outcomes()
	scene.bus.wait_for("all is folded", lambda: folded(bus))
	bus.stop("gateway")
	bus.stop("decider")
	live, anew = rebuilt(bus)
	if live != anew:
		(bus.home / "live.dump").write_text(live)
		(bus.home / "anew.dump").write_text(anew)
		raise AssertionError("case-status differs from one rebuilt from nothing: live.dump, anew.dump")
for name in PROGRAMS:
	assert met[name] >= LEAST_MET * KILLS, f"too few kills of {name} met work in flight; seed {SEED}"
print(
	f"{actions} actions of {len(sending.cases)} cases, {actions - len(sending.acknowledged)} of them known by a repeat's answer: "
	f"one outcome each; {len(live)} bytes of rows are the same rebuilt"
)
