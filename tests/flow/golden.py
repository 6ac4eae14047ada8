"""A golden story (tests/flow/golden): posts its actions; compares each answer, the case and its receipt after each, its timeline and its ticks, whole."""
import datetime
import json
import re
import subprocess

import scene

FOLDER = scene.ROOT / "tests/flow/golden"
ZONE = datetime.timezone(datetime.timedelta(hours=8))
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")
# What hangs on a hash or a key of this run is compared by its form.
CASE_ID = re.compile(r"(\d{6})-(\d{8})-[0-9A-HJKMNP-TV-Z]{12}")
ACTOR = RECEIPT = re.compile(r"[0-9A-HJKMNP-TV-Z]{12}")
SOURCE = "/golden"
TICK = "gov.clock.ticked.v1"
ON_CASE = ("due_at", "yellow_at", "red_at", "step", "step_due_at", "step_yellow_at", "step_red_at")
CASE_MOMENTS = ("yellow_at", "red_at", "due_at", "step_yellow_at", "step_red_at", "step_due_at")
OPEN = ("RP", "AC", "DI", "IP", "HO", "FB", "VE")
CODED = {"state": "case_state", "severity": "severity", "colour": "colour", "step": "step", "channel": "channel", "outcome": "outcome", "type": "type"}
HOURS = (datetime.time(0, 0), datetime.time(8, 30), datetime.time(12, 0), datetime.time(14, 0), datetime.time(18, 0))


