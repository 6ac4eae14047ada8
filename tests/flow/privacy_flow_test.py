#!/usr/bin/env python3
"""A planted name and phone number stand in no topic, LMDB file, log line, answer or output of a command; sealed or refused at the door.

A marker that is planted where all may read it, in titles, is found in each place that shows titles: so the scan would see the others.
"""
# @timeout 180
import json
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

import scene

NAME, PHONE, MARKER = "张三丰测试", "13887654321", "路灯标记"
TIME = "2023-02-06T09:00:00+08:00"
PROGRAMS = ("gateway", "decider", "case-status")
REFUSED = 65


def forms(text):
	"""As a text may stand: as it is, escaped in JSON or a URL, in UTF-16, in hexadecimal."""
	plain = text.encode()
	return [plain, json.dumps(text)[1:-1].encode(), urllib.parse.quote(text).encode(), text.encode("utf-16-le"), plain.hex().encode(), plain.hex().upper().encode()]


def holds(content, text):
	return any(form in content for form in forms(text))


class Scan:
	"""Looks at one thing after the other; counts, so that what was looked at can be told."""

	def __init__(self):
		self.bytes, self.things = 0, 0

	def clean(self, where, content, shows=None):
		"""Neither planted text is in it; what it shows (the marker, or something else by which it is known to be about our cases) is."""
		if not isinstance(content, (bytes, str)):
			content = json.dumps(content, ensure_ascii=False)
		content = content if isinstance(content, bytes) else content.encode()
		self.bytes, self.things = self.bytes + len(content), self.things + 1
		for planted in (NAME, PHONE):
			assert not holds(content, planted), f"{planted} in {where}: {content[:3000]!r}"
		for text in [shows] if isinstance(shows, str) else shows or []:
			assert holds(content, text), f"{where} does not show {text}, so it is not what was to be scanned: {content[:3000]!r}"


class Loud(scene.Scene):
	"""All programs log what they can; records stand in the topics' files as they are."""

	def environment(self):
		return {**super().environment(), "GOVBUS_LOG_LEVEL": "debug", "GOVBUS_RDKAFKA_DEBUG": "topic,msg", "GOVBUS_RDKAFKA_COMPRESSION_TYPE": "none"}


def report(id_, source="/test", **data):
	sealed = {"description": f"{NAME} 来电 {PHONE} 反映", "reporter": NAME, "reporter_phone": PHONE, "address": f"{NAME}家"}
	return scene.event("gov.case.reported.v1", id_, {"type_code": "MD02", "title": f"{MARKER} {id_}", **sealed, **data}, TIME, source, place=scene.VILLAGE, unit="centre:53")


def post(bus, scan, event, want, shows=None):
	status, _, body = bus.post("/v1/events", event, token=bus.token)
	assert status == want, (status, body)
	scan.clean(f"the answer to {event['id']}", body, shows)
	return body


def cases(bus, scan):
	"""A case with something sealed in every step, and one that no more than begins. Returns their reports' answers."""
	made = post(bus, scan, report("planted"), 201)
	act = lambda step, id_, data, unit="centre:" + scene.VILLAGE, want=201: post(bus, scan, scene.event(f"gov.case.{step}.v1", id_, data, TIME, subject=made["subject"], unit=unit), want)
	act("accepted", "a1", {"severity": "general", "note": f"{NAME} 说"})
	act("dispatched", "a2", {"lead_unit": "roads", "instruction": f"找 {NAME} {PHONE}"})
	act("signed_for", "a3", {}, unit="roads")
	act("handling_logged", "a4", {"action": "site_visit", "note": f"{NAME} 已见"}, unit="roads")
	act("accepted", "a5", {"severity": "general", "note": f"{NAME} 再说"}, want=409)
	return made, post(bus, scan, report("parked"), 201)


def refused(bus, scan, case):
	"""In clear, wherever a sender can write: refused, named, and not repeated, neither in the answer nor in gov.rejected."""
	for id_, field, event in (
		("clear-title", "data.title", report("clear-title", title=f"请联系 {PHONE}")),
		("clear-source", "source", report("clear-source", source=f"/test/{PHONE}")),
		("clear-trace", "traceparent", {**report("clear-trace"), "traceparent": f"00-{PHONE}"}),
		("clear-code", "data.type_code", report("clear-code", type_code=NAME)),
		("clear-member", "data.?", report("clear-member", **{NAME: "x"})),
		("clear-number", "data.?", report("clear-number", **{PHONE: "x"})),
		("clear-attribute", "?", {**report("clear-attribute"), NAME: PHONE}),
		("clear-type", "type", {**report("clear-type"), "type": NAME}),
		("clear-place", "place", {**report("clear-place"), "place": PHONE}),
		("clear-assist", "data.assist", scene.event("gov.case.dispatched.v1", "clear-assist", {"lead_unit": "roads", "assist": [f"unit-{PHONE}"]}, TIME, subject=case, unit="centre:53")),
	):
		status, _, body = bus.post("/v1/events", event, token=bus.token)
		assert status in (400, 422) and body["field"] == field, (id_, status, body)
		scan.clean(f"the refusal of {id_}", body, field)
	status, _, body = bus.post("/v1/events", f'{{"id": "{NAME}{PHONE}'.encode(), token=bus.token)
	assert status == 400, body
	scan.clean("the refusal of what is no JSON", body, "not JSON")


