#!/usr/bin/env python3
"""A case whose events cannot be applied is visible as such: in its answer, in /readyz, in /metrics and in govbus dead, in the next life too."""
import subprocess

import scene

TIME = "2023-02-06T09:00:00+08:00"


def told(bus):
	status, _, body = bus.get("/readyz", of="case-status")
	assert status == 200, body
	return b"1 subjects parked: govbus dead list" in body


with scene.Scene() as bus:
	made = [
		bus.one("gov.case.reported.v1", f"r{i}", {"type_code": "MD02", "title": "邻里纠纷"}, time=TIME, place=scene.VILLAGE, unit="centre:53")["subject"]
		for i in range(2)
	]
	for case in made:
		assert "parked" not in bus.case(case, 1)
	_, before, _ = bus.get(f"/v1/cases/{made[0]}", token=bus.token)
	assert not told(bus)
	bus.stop("decider")
	# A writer that broke the rules: the same claim, the next cause, but a seq that leaves a gap.
	subprocess.run([scene.bus.BIN / "forge-record", bus.kafka, f"{bus.prefix}gov.case", made[0], "gap"], check=True)
	scene.bus.wait_for("readiness tells", lambda: told(bus))
	status, after, body = bus.get(f"/v1/cases/{made[0]}", token=bus.token)
	assert status == 200 and body["parked"] is True and body["parked_reason"] == "LOG_GAP", body
	assert before["ETag"] != after["ETag"], "an answer kept by a client would not be asked for again"
	assert "parked" not in bus.read(f"/v1/cases/{made[1]}")
	assert made[0] in bus.govbus("dead", "list").stdout
	# As who has set no home, or an empty one, finds it: in .govbus where one stands.
	(bus.home / ".govbus").symlink_to(bus.home)
	for home in ({}, {"GOVBUS_HOME": ""}):
		environment = {name: value for name, value in bus.environment().items() if name != "GOVBUS_HOME"}
		done = subprocess.run([scene.bus.BIN / "govbus", "dead", "list"], env={**environment, **home}, cwd=bus.home, capture_output=True, text=True, check=True)
		assert made[0] in done.stdout, done
	assert b"govbus_parked_subjects 1\n" in bus.get("/metrics", of="case-status")[2]
	bus.stop("case-status")
	bus.start("case-status")
	assert told(bus)
	assert b"govbus_parked_subjects 1\n" in bus.get("/metrics", of="case-status")[2]
print("parked, and said so everywhere")
