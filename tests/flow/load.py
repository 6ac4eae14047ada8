"""Senders that post batches of actions over HTTP until each has its answer, and the check of what became of them."""
import http.client
import itertools
import json
import threading
import time

import scene

SENDERS, BATCH, MOST_STEPS = 4, 20, 7
COUNTIES = ("532301", "532322", "532323", "532324")
DAY = "2023-03-13T"
NO_ANSWER_YET = (202, 429, 500, 503, 504)
FIRST_STEPS = (
	("gov.case.accepted.v1", {"severity": "urgent"}, "town"),
	("gov.case.dispatched.v1", {"lead_unit": "unit"}, "town"),
	("gov.case.signed_for.v1", {}, "unit"),
)


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


class Case:
	def __init__(self, report, county):
		self.id, self.county, self.actions = None, county, [report]

	def next_action(self, number, clock):
		step = len(self.actions) - 1
		type_, data, who = FIRST_STEPS[step] if step < len(FIRST_STEPS) else ("gov.case.handling_logged.v1", {"action": "site_visit"}, "unit")
		units = {"town": f"centre:{self.county}101", "unit": f"roads-{self.county}"}
		if data.get("lead_unit"):
			data = {"lead_unit": units["unit"]}
		self.actions.append(scene.event(type_, number, data, time=clock, subject=self.id, unit=units[who]))
		return self.actions[-1]


class Load:
	def __init__(self, bus, rng):
		self.bus, self.rng = bus, rng
		self.cases, self.acknowledged, self.refused = [], {}, []
		self.unanswered, self.posts = set(), itertools.count()
		self.ending, self.broken = threading.Event(), []
		self.numbers, self.batches = itertools.count(), itertools.count()
		self.threads = [threading.Thread(target=self._send, args=(rng.randrange(1 << 30),), daemon=True) for _ in range(SENDERS)]

	def __enter__(self):
		for batch in places():
			self.bus.must(batch)
		for thread in self.threads:
			thread.start()
		return self

	def __exit__(self, *_):
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

	def _send(self, seed):
		rng = type(self.rng)(seed)
		mine = []
		try:
			while not self.ending.is_set():
				self._settle(self._batch(rng, mine))
		except Exception as error:  # told by finish
			self.broken.append(repr(error))

	def _batch(self, rng, mine):
		"""[(case, action)]: a few new reports, and one next action of some of this sender's cases."""
		# Slow, so that no case waits for its next step until a timer escalates it.
		second = next(self.batches) // 20
		clock = f"{DAY}{8 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+08:00"
		growing = [case for case in mine if len(case.actions) < MOST_STEPS]
		old = rng.sample(growing, min(len(growing), BATCH * 3 // 4))
		batch = [(case, case.next_action(f"a{next(self.numbers)}", clock)) for case in old]
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

	def _settle(self, batch):
		"""Posts, again and again, what has no answer yet."""
		while batch:
			items = self._post([action for _, action in batch])
			if items is None:
				time.sleep(0.02)
				continue
			left = [pair for pair, item in zip(batch, items) if not self._note(*pair, item)]
			if len(left) == len(batch):
				time.sleep(0.2)  # nobody is there to answer: senders that spin would starve whoever is to come back
			batch = left

	def _note(self, case, action, item):
		if item["status"] in NO_ANSWER_YET:
			return False
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
		number = next(self.posts)
		try:
			connection.request("POST", "/v1/events", json.dumps(actions, ensure_ascii=False).encode(), headers)
			self.unanswered.add(number)
			answer = connection.getresponse()
			data = answer.read()
			return json.loads(data)["items"] if answer.status == 200 else self._refused_whole(answer.status, data)
		except (OSError, http.client.HTTPException):
			return None
		finally:
			self.unanswered.discard(number)
			connection.close()

	def _refused_whole(self, status, data):
		if status not in NO_ANSWER_YET:
			raise RuntimeError(f"a batch got {status}: {data[:500]}")

	# ---- what became of it

	def check(self):
		"""Every action posted has been accepted once, where its acknowledgement said; returns how many there were."""
		assert not self.refused, json.dumps(self.refused[0], ensure_ascii=False)
		for case in self.cases:
			assert case.id, f"no answer ever named the case of {case.actions[0]['id']}"
			self.bus.case(case.id, len(case.actions))
			self._check_case(case)
		return sum(len(case.actions) for case in self.cases)

	def _check_case(self, case):
		lines = self.bus.read(f"/v1/cases/{case.id}/timeline")["items"]
		lines = [line for line in lines if line["type"].startswith("gov.case.")]
		assert [line["seq"] for line in lines] == list(range(1, len(case.actions) + 1)), (case.id, lines)
		assert [line["type"] for line in lines] == [action["type"] for action in case.actions], (case.id, lines)
		for seq, action in enumerate(case.actions, 1):
			told = self.acknowledged.get(action["id"], seq)
			assert told == seq, f"{action['id']} was acknowledged as {told} of {case.id} and is {seq}"

	def check_outcomes(self, count=200):
		"""Asked for by its id, an action's outcome is the acceptance that its case's timeline has."""
		for case in self.rng.sample(self.cases, min(count, len(self.cases))):
			for seq, action in enumerate(case.actions, 1):
				got = self.bus.read(f"/v1/outcomes?subject={case.id}&source=/test&id={action['id']}")
				assert (got["outcome"], got.get("seq")) == ("accepted", seq), got
