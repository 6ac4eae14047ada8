#!/usr/bin/env python3
"""Of two deciders one is paused with work in flight, past its session, and woken: what it wrote is void for every reader, and what it had folded ahead is gone.

GOVBUS_SEED is the seed.
"""
# @timeout 600
import os
import random
import re
import secrets
import shutil
import subprocess
import time

import load
import naive
import peek
import scene

SEED = int(os.environ.get("GOVBUS_SEED", secrets.randbelow(1 << 31)))
PAUSES = 4
PARTITIONS = 17  # of cases 16, and the reference data
SESSION_MS = 3000
LINGER_MS = 200  # records wait this long before they are sent: so a pause finds some that land only after it
LEAST_VOID = PAUSES // 2  # the others' records had been on the wire already


def metric(bus, of, name):
	text = bus.get("/metrics", of=of)[2].decode()
	return sum(float(value) for value in re.findall(rf"^{name}_total(?:\{{[^}}]*\}})? (\S+)", text, re.MULTILINE))


def home_of(bus, instance):
	return bus.home / f"decider-{instance}"


def start(bus, instance, ready=True):
	"""Each decider has a home of its own, with the same secrets."""
	home = home_of(bus, instance)
	if not home.exists():
		shutil.copytree(bus.home / "secrets", home / "secrets")
	arguments = ["--home", str(home), "--instance", instance, "--session-timeout", str(SESSION_MS), "--rdkafka", f"linger.ms={LINGER_MS}"]
	bus.start("decider", *arguments, instance=instance, ready=ready)


def decides(bus, key):
	"""How many partitions it decides."""
	return int(re.search(r"^govbus_decider_partitions_deciding (\d+)$", bus.get("/metrics", of=key)[2].decode(), re.MULTILINE).group(1))


def decides_everywhere(bus, key):
	return decides(bus, key) == PARTITIONS


def pause_in_flight(bus, sending, rng, key):
	"""Stops the decider at a random moment at which records of its are unacknowledged; returns how many, and the posts that are out."""
	unacknowledged = peek.Peek("decider", "unacknowledged")
	for _ in range(200):
		time.sleep(rng.uniform(0.005, 0.1))
		bus.pause(key)
		time.sleep(0.002)  # until all of its threads stand
		records = unacknowledged(bus.programs[key].pid)
		if records:
			return records, sending.in_flight()
		bus.resume(key)
	raise AssertionError(f"no pause of {key} met a record that was not acknowledged")


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
		return "it heard of it from its group alone"
	if answer == "it ended":
		del bus.programs[key]
		start(bus, instance)
	return answer


def rise_and_fall(bus, sending, rng, instance, lives):
	"""Pauses one until the other has decided for it, wakes it, and lets it live, or kills it soon and looks at what it has kept."""
	key = "decider" + instance
	other = "decider" + {"1": "2", "2": "1"}[instance]
	before = learned(bus, key)
	records, out = pause_in_flight(bus, sending, rng, key)
	scene.bus.wait_for("the other decides everywhere", lambda: decides_everywhere(bus, other), 60)
	acknowledged = len(sending.acknowledged)
	scene.bus.wait_for("the other has decided", lambda: len(sending.acknowledged) > acknowledged, 60)
	void_before = metric(bus, "case-status", "govbus_records_void")
	bus.resume(key)
	if lives:
		answer = woken(bus, instance, key, before)
	else:
		time.sleep(rng.uniform(0.1, 1))
		bus.kill(key)
		answer = f"killed soon after, with {check_store(bus, instance)} rows that are those of the record"
		start(bus, instance)
	scene.bus.wait_for("both decide", lambda: decides(bus, key) and decides(bus, other), 60)
	void = metric(bus, "case-status", "govbus_records_void") - void_before
	print(f"decider {instance}, paused with {records} records unacknowledged and {len(out)} posts out, and woken: {answer}; {void:.0f} void records", flush=True)
	return void


def check_store(bus, instance, *bug):
	"""The rows of a decider that has ended are those that the record gives at their position; returns how many there are."""
	command = [scene.bus.BIN / "decider-fold", bus.kafka, bus.prefix, home_of(bus, instance) / "decider", *bug]
	done = subprocess.run(command, capture_output=True, text=True)
	if bug:
		assert done.returncode == 1, "decider-fold does not see a record that is left out"
	else:
		assert done.returncode == 0, f"what decider {instance} had folded ahead is not gone: {done.stderr}"
	return int(done.stdout)


def check_void(bus, counts):
	"""Readers that were there all the time have passed over the same void records."""
	for reader, topics in (("case-status", ("gov.case",)), ("gateway", ("gov.case", "gov.reference"))):
		void = sum(counts[topic]["void"] + counts[topic]["void_claims"] for topic in topics)
		scene.bus.wait_for(f"void records of {reader}", lambda: metric(bus, reader, "govbus_records_void") >= void, 10)
		seen = metric(bus, reader, "govbus_records_void")
		assert seen == void, f"{reader} has passed over {seen:.0f} records, the naive fold over {void}"


print(f"seed {SEED}", flush=True)
rng = random.Random(SEED)
with scene.Scene() as bus:
	bus.stop("decider")
	for instance in "12":
		start(bus, instance)
	with load.Load(bus, rng) as sending:
		time.sleep(1)
		void = [rise_and_fall(bus, sending, rng, "12"[n % 2], n < PAUSES / 2) for n in range(PAUSES)]
	sending.check_answers()
	for instance in "12":
		bus.stop("decider" + instance)
		assert check_store(bus, instance) > 1000, "the store is empty"
		check_store(bus, instance, "short")
	want, counts = naive.compare(bus)
	of_cases = counts["gov.case"]
	check_void(bus, counts)
	bus.stop("gateway")
	sending.check(naive.timelines(want))
left = sum(records > 0 for records in void)
assert left >= LEAST_VOID, f"only {left} of {PAUSES} pauses left void records; seed {SEED}"
print(
	f"{sending.count()} actions of {len(sending.cases)} cases: one outcome each; {of_cases['void']} void records and {of_cases['void_claims']} void claims "
	f"were passed over; the dump is the naive fold's, and each decider's rows are those of the record"
)
