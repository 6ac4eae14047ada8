#!/usr/bin/env python3
"""govbus import on a real broker: --check posts nothing; a killed import goes on where it was; files follow one another; refusals have their lines, and what is cured goes in when asked again."""
# @timeout 300
import csv
import datetime
import gzip
import json
import re
import subprocess
import time

import scene

CASES, FIRST = 400, datetime.date(2023, 1, 3)
MAPPING = {
	"lookups": {"area": {"town": scene.TOWN, "village": scene.VILLAGE}},
	"events": [
		{
			"type": "gov.case.reported.v1", "source": "/example/nyc/test", "id": {"column": "key"}, "time": {"column": "opened", "after": "T09:00:00+08:00"},
			"place": {"column": "area", "lookup": "area", "needed": "is missing"}, "unit": "centre:" + scene.TOWN,
			"data": {"type_code": "UM01", "title": {"column": "what", "otherwise": "(none)"}},
		},
		{
			"when": {"column": "closed"}, "type": "gov.case.closed.v1", "source": "/example/nyc/test", "id": {"column": "key", "after": "-closed"},
			"time": {"column": "closed", "after": "T17:00:00+08:00"}, "subject": {"case": True}, "unit": "centre:" + scene.TOWN, "data": {"outcome": "resolved"},
		},
	],
}


def rows():
	"""A year and more of cases in no order of time, every fifth open; lines 5 and 9 are bad."""
	for n in range(CASES):
		opened = FIRST + datetime.timedelta(days=(n * 7) % CASES)
		closed = "" if n % 5 == 0 else str(opened + datetime.timedelta(days=3))
		yield [f"k{n}", opened, closed, "town" if n % 2 else "village", f"case {n}"]


def write_files(home):
	lines = [["key", "opened", "closed", "area", "what"], *rows()]
	lines.insert(4, ["nowhere", FIRST, "", "sea", "no such place"])
	lines.insert(8, ["k0", FIRST, "", "town", "the key of line 2 again"])
	with gzip.open(home / "cases.csv.gz", "wt", newline="") as file:
		csv.writer(file).writerows(lines)
	(home / "mapping.json").write_text(json.dumps(MAPPING))


def check(bus):
	"""The whole file is read, each bad line is named, nothing is posted."""
	done = bus.govbus("import", "--check", "--history", "--mapping", bus.home / "mapping.json", bus.home / "cases.csv.gz", check=False)
	closed = CASES - CASES // 5
	assert done.returncode != 0 and f"{CASES + 3} lines, {CASES + closed} events are well-formed, 2 lines are not; nothing was posted" in done.stdout, done
	assert "line 5: place: is missing" in done.stdout and "line 9: the same source and id" in done.stdout, done.stdout
	assert bus.read("/v1/cases?place=53")["items"] == [] and not (bus.home / "import").exists()


def place(bus):
	"""Events that the import has settled, as it keeps it."""
	files = list((bus.home / "import").glob("*.checkpoint"))
	return int(files[0].read_text().split()[0]) if files else 0


def killed(bus):
	"""kill -9 in the middle, again and again; the last run goes on to the end. Returns its output and where the kills met it."""
	command = [scene.bus.BIN / "govbus", "import", "--history", "--batch", "3", "--mapping", bus.home / "mapping.json", bus.home / "cases.csv.gz"]
	environment, places = {**bus.environment(), "GOVBUS_LISTEN": bus.addresses["gateway"]}, []
	while len(places) < 6:
		run, before = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True), place(bus)
		scene.bus.wait_for("progress", lambda: place(bus) > before + 40 or run.poll() is not None)
		time.sleep(0.01 * len(places))
		assert run.poll() is None, "it ended before it was killed"
		run.kill()
		run.wait()
		places.append(place(bus))
	done = subprocess.run(command, env=environment, capture_output=True, text=True)
	assert done.returncode == 65, done
	return done.stdout, places


def total(bus, query):
	items, cursor = 0, ""
	while True:
		page = bus.read(f"/v1/cases?{query}&limit=200&cursor={cursor}")
		items, cursor = items + len(page["items"]), page["next"]
		if not cursor:
			return items


def ticks(bus):
	return [position["tick"][:19] for position in bus.read("/v1/cases?place=53&limit=1")["as_of"]]


def whole(bus, said, places):
	"""Every line's outcome is there once, and every partition has passed every midnight."""
	assert places == sorted(places) and places[0] > 0, places
	numbers = [int(number) for number in re.search(r"(\d+) events accepted, (\d+) had been before, (\d+) refused; (\d+) lines gave none", said).groups()]
	closed = CASES - CASES // 5
	assert numbers[0] + numbers[1] == CASES + closed and numbers[2:] == [0, 2], said
	assert numbers[1] <= 3 * len(places), f"only what was under way when it was killed comes again: {said}"
	assert "place: is missing; line 5" in said and "earlier line of this file; line 9" in said, said
	assert said.count("place: is missing") == 1, said
	scene.bus.wait_for("the fold", lambda: total(bus, "place=532323&state=CL") == closed)
	assert total(bus, "place=532323") == CASES
	events = sorted([row[1] for row in rows()] + [datetime.date.fromisoformat(str(row[2])) for row in rows() if row[2]])
	assert f"{len(set(events))} midnights passed in every partition" in said, said
	# 17:00 of the last day is a boundary's tick of the one county; the others stand at its midnight.
	assert scene.bus.wait_for("16 partitions", lambda: len(ticks(bus)) == 16) and min(ticks(bus)) == f"{events[-1]}T00:00:00", ticks(bus)
	return events[-1]