def answers(bus, scan, made):
	"""Each query, over HTTP and as a command, as JSON and as a table; those that show titles show the marker."""
	case, place = made["subject"], scene.VILLAGE
	bus.case(case, 5)
	day = "2023-02-06"
	for path, words, shows in (
		(f"/v1/cases/{case}", ["case", case], MARKER), (f"/v1/cases/{case}/timeline", ["timeline", case], [MARKER, "gov.action.refused.v1"]),
		(f"/v1/cases?place={place}", ["cases", f"place={place}"], MARKER), ("/v1/cases?source=/test&id=planted", ["cases", "source=/test", "id=planted"], MARKER),
		(f"/v1/outcomes?subject={case}&source=/test&id=planted", ["outcome", f"subject={case}", "source=/test", "id=planted"], case),
		(f"/v1/outcomes?subject={case}&source=/test&id=a5", ["outcome", f"subject={case}", "source=/test", "id=a5"], "STATE"),
		(f"/v1/receipts/{made['receipt']}", ["receipt", made["receipt"]], "state"),
		(f"/v1/boards/{place}?from={day}&to={day}", ["board", place, f"from={day}", f"to={day}"], "MD"),
		(f"/v1/boards/53?from={day}&to={day}", ["board", "53", f"from={day}", f"to={day}"], "5323"),
		(f"/v1/places/{place}", ["place", place], "示例村"), ("/v1/places?name=示例", ["places", "name=示例"], "示例村"), ("/v1/codes/types", ["codes", "types"], "MD02"),
	):
		scan.clean(path, bus.read(urllib.parse.quote(path, safe="/?=&:")), shows)
		for flags in ([], ["--json"]):
			scan.clean(f"query {words}", bus.govbus("query", *words, *flags).stdout, shows)
	asked(bus, scan)


def asked(bus, scan):
	"""Who asks for a name or a number gets no answer that has it, and no log line keeps it (they are scanned at the end)."""
	for path, words in (
		(f"/v1/places?name={NAME}", ["places", f"name={NAME}"]), (f"/v1/cases?source=/test&id={PHONE}", ["cases", "source=/test", f"id={PHONE}"]), (f"/v1/cases/{PHONE}", ["case", PHONE]),
		(f"/v1/receipts/{PHONE}", ["receipt", PHONE]), (f"/v1/places/{PHONE}", ["place", PHONE]), (f"/v1/codes/{NAME}", ["codes", NAME]), (f"/v1/boards/{PHONE}", ["board", PHONE]),
		(f"/v1/cases?place=53&state={NAME}", ["cases", "place=53", f"state={NAME}"]), (f"/v1/cases?{PHONE}=1", ["cases", f"{PHONE}=1"]), (f"/v1/{NAME}", []),
	):
		status, _, body = bus.get(urllib.parse.quote(path, safe="/?=&:"), token=bus.token)
		scan.clean(f"{path} ({status})", body)
		if words:
			done = bus.govbus("query", *words, check=False)
			scan.clean(f"query {words}", done.stdout + done.stderr)