def moment(text):
	return datetime.datetime.strptime(text if text.count(":") == 2 else text + ":00", "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE)


def written(value):
	"""A fixture's value as answers write it: its moments in RFC 3339 with six decimals."""
	if isinstance(value, str) and MOMENT.fullmatch(value):
		return moment(value).isoformat(timespec="microseconds")
	if isinstance(value, dict):
		return {name: written(one) for name, one in value.items()}
	return [written(one) for one in value] if isinstance(value, list) else value


def change(members, changes):
	"""Members after these changes; null takes one away."""
	return {name: value for name, value in {**members, **changes}.items() if value is not None}


def same(what, got, want):
	wrong = {name: f"got {got.get(name, '-')}, want {want.get(name, '-')}" for name in {**want, **got} if got.get(name) != want.get(name)}
	assert not wrong, f"{what}: {json.dumps(wrong, ensure_ascii=False, indent=1)}"


class Ticks:
	"""Which minutes must have their tick: midnight, opening and closing of each day, and each yellow, red and due moment that is held."""

	def __init__(self):
		self.now, self.ticked = None, []

	def advance(self, to, held):
		"""Time goes on to a moment while these moments are held."""
		begun, self.now = self.now or to, to
		days = [begun.date() + datetime.timedelta(n) for n in range((to.date() - begun.date()).days + 1)]
		due = {datetime.datetime.combine(day, hour, ZONE) for day in days for hour in HOURS}
		due |= {at + (datetime.timedelta(seconds=60 - at.second) if at.second else datetime.timedelta()) for at in held if at > begun}
		self.ticked += sorted(at for at in due if begun < at <= to)

	def last(self):
		return written_at(self.ticked[-1]) if self.ticked else ""


class Story:
	def __init__(self, bus, name):
		self.bus, self.name = bus, name
		self.told = json.loads((FOLDER / f"{name}.json").read_text())
		self.texts = json.loads((FOLDER / "texts.json").read_text())
		self.case, self.dues, self.lines, self.ticks = {}, {}, [], Ticks()
		self.id = self.place = self.receipt = None
		self.offset = 0  # how far the fold must have come

	def play(self):
		self.set_reference(scene.LOADED, self.told.get("reference", []))
		for n, step in enumerate(self.told["steps"]):
			if "reference" in step:
				self.set_reference(written(step["at"]), [step["reference"]])
			else:
				self.play_step(n, step)
		self.check_timeline()
		self.check_ticks()

	def set_reference(self, time, events):
		if events:
			self.bus.must([scene.event(one["type"], one["id"], one["data"], time=time, subject=one["subject"], unit=one["unit"]) for one in events])

	def play_step(self, n, step):
		what = f"{self.name}, step {n} at {step['at']}"
		answer = self.post(n, step)
		ticked = len(self.ticks.ticked)
		self.advance(step)
		if "clock" not in step:
			self.expect(step, posted=True)
			self.check_answer(what, answer, n, step)
		for one in step.get("then", []):
			self.expect(one, posted=False)
			self.ticks.ticked += [moment(one["at"])] if one.get("timer") else []  # what the clock did stands before its minute's tick
		if "clock" in step:
			self.case = change(self.case, step.get("case", {}))
		self.offset += len(self.ticks.ticked) - ticked + 1 + len(step.get("then", []))
		self.check_case(what, self.wait_for_fold(what))

	def wait_for_fold(self, what):
		"""The case once the fold has passed what the step has brought; as it stands, to be compared, if it never does."""
		try:
			return scene.bus.wait_for(what, self.folded, 15)
		except TimeoutError:
			return self.bus.read(f"/v1/cases/{self.id}")

	def folded(self):
		status, _, got = self.bus.get(f"/v1/cases/{self.id}", token=self.bus.token)
		assert status in (200, 404), got
		return got if status == 200 and got["as_of"]["offset"] >= self.offset else None

	def post(self, n, step):
		if "clock" in step:
			at = written(step["at"])
			return self.bus.one("gov.clock.advanced.v1", f"{self.name}-{n}", {"to": at}, source=SOURCE, time=at, subject="clock")
		members = {name: step[name] for name in ("unit", "place") if name in step}
		if self.id:
			members["subject"] = self.id
		answer = self.bus.one(
			f"gov.{step['post']}.v1", f"{self.name}-{n}", written(step["data"]), want=409 if "refused" in step else 201,
			source=SOURCE, time=written(step["at"]), **members,
		)
		if not self.id:
			self.begin(answer, step, f"{self.name}-{n}")
		return answer

	def begin(self, answer, step, id_):
		county, day = CASE_ID.fullmatch(answer["subject"]).groups()
		assert county == step["place"][:6] and day == step["at"][:10].replace("-", ""), answer
		self.id, self.place = answer["subject"], answer["position"]["partition"]
		self.receipt, self.offset = answer.pop("receipt"), answer["position"]["offset"]
		assert RECEIPT.fullmatch(self.receipt), self.receipt
		self.case = {"id": self.id, "seq": 0, "reported_at": step["at"], "source": SOURCE, "source_id": id_}

	def advance(self, step):
		"""Time up to a step passes the moments held until then; on hold there are none."""
		held = self.case.get("state") in OPEN and self.case["state"] != "HO"
		self.ticks.advance(moment(step["at"]), [moment(self.dues[one]) for one in CASE_MOMENTS if held and one in self.dues])

	def expect(self, step, posted):
		"""What the case and its timeline become by an event."""
		line = {"type": f"gov.{step['post']}.v1", "time": step["at"], "decidedtime": step["at"], "data": dict(step["data"])}
		if posted:
			line.update(unit=step["unit"], actor="")
		if "refused" in step:
			refused = {"action_type": line["type"], **step["refused"]}
			line.update(type="gov.action.refused.v1", data=refused, seq=self.case["seq"], ordinal=self.lines[-1]["ordinal"] + 1)
			self.lines.append(line)
			return
		self.dues = change(self.dues, step.get("dues", {}))
		was, state = self.case.get("state"), step.get("to", self.case.get("state"))
		self.case = change(self.case, {"seq": self.case["seq"] + 1, "state": state, "updated_at": step["at"]})
		self.case = change(self.case, {"owner": step.get("owner", self.case.get("owner"))})
		line["data"].update(step.get("decided", {}))
		if state in OPEN and state != "HO":
			line["data"].update(self.dues)
			self.case = change(self.case, {name: self.dues.get(name) for name in ON_CASE})
		self.case = change(self.case, step.get("case", {}))
		line.update(seq=self.case["seq"], ordinal=0, to=state, owner=self.case["owner"], **({"from": was} if was else {}))
		self.lines.append(line)

	def coded(self, name, code):
		zh, en = self.texts[CODED[name]][code]
		return {"code": code, "zh": zh, "en": en}

	def full(self, members):
		return {name: self.coded(name, value) if name in CODED else written(value) for name, value in members.items()}

	def check_answer(self, what, answer, n, step):
		line = self.lines[-1]
		position = answer["position"]
		assert position["partition"] == self.place and position["offset"] > 0, position
		url = f"/v1/outcomes?subject={self.id}&source={SOURCE}&id={self.name}-{n}"
		want = {"subject": self.id, "url": url, "decidedtime": written(step["at"])}
		if "refused" in step:
			guard = self.texts["guard"][step["refused"]["guard"]]
			want.update(self.texts["refused"], outcome="refused", status=409, guard_zh=guard[0], guard_en=guard[1], cure=guard[2])
			want.update(action_type=line["data"]["action_type"], **{**step["refused"], "state": self.state_of(step["refused"]["state"])})
		else:
			want.update(outcome="accepted", status=201, seq=line["seq"], event_type=line["type"], owner=line["owner"])
			want.update({name: self.state_of(line[name]) for name in ("from", "to") if name in line})
			want.update({name: self.full(self.dues)[name] for name in ON_CASE if name in self.dues and name in line["data"]})
			want.update({name: written(value) for name, value in line["data"].items() if name == "reopen_until"})
		same(f"{what}: the answer", {name: value for name, value in answer.items() if name != "position"}, want)

	def state_of(self, code):
		return self.coded("state", code)

	def check_case(self, what, got):
		as_of = got.pop("as_of")
		assert as_of.pop("offset") > 0
		same(f"{what}: as of", as_of, {"partition": self.place, **({"tick": self.ticks.last()} if self.ticks.ticked else {})})
		got["next"] = [self.next_line(one) for one in got["next"]]
		same(f"{what}: the case", got, self.full(self.case))
		status, _, receipt = self.bus.get(f"/v1/receipts/{self.receipt}")
		assert status == 200, receipt
		due = {"due_at": self.case["due_at"]} if self.case["state"] in OPEN and "due_at" in self.case else {}
		same(f"{what}: the receipt", receipt, self.full({"state": self.case["state"], **due}))

	def next_line(self, one):
		"""What may be posted next, in a line. A hold may last ninety days from now, which no fixture knows."""
		if "hold_until_max" in one:
			until = datetime.datetime.fromisoformat(one["hold_until_max"]) - datetime.datetime.now(ZONE)
			assert abs(until - datetime.timedelta(days=90)) < datetime.timedelta(minutes=2), one
		to = one["to"]["code"]
		assert one["to"] == self.state_of(to), one
		return " ".join([one["type"], to, *one["needs"], *(name for name in one if name not in ("type", "to", "needs"))])

	def check_timeline(self):
		"""All lines of the timeline, in order."""
		got = self.bus.read(f"/v1/cases/{self.id}/timeline")
		assert got["next"] is None and len(got["as_of"]) == 16, got
		actors = {line["actor"] for line in got["items"] if "actor" in line}
		assert len(actors) == 1 and ACTOR.fullmatch(*actors), actors
		for n, (line, want) in enumerate(zip(got["items"], self.lines)):
			want = written({**want, **{name: self.state_of(want[name]) for name in ("from", "to") if name in want}})
			want.update({"actor": min(actors)} if "actor" in want else {})
			same(f"{self.name}, line {n}: its data", line.pop("data"), want.pop("data"))
			same(f"{self.name}, line {n}", line, want)
		assert len(got["items"]) == len(self.lines), (self.name, len(got["items"]), len(self.lines))

	def check_ticks(self):
		"""The topic has each tick, no other, and each where it belongs: after all that was decided before its minute."""
		command = [scene.bus.BIN / "read-topic", self.bus.kafka, self.bus.prefix + "gov.case", "--json"]
		records = [json.loads(line) for line in subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()]
		suffix = f"-{self.place}"
		ours = [one for one in records if one["subject"] == self.id or one["type"] == TICK and re.fullmatch(r"tick-\d+" + suffix, one["id"])]
		ticks = [one for one in ours if one["type"] == TICK]
		want = [written_at(at) for at in self.ticks.ticked]
		assert [one["data"]["at"] for one in ticks] == want, (self.name, sorted({one["data"]["at"] for one in ticks} ^ set(want)))
		for one in ticks:
			at = datetime.datetime.fromisoformat(one["data"]["at"])
			assert int(one["data"]["tick"]) == at.timestamp() // 60 and one["decidedtime"] == one["data"]["at"], one
		self.check_order(ours)
		missing = [at for at in self.told.get("ticks", []) if written(at) not in want]
		assert not missing, (self.name, missing)

	def check_order(self, ours):
		"""What an action brings at the very moment of a tick comes after it; what the clock brings then, before it."""
		before = answered = ticked = ""
		for one in ours:
			at = one["decidedtime"]
			assert before <= at and (one["type"] != TICK or answered < at), (self.name, one)
			assert not one.get("parent", "").startswith("t") or ticked < at, (self.name, one)
			before = at
			answered = at if "cause" in one else answered
			ticked = at if one["type"] == TICK else ticked


def written_at(at):
	return at.isoformat(timespec="microseconds")
