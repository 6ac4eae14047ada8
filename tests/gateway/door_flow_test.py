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
		([report("fine", {"reporter": NAME, "reporter_phone": PHONE}), report("second", {"severity": NAME})], 200),
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


def outcome(b, token, subject, id, source="/test"):
	return b.get("/v1/outcomes?" + urllib.parse.urlencode({"subject": subject, "source": source, "id": id}), token)


def asking(b):
	"""What became of an action can be asked for, about reference data too: accepted, refused, unknown; by those who may know."""
	place = scene.event("gov.place.registered.v1", f"p-{scene.TOWN}", {"level": 4, "name": "共和镇", "effective_from": scene.LOADED}, subject=f"place:{scene.TOWN}", unit="centre:53")
	status, _, body = outcome(b, b.token, place["subject"], place["id"])
	assert status == 200 and body["outcome"] == "accepted" and body["seq"] == 1 and body["event_type"] == place["type"], body
	again = b.one("gov.place.registered.v1", place["id"], place["data"], want=200, subject=place["subject"], unit="centre:53")
	assert again["outcome"] == "repeated" and again["seq"] == body["seq"], again
	assert outcome(b, b.token, place["subject"], place["id"])[2]["position"] == body["position"]
	assert outcome(b, b.token, "unit:roads", "unit")[2]["outcome"] == "accepted"
	assert outcome(b, b.token, "calendar:cn", "cal")[2]["outcome"] == "accepted"
	refused = b.one("gov.place.registered.v1", "orphan", {"level": 5, "name": "x", "effective_from": scene.LOADED}, want=409, subject="place:530102003001", unit="centre:53")
	found = outcome(b, b.token, "place:530102003001", "orphan")[2]
	assert found["outcome"] == "refused" and found["guard"] == refused["guard"] and found["position"] == refused["position"], (found, refused)
	assert outcome(b, b.token, place["subject"], "never")[2]["outcome"] == "unknown"
	assert outcome(b, b.token, "nothing:1", "x")[0] == 400
	new = lambda label, place, source: b.govbus("token", "add", "--label", label, "--unit", f"centre:{place}", "--level", "3", "--place", place, "--source", source, "--functions", "report").stdout.strip()
	near, far, own = new("near", scene.COUNTY, "/near"), new("far", "530102", "/far"), new("own", "530102", "/test")
	for subject, id in ((place["subject"], place["id"]), ("unit:roads", "unit")):
		assert outcome(b, near, subject, id)[0] == 200 and outcome(b, far, subject, id)[0] == 403 and outcome(b, own, subject, id)[0] == 200, subject
	assert outcome(b, near, "calendar:cn", "cal")[0] == 403 and outcome(b, own, "calendar:cn", "cal")[0] == 200
	assert outcome(b, None, place["subject"], place["id"])[0] == 401
	b.stop("gateway")
	b.start("gateway")
	later = outcome(b, b.token, place["subject"], place["id"])[2]
	assert {**later, "as_of": body["as_of"]} == body, (later, body)


def receipts(b):
	"""The receipt code stands in every answer that its reporter gets: accepted, repeated, pending, and asked for later."""
	case = report("receipt")
	first = b.one(case["type"], case["id"], case["data"], time=SPOKEN, place=case["place"])
	again = b.one(case["type"], case["id"], case["data"], want=200, time=SPOKEN, place=case["place"])
	assert first["receipt"] == again["receipt"] and len(first["receipt"]) == 12 and again["outcome"] == "repeated", again
	status, headers, pending = b.post("/v1/events", case, b.token, headers={"Prefer": "respond-async"})
	assert status == 202 and pending["receipt"] == first["receipt"] and headers["Location"] == pending["url"], pending
	b.case(first["subject"], 1)
	assert b.read(pending["url"])["receipt"] == first["receipt"]
	reader = b.new_token("reader", "centre:53", 1, "53", "report", None)
	foreign = b.govbus("token", "add", "--label", "foreign", "--unit", "centre:53", "--level", "1", "--place", "53", "--source", "/other", "--functions", "report").stdout.strip()
	assert b.get(pending["url"], reader)[2]["receipt"] == first["receipt"]
	found = b.get(pending["url"], foreign)
	assert found[0] == 200 and "receipt" not in found[2], found
	assert b.get(f"/v1/receipts/{first['receipt']}")[0] == 200


