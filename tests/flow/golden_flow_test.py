#!/usr/bin/env python3
"""G1 and G5 of the domain's golden scenarios, posted over HTTP to a real broker in history mode: end state, dues and timeline, member by member."""
import scene


def same(what, got, want):
	wrong = {name: (got.get(name), value) for name, value in want.items() if got.get(name) != value}
	assert not wrong, f"{what}: (got, want) {wrong}"


def g1_landslide(bus):
	"""A landslide from 08:00 to 09:00: report, acceptance, dispatch, signature, work, feedback, verification, closing; all within urgent limits."""
	day = "2023-03-13T"
	report = bus.one(
		"gov.case.reported.v1", "g1", {"type_code": "SH03", "title": "山体滑坡阻断道路", "severity": "urgent", "channel": "grid"},
		time=day + "08:00:00+08:00", place=scene.GRID, unit="grid:" + scene.GRID,
	)
	case, town = report["subject"], "centre:" + scene.TOWN
	steps = [
		("08:05", "gov.case.accepted.v1", {"severity": "urgent"}, town, "AC"),
		("08:10", "gov.case.dispatched.v1", {"lead_unit": "roads"}, town, "DI"),
		("08:15", "gov.case.signed_for.v1", {}, "roads", "IP"),
		("08:30", "gov.case.handling_logged.v1", {"action": "site_visit"}, "roads", "IP"),
		("08:55", "gov.case.feedback_submitted.v1", {"result": "resolved"}, "roads", "FB"),
		("08:58", "gov.case.verified.v1", {"pass": True, "on_site": True}, "grid:" + scene.GRID, "VE"),
		("09:00", "gov.case.closed.v1", {"outcome": "resolved"}, town, "CL"),
	]
	for n, (clock, type_, data, unit, _) in enumerate(steps):
		bus.one(type_, f"g1-{n}", data, time=f"{day}{clock}:00+08:00", subject=case, unit=unit)
	got = bus.case(case, 8)
	same("G1", got, {"seq": 8, "owner": town, "lead_unit": "roads", "due_at": day[:8] + "14T08:00:00.000000+08:00", "close_level": 4})
	assert got["state"]["code"] == "CL" and got["outcome"]["code"] == "resolved" and got["severity"]["code"] == "urgent", got
	assert not got.get("late"), got
	lines = bus.read(f"/v1/cases/{case}/timeline")["items"]
	assert [(line["type"], line["to"]["code"], line["unit"]) for line in lines] == [
		("gov.case.reported.v1", "RP", "grid:" + scene.GRID), *((type_, to, unit) for _, type_, _, unit, to in steps)
	], lines
	assert [line["time"][11:16] for line in lines] == ["08:00"] + [step[0] for step in steps]
	closing = lines[-1]["data"]
	same("G1 closing", closing, {"close_level": 4, "close_level_expected": 4, "work_us": "3600000000" if isinstance(closing["work_us"], str) else 3600000000})


def g5_spring_festival(bus):
	"""Reported on 2023-01-19 with three working days to go: due on Sunday the 29th, a working day, at 18:00; yellow a day before."""
	report = bus.one(
		"gov.case.reported.v1", "g5", {"type_code": "LS06", "title": "政策咨询", "channel": "hotline"},
		time="2023-01-19T09:00:00+08:00", place=scene.COUNTY, unit="centre:" + scene.COUNTY,
	)
	owner = report.get("owner", "centre:" + scene.COUNTY)
	bus.one("gov.case.accepted.v1", "g5-a", {"severity": "general"}, time="2023-01-19T09:30:00+08:00", subject=report["subject"], unit=owner)
	same(
		"G5", bus.case(report["subject"], 2),
		{
			"due_at": "2023-01-29T18:00:00.000000+08:00", "yellow_at": "2023-01-28T18:00:00.000000+08:00",
			"red_at": "2023-01-29T18:00:00.000000+08:00",
		},
	)
	bus.one("gov.case.reported.v1", "later", {"type_code": "LS06", "title": "x"}, time="2023-01-29T18:30:00+08:00", place=scene.COUNTY, unit="centre:53")
	scene.bus.wait_for("red", lambda: bus.read(f"/v1/cases/{report['subject']}")["colour"]["code"] == "red")


with scene.Scene() as bus:
	g5_spring_festival(bus)
	g1_landslide(bus)
print("G1 and G5 hold")
