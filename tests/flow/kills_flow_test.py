#!/usr/bin/env python3
"""Gateway, decider and case-status are killed under load: every action has one outcome, and case-status is what a naive second fold makes of the record.

GOVBUS_KILLS is the number of kills of each (10), GOVBUS_SEED the seed.
"""
# @timeout 600
import collections
import os
import random
import secrets
import shutil
import time

import load
import naive
import peek
import scene

KILLS = int(os.environ.get("GOVBUS_KILLS", "10"))
SEED = int(os.environ.get("GOVBUS_SEED", secrets.randbelow(1 << 31)))
LEAST_MET = 0.6
PROGRAMS = ("gateway", "decider", "case-status")
DRAWS = 3  # random moments looked at for a kill: one at which nothing is under way shows little


class Kills:
	"""Kills programs; each returns whether that met work in flight."""

	def __init__(self, bus, sending, rng):
		self.bus, self.sending, self.rng = bus, sending, rng
		self.uncommitted = peek.Peek("case-status", "uncommitted_records")
		self.check_peek()

	def check_peek(self):
		"""What is read out of the program's memory is what it says of itself; sooner or later, as it is at work meanwhile."""
		store_bytes = peek.Peek("case-status", "store_bytes")

		def same():
			read = store_bytes(self.bus.programs["case-status"].pid)
			return read and f"govbus_store_bytes {read}\n" in self.bus.get("/metrics", of="case-status")[2].decode()

		scene.bus.wait_for("what is read out of memory is what is told", same, 20, 0.01)

	def gateway(self):
		"""A post that was out and never got its answer."""
		for _ in range(DRAWS):
			before = self.sending.in_flight()
			if before:
				break
			self.wait_a_little()
		self.bus.kill("gateway")
		return bool(self.sending.cut_off(before))

	def decider(self):
		"""A post that was out, and still is a while after the decider was stopped."""
		def posts_that_wait():
			before = self.sending.in_flight()
			self.bus.pause("decider")
			time.sleep(0.05)
			return before & self.sending.in_flight()

		return self.drawn("decider", posts_that_wait)

	def case_status(self):
		"""A batch that is not empty and not committed: looked at while the program is stopped."""
		def batch():
			self.bus.pause("case-status")
			time.sleep(0.002)  # until all of its threads stand
			return self.uncommitted(self.bus.programs["case-status"].pid)

		return self.drawn("case-status", batch)

	def drawn(self, name, stopped):
		"""Kills the program at a moment at which it has work in flight, if one of a few is such; stopped() stops it and tells."""
		for _ in range(DRAWS):
			met = bool(stopped())
			if met:
				break
			self.bus.resume(name)
			self.wait_a_little()
		self.bus.kill(name)
		return met

	def wait_a_little(self):
		time.sleep(self.rng.uniform(0.002, 0.05))

	def one(self, name):
		"""At a random moment under load: once actions are acknowledged again."""
		acknowledged = len(self.sending.acknowledged)
		scene.bus.wait_for("load", lambda: len(self.sending.acknowledged) > acknowledged or self.sending.broken, 60, 0.01)
		time.sleep(self.rng.uniform(0.0, 0.4))
		assert not self.sending.broken, self.sending.broken[0]
		met = getattr(self, name.replace("-", "_"))()
		self.bus.start(name)
		return met


def kill_all(bus, sending, rng):
	order = [name for name in PROGRAMS for _ in range(KILLS)]
	rng.shuffle(order)
	kills, met = Kills(bus, sending, rng), collections.Counter()
	for name in order:
		met[name] += kills.one(name)
	return met


def rebuilt(bus, want):
	"""A case-status that starts from nothing ends in the same dump."""
	bus.stop("case-status")
	shutil.rmtree(bus.home / "case-status")
	bus.start("case-status")
	scene.bus.wait_for("the rebuild", lambda: naive.same(naive.dump(bus, "rebuilt"), want), 120, 1)


print(f"seed {SEED}", flush=True)
rng = random.Random(SEED)
with scene.Scene() as bus:
	with load.Load(bus, rng) as sending:
		met = kill_all(bus, sending, rng)
	print(", ".join(f"{name}: {met[name]} of {KILLS} kills met work in flight" for name in PROGRAMS), flush=True)
	sending.check_answers()
	bus.stop("gateway")
	bus.stop("decider")
	want, counts = naive.compare(bus)
	of_cases = counts["gov.case"]
	sending.check(naive.timelines(want))
	naive.check_bug(bus, want)
	rebuilt(bus, want)
	size = want.stat().st_size
for name in PROGRAMS:
	assert met[name] >= LEAST_MET * KILLS, f"too few kills of {name} met work in flight; seed {SEED}"
print(
	f"{sending.count()} actions of {len(sending.cases)} cases, {sending.count() - len(sending.acknowledged)} of them known by a repeat's answer: "
	f"one outcome each; {of_cases['claims']} claims, {of_cases['void']} void records; {size} bytes of rows are the naive fold's, and the same rebuilt"
)
