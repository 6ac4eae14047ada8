#!/usr/bin/env python3
"""Every query as its users ask it, on a real broker: over HTTP, and by `govbus query` as a table and as JSON, which say the same."""
import datetime
import json
import sys
import threading
import time
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
import gone_places
import http_page
import scene
from desk import CENTRE, DAY, LEAD, Desk, quote
from scene import COUNTY, GRID, TOWN, VILLAGE

LEVELS = ("53", "5323", COUNTY, TOWN, VILLAGE, GRID)
SEQ_WAIT_S = 1.0


# ---- one case


def a_case(desk, case):
	"""A case says what this token may do next, how long a hold may last, and of which record of its partition it is, before any tick too."""
	id = case["subject"]
	last = desk.act(id, "handling_logged", {"action": "site_visit"}, unit=LEAD)["position"]
	desk.bus.case(id, 5)
	body, table = desk.both(f"/v1/cases/{id}", "case", id, token="town")
	assert body["as_of"] == {"partition": last["partition"], "offset": last["offset"] + 1}, (body["as_of"], last)
	held = next(entry for entry in body["next"] if entry["type"] == "gov.case.held.v1")
	assert held["to"]["code"] == "HO" and set(held["needs"]) >= {"hold_until", "approver_unit"}, held
	lines = table.splitlines()
	head = lines[lines.index("next:") + 1]
	shown = next(line for line in lines if line.startswith("gov.case.held.v1"))
	assert shown[head.index("hold_until_max") :].strip() and held["hold_until_max"] in shown, table
	assert f"id               {id}" in lines and "IP 处置中 in progress" in table, table
	listed = desk.both("/v1/cases?place=" + GRID, "cases", "place=" + GRID)[0]["as_of"]
	assert body["as_of"] in listed, (body["as_of"], listed)
	missing = id[:-4] + "0000"
	desk.absent(f"/v1/cases/{missing}", "case", missing)
	desk.absent("/v1/cases/x", "case", "x")


def timed(bus, path):
	began = time.monotonic()
	body = bus.read(path)
	return body, time.monotonic() - began


def a_seq(desk, id):
	"""?seq= of what is folded is answered at once, of what is on its way when it is there, of what never comes with what there is."""
	bus, seq = desk.bus, desk.bus.read(f"/v1/cases/{id}")["seq"]
	body, took = timed(bus, f"/v1/cases/{id}?seq={seq}")
	assert body["seq"] == seq and took < SEQ_WAIT_S / 2, (body["seq"], took)
	assert json.loads(desk.query("case", id, f"seq={seq}", "--json").stdout)["seq"] == seq
	body, took = timed(bus, f"/v1/cases/{id}?seq=99")
	assert body["seq"] == seq and SEQ_WAIT_S * 0.9 < took, (body["seq"], took)
	for _ in range(5):
		seq += 1
		bus.pause("case-status")
		desk.act(id, "handling_logged", {"action": "site_visit"}, unit=LEAD)
		assert bus.read(f"/v1/cases/{id}")["seq"] == seq - 1
		answers = []
		asker = threading.Thread(target=lambda: answers.append(timed(bus, f"/v1/cases/{id}?seq={seq}")))
		asker.start()
		time.sleep(0.2)
		early = bool(answers)
		bus.resume("case-status")
		asker.join()
		bus.case(id, seq)
		# A machine that is busy for a second folds it too late: once more.
		if answers[0][0]["seq"] == seq:
			assert not early and 0.1 < answers[0][1] < SEQ_WAIT_S + 0.5, answers[0][1]
			return
	raise AssertionError(f"seq {seq} was never waited for")


def unchanged(bus, path, token):
	"""Asks again with the tag. `next` tells the end of a hold to the minute, so at the turn of one it is asked twice."""
	for _ in range(2):
		_, headers, body = bus.get(path, token)
		status, again, nothing = bus.get(path, token, headers={"If-None-Match": headers["ETag"]})
		if status == 304:
			assert not nothing and again["ETag"] == headers["ETag"] and headers["ETag"].startswith('W/"'), again
			assert again["Vary"] == "Authorization" and again["Cache-Control"] == "private, no-cache", again
			return headers["ETag"], body
	raise AssertionError(f"{path}: changed within a minute")


