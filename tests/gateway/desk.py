"""Someone at a bus, who posts and asks in each of the ways."""
import json
import sys
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
from scene import COUNTY, GRID, TOWN

CENTRE, LEAD = "centre:" + TOWN, "roads"
DAY = "2023-03-13"


class Desk:
	"""Someone at a bus: posts as the centre, asks in each of the ways and finds that they agree."""

	def __init__(self, bus):
		self.bus, self.n, self.minute, self.day = bus, 0, 0, DAY
		self.town, self.lead = bus.new_token("town", CENTRE, 4, TOWN), bus.new_token("lead", LEAD, 3, COUNTY)
		(bus.home / "tokens").mkdir(exist_ok=True)
		for name, secret in (("province", bus.token), ("town", self.town)):
			(bus.home / "tokens" / name).write_text(secret)

	def now(self):
		self.minute += 1
		return f"{self.day}T{9 + self.minute // 60:02}:{self.minute % 60:02}:00+08:00"

	def report(self, place=GRID, type_code="SH03", **data):
		"""A new case: its answer."""
		self.n += 1
		data = {"type_code": type_code, "title": f"事 {self.n}", **data}
		return self.bus.one("gov.case.reported.v1", f"r{self.n}", data, time=self.now(), place=place, unit="centre:53")

	def act(self, case, step, data, unit=CENTRE, want=201):
		self.n += 1
		return self.bus.one(f"gov.case.{step}.v1", f"a{self.n}", data, want=want, time=self.now(), subject=case, unit=unit)

	def accepted(self, **more):
		case = self.report(**more)
		self.act(case["subject"], "accepted", {"severity": "general"})
		return case

	def in_progress(self):
		case = self.accepted()
		self.act(case["subject"], "dispatched", {"lead_unit": LEAD})
		self.act(case["subject"], "signed_for", {}, unit=LEAD)
		return case

	def query(self, *words, token="province", check=True):
		file = str(self.bus.home / "tokens" / token)
		return self.bus.govbus("query", "--token-file", file, *words, check=check)

	def both(self, path, *words, token="province"):
		"""What HTTP answers, which is what the command gives as JSON, and the command's table, no line of which ends in spaces."""
		secret = (self.bus.home / "tokens" / token).read_text()
		for _ in range(2):  # the turn of a minute may lie between two answers, and the end of a hold is told to the minute
			status, _, body = self.bus.get(path, secret)
			told = json.loads(self.query(*words, "--json", token=token).stdout)
			if told == body:
				break
		assert status == 200 and told == body, (path, status, body, told)
		table = self.query(*words, token=token).stdout
		assert not [line for line in table.splitlines() if line != line.rstrip()], table
		return body, table

	def absent(self, path, *words):
		"""A problem over HTTP; the same in a table, and an exit of its own."""
		status, _, problem = self.bus.get(path, self.bus.token)
		told = self.query(*words, check=False)
		assert status == 404 and problem["status"] == 404 and problem["detail"] in told.stdout, (path, status, problem, told)
		assert told.returncode not in (0, 1), told


def quote(text):
	return urllib.parse.quote(text)
