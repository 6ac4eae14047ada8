"""A bus that is ready for cases: programs, tokens, and a small piece of reference data (one county, a unit, the working calendar)."""
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
import bus  # noqa: E402

PATIENT = 25000  # of the half minute that a request has
LOADED = "2004-01-01T00:00:00+08:00"
COUNTY, TOWN, VILLAGE, GRID = "532323", "532323101", "532323101001", "532323101001001"
PLACES = {"53": "云南省", "5323": "楚雄彝族自治州", COUNTY: "牟定县", TOWN: "共和镇", VILLAGE: "示例村", GRID: "示例网格"}
# Days off and working weekends of 2023, as the State Council's office announced them.
HOLIDAYS = (
	["2023-01-02"]
	+ [f"2023-01-{day}" for day in range(21, 28)]
	+ ["2023-04-05", "2023-04-29", "2023-04-30", "2023-05-01", "2023-05-02", "2023-05-03"]
	+ ["2023-06-22", "2023-06-23", "2023-06-24", "2023-09-29", "2023-09-30"]
	+ [f"2023-10-0{day}" for day in range(1, 7)]
)
WORKDAYS = ["2023-01-28", "2023-01-29", "2023-04-23", "2023-05-06", "2023-06-25", "2023-10-07", "2023-10-08"]
HOURS = {"am_open": 510, "am_close": 720, "pm_open": 840, "pm_close": 1080}


def event(type_, id_, data, time=LOADED, source="/test", **members):
	return {"specversion": "1.0", "id": id_, "source": source, "type": type_, "time": time, "data": data, **members}


def reference():
	"""What a case needs, in the order in which it may be set."""
	for name in ("functions", "policies", "profiles", "lists"):
		lines = (ROOT / f"examples/reference/{name}.ndjson").read_text().splitlines()
		yield [json.loads(line) for line in lines]
		if name == "functions":
			yield [
				event("gov.place.registered.v1", f"p-{code}", {"level": level, "name": name, "effective_from": LOADED}, subject=f"place:{code}", unit="centre:53")
				for level, (code, name) in enumerate(PLACES.items(), 1)
			]
			calendar = {"year": 2023, "version": 1, "holidays": HOLIDAYS, "workdays": WORKDAYS, "effective_from": LOADED, **HOURS}
			yield [event("gov.calendar.set.v1", "cal", calendar, subject="calendar:cn", unit="centre:53")]
	unit = {"name": "交通应急队(示例)", "unit_type": "government", "level": 3, "seat": COUNTY, "active": True, "effective_from": LOADED}
	yield [event("gov.unit.registered.v1", "unit", unit, subject="unit:roads", unit="centre:53")]


class Scene(bus.Bus):
	"""A bus with all programs running, a token that may speak for everyone in the province, and reference data, in history mode."""

	def __init__(self, outcome_ms=2000, **more):
		"""outcome_ms: so long a post waits for its outcome; where a test needs the outcome, not a 202 on a busy machine, PATIENT."""
		super().__init__(**more)
		self.outcome_ms = outcome_ms

	def __enter__(self):
		super().__enter__()
		self.govbus("topics")
		self.token = self.new_token("all", "centre:53", 1, "53")
		for name in ("decider", "case-status"):
			self.start(name)
		self.start("gateway", "--outcome-ms", str(self.outcome_ms))
		for batch in reference():
			self.must(batch)
		return self

	def new_token(self, label, unit, level, place, functions="all", rights="history,units,audit"):
		arguments = ["--unit", unit, "--level", str(level), "--place", place, "--source", "/", "--functions", functions]
		if rights:
			arguments += ["--rights", rights]
		return self.govbus("token", "add", "--label", label, *arguments).stdout.strip()

	def refused(self, name, error, code):
		"""Starts a program that must end with this code; returns what it says of its end."""
		self.start(name, ready=False)
		program = self.programs[name]
		assert program.wait(30) == code, (program.returncode, self.log(name)[-2000:])
		del self.programs[name]
		last = json.loads(self.log(name).splitlines()[-1])
		assert last["level"] == "error" and last["error"] == error, last
		return last

	def must(self, events, want=201):
		"""Posts a batch, again while its outcomes are pending (then what is accepted is a repeat); every event must get this status. Returns
		their answers."""
		late = False
		while True:
			status, _, body = self.post("/v1/events", events, token=self.token)
			assert status == 200, (status, body)
			if not any(item["status"] == 202 for item in body["items"]):
				break
			late = True
		wrong = [item for item in body["items"] if item["status"] != want and not (late and want == 201 and item["status"] == 200)]
		assert not wrong, json.dumps(wrong[0], ensure_ascii=False)
		return body["items"]

	def one(self, type_, id_, data, want=201, **members):
		"""Posts one action; returns its answer, which must have this status."""
		status, _, body = self.post("/v1/events", event(type_, id_, data, **members), token=self.token)
		assert status == want, (status, json.dumps(body, ensure_ascii=False))
		return body

	def read(self, path):
		status, _, body = self.get(path, token=self.token)
		assert status == 200, (path, status, body)
		return body

	def case(self, case_id, seq):
		"""The case once the fold has reached seq."""
		return bus.wait_for(f"{case_id} at {seq}", lambda: self._case_at(case_id, seq))

	def _case_at(self, case_id, seq):
		status, _, body = self.get(f"/v1/cases/{case_id}?seq={seq}", token=self.token)
		return body if status == 200 and body["seq"] >= seq else None