def midnight(day):
	at = f"{day}T00:00:00+08:00"
	return scene.event("gov.clock.advanced.v1", f"midnight-{day}", {"to": at}, time=at, subject="clock")


def once(bus, last):
	"""All partitions have each midnight already: posted again it is a repeat, one beyond is new, both for all of them."""
	bus.must([midnight(FIRST), midnight(last)], want=200)
	bus.must([midnight(last + datetime.timedelta(days=1))])
	bus.must([midnight(last + datetime.timedelta(days=1))], want=200)


def second(bus, last):
	"""Another file, of CloudEvents and of later days, follows; what the decider refuses is summed up with its line."""
	def report(n, day):
		return scene.event("gov.case.reported.v1", f"s{n}", {"type_code": "UM01", "title": "t"}, time=f"{day}T10:00:00+08:00", place=scene.TOWN, unit="centre:" + scene.TOWN)

	later = [report(n, last + datetime.timedelta(days=10 + n)) for n in range(3)]
	unknown = scene.event("gov.case.accepted.v1", "a1", {"severity": "general"}, time=f"{last + datetime.timedelta(days=11)}T11:00:00+08:00", subject=f"{scene.COUNTY}-20230101-000000000000", unit="centre:" + scene.TOWN)
	(bus.home / "later.ndjson").write_text("".join(json.dumps(line) + "\n" for line in (*later, unknown)) + "not json\n")
	done = bus.govbus("import", "--history", bus.home / "later.ndjson", check=False)
	said = done.stdout
	assert done.returncode == 65, done
	assert "5 lines; 3 events accepted, 0 had been before, 1 refused; 1 lines gave none" in said and "3 midnights passed" in said, said
	assert re.search(r"NO_CASE.*; line 4$", said, re.M) and "not JSON at byte 1: " in said and "; line 5" in said, said
	scene.bus.wait_for("the midnight after empty days", lambda: min(ticks(bus)) == f"{last + datetime.timedelta(days=12)}T00:00:00")
	again = bus.govbus("import", "--history", bus.home / "later.ndjson", check=False).stdout
	assert "1 that were refused then, asked again; 0 events accepted, 0 had been before, 1 refused; 1 lines gave none" in again and "NO_CASE" in again, again


def cured(bus, last):
	"""What a refusal asks for is put right, the same command is run again, and it is done; another bus of another gateway has had nothing of it."""
	code, at = scene.TOWN + "299", f"{last + datetime.timedelta(days=20)}T10:00:00+08:00"
	report = lambda n, place: scene.event("gov.case.reported.v1", f"c{n}", {"type_code": "UM01", "title": "t"}, time=at, place=place, unit="centre:" + scene.TOWN)
	(bus.home / "cured.ndjson").write_text("".join(json.dumps(report(n, place)) + "\n" for n, place in enumerate((scene.TOWN, code, scene.TOWN))))
	command = ["import", "--history", bus.home / "cured.ndjson"]
	done = bus.govbus(*command, check=False)
	assert done.returncode == 65 and "2 events accepted, 0 had been before, 1 refused" in done.stdout and re.search(r"PLACE.*; line 2$", done.stdout, re.M), done
	place = {"level": 5, "name": "new", "effective_from": scene.LOADED}
	bus.one("gov.place.registered.v1", f"p-{code}", place, subject=f"place:{code}", unit="centre:53")
	done = bus.govbus(*command)
	assert done.returncode == 0 and "1 that were refused then, asked again; 1 events accepted, 0 had been before, 0 refused; 0 lines gave none" in done.stdout, done
	done = bus.govbus(*command)
	assert done.returncode == 0 and "imported before (" in done.stdout and f"govbus import --history {bus.home / 'cured.ndjson'}); nothing posted; 0 lines" in done.stdout, done


def which(bus):
	"""A bus is the same whatever gateway tells it, also once that has been started again; only who has a token is told."""
	told = bus.read("/v1/bus")
	assert re.fullmatch("[0-9a-f]{16}", told["bus"]) and told["mode"] == "history" and bus.get("/v1/bus", token="")[0] == 401, told
	bus.stop("gateway")
	bus.start("gateway")
	assert bus.read("/v1/bus") == told


class Empty(scene.Scene):
	"""Topics and a token; nothing started, nothing in it."""

	def __enter__(self):
		scene.bus.Bus.__enter__(self)
		self.govbus("topics")
		self.token = self.new_token("all", "centre:53", 1, "53")
		return self


def first_of_all(bus):
	"""Of an empty bus the first thing is an import. Without a decider it is none yet: that is waited for, aloud; then all goes in."""
	(bus.home / "tokens").mkdir()
	(bus.home / "tokens/province").write_text(bus.token + "\n")
	bus.start("gateway")
	command = [scene.bus.BIN / "govbus", "import", "--history", scene.ROOT / "examples/reference/functions.ndjson"]
	environment = {**bus.environment(), "GOVBUS_LISTEN": bus.addresses["gateway"]}
	run = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
	assert run.stderr.readline() == "govbus import: waiting: the gateway is not ready for events\n" and bus.get("/v1/bus", token=bus.token)[0] == 503
	bus.start("decider")
	said = run.communicate(timeout=60)[0]
	assert run.returncode == 0 and " 0 had been before, 0 refused; 0 lines gave none" in said, said


with Empty() as bus:
	first_of_all(bus)
with scene.Scene() as bus:
	(bus.home / "tokens").mkdir(exist_ok=True)
	(bus.home / "tokens/province").write_text(bus.token + "\n")
	write_files(bus.home)
	check(bus)
	said, places = killed(bus)
	last = whole(bus, said, places)
	once(bus, last)
	second(bus, last)
	cured(bus, last)
	which(bus)
