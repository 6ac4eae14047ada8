#!/usr/bin/env python3
"""Malformed, truncated, oversized, unknown, repeated, conflicting, late: posted, and written past the door into the action topic and past the decider into the record.

Each gets an answer, an outcome in its order, or is passed over or parked; what comes after it goes on.
"""
import json
import subprocess

import scene

TIME = "2023-02-06T09:{:02}:00+08:00"
LATE, AHEAD, AFTER_WINDOW = "2022-02-06T09:00:00+08:00", "2063-02-06T09:00:00+08:00", "2023-12-01T09:00:00+08:00"
TOWN, UNIT, GRID = "centre:" + scene.TOWN, "roads", "grid:" + scene.GRID
BODY_MAX = 8 << 20
REPORT = {"type_code": "SH03", "title": "边坡隐患"}
IN_PROGRESS = (("accepted", {"severity": "general"}, TOWN), ("dispatched", {"lead_unit": UNIT}, TOWN), ("signed_for", {}, UNIT), ("handling_logged", {"action": "site_visit"}, UNIT))
CLOSING = (("feedback_submitted", {"result": "resolved"}, UNIT), ("verified", {"pass": True}, GRID), ("closed", {"outcome": "resolved"}, TOWN))


def act(bus, case, step, data, unit, id_, time, want=201):
	return bus.one(f"gov.case.{step}.v1", id_, data, want=want, time=time, subject=case, unit=unit)


def play(bus, id_):
	"""A case with a unit at work on it: its id, and the last answer."""
	case = bus.one("gov.case.reported.v1", id_, REPORT, time=TIME.format(0), place=scene.GRID, unit=GRID)["subject"]
	for minute, (step, data, unit) in enumerate(IN_PROGRESS, 1):
		answer = act(bus, case, step, data, unit, f"{id_}-{minute}", TIME.format(minute))
	return case, answer


def at_the_door(bus):
	def post(body, kind="application/cloudevents+json"):
		status, _, answer = bus.post("/v1/events", body, bus.token, kind)
		return status, answer["type"].rsplit(":", 1)[-1] if status >= 400 else answer["outcome"], answer.get("reason") or answer.get("field")

	event = scene.event("gov.case.reported.v1", "door", REPORT, time=TIME.format(0), place=scene.GRID, unit=GRID)
	text = json.dumps(event).encode()
	for what, body, want in (
		("malformed", b"{]", (400, "malformed", None)),
		("truncated", text[:-9], (400, "malformed", None)),
		("oversized body", b" " * (BODY_MAX + 1), (413, "too-big", None)),
		("oversized member", {**event, "data": {**REPORT, "title": "边" * 61}}, (422, "invalid", "data.title")),
		("unknown type", {**event, "type": "gov.case.exploded.v1"}, (422, "unknown-type", "type")),
		("unknown code", {**event, "data": {**REPORT, "severity": "colossal"}}, (422, "invalid", "data.severity")),
		("good", event, (201, "accepted", None)),
		("repeated", event, (200, "repeated", None)),
		("conflicting", {**event, "data": {**REPORT, "title": "另一件"}}, (409, "conflict", "CONFLICT")),
		("of a time to come", {**event, "id": "ahead", "time": AHEAD}, (409, "refused", "LATE")),
	):
		got = post(body)
		assert got == want, (what, got, want)


def late(bus):
	"""An action of long ago counts, as of when it came; one for which it is too late, by the case's state or by a window, is refused with its guard."""
	case, before = play(bus, "late")
	answer = act(bus, case, "handling_logged", {"action": "site_visit"}, UNIT, "late-old", LATE)
	assert answer["seq"] == before["seq"] + 1 and answer["decidedtime"] >= before["decidedtime"], answer
	for minute, (step, data, unit) in enumerate(CLOSING, 10):
		closed = act(bus, case, step, data, unit, f"late-{minute}", TIME.format(minute))
	refused = act(bus, case, "handling_logged", {"action": "site_visit"}, UNIT, "late-closed", TIME.format(20), want=409)
	assert (refused["guard"], refused["state"]["code"]) == ("STATE", "CL"), refused
	refused = act(bus, case, "reopened", {"cause": "centre"}, TOWN, "late-window", AFTER_WINDOW, want=409)
	assert refused["guard"] == "WINDOW", refused
	told = bus.case(case, closed["seq"])
	lines = {line["seq"]: line for line in bus.read(f"/v1/cases/{case}/timeline")["items"] if line["ordinal"] == 0}
	assert told["seq"] == closed["seq"] and lines[answer["seq"]]["time"].startswith("2022-02-06"), (told, lines)