def a_tag(desk, id):
	"""What was answered is kept by one asker, and asked for again: `next` changes with the token and with reference data, the case does not."""
	bus, path = desk.bus, f"/v1/cases/{id}"
	tag, before = unchanged(bus, path, desk.town)
	status, headers, other = bus.get(path, desk.lead, headers={"If-None-Match": tag})
	assert status == 200 and headers["ETag"] != tag and other["next"] != before["next"] and other["seq"] == before["seq"], (status, headers)
	assert bus.get(path, desk.town, headers={"If-None-Match": f'"x", {tag[2:]}'})[0] == 304
	assert bus.get(path, desk.town, headers={"If-None-Match": "*"})[0] == 304
	window = {"type_code": "SH", "step": "hold", "amount": 48, "unit": "h", "calendar": "cn", "version": 1, "effective_from": "2023-03-14T00:00:00+08:00"}
	bus.one("gov.policy.set.v1", "hold", window, time=desk.now(), subject="policy:sh-hold", unit="centre:53")

	def shorter():
		ends = [entry["hold_until_max"] for entry in bus.get(path, desk.town)[2]["next"] if entry["type"] == "gov.case.held.v1"]
		left = datetime.datetime.fromisoformat(ends[0]) - datetime.datetime.now(datetime.timezone.utc)
		return left <= datetime.timedelta(hours=48)

	scene.bus.wait_for("the policy", shorter)
	status, headers, after = bus.get(path, desk.town, headers={"If-None-Match": tag})
	assert status == 200 and headers["ETag"] != tag and after["seq"] == before["seq"], (status, tag, headers)
	assert {**after, "next": 0} == {**before, "next": 0} and after["next"] != before["next"], (before, after)
	unchanged(bus, path, desk.town)
	desk.act(id, "handling_logged", {"action": "site_visit"}, unit=LEAD)
	desk.bus.case(id, before["seq"] + 1)
	assert bus.get(path, desk.town, headers={"If-None-Match": headers["ETag"]})[0] == 200


def headers(desk, id, receipt):
	"""Whatever hangs on the token says so, its refusals too; what is for all does not. Only what has a tag may be kept at all."""
	bus = desk.bus
	for path in ("/v1/cases", f"/v1/cases/{id}/timeline", "/v1/boards/53", "/v1/places/53", "/v1/codes/types"):
		for token in (bus.token, None):
			status, told, _ = bus.get(path, token)
			assert status == (200 if token else 401), (path, status)
			assert told["Vary"] == "Authorization" and told["Cache-Control"] == "no-store" and "ETag" not in told, (path, told)
	for path in (f"/v1/receipts/{receipt}", "/healthz"):
		status, told, _ = bus.get(path)
		assert status == 200 and "Vary" not in told and told["Cache-Control"] == "no-store", (path, told)