def imports(bus, scan, folder):
	"""A file with planted lines, good and bad: the trial, the progress, the summary and the file of refusals name lines and fields, and repeat nothing."""
	good = [report(f"import-{n}") for n in range(4)]
	bad = [
		report("import-title", title=f"请联系 {PHONE}"), report("import-member", **{NAME: "x"}), report("import-code", type_code=NAME), report(PHONE), report(NAME),
		{**report("import-place"), "place": NAME}, report("import-long", reporter=NAME * 20),
	]
	texts = [json.dumps(event, ensure_ascii=False) for event in (*good, *bad)] + [f'{{"reporter": "{NAME}", {PHONE}', f"{NAME} {PHONE}"]
	path = folder / "lines.ndjson"
	path.write_text("".join(text + "\n" for text in texts))
	lines = [str(n) for n in range(len(good) + 1, len(texts) + 1)]
	trial = bus.govbus("import", "--history", "--check", path, check=False)
	scan.clean("import --check", trial.stdout + trial.stderr, ["data.?", "line 13: not JSON"])
	bus.pause("gateway")
	command = [scene.bus.BIN / "govbus", "import", "--history", "--batch", "1", path]
	run = subprocess.Popen(command, env={**bus.environment(), "GOVBUS_LISTEN": bus.addresses["gateway"]}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
	time.sleep(2.5)  # longer than an import keeps silent
	bus.resume("gateway")
	said = run.communicate(timeout=60)[0]
	assert run.returncode == REFUSED, said
	scan.clean("import", said, [" of 7 events", "4 events accepted", "data.title", "data.reporter"])
	noted = next((bus.home / "import").glob("*.refused")).read_text()
	assert sorted(line.split("\t")[0] for line in noted.splitlines()) == sorted(lines), noted
	scan.clean("its refusals", noted, ["data.?", "data.type_code"])
	rows(bus, scan, folder)


def rows(bus, scan, folder):
	"""The same of a CSV file whose look-ups miss, or whose cells are none."""
	what = {"type": "gov.case.reported.v1", "source": "/rows", "id": {"column": "key"}, "time": TIME, "place": {"column": "area", "lookup": "area", "needed": "is not in the list"}, "unit": "centre:53"}
	mapping = {"lookups": {"area": {"village": scene.VILLAGE}}, "events": [{**what, "data": {"type_code": "MD02", "title": {"column": "title"}, "reporter": {"column": "who"}}}]}
	(folder / "mapping.json").write_text(json.dumps(mapping))
	(folder / "rows.csv").write_text(f'key,area,title,who\nk1,village,{MARKER},{NAME}\nk2,{NAME},t,{PHONE}\nk3,village,t,"{NAME}\nk4,village,{PHONE},{NAME},{PHONE}\nk5,village,请找 {PHONE},x\n')
	done = bus.govbus("import", "--history", "--mapping", folder / "mapping.json", folder / "rows.csv", check=False)
	assert done.returncode == REFUSED, done
	scan.clean("import of rows", done.stdout + done.stderr, ["1 events accepted", "place: is not in the list; line 3", "not a row of CSV", "5 cells, where", "data.title"])


def operators(bus, scan, parked):
	"""What operators see: metrics and health of each program, dumps, and the event that is parked, which shows its title."""
	for program in PROGRAMS:
		for path, shows in (("/metrics", "govbus_"), ("/healthz", None), ("/readyz", None)):
			scan.clean(f"{program} {path}", bus.get(path, of=program)[2], shows)
	bus.stop("decider")
	subprocess.run([scene.bus.BIN / "forge-record", bus.kafka, f"{bus.prefix}gov.case", parked, "gap"], check=True)
	scene.bus.wait_for("it is parked", lambda: b"1 subjects parked" in bus.get("/readyz", of="case-status")[2])
	for words, shows in (
		(["dead", "list"], [parked, "LOG_GAP"]), (["dead", "list", "--json"], [parked, "LOG_GAP"]), (["dead", "show", parked], MARKER), (["dump"], [MARKER, parked]), (["dump", "--check"], None),
		(["token", "list"], "centre:53"),
	):
		done = bus.govbus(*words)
		scan.clean(f"govbus {words}", done.stdout + done.stderr, shows)
	scan.clean("the parked case", bus.read(f"/v1/cases/{parked}"), [MARKER, "LOG_GAP"])


def files(bus, scan):
	"""Every file of the bus and of the broker; those where titles stand are known by the marker, the others by what they hold."""
	known = {
		"case-status/": MARKER, "decider/": "centre:" + scene.VILLAGE, "gov.case-": MARKER, "gov.case.action-": MARKER, "gov.rejected-": "clear-code",
		"gateway.log": "govbus-gateway", "decider.log": "partition claimed", "case-status.log": '"level":"debug"',
	}
	seen = dict.fromkeys(known, False)
	for root in (bus.home, bus.broker.home):
		for path in Path(root).rglob("*"):
			if path.is_file() and not path.is_symlink():
				content = path.read_bytes()
				scan.clean(str(path), content)
				for part, shows in known.items():
					seen[part] |= part in str(path) and holds(content, shows)
	assert all(seen.values()), f"not scanned: {[part for part, was in seen.items() if not was]}"
	for path in ("keys/data.mdb", "tokens.mdb"):
		assert (bus.home / path).exists(), path


scan = Scan()
with Loud(broker=scene.bus.Broker()) as bus, tempfile.TemporaryDirectory(prefix="govbus-planted.") as folder:
	(bus.home / "tokens").mkdir(exist_ok=True)
	(bus.home / "tokens/province").write_text(bus.token + "\n")
	made, parked = cases(bus, scan)
	refused(bus, scan, made["subject"])
	answers(bus, scan, made)
	imports(bus, scan, Path(folder))
	operators(bus, scan, parked["subject"])
	for program in ("gateway", "case-status"):
		bus.stop(program)
	files(bus, scan)
print(f"nothing planted was found in {scan.things} answers, outputs and files, {scan.bytes} bytes")
