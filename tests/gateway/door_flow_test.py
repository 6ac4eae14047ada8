#!/usr/bin/env python3
"""What the door refuses is noted in gov.rejected without a word of it; batches of MessagePack; what became of an action, about reference data too."""
import json
import subprocess
import sys
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
import scene
from scene import bus

NAME, PHONE = "查无此人丙丁", "13712345678"
SPOKEN = "2023-02-06T09:00:00+08:00"


def report(id, data=None, **more):
	return scene.event("gov.case.reported.v1", id, {"type_code": "MD02", "title": "灯坏了", **(data or {})}, SPOKEN, place=scene.VILLAGE, **more)


def read_topic(b, name, *options):
	done = subprocess.run([bus.BIN / "read-topic", b.kafka, b.prefix + name, *options], capture_output=True, text=True, check=True, timeout=60)
	return done.stdout.splitlines()


def pack(value):
	"""As much of MessagePack as an event needs, and what none may hold: floats and nil."""
	if isinstance(value, dict):
		return b"\xde" + len(value).to_bytes(2, "big") + b"".join(pack(k) + pack(v) for k, v in value.items())
	if isinstance(value, list):
		return b"\xdd" + len(value).to_bytes(4, "big") + b"".join(pack(v) for v in value)
	if value is None:
		return b"\xc0"
	if isinstance(value, float):
		return b"\xcb" + b"\x3f" * 8
	if isinstance(value, int):
		return b"\xd3" + value.to_bytes(8, "big", signed=True)
	raw = value.encode()
	return b"\xda" + len(raw).to_bytes(2, "big") + raw


def packed(id, data=None, **more):
	return {**report(id, data, **more), "time": 1675645200000000}


def rejecting(b):
	"""Each refusal of the door is noted with source, id, member and reason; the body, a planted name and a number are nowhere."""
	post = lambda body, kind="application/cloudevents+json", path="/v1/events": b.post(path, body, b.token, kind)
	clear = report("clear", {"title": f"打 {PHONE}", "reporter": NAME})
	for body, status in (
		(clear, 422),
		(report(f"id-{PHONE}", {"reporter": NAME}), 422),
		(report("member", {NAME: "x", "reporter": NAME}), 422),
		(report("attribute", **{NAME.encode().hex(): PHONE}), 422),
		(report("clear", {"reporter": NAME}, source=f"/{PHONE}"), 422),
		(report("bound", {"title": NAME * 30}), 422),
		(f'{{"id":"{PHONE}","title":"{NAME}'.encode(), 400),
		([report("fine"), report("second", {"severity": NAME})], 200),
	):
		assert post(body)[0] == status, (body, status)
	assert post(pack(packed("packed", {"title": f"{NAME}", "reporter": 7})), "application/cloudevents+msgpack")[0] == 422
	assert post(clear, path="/v1/events?dry_run=1")[0] == 422
	reader = b.govbus("token", "add", "--label", "poor", "--unit", "centre:53", "--level", "1", "--place", "53", "--source", "/poor", "--functions", "report").stdout.strip()
	assert b.post("/v1/events", report("unheard"), reader)[0] == 403
	lines = bus.wait_for("the refusals", lambda: len(found := read_topic(b, "gov.rejected", "--json")) >= 9 and found)
	records = [json.loads(line) for line in lines]
	said = [(r["source"], r["id"] if len(r["id"]) < 32 else "", r["data"]["reason"], r["data"].get("field")) for r in records]
	assert said == [
		("/test", "clear", "pii-in-cleartext", "data.title"),
		("/test", "", "pii-in-cleartext", "id"),
		("/test", "member", "invalid", "data"),
		("/test", "attribute", "invalid", None),
		("/govbus/door", "clear", "pii-in-cleartext", "source"),
		("/test", "bound", "invalid", "data.title"),
		("/govbus/door", "", "malformed", None),
		("/test", "second", "invalid", "data.severity"),
		("/test", "packed", "invalid", "data.reporter"),
	], said
	assert all(set(r) <= {"specversion", "datacontenttype", "id", "source", "type", "time", "actor", "digest", "data"} for r in records), records
	assert all(set(r["data"]) <= {"action_type", "reason", "field"} for r in records), records
	raw = read_topic(b, "gov.rejected")
	assert len(raw) == len(records)
	for line in raw:
		for planted in (NAME, PHONE, NAME.encode().hex(), "灯坏了"):
			assert planted.encode().hex() not in line.replace(" ", ""), (planted, line)
	digests = [r["digest"] for r in records]
	post(clear)
	again = bus.wait_for("one more", lambda: len(found := read_topic(b, "gov.rejected", "--json")) > len(raw) and found)
	assert json.loads(again[-1])["digest"] == digests[0] and len(set(digests)) == len(digests)


def batching(b):
	"""A batch of MessagePack: one status per event, in order; one that is no event spoils no other, bytes that are no array all."""
	kind = "application/cloudevents-batch+msgpack"
	many = [packed("p1"), packed("p2", {"score": 0.5}), packed("p3", {"title": None}), "text", packed("p4"), packed("p1")]
	status, _, body = b.post("/v1/events", pack(many), b.token, kind)
	assert status == 200 and [item["status"] for item in body["items"]] == [201, 422, 422, 400, 201, 200], body
	assert body["items"][1]["field"] == "data.score" and body["items"][2]["field"] == "data.title", body
	assert body["items"][5]["receipt"] == body["items"][0]["receipt"], body["items"]
	status, _, body = b.post("/v1/events", pack([report("p1")]), b.token, kind)
	assert body["items"][0]["field"] == "time", body
	for broken in (pack(many)[:-1], pack(many) + b"x", b"", b"\xc0", b"\xdd\xff\xff\xff\xff", b"\x91" + b"\x91" * 40 + b"\xc0", pack({})):
		assert b.post("/v1/events", broken, b.token, kind)[0] == 400, broken[:20]
	assert b.post("/v1/events", pack([7] * 1001), b.token, kind)[0] == 413
	assert b.post("/v1/events", pack([]), b.token, kind)[2] == {"items": []}


def main():
	with scene.Scene() as b:
		rejecting(b)
		batching(b)


main()
