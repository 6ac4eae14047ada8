"""Senders that post batches of actions over HTTP until each has its answer, and the check of what became of them."""
import hashlib
import http.client
import itertools
import json
import threading
import time

import scene

SENDERS, BATCH = 10, 16
COUNTIES = ("532322", "532323", "532328", "532331")  # of partitions 14, 15, 1 and 5: two deciders each have some
DAY = "2023-03-13T"
NO_ANSWER_YET = (202, 429, 500, 503, 504)
STEPS = (
	("gov.case.accepted.v1", {"severity": "urgent"}, "town"),
	("gov.case.dispatched.v1", {"lead_unit": "unit"}, "town"),
	("gov.case.signed_for.v1", {}, "unit"),
	("gov.case.handling_logged.v1", {"action": "site_visit"}, "unit"),
	("gov.case.feedback_submitted.v1", {"result": "resolved"}, "unit"),
	("gov.case.verified.v1", {"pass": True}, "grid"),
	("gov.case.closed.v1", {"outcome": "resolved"}, "town"),
)
NEVER = "gov.case.resumed.v1"  # no case is ever on hold: refused


def places():
	"""Counties beside the scene's own, so that several partitions have work; each with a unit that can be sent."""
	for county in COUNTIES:
		codes = [county, county + "101", county + "101001", county + "101001001"]
		if county != scene.COUNTY:
			yield [
				scene.event("gov.place.registered.v1", f"p-{code}", {"level": level, "name": "示例", "effective_from": scene.LOADED}, subject=f"place:{code}", unit="centre:53")
				for level, code in enumerate(codes, 3)
			]
		unit = {"name": "应急队(示例)", "unit_type": "government", "level": 3, "seat": county, "active": True, "effective_from": scene.LOADED}
		yield [scene.event("gov.unit.registered.v1", f"u-{county}", unit, subject=f"unit:roads-{county}", unit="centre:53")]


def origin(action):
	"""The hash by which a timeline's row names the action that it came of."""
	source = action["source"].encode()
	return hashlib.blake2b(bytes([len(source)]) + source + action["id"].encode(), digest_size=16).hexdigest()


class Case:
	def __init__(self, report, county):
		self.id, self.county, self.actions = None, county, [report]

	def next_action(self, number, clock):
		type_, data, who = STEPS[len(self.actions) - 1]
		units = {"town": f"centre:{self.county}101", "unit": f"roads-{self.county}", "grid": f"grid:{self.county}101001001"}
		if data.get("lead_unit"):
			data = {"lead_unit": units["unit"]}
		self.actions.append(scene.event(type_, number, data, time=clock, subject=self.id, unit=units[who]))
		return self.actions[-1]

	def refused_action(self, number, clock):
		return scene.event(NEVER, number, {}, time=clock, subject=self.id, unit=f"roads-{self.county}")


