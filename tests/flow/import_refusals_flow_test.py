#!/usr/bin/env python3
"""Twenty bad lines among two thousand, and a kill -9 here and there: each is named with its line and field, all others go in once, the exit tells; a second run asks for the refused ones alone."""
# @timeout 300
import csv
import io
import json
import re
import subprocess

import scene

LINES, BATCH, KILLS, REFUSED = 2000, "40", 3, 65
MAPPING = {
	"lookups": {"area": {"town": scene.TOWN, "village": scene.VILLAGE, "sea": "530199"}},
	"events": [{
		"type": {"column": "type", "otherwise": "gov.case.reported.v1"}, "source": {"column": "source", "otherwise": "/rows"}, "id": {"column": "key"},
		"time": {"column": "opened", "after": "T09:00:00+08:00"}, "place": {"column": "area", "lookup": "area", "needed": "is not in the list"}, "unit": "centre:53",
		"data": {"type_code": {"column": "kind"}, "title": {"column": "what"}, "description": {"column": "more"}},
	}],
}
COLUMNS = ["key", "opened", "area", "kind", "what", "more", "type", "source"]


def report(n, **members):
	data = {"type_code": "UM01", "title": f"line {n}", **members.pop("data", {})}
	made = scene.event("gov.case.reported.v1", f"n{n}", data, "2023-02-06T09:00:00+08:00", "/lines", place=scene.TOWN, unit="centre:53")
	made.update(members)
	made["data"] = {name: value for name, value in made["data"].items() if value is not None}
	return {name: value for name, value in made.items() if value is not None}


def bad_lines():
	"""What may be wrong with a line, and what must be said of it."""
	def wrong(said, **members):
		return (said, lambda n: json.dumps(report(n, **members), ensure_ascii=False).encode())

	return [
		("not JSON at byte", lambda n: b"not json"), ("not JSON at byte", lambda n: json.dumps(report(n)).encode()[:-9]),
		("not UTF-8 text; where the file is GBK", lambda n: json.dumps(report(n, data={"title": "灯"}), ensure_ascii=False).encode("gbk")),
		("has bytes after its end", lambda n: (json.dumps(report(n)) + json.dumps(report(n))).encode()),
		("is not a JSON object", lambda n: b"[]"), ("specversion: is missing", lambda n: b"{}"),
		wrong("type: ", type="gov.case.painted.v1"), wrong("type: ", type=None), wrong("id: ", id=None), wrong("source: ", source=None), wrong("id: ", id="x" * 65),
		wrong("data.title: ", data={"title": None}), wrong("data.title: ", data={"title": "长" * 61}), wrong("data.title: ", data={"title": 5}),
		wrong("data.type_code: ", data={"type_code": "ZZ99"}), wrong("data.colour: ", data={"colour": "red"}), wrong("time: ", time="2023-02-30T09:00:00+08:00"),
		wrong("place: ", place="53999"), wrong("PLACE: ", place="530199"), wrong("data.title", data={"title": "请联系 13887654321"}),
	]


def bad_rows():
	def row(**cells):
		return lambda n: text_of({**good(n), **cells})

	return [
		("3 cells, where the first line names 8", lambda n: f"r{n},2023-02-07,town\n".encode()), ("9 cells, where the first line names 8", lambda n: text_of({**good(n), "": "x"})),
		("not a row of CSV: a quote", lambda n: f'r{n},2023-02-07,town,UM01,"never closed,,,\n'.encode()), ("not a row of CSV: a quote", lambda n: f'r{n},2023-02-07,town,UM01,a 12" pipe,,,\n'.encode()),
		("not a row of CSV: a quote", lambda n: f'r{n},2023-02-07,town,UM01,"a"b,,,\n'.encode()),
		("column what: not UTF-8", lambda n: f"r{n},2023-02-07,town,UM01,灯坏了,,,\n".encode("gbk")), ("place: is not in the list", row(area="moon")), ("place: is not in the list", row(area="")),
		("PLACE: ", row(area="sea")), ("id: ", row(key="")), ("id: ", row(key="k" * 65)), ("time: ", row(opened="2023-02-30")), ("time: ", row(opened="")),
		("data.type_code: ", row(kind="")), ("data.type_code: ", row(kind="ZZ99")), ("data.title: ", row(what="")), ("data.title: ", row(what="长" * 61)),
		("data.description: is too long", row(more="灯" * 3000)), ("type: ", row(type="gov.case.painted.v1")), ("earlier line of this file", row(key="r1")),
	]


def good(n):
	return {"key": f"r{n}", "opened": "2023-02-07", "area": "village", "kind": "UM01", "what": f'row {n}, "quoted"' if n % 9 == 0 else f"row {n}", "more": "two\nlines" if n % 50 == 0 else "", "type": "", "source": ""}


def text_of(cells):
	out = io.StringIO()
	csv.writer(out, lineterminator="\n").writerow(cells.values())
	return out.getvalue().encode()


