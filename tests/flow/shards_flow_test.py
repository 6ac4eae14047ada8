#!/usr/bin/env python3
"""govbus-case-status with 1, 4, 1, 2 shards: queries, boards, outcomes and dump say the same each time, and the gateway, which runs throughout,
goes over to the new ones by itself and never answers out of old and new ones together."""
import threading
import time

import load
import naive
import scene

COUNTS = (4, 1, 2)  # after 1
EACH = 4  # cases of each county
MIXED = 75
REPORT = {"type_code": "SH03", "title": "山体滑坡", "severity": "urgent", "channel": "grid"}
DAY = load.DAY[:10]
LIST, BOARD = "/v1/cases?place=53&limit=100", f"/v1/boards/53?from={DAY}&to={DAY}"


def report(county, id_):
	place = county + "101001001"
	return scene.event("gov.case.reported.v1", id_, REPORT, time=load.DAY + "08:00:00+08:00", place=place, unit="grid:" + place)


def stories(bus):
	"""Cases of several partitions, some accepted, some with a refusal; returns {case: the ids of its actions}."""
	cases = {}
	for county in load.COUNTIES:
		for number, told in enumerate(bus.must([report(county, f"r-{county}-{n}") for n in range(EACH)])):
			case, unit, ids = told["subject"], f"centre:{county}101", [f"r-{county}-{number}"]
			ids += [f"accept-{case}", f"never-{case}"] if number % 2 else []
			for id_, type_, data, want in ((f"accept-{case}", *load.STEPS[0][:2], 201), (f"never-{case}", load.NEVER, {}, 409)):
				if id_ in ids:
					bus.one(type_, id_, data, want, time=load.DAY + "09:00:00+08:00", subject=case, unit=unit)
			cases[case] = ids
	return cases


def without_position(body):
	return {name: value for name, value in body.items() if name != "as_of"}


def outcomes(cases):
	return [f"/v1/outcomes?subject={case}&source=/test&id={id_}" for case, ids in cases.items() for id_ in ids]


def answers(bus, cases):
	"""All that is asked here, but how far it was read."""
	paths = [LIST, BOARD] + [f"/v1/cases/{case}{what}" for case in cases for what in ("", "/timeline")]
	return {path: without_position(bus.read(path)) for path in paths + outcomes(cases)}


def unknown(bus, cases):
	"""How many actions have no outcome in case-status yet."""
	return sum(bus.read(path).get("outcome") == "unknown" for path in outcomes(cases))


class Watch(threading.Thread):
	"""Asks all the time: what is not yet rebuilt may be missing, nothing may be there twice."""

	def __init__(self, bus):
		super().__init__(daemon=True)
		self.bus, self.most, self.wrong, self.asked, self.not_ready, self.ending = bus, 0, [], 0, 0, threading.Event()

	def run(self):
		while not self.ending.is_set():
			listed, board = (self.bus.get(path, token=self.bus.token) for path in (LIST, BOARD))
			self.asked += 1
			for status, _, body in (listed, board):
				self.not_ready += status == 503
				if status not in (200, 503) or status == 503 and not body["type"].endswith(":starting"):
					self.wrong.append((status, body))
			ids = [item["id"] for item in listed[2]["items"]] if listed[0] == 200 else []
			reported = board[2]["total"]["reported"] if board[0] == 200 else 0
			if len(set(ids)) != len(ids) or reported > self.most:
				self.wrong.append((sorted(ids), reported, self.most))
			time.sleep(0.01)

	def end(self):
		self.ending.set()
		self.join(30)
		assert not self.wrong, self.wrong[0]


def new_case(bus, watch, cases, id_):
	"""What comes now is found, too."""
	watch.most += 1
	(told,) = bus.must([report(load.COUNTIES[len(cases) % len(load.COUNTIES)], id_)])
	cases[told["subject"]] = [id_]
	bus.case(told["subject"], 1)


def same_answers(bus, cases, want, what):
	"""Once the gateway has seen the new shards, which it looks for each second."""

	def equal():
		try:
			return answers(bus, cases) == want
		except AssertionError:
			return False

	try:
		scene.bus.wait_for(f"the same answers {what}", equal, 10)
	except TimeoutError:
		assert answers(bus, cases) == want, what
		raise


def change(bus, watch, cases, shards, before):
	"""Another number of shards: the same answers and the same dump as before."""
	want, dump = answers(bus, cases), naive.dump(bus, f"before-{shards}")
	assert bus.stop("case-status") == 0
	bus.start("case-status", f"--shards={shards}")
	same_answers(bus, cases, want, f"of {shards} shards after {before}")
	assert naive.same(naive.dump(bus, f"after-{shards}"), dump), f"another dump of {shards} shards after {before}"
	left = sorted(folder.name for folder in (bus.home / "case-status").glob("shard-*") if folder.suffix != ".aside")
	assert left == [f"shard-{n}" for n in range(shards)], left
	new_case(bus, watch, cases, f"with-{shards}-after-{before}")


def one_is_missing(bus, cases):
	"""No half of an answer: the commands say why they give none, the gateway too, and goes on once case-status has made it anew."""
	want, dump = answers(bus, cases), naive.dump(bus, "whole")
	assert bus.stop("case-status") == 0
	(bus.home / "case-status/shard-1").rename(bus.home / "taken")
	for command in (["dump"], ["dump", "--check"], ["dead", "list"]):
		told = bus.govbus(*command, check=False)
		assert told.returncode == MIXED and not told.stdout and "another number of them; cure: start" in told.stderr, told

	def said():
		status, headers, body = bus.get(LIST, token=bus.token)
		return status == 503 and headers["Retry-After"] and "number of shards" in body["detail"]

	scene.bus.wait_for("the gateway says that shards do not belong together", said, 10)
	bus.start("case-status", "--shards=2")
	same_answers(bus, cases, want, "of a shard made anew")
	assert naive.same(naive.dump(bus, "anew"), dump)


with scene.Scene() as bus:
	for batch in load.places():
		bus.must(batch)
	cases = stories(bus)
	scene.bus.wait_for("all of them in case-status", lambda: unknown(bus, cases) == 0)
	watch, before = Watch(bus), 1
	watch.most = len(cases)
	watch.start()
	for shards in COUNTS:
		change(bus, watch, cases, shards, before)
		before = shards
	one_is_missing(bus, cases)
	watch.end()
	assert watch.not_ready, "the gateway was never seen without shards"
	for name in ("case-status", "gateway", "decider"):
		assert bus.stop(name) == 0, name
	naive.compare(bus)
	print(f"{len(cases)} cases with 1, 4, 1 and 2 shards; asked {watch.asked} times meanwhile, {watch.not_ready} answers: not ready")