class Load:
	def __init__(self, bus, rng, senders=SENDERS):
		self.bus, self.rng = bus, rng
		self.cases, self.acknowledged, self.refused, self.never = [], {}, [], 0
		self.unanswered, self.lost, self.posts = set(), set(), itertools.count()
		self.ending, self.broken, self.longest = threading.Event(), [], 0.0
		self.numbers, self.batches = itertools.count(), itertools.count()
		self.threads = [threading.Thread(target=self._send, args=(rng.randrange(1 << 30),), daemon=True) for _ in range(senders)]

	def __enter__(self):
		for batch in places():
			self.bus.must(batch)
		for thread in self.threads:
			thread.start()
		return self

	def __exit__(self, kind, *_):
		if kind:
			self.ending.set()  # of a test that has failed, perhaps without a broker: no answer is waited for
		else:
			self.finish()

	def finish(self):
		"""Senders end once all that they have begun is answered."""
		self.ending.set()
		for thread in self.threads:
			thread.join(120)
		assert not any(thread.is_alive() for thread in self.threads), "posts are still without an answer after two minutes"
		assert not self.broken, self.broken[0]

	def in_flight(self):
		"""Posts that have been sent and have no answer."""
		return set(self.unanswered)

	def cut_off(self, before, seconds=5.0):
		"""Of these posts those whose answer never came, once each has ended one way or the other."""
		scene.bus.wait_for("posts are cut off", lambda: not before & self.unanswered, seconds, 0.005)
		return before & self.lost

	def _send(self, seed):
		rng = type(self.rng)(seed)
		mine = []
		try:
			while not self.ending.is_set():
				self.settle(self._batch(rng, mine))
		except Exception as error:  # told by finish
			self.broken.append(repr(error))

	def _batch(self, rng, mine):
		"""[(case, action)]: one next action of some of this sender's cases, one that is refused, and a few new reports."""
		# Slow, so that no case waits for its next step until a timer escalates it.
		second = next(self.batches) // 100
		clock = f"{DAY}{8 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+08:00"
		mine[:] = [case for case in mine if len(case.actions) <= len(STEPS)]
		old = rng.sample(mine, min(len(mine), BATCH * 4 // 5))
		batch = [(case, case.next_action(f"a{next(self.numbers)}", clock)) for case in old]
		batch += [(case, case.refused_action(f"a{next(self.numbers)}", clock)) for case in old[:1]]
		while len(batch) < BATCH:
			county = rng.choice(COUNTIES)
			grid = county + "101001001"
			report = scene.event(
				"gov.case.reported.v1", f"a{next(self.numbers)}", {"type_code": "SH03", "title": "山体滑坡", "severity": "urgent", "channel": "grid"},
				time=clock, place=grid, unit="grid:" + grid,
			)
			case = Case(report, county)
			mine.append(case)
			self.cases.append(case)
			batch.append((case, report))
		return batch

	def settle(self, batch, pause=0.02):
		"""Posts [(case, action)], again and again, what has no answer yet; after a pause if all of it was refused."""
		while batch:
			items = self._post([action for _, action in batch])
			if items is None:
				time.sleep(pause)
				continue
			left = [pair for pair, item in zip(batch, items) if not self._note(*pair, item)]
			if len(left) == len(batch):
				time.sleep(0.2)  # nobody is there to answer: senders that spin would starve whoever is to come back
			batch = left

	def _note(self, case, action, item):
		if item["status"] in NO_ANSWER_YET:
			return False
		if action["type"] == NEVER and item["status"] == 409:
			self.never += 1
			return True
		if item["status"] not in (200, 201):
			self.refused.append((action, item))
		case.id = case.id or item.get("subject")
		if item["status"] == 201:
			assert action["id"] not in self.acknowledged, f"{action['id']} was accepted twice"
			self.acknowledged[action["id"]] = item["seq"]
		return True

	def _post(self, actions):
		"""The items of the answer; None if there was none."""
		host, port = self.bus.addresses["gateway"].rsplit(":", 1)
		connection = http.client.HTTPConnection(host, int(port), timeout=30)
		headers = {"Content-Type": "application/cloudevents-batch+json", "Authorization": f"Bearer {self.bus.token}"}
		number, began = next(self.posts), time.monotonic()
		try:
			connection.request("POST", "/v1/events", json.dumps(actions, ensure_ascii=False).encode(), headers)
			self.unanswered.add(number)
			answer = connection.getresponse()
			data = answer.read()
			self.longest = max(self.longest, time.monotonic() - began)
			return json.loads(data)["items"] if answer.status == 200 else self._refused_whole(answer.status, data)
		except (OSError, http.client.HTTPException):
			self.lost.add(number)
			return None
		finally:
			self.unanswered.discard(number)
			connection.close()

	def _refused_whole(self, status, data):
		if status not in NO_ANSWER_YET:
			raise RuntimeError(f"a batch got {status}: {data[:500]}")

	# ---- what became of it

	def count(self):
		"""Actions posted so far, those left out that are refused."""
		return sum(len(case.actions) for case in self.cases)

	def check(self, timelines):
		"""Every action posted has been accepted once, where its acknowledgement said: as a dump's timelines have it."""
		assert not self.refused, json.dumps(self.refused[0], ensure_ascii=False)
		assert self.never, "nothing was refused"
		for case in self.cases:
			assert case.id, f"no answer ever named the case of {case.actions[0]['id']}"
			lines = timelines.pop(case.id)
			assert [line[:2] for line in lines] == [(seq, origin(action)) for seq, action in enumerate(case.actions, 1)], (case.id, lines)
			for seq, action in enumerate(case.actions, 1):
				told = self.acknowledged.get(action["id"], seq)
				assert told == seq, f"{action['id']} was acknowledged as {told} of {case.id} and is {seq}"
		assert not timelines, f"cases that nobody reported: {list(timelines)[:3]}"

	def check_answers(self, count=200):
		"""The gateway tells the same of some cases: their timelines, and each action's outcome asked for by its id."""
		for case in self.rng.sample(self.cases, min(count, len(self.cases))):
			self.bus.case(case.id, len(case.actions))
			lines = self.bus.read(f"/v1/cases/{case.id}/timeline")["items"]
			lines = [(line["seq"], line["type"]) for line in lines if line["type"].startswith("gov.case.")]
			assert lines == [(seq, action["type"]) for seq, action in enumerate(case.actions, 1)], (case.id, lines)
			for seq, action in enumerate(case.actions, 1):
				got = self.bus.read(f"/v1/outcomes?subject={case.id}&source=/test&id={action['id']}")
				assert (got["outcome"], got.get("seq")) == ("accepted", seq), got
