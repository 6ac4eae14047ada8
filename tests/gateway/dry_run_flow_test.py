#!/usr/bin/env python3
"""What is tried and then posted has that outcome: random actions, right and wrong, over HTTP on a real broker. GOVBUS_TEST_SEED repeats a run."""
import collections
import datetime
import json
import os
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
import scene
from scene import bus

ACTIONS = 400
SEED = int(os.environ.get("GOVBUS_TEST_SEED", "20230119"))
UNITS = [f"centre:{scene.TOWN}", f"centre:{scene.VILLAGE}", f"centre:{scene.COUNTY}", f"grid:{scene.GRID}", "roads", "nobody"]
BEGAN = datetime.datetime(2023, 2, 6, 9, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))


class World:
	"""Cases as their answers tell them, and a clock that only goes on."""

	def __init__(self, b):
		self.b, self.random, self.now, self.n = b, random.Random(SEED), BEGAN, 0
		self.cases, self.counts = {}, collections.Counter()

	def pick(self, items):
		return self.random.choice(items)

	def report(self):
		data = {"type_code": self.pick(["SH03", "MD02", "UM01", "XX99"]), "title": "事"}
		if self.random.random() < 0.5:
			data["severity"] = self.pick(["general", "urgent", "major"])
		place = self.pick([scene.VILLAGE, scene.VILLAGE, scene.GRID, scene.TOWN, "532323999"])
		return {"type": "gov.case.reported.v1", "data": data, "place": place, "unit": self.pick(UNITS)}

	def likely(self, subject, case):
		"""What the case's state asks for, by whoever may."""
		owner, lead = case["owner"], "roads"
		step = {
			"RP": ("gov.case.accepted.v1", {"severity": "general"}, owner),
			"AC": ("gov.case.dispatched.v1", {"lead_unit": lead}, owner),
			"DI": ("gov.case.signed_for.v1", {}, lead),
			"IP": ("gov.case.feedback_submitted.v1", {"result": "resolved"}, lead),
			"FB": ("gov.case.verified.v1", {"pass": True}, owner),
			"VE": ("gov.case.closed.v1", {"outcome": "resolved"}, owner),
			"CL": ("gov.case.reopened.v1", {"cause": "centre"}, owner),
		}.get(case["state"])
		return step and {"type": step[0], "data": step[1], "unit": step[2], "subject": subject}

	def anything(self, subject):
		until = (self.now + datetime.timedelta(days=self.random.randrange(-1, 100))).isoformat()
		type_, data = self.pick(
			[
				("accepted", {"severity": "serious"}),
				("rejected", {"reason": "duplicate"}),
				("classified", {"severity": self.pick(["general", "urgent"])}),
				("dispatched", {"lead_unit": self.pick(UNITS)}),
				("signed_for", {}),
				("returned", {"reason": "not_our_duty"}),
				("handling_logged", {"action": "site_visit"}),
				("held", {"reason": "season", "hold_until": until, "approver_unit": self.pick(UNITS)}),
				("resumed", {}),
				("escalated", {"cause": self.pick(["overdue", "major", "arbitration", "mass"])}),
				("feedback_submitted", {"result": "resolved"}),
				("verified", {"pass": self.pick([True, False])}),
				("closed", {"outcome": "resolved"}),
				("reopened", {"cause": "reporter"}),
			]
		)
		return {"type": f"gov.case.{type_}.v1", "data": data, "unit": self.pick(UNITS), "subject": subject}

	def action(self):
		self.n += 1
		self.now += datetime.timedelta(minutes=self.pick([0, 1, 5, 60, 60 * 24]) if self.random.random() < 0.2 else 0)
		if not self.cases or self.random.random() < 0.15:
			action = self.report()
		else:
			subject = self.pick(list(self.cases)[-6:])
			action = self.likely(subject, self.cases[subject]) if self.random.random() < 0.6 else None
			action = action or self.anything(subject)
		if self.random.random() < 0.1:
			action["expectedseq"] = str(self.random.randrange(4))
		return scene.event(action.pop("type"), f"a{self.n}", action.pop("data"), self.now.isoformat(), **action)

	def post(self, action, path="/v1/events"):
		status, _, body = self.b.post(path, action, self.b.token)
		return status, body


def same(tried, posted, action):
	"""The members of both, by what each calls them."""
	status, outcome = posted
	if tried[0] not in (200, 409) or status not in (200, 201, 409):
		# Refused at the door: the same answer for both.
		return tried == posted
	body = tried[1]
	if tried[0] != 200 or body["outcome"] != "tried" or body["would"] != outcome["outcome"]:
		return False
	if outcome["outcome"] == "accepted":
		return (body.get("would_seq"), body.get("would_to"), body.get("would_due_at")) == (outcome["seq"], outcome["to"], outcome.get("due_at"))
	if outcome["outcome"] == "repeated":
		return True
	return all(body.get(name) == outcome.get(name) for name in ("reason", "guard", "detail", "needs"))


def remember(world, outcome):
	if outcome["outcome"] == "accepted":
		case = world.cases.setdefault(outcome["subject"], {})
		case["state"] = outcome["to"]["code"]
		case["owner"] = outcome.get("owner", case.get("owner"))


def run(world):
	earlier = []
	for _ in range(ACTIONS):
		again = earlier and world.random.random() < 0.08
		action = {**world.pick(earlier)} if again else world.action()
		if again and world.random.random() < 0.5:
			action["time"] = world.now.isoformat()  # the same id for something else
		tried = world.post(action, "/v1/events?dry_run=1")
		twice = world.post(action, "/v1/events?dry_run=1")
		posted = world.post(action)
		assert same(tried, posted, action), json.dumps([SEED, action, tried, posted], ensure_ascii=False)
		assert same(twice, posted, action), json.dumps([SEED, action, tried, twice], ensure_ascii=False)
		outcome = posted[1].get("outcome", "door")
		world.counts[outcome if outcome != "refused" else "refused " + str(posted[1].get("guard") or posted[1]["reason"])] += 1
		if outcome == "accepted":
			world.counts[action["type"]] += 1
			earlier.append(action)
		if outcome != "door":
			remember(world, posted[1])


def main():
	with scene.Scene() as b:
		world = World(b)
		run(world)
		for name, count in sorted(world.counts.items()):
			print(f"{count:6} {name}")
		guards = [name for name in world.counts if name.startswith("refused ")]
		assert world.counts["accepted"] > ACTIONS / 5 and world.counts["repeated"] > 5, world.counts
		assert len(guards) >= 6 and "refused CONFLICT" in guards, guards
		assert len([name for name in world.counts if name.startswith("gov.")]) >= 8, world.counts


main()