def forge(bus, topic, case, how):
	subprocess.run([scene.bus.BIN / "forge-record", bus.kafka, bus.prefix + topic, case, how], check=True)


def outcomes(bus):
	"""(type, reason, seq, decidedtime) of each outcome of an action of this county, in order."""
	lines = subprocess.run([scene.bus.BIN / "read-topic", bus.kafka, bus.prefix + "gov.case", "--json"], capture_output=True, text=True, check=True).stdout.splitlines()
	found = [event for event in map(json.loads, lines) if event and "cause" in event]
	return [(event["type"], event["data"].get("reason"), event.get("seq"), event["decidedtime"]) for event in found]


def in_the_actions(bus):
	"""Past the door: each record has its outcome, in order, and the partition goes on."""
	case, before = play(bus, "act")
	count = len(outcomes(bus))
	hows = (
		("malformed", "gov.action.refused.v1", "MALFORMED"),
		("truncated", "gov.action.refused.v1", "MALFORMED"),
		("oversized", "gov.action.refused.v1", "MALFORMED"),
		("unknown", "gov.action.refused.v1", "UNKNOWN"),
		("again", "gov.action.repeated.v1", None),
		("other", "gov.action.refused.v1", "CONFLICT"),
		("late", "gov.case.handling_logged.v1", None),
		("ahead", "gov.action.refused.v1", "LATE"),
	)
	for how, _, _ in hows:
		forge(bus, "gov.case.action", case, how)
	scene.bus.wait_for("each has its outcome", lambda: len(outcomes(bus)) >= count + len(hows))
	found = outcomes(bus)[count:]
	assert [(type_, reason) for type_, reason, _, _ in found] == [want[1:] for want in hows], found
	assert found[6][2] == str(before["seq"] + 1), found
	assert all(one[3] <= other[3] for one, other in zip(found, found[1:])), f"time goes back: {found}"
	after = act(bus, case, "handling_logged", {"action": "site_visit"}, UNIT, "act-after", TIME.format(30))
	assert after["seq"] == before["seq"] + 2, after
	return bus.case(case, after["seq"])


def parked(bus):
	lines = bus.govbus("dead", "show", "-", check=False).stdout.splitlines()
	return [json.loads(line)["reason"] for line in lines]


def in_the_record(bus, other):
	"""Past the decider: what cannot be read is parked, what is not new passed over, what is of an earlier time applied in the log's order; other cases go on."""
	case, before = play(bus, "record")
	bus.case(case, before["seq"])
	for name in ("decider", "gateway"):
		assert bus.stop(name) == 0, name
	whole = bus.govbus("dump").stdout
	for how, reason in (("malformed", "MALFORMED"), ("truncated", "MALFORMED"), ("oversized", "TOO_BIG"), ("unknown", "UNKNOWN")):
		n = len(parked(bus))
		forge(bus, "gov.case", case, how)
		scene.bus.wait_for(f"{how} is parked", lambda: len(parked(bus)) > n)
		assert parked(bus)[n:] == [reason], (how, parked(bus))
	for how in ("again", "other"):
		forge(bus, "gov.case", case, how)
	forge(bus, "gov.case", case, "late")
	bus.start("gateway")
	told = bus.case(case, before["seq"] + 1)
	assert told["seq"] == before["seq"] + 1 and "parked" not in told, told
	lines = bus.read(f"/v1/cases/{case}/timeline")["items"]
	assert [line["seq"] for line in lines] == list(range(1, before["seq"] + 2)), lines
	assert lines[-1]["decidedtime"] < lines[-2]["decidedtime"], lines[-2:]
	assert bus.case(other["id"], other["seq"])["seq"] == other["seq"]
	changed = sorted(line.split()[0] for line in set(bus.govbus("dump").stdout.splitlines()) - set(whole.splitlines()))
	assert changed == ["case"] + ["parked"] * 4 + ["timeline"], changed
	bus.govbus("dump", "--check")


with scene.Scene(scene.PATIENT) as bus:
	at_the_door(bus)
	late(bus)
	in_the_record(bus, in_the_actions(bus))
print("wrong in seven ways, at the door, in the actions and in the record: each answered, refused, parked or passed over")
