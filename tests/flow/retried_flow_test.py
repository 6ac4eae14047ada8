#!/usr/bin/env python3
"""A build of case-status that cannot apply a dispatch parks it, and what comes after it of that case, in order; others go on. The next build tries again, and the rows are
as if there had never been another: the naive fold's."""
import json

import naive
import scene

TIME = "2023-02-06T09:{:02}:00+08:00"
TOWN, UNIT, GRID = "centre:" + scene.TOWN, "roads", "grid:" + scene.GRID
UNTIL_PARKED = ("accepted",)
PARKED = ("dispatched", "signed_for", "handling_logged", "feedback_submitted", "verified", "closed")
STEPS = {
	"accepted": ({"severity": "general"}, TOWN),
	"dispatched": ({"lead_unit": UNIT}, TOWN),
	"signed_for": ({}, UNIT),
	"handling_logged": ({"action": "site_visit"}, UNIT),
	"feedback_submitted": ({"result": "resolved"}, UNIT),
	"verified": ({"pass": True}, GRID),
	"closed": ({"outcome": "resolved"}, TOWN),
}


def report(bus, id_):
	return bus.one("gov.case.reported.v1", id_, {"type_code": "SH03", "title": "边坡隐患"}, time=TIME.format(0), place=scene.GRID, unit=GRID)["subject"]


def act(bus, case, step, number, want=201):
	data, unit = STEPS[step]
	return bus.one(f"gov.case.{step}.v1", f"{case}-{step}-{number}", data, want=want, time=TIME.format(number), subject=case, unit=unit)


def play(bus, case, steps):
	for step in steps:
		act(bus, case, step, list(STEPS).index(step) + 1)


def waiting(bus):
	"""How many subjects are parked, by the metrics."""
	lines = bus.get("/metrics", of="case-status")[2].decode().splitlines()
	return next(int(line.split()[1]) for line in lines if line.startswith("govbus_parked_subjects "))


def parked(bus, case):
	"""What waits of a case, in order: (type, seq, why)."""
	shown = map(json.loads, bus.govbus("dead", "show", case).stdout.splitlines())
	return [(one["event"]["type"], one["event"].get("seq"), one["reason"]) for one in shown]


def must_be_parked(bus, case):
	"""The first cannot be applied, the others wait behind it: events, a refusal and a repeat."""
	want = [(f"gov.case.{step}.v1", str(seq)) for seq, step in enumerate(PARKED, 3)] + [("gov.action.refused.v1", None), ("gov.action.repeated.v1", None)]
	found = scene.bus.wait_for("all of it is parked", lambda: len(parked(bus, case)) == len(want) and parked(bus, case))
	assert [(type_, seq) for type_, seq, _ in found] == want, found
	assert [why for _, _, why in found] == ["UNKNOWN"] + ["BEHIND"] * (len(want) - 1), found
	told = bus.case(case, 2)
	assert (told["seq"], told["state"]["code"], told["parked"], told["parked_reason"]) == (2, "AC", True, "UNKNOWN"), told


with scene.Scene(scene.PATIENT) as bus:
	assert bus.stop("case-status") == 0
	bus.start("case-status", program="older-case-status")
	case, other = report(bus, "r1"), report(bus, "r2")
	play(bus, case, UNTIL_PARKED + PARKED)
	act(bus, case, "closed", 50, want=409)
	act(bus, case, "dispatched", list(STEPS).index("dispatched") + 1, want=200)
	play(bus, other, UNTIL_PARKED)
	assert bus.case(other, 2)["state"]["code"] == "AC", "another case does not go on"
	must_be_parked(bus, case)
	assert waiting(bus) == 1
	# The same build, started again, has learnt nothing.
	assert bus.stop("case-status") == 0
	bus.start("case-status", program="older-case-status")
	must_be_parked(bus, case)
	# What is decided while none runs is read by the next build after it has tried again.
	assert bus.stop("case-status") == 0
	play(bus, other, ("dispatched",))
	bus.start("case-status")
	told = bus.case(case, 8)
	assert "parked" not in told and told["state"]["code"] == "CL", told
	lines = bus.read(f"/v1/cases/{case}/timeline")["items"]
	assert [(line["seq"], line["ordinal"]) for line in lines] == [(seq, 0) for seq in range(1, 9)] + [(8, 1), (8, 2)], lines
	assert bus.case(other, 3)["state"]["code"] == "DI"
	assert waiting(bus) == 0 and case not in bus.govbus("dead", "list").stdout
	for name in ("gateway", "decider"):
		assert bus.stop(name) == 0, name
	naive.compare(bus)
print(f"{len(PARKED)} events of a case parked, and applied by the next build")
