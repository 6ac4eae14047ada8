#!/usr/bin/env python3
"""Two buses on one cluster, told apart by their topic prefix: each decides and answers for itself, and nothing of one is seen in the other."""
# @timeout 180
import secrets

import scene

TIME = "2023-02-06T09:00:00+08:00"
MD = {"type_code": "MD02", "title": "邻里纠纷"}


def report(bus, id_, **options):
	return bus.one("gov.case.reported.v1", id_, MD, time=TIME, place=scene.VILLAGE, unit="centre:53", **options)


def live(bus):
	return "history mode" not in bus.get("/readyz")[2].decode()


# The one's prefix begins with the other's: whoever matched topics by their beginning would mix them.
first = f"t{secrets.token_hex(5)}."
with scene.Scene(prefix=first) as a, scene.Scene(prefix=first + "b.") as b:
	assert a.token != b.token and a.home != b.home
	assert a.read("/v1/bus")["bus"] != b.read("/v1/bus")["bus"]
	one = report(a, "same")
	case = one["subject"]
	a.case(case, 1)
	# Unknown to the other: the case, the sender's number, the outcome, the token.
	assert b.get(f"/v1/cases/{case}", token=b.token)[0] == 404
	assert b.read("/v1/cases?source=/test&id=same")["items"] == []
	assert b.read(f"/v1/outcomes?subject={case}&source=/test&id=same")["outcome"] == "unknown"
	assert b.get(f"/v1/cases/{case}", token=a.token)[0] == 401
	# The same report there is a first one, with a receipt of its own; here it is a repeat.
	other = report(b, "same")
	assert other["outcome"] == "accepted" and other["subject"] == case and other["seq"] == 1, other
	assert other["receipt"] != one["receipt"]
	assert report(a, "same", want=200)["outcome"] == "repeated"
	b.case(case, 1)
	for index in range(5):
		report(b, f"only-b-{index}")
	scene.bus.wait_for("six cases", lambda: len(b.read("/v1/cases?place=53")["items"]) == 6)
	assert len(a.read("/v1/cases?place=53")["items"]) == 1
	# One goes live, the other stays in history.
	a.govbus("go-live")
	scene.bus.wait_for("the first is live", lambda: live(a))
	assert not live(b)
	# One stops, the other goes on.
	for name in ("gateway", "case-status", "decider"):
		assert a.stop(name) == 0, name
	assert report(b, "after")["outcome"] == "accepted"
print("two buses, nothing in common but the cluster")
