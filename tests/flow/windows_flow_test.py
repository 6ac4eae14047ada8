#!/usr/bin/env python3
"""A hold's longest time, set by policy over HTTP: from its day on a longer hold is refused with the new figure, and `next` says it; what began before
keeps its end."""
import datetime

import scene

LEAD = "roads"
TOWN = "centre:" + scene.TOWN


def handled(bus, name, day):
	"""A case in progress, led by the roads unit."""
	case = bus.one(
		"gov.case.reported.v1", name, {"type_code": "SH03", "title": "边坡隐患"}, time=f"{day}T09:00:00+08:00", place=scene.GRID, unit="grid:" + scene.GRID
	)["subject"]
	steps = [("accepted", {"severity": "general"}, TOWN), ("dispatched", {"lead_unit": LEAD}, TOWN), ("signed_for", {}, LEAD)]
	for minute, (step, data, unit) in enumerate(steps, 1):
		bus.one(f"gov.case.{step}.v1", f"{name}-{step}", data, time=f"{day}T09:0{minute}:00+08:00", subject=case, unit=unit)
	return case


def hold(bus, case, day, until, want=201):
	data = {"reason": "season", "hold_until": until, "approver_unit": TOWN}
	return bus.one("gov.case.held.v1", f"hold-{case}-{until}", data, want=want, time=f"{day}T10:00:00+08:00", subject=case, unit=TOWN)


def longest(bus, case, token):
	"""How long a hold may last, in hours from now, as `next` says."""
	bus.case(case, 4)
	answer = bus.get(f"/v1/cases/{case}", token=token)[2]
	entry = next(one for one in answer["next"] if one["type"] == "gov.case.held.v1")
	assert set(entry["needs"]) >= {"hold_until", "approver_unit"}, entry
	until = datetime.datetime.fromisoformat(entry["hold_until_max"])
	return round((until - datetime.datetime.now(datetime.timezone.utc)).total_seconds() / 3600)


with scene.Scene(scene.PATIENT) as bus:
	town = bus.new_token("town", TOWN, 4, scene.TOWN)
	before, after = handled(bus, "before", "2023-03-13"), handled(bus, "after", "2023-03-13")
	assert longest(bus, after, town) == 90 * 24, longest(bus, after, town)
	window = {"type_code": "SH", "step": "hold", "amount": 48, "unit": "h", "calendar": "cn", "version": 1, "effective_from": "2023-03-14T00:00:00+08:00"}
	bus.one("gov.policy.set.v1", "hold", window, time="2023-03-13T09:30:00+08:00", subject="policy:sh-hold", unit="centre:53")
	hold(bus, before, "2023-03-13", "2023-06-11T10:00:00+08:00")
	refused = hold(bus, after, "2023-03-14", "2023-03-16T10:00:01+08:00", want=409)
	assert refused["guard"] == "HOLD_UNTIL" and "not after 2023-03-16T10:00:00" in refused["needs"], refused
	assert longest(bus, after, town) == 48, longest(bus, after, town)
	held = hold(bus, after, "2023-03-14", "2023-03-16T10:00:00+08:00")
	assert held["to"]["code"] == "HO", held
	assert bus.case(before, 5)["hold_until"].startswith("2023-06-11T10:00:00"), bus.case(before, 5)
print("a hold's window is policy")
