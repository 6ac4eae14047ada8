#!/usr/bin/env python3
"""A case with hundreds of steps: what became of each is told, be it early, late, posted again or refused; and its rows are the naive fold's."""
import naive
import scene

STEPS = 300  # the first 256 events of a case are looked through, later ones have keys
TIME = "2023-02-06T09:{:02}:00+08:00"


def step(case, number, type_="handling_logged", data=None):
	return scene.event(f"gov.case.{type_}.v1", f"step-{number}", {"action": "site_visit"} if data is None else data, time=TIME.format(30), subject=case, unit="roads")


def outcome(bus, case, number):
	return bus.read(f"/v1/outcomes?subject={case}&source=/test&id=step-{number}")


with scene.Scene(scene.PATIENT) as bus:
	report = {"type_code": "SH03", "title": "边坡隐患"}
	case = bus.one("gov.case.reported.v1", "report", report, time=TIME.format(0), place=scene.GRID, unit="grid:" + scene.GRID)["subject"]
	town = "centre:" + scene.TOWN
	for minute, (type_, data, unit) in enumerate((("accepted", {"severity": "general"}, town), ("dispatched", {"lead_unit": "roads"}, town), ("signed_for", {}, "roads")), 1):
		bus.one(f"gov.case.{type_}.v1", type_, data, time=TIME.format(minute), subject=case, unit=unit)
	bus.must([step(case, n) for n in range(STEPS)])
	again = [step(case, n) for n in (0, STEPS - 1)]
	bus.must(again, want=200)
	bus.must([step(case, "never", "resumed", {})], want=409)
	last = bus.case(case, 4 + STEPS)["seq"]
	assert last == 4 + STEPS, last
	scene.bus.wait_for("the refusal is folded", lambda: outcome(bus, case, "never")["outcome"] == "refused")
	for n in (0, 1, 200, 251, 252, 253, STEPS - 2, STEPS - 1):
		told = outcome(bus, case, n)
		assert (told["outcome"], told["seq"]) == ("accepted", 5 + n), (n, told)
	assert outcome(bus, case, "none")["outcome"] == "unknown"
	for name in ("gateway", "decider"):
		assert bus.stop(name) == 0, name
	naive.compare(bus)
print(f"{STEPS} steps, each with its outcome")
