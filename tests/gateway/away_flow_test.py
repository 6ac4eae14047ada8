#!/usr/bin/env python3
"""While the broker is away a post is answered 503 with Retry-After, a batch as a whole; what was refused at the door still is; and it goes on by itself."""
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
import scene
from scene import bus


def report(id, **data):
	return scene.event("gov.case.reported.v1", id, {"type_code": "MD02", "title": "事", **data}, "2023-02-06T09:00:00+08:00", place=scene.VILLAGE)


def away(b):
	"""Within its time to wait each answer comes, says when to ask again, and that nothing was taken, or that it may still land."""
	bus.wait_for("the gateway says so", lambda: b.post("/v1/events", report("probe"), b.token)[2]["type"].endswith("broker-away"), 60)
	for body in (report("one"), [report("two"), report("three")], [report("two"), report("bad", severity="colossal")]):
		began = time.monotonic()
		status, headers, problem = b.post("/v1/events", body, b.token)
		assert status == 503 and int(headers["Retry-After"]) > 0 and headers["Content-Type"] == "application/problem+json", (status, headers)
		assert problem["type"] == "urn:govbus:problem:broker-away" and problem["status"] == 503, problem
		assert time.monotonic() - began < 3
	assert b.post("/v1/events", report("bad", severity="colossal"), b.token)[0] == 422
	status, _, body = b.post("/v1/events", [report("bad", severity="colossal")], b.token)
	assert status == 200 and [item["status"] for item in body["items"]] == [422], body
	assert b.get("/readyz")[0] == 503 and b"no broker answers" in b.get("/readyz")[2]
	assert b.get("/v1/codes/types", b.token)[0] == 200


with scene.Scene(broker=bus.Broker()) as b:
	before = b.one("gov.case.reported.v1", "before", report("before")["data"], time="2023-02-06T09:00:00+08:00", place=scene.VILLAGE)
	b.case(before["subject"], 1)
	b.broker.kill()
	first = b.post("/v1/events", report("first"), b.token)
	assert first[0] == 503 and int(first[1]["Retry-After"]) > 0, first
	away(b)
	assert b.read(f"/v1/cases/{before['subject']}")["seq"] == 1, "what was folded is read without a broker"
	b.broker.start()
	again = bus.wait_for("posting goes on", lambda: (answer := b.post("/v1/events", [report("one"), report("first")], b.token))[0] == 200 and answer, 60)
	assert all(item["status"] in (200, 201, 202) for item in again[2]["items"]), again
