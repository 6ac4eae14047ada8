#!/usr/bin/env python3
"""Programs started while no broker answers: each stays up, says why it is not ready, stops at once when told, and goes on once the broker comes.

A broker that answers and has no topics is another thing: whoever needs them ends, typed.
"""
# @timeout 180
import json
import time

import scene

NAMES = ("decider", "case-status", "gateway")
ABSENT = 66  # the exit code
AWAY = "no broker answers", "no Kafka broker answers"


class Late(scene.Scene):
	"""A scene whose topics are made, and nothing started."""

	def __enter__(self):
		scene.bus.Bus.__enter__(self)
		self.govbus("topics")
		self.token = self.new_token("all", "centre:53", 1, "53")
		return self


def probe(bus, name, path):
	assert bus.programs[name].poll() is None, f"{name} ended with {bus.programs[name].returncode}:\n{bus.log(name)[-2000:]}"
	try:
		status, _, body = bus.get(path, of=name)
	except OSError:
		return None
	return status, body.decode() if isinstance(body, bytes) else json.dumps(body)


def says_away(bus, name):
	found = probe(bus, name, "/readyz")
	return found and found[0] == 503 and any(text in found[1] for text in AWAY)


def stays_up(bus, seconds):
	until = time.monotonic() + seconds
	while time.monotonic() < until:
		for name in NAMES:
			assert says_away(bus, name), (name, probe(bus, name, "/readyz"))
			assert probe(bus, name, "/healthz")[0] == 200, (name, probe(bus, name, "/healthz"))
		time.sleep(0.5)


def waits(bus, name):
	"""What it has logged of its waiting."""
	return [line for line in map(json.loads, bus.log(name).splitlines()) if line.get("error") == "KAFKA_AWAY"]


with Late(broker=scene.bus.Broker()) as bus:
	bus.broker.stop()
	for name in NAMES:
		bus.start(name, ready=False)
	for name in NAMES:
		scene.bus.wait_for(f"{name} says that no broker answers", lambda: says_away(bus, name), 20)
	stays_up(bus, 14)
	for name in NAMES[:2]:
		told = waits(bus, name)
		assert told and "start the broker" in told[0]["cure"], bus.log(name)
		assert len(told) <= 2, told
		began = time.monotonic()
		assert bus.stop(name) == 0, name
		assert time.monotonic() - began < 2, f"{name} took {time.monotonic() - began:.1f} s to stop"
		bus.start(name, ready=False)
	bus.broker.start()
	began = time.monotonic()
	for name in NAMES:
		bus.wait_ready(name)
	print(f"all ready {time.monotonic() - began:.1f} s after the broker")
	for batch in scene.reference():
		bus.must(batch)
	report = {"type_code": "MD02", "title": "邻里纠纷"}
	case = bus.one("gov.case.reported.v1", "late", report, time="2023-02-06T09:00:00+08:00", place=scene.VILLAGE, unit="centre:53")["subject"]
	assert bus.case(case, 1)["state"]
	for name in NAMES[:2]:
		assert bus.stop(name) == 0, name
		bus.start(name, "--topic-prefix", f"{bus.prefix}none.", ready=False)
	for name in NAMES[:2]:
		assert bus.programs[name].wait(40) == ABSENT, (name, bus.programs[name].returncode)
		assert "govbus topics" in bus.log(name).splitlines()[-2], bus.log(name)[-1000:]
		del bus.programs[name]
