#!/usr/bin/env python3
"""Of two deciders one is paused with work in flight, past its session, and woken: what it wrote is void, every action has one outcome."""
import os
import random
import re
import secrets
import shutil
import time

import load
import scene

SEED = int(os.environ.get("GOVBUS_SEED", secrets.randbelow(1 << 31)))
PAUSES = 4
SESSION_MS = 2000


def metric(bus, of, name):
	text = bus.get("/metrics", of=of)[2].decode()
	return sum(float(value) for value in re.findall(rf"^{name}_total(?:\{{[^}}]*\}})? (\S+)", text, re.MULTILINE))


def start(bus, instance):
	"""Each decider has a home of its own, with the same secrets."""
	home = bus.home / f"decider-{instance}"
	if not home.exists():
		shutil.copytree(bus.home / "secrets", home / "secrets")
	bus.start("decider", "--home", str(home), "--instance", instance, "--session-timeout", str(SESSION_MS), instance=instance)


def pause_in_flight(bus, sending, key):
	"""Stops the decider at a moment at which posts wait for it; returns these."""
	for _ in range(50):
		before = sending.in_flight()
		bus.pause(key)
		time.sleep(0.3)
		waiting = before & sending.in_flight()
		if waiting:
			return waiting
		bus.resume(key)
		time.sleep(0.1)
	raise AssertionError("no pause met a post without its answer")


def learned(bus, key):
	"""How often this decider has read another's claim, or void records, in its partitions."""
	return sum(metric(bus, key, f"govbus_decider_{what}") for what in ("unseated", "void", "void_claims"))


def woken(bus, instance, key, before):
	"""What the woken decider says; one whose membership failed for good ends with a reason and is started again."""
	def told():
		if bus.programs[key].poll() is not None:
			return "it ended"
		return "it was unseated" if learned(bus, key) > before else None

	try:
		answer = scene.bus.wait_for("unseated", told, 15)
	except TimeoutError:
		return None
	if answer == "it ended":
		del bus.programs[key]
		start(bus, instance)
	return answer


def rise_and_fall(bus, sending, instance):
	key = "decider" + instance
	before = learned(bus, key)
	waiting = pause_in_flight(bus, sending, key)
	time.sleep(2 * SESSION_MS / 1000)
	scene.bus.wait_for("another decides", lambda: not waiting & sending.in_flight(), 60)
	bus.resume(key)
	answer = woken(bus, instance, key, before)
	print(f"decider {instance}, paused with {len(waiting)} posts in flight and woken: {answer or 'it heard of it from its group alone'}", flush=True)
	return answer


print(f"seed {SEED}", flush=True)
rng = random.Random(SEED)
with scene.Scene() as bus:
	bus.stop("decider")
	for instance in ("1", "2"):
		start(bus, instance)
	with load.Load(bus, rng) as sending:
		time.sleep(1)
		answers = [rise_and_fall(bus, sending, "12"[n % 2]) for n in range(PAUSES)]
	actions = sending.check()
	sending.check_outcomes()
	void = metric(bus, "case-status", "govbus_records_void")
	assert void or any(answers), f"no pause left a trace: no void record, nobody unseated; seed {SEED}"
	bus.govbus("dump", "--check")
print(f"{actions} actions of {len(sending.cases)} cases: one outcome each; case-status passed over {void:.0f} void records")