def a_timeline(desk):
	"""Everything that was asked, in order: refusals with their guard, repeats and what was only tried."""
	bus, case = desk.bus, desk.report(place=TOWN)
	id = case["subject"]
	refused = desk.act(id, "closed", {"outcome": "resolved"}, want=409)
	assert refused["guard"] == "STATE", refused
	again = scene.event("gov.case.accepted.v1", "again", {"severity": "general"}, desk.now(), subject=id, unit=CENTRE)
	for path, want in (("/v1/events?dry_run=1", 200), ("/v1/events", 201), ("/v1/events", 200)):
		assert bus.post(path, again, bus.token)[0] == want, path
	bus.case(id, 2)
	scene.bus.wait_for("the repeat", lambda: len(bus.read(f"/v1/cases/{id}/timeline")["items"]) == 5)
	body, table = desk.both(f"/v1/cases/{id}/timeline", "timeline", id)
	lines = [(line["seq"], line["ordinal"], line["type"].split(".", 1)[1]) for line in body["items"]]
	names = ("case.reported.v1", "action.refused.v1", "action.tried.v1", "case.accepted.v1", "action.repeated.v1")
	assert lines == list(zip((1, 1, 1, 2, 2), (0, 1, 2, 0, 1), names)), lines
	assert body["items"][1]["data"]["guard"] == "STATE" and body["items"][1]["data"]["action_type"] == "gov.case.closed.v1", body
	assert body["items"][3]["from"]["code"] == "RP" and body["items"][3]["to"]["code"] == "AC" and body["as_of"], body
	rows = table.splitlines()[1:7]
	assert rows[0].split()[:3] == ["seq", "ordinal", "type"] and [row.split()[2][4:] for row in rows[1:]] == list(names), table
	assert '"guard":"STATE"' in rows[2], table
	path = "/v1/outcomes?" + urllib.parse.urlencode({"subject": id, "source": "/test", "id": "again"})
	outcome, table = desk.both(path, "outcome", f"subject={id}", "source=/test", "id=again")
	assert outcome["outcome"] == "accepted" and "outcome          accepted" in table, table
	missing = id[:-4] + "0000"
	desk.absent(f"/v1/cases/{missing}/timeline", "timeline", missing)