def tracing(b):
	"""A trace context is kept: that of the event, else that of the request; one that is none is not."""
	ours, theirs = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for id, own, header, kept in (("t1", ours, theirs, ours), ("t2", None, theirs, theirs), ("t3", None, "x" * 55, None), ("t4", None, None, None)):
		event = report(id, **({"traceparent": own} if own else {}))
		assert b.post("/v1/events", event, b.token, headers={"traceparent": header} if header else {})[0] == 201
		for topic in ("gov.case.action", "gov.case"):
			found = [r for r in map(json.loads, read_topic(b, topic, "--json")) if r["id"] == id]
			assert [r.get("traceparent") for r in found] == [kept], (topic, found)
	assert b.post("/v1/events", report("t2"), b.token)[2]["outcome"] == "repeated"


def binary(b):
	"""Attributes in ce- headers, percent-encoded: the same event as in structured mode; one that is no text, or stands there twice, is refused by name."""
	event = report("b1")
	body = json.dumps(event.pop("data")).encode()
	headers = {f"ce-{name}": value for name, value in event.items()}

	def post(*more, without=(), **changed):
		host, port = b.addresses["gateway"].rsplit(":", 1)
		connection = bus.http.client.HTTPConnection(host, int(port), timeout=30)
		connection.putrequest("POST", "/v1/events")
		for name, value in [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Authorization", f"Bearer {b.token}")]:
			connection.putheader(name, value)
		for name, value in [*{**headers, **{f"ce-{k}": v for k, v in changed.items()}}.items(), *more]:
			if name not in without:
				connection.putheader(name, value)
		connection.endheaders(body)
		answer = connection.getresponse()
		status, data = answer.status, json.loads(answer.read())
		connection.close()
		return status, data

	first = post()
	assert first[0] == 201, first
	assert post(source="%2Ftes%74")[1]["outcome"] == "repeated"
	assert post(dataschema="https://example.org/report/v1.json")[1]["outcome"] == "repeated"
	structured = b.post("/v1/events", report("b1"), b.token)
	assert structured[2]["outcome"] == "repeated" and structured[2]["subject"] == first[1]["subject"], structured
	tried = post(id="b2", dryrun="true")
	assert tried[0] == 200 and tried[1]["would"] == "accepted", tried
	assert post(id="b2", expectedseq="0", dryrun="false")[0] == 201
	for more, field in (
		([("ce-subject", b"\xff")], "subject"),
		([("ce-subject", "%c3%28")], "subject"),
		([("ce-subject", "%00")], "subject"),
		([("ce-subject", "%4")], "subject"),
		([("ce-subject", "% 1")], "subject"),
		([("ce-subject", "x" * 2000)], "subject"),
		([("CE-ID", "b3")], "id"),
		([("ce-data", "{}")], "data"),
		([("ce-" + "y" * 70, "x")], "y" * 60),
	):
		status, data = post(*more)
		assert status == 400 and data["field"] == field, (more, data)
	status, data = post(("ce-dataschema", "v1.json"))
	assert status == 422 and data["field"] == "dataschema", data
	status, data = post(id="%E6%A1%88")
	assert status == 422 and data["field"] == "id" and "percent-encode" in json.dumps(data), data
	status, data = post(("ce-colour", "red"))
	assert status == 422 and data["field"] == "colour", data
	assert post(dryrun="yes")[1]["field"] == "dryrun" and post(time="now")[1]["field"] == "time"
	assert post(without=("ce-specversion",))[0] == 415 and post(without=("ce-id",))[1]["field"] == "id"


def hostile(b):
	"""Bodies made to break a reader: each is refused with a clear answer, and nothing of them gets anywhere."""
	text = json.dumps(report("h1", {"title": "TITLE"}))
	put = lambda raw: text.replace('"TITLE"', raw, 1).encode()
	deep = "[" * 5000 + "]" * 5000
	for body, status in (
		(put('"').replace(b'"title": "', b'"title": "\xff\xfe"'), 400),
		(text.replace("TITLE", "MARK").encode().replace(b"MARK", b"\xed\xa0\x80"), 400),
		(text.replace("TITLE", "MARK").encode().replace(b"MARK", b"a\x00b"), 400),
		(put('"a\\u0000b"'), 422),
		(put('"\\ud800"'), 400),
		(put('"a","title":"b"'), 400),
		(text.replace('"id"', '"id":"x","id"').encode(), 400),
		(put("1e400"), 400),
		(put("99999999999999999999999"), 422),
		(put("NaN"), 400),
		(put("-Infinity"), 400),
		(put(deep), 422),
		(put("[[[1]]]"), 422),
		(put('{"a":{"b":1}}'), 422),
		(put("1.5"), 422),
		(put("null"), 422),
		(put('"' + "长" * 100000 + '"'), 422),
		(put('"a\\u0007b"'), 422),
		(text.encode() + b"x", 400),
		(b"\xef\xbb\xbf" + text.encode(), 400),
		(b"[]", 400),
		(b"null", 400),
		(b'"text"', 400),
		(text.replace('"id": "h1"', '"id": "' + "x" * 65 + '"').encode(), 422),
		(text.replace('"id": "h1"', '"id": ""').encode(), 422),
		(text.replace("2023-02-06T09:00:00+08:00", "2023-02-30T09:00:00+08:00").encode(), 422),
		(text.replace("2023-02-06T09:00:00+08:00", "99999-02-06T09:00:00+08:00").encode(), 422),
		(json.dumps(report("h1", expectedseq=-1)).encode(), 422),
		(json.dumps(report("h1", expectedseq="18446744073709551616")).encode(), 422),
		(json.dumps(report("h1", expectedseq=1.5)).encode(), 422),
		(json.dumps(report("h1", {"places": ["530102"] * 9})).encode(), 422),
		(json.dumps(report("h1", {"severity": "colossal"})).encode(), 422),
	):
		answer = b.post("/v1/events", body, b.token)
		assert answer[0] == status and answer[1]["Content-Type"] == "application/problem+json" and answer[2]["status"] == status, (body[:300], answer)
	for body in (b"[" + b"[]," * 5 + b"7]", b"[" + text.encode() + b",]", b"[" + text.encode(), deep.encode(), b"[1 2]"):
		answer = b.post("/v1/events", body, b.token, "application/cloudevents-batch+json")
		assert answer[0] == 400 or {item["status"] for item in answer[2]["items"]} == {400}, (body[:100], answer)
	assert b.post("/v1/events", [{}] * 1001, b.token)[0] == 413
	good = packed("h1")
	for body, status in (
		(pack({**good, "subject": "MARK"}).replace(b"MARK", b"\xff\xfe\xfd\xfc"), 422),
		(b"\xde" + (len(good) + 1).to_bytes(2, "big") + pack("id") + pack("x") + pack(good)[3:], 400),
		(pack({**good, "expectedseq": -1}), 422),
		(pack({**good, "time": 1 << 62}), 422),
		(pack({**good, "data": {"type_code": "MD02", "title": "a", "evidence": ["x"]}}), 422),
		(b"\xdf\xff\xff\xff\xff", 400),
		(b"\x81" * 40 + b"\xa0", 400),
		(pack(good) + b"\xc0", 400),
		(pack(good)[:-1], 422),
		(b"\xcb" + b"\x7f\xf8" + bytes(6), 400),
	):
		answer = b.post("/v1/events", body, b.token, "application/cloudevents+msgpack")
		assert answer[0] == status and answer[2]["status"] == status, (body[:300], answer)
	assert outcome(b, b.token, b.one("gov.case.reported.v1", "h0", report("h0")["data"], time=SPOKEN, place=scene.VILLAGE)["subject"], "h1")[2]["outcome"] == "unknown"
	assert not [line for line in read_topic(b, "gov.case.action", "--json") if '"id":"h1"' in line]


def canary(b):
	"""The planted name and number stand in no topic, no file of the bus and no log, in whatever form they were posted."""
	needles = [text for planted in (NAME, PHONE) for text in (planted.encode(), planted.encode().hex().encode())]
	assert read_topic(b, "gov.case.action")
	for topic in ("gov.case.action", "gov.case", "gov.reference.action", "gov.reference", "gov.rejected", "gov.privacy"):
		for line in read_topic(b, topic):
			value = bytes.fromhex(line.split(" ")[-1])
			assert not any(needle in value for needle in needles), (topic, value)
	for file in b.home.rglob("*"):
		if file.is_file():
			assert not any(needle in file.read_bytes() for needle in needles), file


def main():
	with scene.Scene() as b:
		rejecting(b)
		batching(b)
		asking(b)
		receipts(b)
		tracing(b)
		binary(b)
		hostile(b)
		canary(b)


main()