def lay_out(head, good_line, bad):
	"""A file of LINES events, the bad ones spread over it; byte order mark, mixed line ends, empty lines. Returns its bytes and {line: what is said}."""
	text, line, expected = b"\xef\xbb\xbf" + head, 1 + head.count(b"\n"), {}
	places = {LINES // len(bad) * i + 30: one for i, one in enumerate(bad)}
	for n in range(1, LINES + 1):
		made = places[n][1](n) if n in places else good_line(n)
		if n in places:
			expected[line] = places[n][0]
		made = made.rstrip(b"\n") + (b"\r\n" if n % 7 == 0 else b"\n") + (b"\n" if n % 11 == 0 else b"\r\n" if n % 13 == 0 else b"")
		text, line = text + made, line + made.count(b"\n")
	return text, expected


def named(refusals, expected):
	"""Each bad line is there once, with what is wrong, and no other."""
	assert [line for line, _ in refusals] == sorted(expected), (refusals, expected)
	for line, reason in refusals:
		assert expected[line] in reason and reason.strip(), (line, reason, expected[line])


def noted(bus, before):
	path = (set((bus.home / "import").glob("*.refused")) - before).pop()
	return sorted((int(line), reason) for line, reason in (entry.split("\t") for entry in path.read_text().splitlines()))


def taken(bus):
	return int(re.search(rb'govbus_door_events_total{result="taken"} (\d+)', bus.get("/metrics")[2])[1])


def place(bus, before):
	files = set((bus.home / "import").glob("*.checkpoint")) - before
	return int(files.pop().read_text().split()[0]) if files else 0


def killed(bus, command):
	"""kill -9 while it is at work; returns the last run, which goes on to the end."""
	environment = {**bus.environment(), "GOVBUS_LISTEN": bus.addresses["gateway"]}
	before = set((bus.home / "import").glob("*"))
	for _ in range(KILLS):
		at, run = place(bus, before), subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
		scene.bus.wait_for("progress", lambda: place(bus, before) > at + 100 or run.poll() is not None, step=0.002)
		assert run.poll() is None, "it ended before it was killed"
		run.kill()
		run.wait()
	return subprocess.run(command, env=environment, capture_output=True, text=True), before


def total(bus, query):
	items, cursor = [], ""
	while True:
		page = bus.read(f"/v1/cases?{query}&limit=200&cursor={cursor}")
		items, cursor = items + [item["id"] for item in page["items"]], page["next"]
		if not cursor:
			return len(set(items))


def whole(bus, name, text, expected, *flags):
	"""A trial names what the file alone tells; the run names all; what is good is there once; a second run posts what was refused, and is told the same."""
	(bus.home / name).write_bytes(text)
	command = [scene.bus.BIN / "govbus", "import", "--history", "--batch", BATCH, *flags, bus.home / name]
	trial = bus.govbus(*command[1:], "--check", check=False)
	tried = [(int(line), reason) for line, reason in re.findall(r": line (\d+): (.*)", trial.stdout)]
	late = [line for line in expected if line not in dict(tried)]
	assert trial.returncode == REFUSED and len(late) <= 2, (late, trial)
	named(tried, {line: said for line, said in expected.items() if line not in late})
	before = taken(bus)
	done, files = killed(bus, command)
	assert done.returncode == REFUSED and f"{len(late)} refused; {len(tried)} lines gave none" in done.stdout, done
	named(noted(bus, files), expected)
	accepted, repeated = (int(number) for number in re.search(r"(\d+) events accepted, (\d+) had been before", done.stdout).groups())
	assert accepted + repeated == LINES - len(expected) and repeated <= KILLS * int(BATCH), done.stdout
	after = taken(bus)
	again = bus.govbus(*command[1:], check=False)
	said = f"{len(late)} that were refused then, asked again; 0 events accepted, 0 had been before, {len(late)} refused; {len(tried)} lines gave none"
	assert said in again.stdout and again.returncode == REFUSED and before < after <= taken(bus) <= after + len(late), again
	named(noted(bus, files), expected)


with scene.Scene() as bus:
	(bus.home / "tokens").mkdir(exist_ok=True)
	(bus.home / "tokens/province").write_text(bus.token + "\n")
	(bus.home / "import").mkdir()
	(bus.home / "mapping.json").write_text(json.dumps(MAPPING))
	text, expected = lay_out(b"", lambda n: json.dumps(report(n), ensure_ascii=False).encode(), bad_lines())
	whole(bus, "file.ndjson", text, expected)
	scene.bus.wait_for("the fold", lambda: total(bus, f"place={scene.COUNTY}") == LINES - len(expected))
	text, expected = lay_out(",".join(COLUMNS).encode() + b"\r\n", lambda n: text_of(good(n)), bad_rows())
	whole(bus, "file.csv", text, expected, "--mapping", bus.home / "mapping.json")
	scene.bus.wait_for("the fold", lambda: total(bus, f"place={scene.VILLAGE}") == LINES - len(expected))
	assert total(bus, f"place={scene.COUNTY}") == 2 * (LINES - len(expected))