def a_long_timeline(desk):
	"""A timeline comes page by page, each line once and in order, while events and refusals are added between; no next at its end. What
	became of its first action is found behind a thousand lines."""
	bus, case = desk.bus, desk.report(place=TOWN)
	id, path = case["subject"], f"/v1/cases/{case['subject']}/timeline"
	close = lambda: desk.act(id, "closed", {"outcome": "resolved"}, want=409)
	for _ in range(4):
		close()
	scene.bus.wait_for("the refusals", lambda: len(bus.read(path)["items"]) == 5)
	body, table = desk.both(path + "?limit=5", "timeline", id, "limit=5")
	assert len(body["items"]) == 5 and body["next"] is None and "next             null" in table, body
	lines, cursor, n = [], "", 0
	while n == 0 or cursor:
		words = ["limit=2"] + ([f"cursor={cursor}"] if cursor else [])
		page, table = desk.both(path + "?" + "&".join(words), "timeline", id, *words)
		assert 0 < len(page["items"]) <= 2 and (page["next"] is None or f"next             cursor={page['next']}" in table), (page, table)
		lines, cursor, n = lines + page["items"], page["next"], n + 1
		assert n < 50, lines
		if n in (1, 3):
			close()
			desk.act(id, "accepted", {"severity": "general"}) if n == 1 else desk.act(id, "classified", {"severity": "serious"})
			bus.case(id, 2 if n == 1 else 3)
			close()
			scene.bus.wait_for("the lines", lambda: len(bus.read(path)["items"]) == 5 + 3 * (n + 1) // 2)
	assert lines == bus.read(path)["items"] and len(lines) == 11 and n == 6, (n, lines)
	assert [(line["seq"], line["ordinal"]) for line in lines] == [(1, i) for i in range(6)] + [(2, i) for i in range(3)] + [(3, i) for i in range(2)], lines
	cursor = bus.read(path + "?limit=2")["next"]
	for name, query in (("limit", "limit=0"), ("limit", "limit=201"), ("cursor", "cursor=x"), ("cursor", f"cursor={cursor[:-1]}"), ("cursor", f"cursor={cursor}AAAA"), ("seq", "seq=1")):
		status, _, problem = bus.get(f"{path}?{query}", bus.token)
		assert status == 400 and problem["field"] == name, (query, problem)
	other = desk.report(place=TOWN)["subject"]
	bus.case(other, 1)
	assert bus.get(f"/v1/cases/{other}/timeline?cursor={cursor}", bus.token)[0] == 400
	wrong = {"type_": "gov.case.closed.v1", "data": {"outcome": "resolved"}, "subject": id, "unit": CENTRE, "time": desk.now()}
	bus.must([scene.event(id_=f"w{n}", **wrong) for n in range(1000)], want=409)
	outcome = lambda name: bus.read("/v1/outcomes?" + urllib.parse.urlencode({"subject": id, "source": "/test", "id": name}))
	scene.bus.wait_for("the last line", lambda: outcome("w999")["outcome"] == "refused")
	assert len(bus.read(path)["items"]) == 100 and len(bus.read(path + "?limit=200")["items"]) == 200
	reported = bus.read(f"/v1/cases/{id}")["source_id"]
	assert (outcome(reported)["outcome"], outcome(reported)["seq"]) == ("accepted", 1) and outcome("w0")["ordinal"] == 2, outcome("w0")
	assert outcome("never")["outcome"] == "unknown"


# ---- many


def pages(desk, words, limit):
	"""All items of a list, page by page, each the same by HTTP and by command; between any two a case is added that fits most lists."""
	items, cursor, n = [], "", 0
	while n == 0 or cursor:
		asked = words + [f"limit={limit}"] + ([f"cursor={cursor}"] if cursor else [])
		query = "&".join(f"{name}={quote(value)}" for name, value in (word.split("=", 1) for word in asked))
		page, table = desk.both("/v1/cases?" + query, "cases", *asked)
		assert set(page) == {"items", "next", "as_of"} and len(page["items"]) <= limit, page
		assert all(item["id"] in table for item in page["items"]), table
		items, cursor, n = items + page["items"], page["next"], n + 1
		assert n < 50, words
		if cursor:
			desk.bus.case(desk.report()["subject"], 1)
	return items, n


def lists(desk):
	"""Whatever a list is by, each case that was there when it began comes once and no other, while cases are added between its pages."""
	bus = desk.bus
	for i in range(12):
		# Every fourth is the county's own, every second accepted, every third of another type.
		(desk.accepted if i % 2 else desk.report)(place=LEVELS[2 + i % 4], type_code="SH03" if i % 3 else "SH01")
	bus.case(desk.report()["subject"], 1)
	soon = "2023-03-15T00:00:00+08:00"
	due = lambda case: min(case[name] for name in ("due_at", "step_due_at") if name in case)
	wanted = {
		"place=53": lambda case: True,
		f"place={VILLAGE}": lambda case: case["place"].startswith(VILLAGE),
		"state=RP": lambda case: case["state"]["code"] == "RP",
		f"place={TOWN} state=AC": lambda case: case["state"]["code"] == "AC" and case["place"].startswith(TOWN),
		f"place={TOWN} state=RP": lambda case: case["state"]["code"] == "RP" and case["place"].startswith(TOWN),
		"type=SH": lambda case: True,
		"type=SH01": lambda case: case["type"]["code"] == "SH01",
		f"unit={CENTRE}": lambda case: case["owner"] == CENTRE,
		f"unit={LEAD}": lambda case: case.get("lead_unit") == LEAD,
		f"due_before={soon}": lambda case: case["state"]["code"] != "CL" and due(case) < soon,
		f"due_before={soon} unit={CENTRE}": lambda case: case["owner"] == CENTRE and due(case) < soon,
		f"due_before={soon} type=SH01 place={GRID}": lambda case: case["type"]["code"] == "SH01" and case["place"] == GRID and due(case) < soon,
	}
	for words, fits in wanted.items():
		there = {case["id"] for case in bus.read("/v1/cases?limit=200")["items"] if fits(case)}
		items, n = pages(desk, words.split(), 4 if len(there) > 4 else 1)
		ids = [item["id"] for item in items]
		assert there and there <= set(ids) and len(ids) == len(set(ids)) and all(map(fits, items)), (words, there, ids)
		assert n > 1 or len(there) == 1, (words, n, there)
		if "due_before" in words or f"place={TOWN} state=" in words:
			assert list(map(due, items)) == sorted(map(due, items)), items
	everything = bus.read("/v1/cases?limit=200")["items"]
	idle = [words for words, fits in wanted.items() if all(map(fits, everything))]
	assert idle == ["place=53", "type=SH"], idle
	one = everything[0]
	found, _ = desk.both(f"/v1/cases?source=/test&id={one['source_id']}", "cases", "source=/test", f"id={one['source_id']}")
	assert [item["id"] for item in found["items"]] == [one["id"]] and found["next"] is None, found
	for more in ("id=never", f"id={one['source_id']}&unit=centre:53"):
		none, table = desk.both(f"/v1/cases?source=/test&{more}", "cases", "source=/test", *more.split("&"))
		assert none["items"] == [] and table.startswith("items            []\n"), table


def units(desk):
	"""A unit is told of each case that it owns, leads or assists in, a grid and a centre too, once however many of these it does."""
	bus, grid = desk.bus, "grid:" + GRID
	case = desk.accepted()["subject"]
	before = {unit: [item["id"] for item in bus.read(f"/v1/cases?unit={unit}&limit=200")["items"]] for unit in (grid, LEAD, CENTRE)}
	assert case not in before[grid] + before[LEAD] and case in before[CENTRE], before
	desk.act(case, "dispatched", {"lead_unit": grid, "assist": [LEAD, CENTRE]})
	bus.case(case, 3)
	for unit in (grid, LEAD, CENTRE):
		found, _ = desk.both(f"/v1/cases?unit={unit}&limit=200", "cases", f"unit={unit}", "limit=200")
		ids = [item["id"] for item in found["items"]]
		assert sorted(ids) == sorted({*before[unit], case}), (unit, case, ids)


def a_hold(desk):
	"""On hold no deadline runs: none is told, to whoever holds the receipt neither, and the case stands in lists where its hold ends."""
	bus, case = desk.bus, desk.in_progress()
	id, until = case["subject"], "2023-03-24T18:00:00+08:00"
	path = f"/v1/cases?unit={LEAD}&limit=200&due_before="
	listed = lambda moment: id in [item["id"] for item in bus.read(path + quote(moment))["items"]]
	bus.case(id, 4)
	due = bus.read(f"/v1/cases/{id}")
	after_due = "2023-03-23T18:00:00+08:00"
	assert due["step_due_at"] < after_due and listed(after_due), due
	desk.act(id, "held", {"reason": "court", "hold_until": until, "approver_unit": CENTRE})
	bus.case(id, 5)
	held = bus.read(f"/v1/cases/{id}")
	assert held["colour"]["code"] == "hold" and not [name for name in held if name.startswith(("due_", "yellow_", "red_", "step_"))], held
	assert held["hold_until"][:19] == until[:19] and held["orig_due_at"] == due["due_at"], held
	assert set(bus.get(f"/v1/receipts/{case['receipt']}")[2]) == {"state"}
	assert not listed(after_due) and listed("2023-03-25T18:00:00+08:00")


def receipts(desk, case):
	"""Who holds the code is told the state and, once there is one, the due date: nothing else, with a token or without."""
	code, id = case["receipt"], case["subject"]
	full = desk.bus.read(f"/v1/cases/{id}")
	for spelt in (code, code.lower()):
		status, _, body = desk.bus.get(f"/v1/receipts/{spelt}")
		assert status == 200 and body == {"state": full["state"], "due_at": full["due_at"]}, body
	same, table = desk.both(f"/v1/receipts/{code}", "receipt", code)
	assert same == body and table.splitlines() == ["state            IP 处置中 in progress", f"due_at           {full['due_at']}"], table
	new = desk.report(place=TOWN)
	desk.bus.case(new["subject"], 1)
	assert set(desk.bus.get(f"/v1/receipts/{new['receipt']}")[2]) == {"state"}
	desk.absent("/v1/receipts/000000000000", "receipt", "000000000000")
	desk.absent("/v1/receipts/short", "receipt", "short")


def boards(desk):
	"""At each of the six levels a board counts what was filed there or below, names its children, which add up, and gives rates of what was closed."""
	bus, done = desk.bus, desk.in_progress()["subject"]
	for step, data, unit in (("feedback_submitted", {"result": "resolved"}, LEAD), ("verified", {"pass": True}, CENTRE), ("closed", {"outcome": "resolved"}, CENTRE)):
		desk.act(done, step, data, unit=unit)
	bus.one("gov.callback.recorded.v1", "score", {"reached": True, "score": 4}, time=desk.now(), subject=done, unit=CENTRE)
	bus.case(done, 8)
	cases = bus.read("/v1/cases?limit=200")["items"]
	range_ = f"from={DAY}&to={DAY}"
	for level, place in enumerate(LEVELS, 1):
		board, table = desk.both(f"/v1/boards/{place}?{range_}", "board", place, *range_.split("&"))
		under = [case for case in cases if case["place"].startswith(place)]
		total, here = board["total"], sum(case["place"] == place for case in cases)
		assert (board["level"], board["from"], board["to"]) == (level, DAY, DAY), board
		assert total["reported"] == len(under) and total["open"] == len(under) - 1 and total["closed"] == 1, (place, total, len(under))
		assert total["closed_bp"] == 10000 // len(under) and total["on_time_bp"] == 10000 and total["reopened_bp"] == 0, total
		assert (total["closed_with_due"], total["callbacks"], total["score_sum"], total["score_bp"]) == (1, 1, 4, 8000), total
		assert all(0 <= total[name] <= 10000 for name in total if name.endswith("_bp")) and total["overdue"] == 0, total
		assert [child["place"] for child in board["children"]] == list(LEVELS[level : level + 1]), board["children"]
		for name in ("reported", "open", "closed", "accepted"):
			assert sum(family[name] for family in board["families"]) == total[name], (place, name)
		assert sum(child["reported"] for child in board["children"]) + here == total["reported"], (place, board)
		assert all(child["place"] in table and child["name"] in table for child in board["children"]) and "families:" in table, table
	desk.day, desk.minute = "2023-03-14", 0
	bus.case(desk.report(place=TOWN)["subject"], 1)
	count = lambda query: [bus.read(f"/v1/boards/53?{query}")["total"][name] for name in ("reported", "open")]
	assert count("from=2023-03-14&to=2023-03-14") == [1, len(cases)], "one more on its day, and what is open at the end of it"
	assert count("from=2023-03-13&to=2023-03-14") == [len(cases) + 1, len(cases)]
	assert count(range_) == [len(cases), len(cases) - 1] and count("from=2023-03-01&to=2023-03-12") == [0, 0]
	for name, days in (("overdue", "to=2023-12-01"), ("reworked", range_)):
		assert bus.read(f"/v1/boards/53?{days}")["total"][name] == sum(name == "overdue" and "due_at" in case and case["state"]["code"] != "CL" for case in cases), name
	assert bus.read("/v1/boards/53?to=2023-12-01")["total"]["overdue"] > 0
	desk.absent("/v1/boards/5", "board", "5")


def filled_up(desk):
	"""A code that is filled up with zeros, as others write it, is the same place, in whatever asks for it and in a report; one that no place
	has is said: absent where the place itself is asked for, a wrong filter of a list."""
	bus = desk.bus
	for written, code in (("530000", "53"), ("532300", "5323"), (COUNTY + "000000", COUNTY), (TOWN + "000", TOWN)):
		board, _ = desk.both(f"/v1/boards/{written}", "board", written)
		assert board == bus.read(f"/v1/boards/{code}"), written
		assert desk.both(f"/v1/places/{written}", "place", written)[0]["code"] == code, written
		listed, _ = desk.both(f"/v1/cases?place={written}&limit=2", "cases", f"place={written}", "limit=2")
		assert listed == bus.read(f"/v1/cases?place={code}&limit=2") and len(listed["items"]) == 2, (written, listed)
		bus.read(f"/v1/cases?place={code}&limit=2&cursor={listed['next']}")
	bus.case(desk.report(place=TOWN + "000")["subject"], 1)
	assert TOWN in [item["place"] for item in bus.read(f"/v1/cases?source=/test&id=r{desk.n}")["items"]]
	centre, _ = desk.both(f"/v1/cases?unit={CENTRE}000&limit=2", "cases", f"unit={CENTRE}000", "limit=2")
	assert centre == bus.read(f"/v1/cases?unit={CENTRE}&limit=2") and centre["items"], centre
	county = {"level": 3, "name": "市", "effective_from": scene.LOADED}
	refused = bus.one("gov.place.registered.v1", "filled-up", county, want=409, subject="place:530100", unit="centre:530000", time=desk.now())
	assert (refused["guard"], refused["needs"], refused["subject"]) == ("REF_LEVEL", "level 2", "place:5301"), refused
	asked = lambda subject: bus.read("/v1/outcomes?" + urllib.parse.urlencode({"subject": subject, "source": "/test", "id": "filled-up"}))
	assert asked("place:530100")["guard"] == asked("place:5301")["guard"] == "REF_LEVEL"
	prefecture = bus.new_token("prefecture", "centre:532300", 2, "532300")
	assert bus.get("/v1/boards/5323", prefecture)[0] == 200 and bus.get("/v1/boards/53", prefecture)[0] == 403
	for unknown in ("532399", "54", COUNTY + "999", "539900"):
		desk.absent(f"/v1/boards/{unknown}", "board", unknown)
		desk.absent(f"/v1/places/{unknown}", "place", unknown)
		status, _, problem = bus.get(f"/v1/cases?place={unknown}", bus.token)
		told = desk.query("cases", f"place={unknown}", check=False)
		assert status == 400 and problem["field"] == "place" and problem["detail"] in told.stdout and told.returncode == 64, (problem, told)


def no_such(desk):
	"""A filter that nothing can fit, or without a value, is said to be wrong: a type that is none, a unit that never was; one that ended still finds its cases."""
	bus, unit = desk.bus, {"name": "旧队", "unit_type": "government", "level": 3, "seat": COUNTY, "active": True, "effective_from": scene.LOADED}
	for field, values in (("type", ("", "ZZ", "MD98", "MD021", "md")), ("unit", ("nope", "centre:54", "grid:" + TOWN, "centre:" + GRID, "unit:roads", "old"))):
		for value in values:
			status, _, problem = bus.get(f"/v1/cases?{field}={value}", bus.token)
			assert status == 400 and problem["field"] == field, (field, value, status, problem)
	for field in ("type", "state", "cursor", "limit"):
		status, _, problem = bus.get(f"/v1/cases?place=53&{field}", bus.token)
		assert status == 400 and (problem["field"], problem["detail"]) == (field, "has no value"), (field, status, problem)
	for query in ("type=M", "type=MD", "type=MD0", "type=MD02", f"unit={LEAD}", f"unit=grid:{GRID}"):
		bus.read("/v1/cases?" + query)
	for n, active in enumerate((True, False)):
		bus.one("gov.unit.registered.v1", f"old-{n}", {**unit, "active": active}, subject="unit:old", unit="centre:53", time=desk.now())
	scene.bus.wait_for("the unit", lambda: bus.get("/v1/cases?unit=old", bus.token)[0] == 200)
	assert bus.read("/v1/cases?unit=old")["items"] == []


def places(desk):
	"""A place is found by a part of its Chinese or English name, in any case of letters; by what is in no name nothing is, which is no error."""
	data = {"level": 2, "name": "昆明市", "name_en": "Kunming", "effective_from": scene.LOADED}
	desk.bus.one("gov.place.registered.v1", "p-5301", data, subject="place:5301", unit="centre:53", time=desk.now())
	ask = lambda name: desk.both(f"/v1/places?name={quote(name)}", "places", f"name={name}")
	scene.bus.wait_for("the place", lambda: desk.bus.read(f"/v1/places?name={quote('昆明')}")["items"])
	for name in ("昆明", "Kunming", "kunming", "KUNMING", "unMi"):
		body, table = ask(name)
		assert [(place["code"], place["name_en"]) for place in body["items"]] == [("5301", "Kunming")], (name, body)
		assert "5301  昆明市  Kunming" in table and body["as_of"]["reference"] > 0, table
	assert [place["code"] for place in ask("示例")[0]["items"]] == [VILLAGE, GRID]
	for name in ("无此", "kunming city", "%", "&"):
		body, table = ask(name)
		assert body["items"] == [] and body["next"] is None and table.startswith("items            []\n"), (name, body)
	found, cursor, first, n = [], "", "", 0
	while n == 0 or cursor:
		words = ["name=" + quote("示例"), "limit=1"] + ([f"cursor={cursor}"] if cursor else [])
		page = desk.bus.read("/v1/places?" + "&".join(words))
		found, cursor, n = found + [place["code"] for place in page["items"]], page["next"], n + 1
		first = first or cursor
	assert found == [VILLAGE, GRID] and n == 2, (found, n)
	for field, query in (("limit", "name=x&limit=0"), ("limit", "name=x&limit=201"), ("cursor", f"name=x&cursor={first}"), ("cursor", f"name={quote('示例')}&cursor={first[:-2]}"), ("cursor", "name=x&cursor=*")):
		status, _, problem = desk.bus.get(f"/v1/places?{query}", desk.bus.token)
		assert status == 400 and problem["field"] == field, (query, problem)
	for code, below in zip(LEVELS, LEVELS[1:]):
		body, table = desk.both(f"/v1/places/{code}", "place", code)
		assert body["code"] == code and body["name"] == scene.PLACES[code] and below in [child["code"] for child in body["children"]], body
		assert body["name"] in table and below in table, table
	desk.absent("/v1/places/5399", "place", "5399")


def codes(desk):
	"""Each list of codes has its texts in both languages; flow profiles, which are reference data, say their steps too."""
	expected = {"types": "SH03", "reasons": "duplicate", "functions": "dispatch", "profiles": "simple", "severities": "urgent", "case_state": "RP", "states": "RP"}
	for name, code in expected.items():
		body, table = desk.both(f"/v1/codes/{name}", "codes", name)
		assert code in [item["code"] for item in body["items"]] and all(item["zh"] and item["en"] for item in body["items"]), (name, body)
		assert table.splitlines()[1].split()[:3] == ["code", "zh", "en"], table
	profiles = {item["code"]: item for item in desk.bus.read("/v1/codes/profiles")["items"]}
	assert profiles["simple"]["steps"] == ["report", "close"] and profiles["simple"]["has_policy"] is False, profiles
	assert profiles["full"]["zh"] == "完整流程" and "verify" in profiles["full"]["steps"], profiles
	desk.absent("/v1/codes/nothing", "codes", "nothing")


# Members that need more than queries to come about; http_page.py's other half, that none is missing from the page, holds for them wherever they do.
RARE = set("""
	case.campaign case.channel case.escalations case.parked case.parked_reason case.point_id case.prior_case
	case.provisional case.reopens case.returns case.reworks outcome.incident place.change place.kind place.successors
""".split())


def the_page(desk, page):
	"""docs/HTTP.md names every member of every answer so far, or asking would have raised; and no member that no answer has."""
	assert desk.bus.read("/v1/bus")["mode"] == "history"
	desk.report()
	conflict = desk.bus.one("gov.case.reported.v1", f"r{desk.n}", {"type_code": "SH03", "title": "另一件"}, want=409, time=f"{desk.day}T{9 + desk.minute // 60:02}:{desk.minute % 60:02}:00+08:00", place=GRID, unit="centre:53")
	assert conflict["reason"] == "CONFLICT" and conflict["reason_zh"] and conflict["cure"], conflict
	assert page.unseen() <= RARE, page.unseen() - RARE


def main():
	with scene.Scene() as bus:
		desk, page = Desk(bus), http_page.Page()
		http_page.watch(bus, page)
		case = desk.in_progress()
		a_case(desk, case)
		a_seq(desk, case["subject"])
		a_tag(desk, case["subject"])
		headers(desk, case["subject"], case["receipt"])
		a_timeline(desk)
		a_long_timeline(desk)
		receipts(desk, case)
		lists(desk)
		units(desk)
		a_hold(desk)
		boards(desk)
		gone_places.abolished(desk)
		gone_places.merged(desk)
		filled_up(desk)
		no_such(desk)
		places(desk)
		codes(desk)
		the_page(desk, page)
	print("every query, in each way of asking")


main()
