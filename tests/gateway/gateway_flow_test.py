#!/usr/bin/env python3
"""The gateway on a real broker: every way to post, every refusal, who may read what, and that no planted name gets anywhere."""
import base64
import json
import re
import sys
import time
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import bus

ROOT = Path(__file__).resolve().parents[2]
NAME, PHONE = "查无此人甲乙", "13912345678"
PLACES = [("53", 1, "云南省"), ("5301", 2, "昆明市"), ("530102", 3, "五华区"), ("530103", 3, "盘龙区"), ("530102003", 4, "护国街道")]


def event(id, type="gov.case.reported.v1", source="/yn/530102/app", time="2023-01-19T09:00:00+08:00", **more):
	return {"specversion": "1.0", "id": id, "source": source, "type": type, "time": time, **more}


def report(id, title="灯坏了", data=None, **more):
	more.setdefault("place", "530102003")
	return event(id, data={"type_code": "MD02", "title": title, **(data or {})}, **more)


def token(b, label, unit, level, place, source="/", functions="all", rights=None):
	extra = (["--rights", rights] if rights else []) + (["--functions", functions] if functions else [])
	made = b.govbus("token", "add", "--label", label, "--unit", unit, "--level", str(level), "--place", place, "--source", source, *extra)
	return made.stdout.split()[-1]


def expect(answer, status, **members):
	assert answer[0] == status, answer
	for name, value in members.items():
		assert answer[2].get(name) == value, (name, value, answer[2])
	return answer[2]


def load_reference(b, province):
	for code, level, name in PLACES:
		data = {"level": level, "name": name, "effective_from": "2004-01-01T00:00:00+08:00"}
		place = event(f"place-{code}", "gov.place.registered.v1", "/govbus/reference", "2004-01-01T00:00:00+08:00", subject=f"place:{code}", data=data)
		expect(b.post("/v1/events", place, province), 201, seq=1)
	for name in ("functions", "profiles"):
		lines = (ROOT / f"examples/reference/{name}.ndjson").read_text().splitlines()
		items = expect(b.post("/v1/events", [json.loads(line) for line in lines], province), 200)["items"]
		assert [item["status"] for item in items] == [201] * len(lines), items


def str8(text):
	raw = text.encode()
	return bytes([0xD9, len(raw)]) + raw


def msgpack(value):
	"""As much of MessagePack as an event needs."""
	if isinstance(value, dict):
		return bytes([0x80 | len(value)]) + b"".join(str8(k) + msgpack(v) for k, v in value.items())
	if isinstance(value, bool):
		return b"\xc3" if value else b"\xc2"
	if isinstance(value, int):
		return b"\xd3" + value.to_bytes(8, "big", signed=True)
	return str8(value)


def posting(b, province):
	"""Every form of posting leads to the same record; the answer says where it went."""
	first = b.post("/v1/events", report("r1", data={"reporter": NAME, "reporter_phone": PHONE}), province)
	body = expect(first, 201, seq=1, outcome="accepted")
	assert first[1]["Location"] == body["url"] and "Preference-Applied" not in first[1], first
	assert body["to"] == {"code": "RP", "zh": "已上报", "en": "reported, waiting for acceptance"} and len(body["receipt"]) == 12
	assert body["subject"].startswith("530102-20230119-") and body["position"]["offset"] >= 0
	expect(b.post("/v1/events", report("r1", data={"reporter": NAME, "reporter_phone": PHONE}), province), 200, outcome="repeated", seq=1, subject=body["subject"])
	expect(b.post("/v1/events", report("r1", title="另一件", data={"reporter": NAME}), province), 409, reason="CONFLICT")
	packed = report("r2")
	packed["time"] = 1674090000000000
	packed["data"] = dict(packed["data"])
	expect(b.post("/v1/events", msgpack(packed), province, kind="application/cloudevents+msgpack"), 201)
	headers = {f"ce-{k}": v for k, v in report("r3").items() if k != "data"}
	expect(b.post("/v1/events", json.dumps(report("r3")["data"]).encode(), province, kind="application/json", headers=headers), 201)
	many = [report(f"m{i}") for i in range(5)] + [report("m5", title="x", data={"reporter": 5}), report("m0")]
	items = expect(b.post("/v1/events", many, province), 200)["items"]
	assert [item["status"] for item in items] == [201] * 5 + [422, 200], items
	assert items[5]["field"] == "data.reporter"
	assert expect(b.post("/v1/events", [], province), 200)["items"] == []
	return body


def trying(b, province):
	"""A dry run says what would be; what is then posted has that outcome. It binds nothing."""
	tried = expect(b.post("/v1/events?dry_run=1", report("d1"), province), 200, outcome="tried", would="accepted")
	expect(b.post("/v1/events", report("d1"), province), 201, seq=tried["would_seq"], to=tried["would_to"])
	wrong = event("d2", "gov.case.signed_for.v1", subject=tried["subject"], unit="centre:530102", data={})
	refused = expect(b.post("/v1/events", wrong, province), 409, reason="GUARD")
	tried = expect(b.post("/v1/events?dry_run=1", wrong, province), 200, would="refused", guard=refused["guard"])
	assert refused["guard_zh"] and refused["guard_en"] and refused["needs"] and refused["state"]["code"] == "RP", refused
	asynchronous = b.post("/v1/events", report("a1"), province, headers={"Prefer": "respond-async"})
	expect(asynchronous, 202, outcome="pending")
	assert asynchronous[1]["Preference-Applied"] == "respond-async", asynchronous
	place = asynchronous[1]["Location"]
	bus.wait_for("the outcome", lambda: b.get(place, province)[2]["outcome"] == "accepted")
	return refused


def refusing(b, province, county, other):
	"""Each thing that is wrong has its own answer, naming the member."""
	expect(b.post("/v1/events", b"{", province), 400)
	expect(b.post("/v1/events", b"", province), 400)
	expect(b.post("/v1/events", b"[{}", province, kind="application/cloudevents-batch+json"), 400)
	expect(b.post("/v1/events", report("x1"), province, kind="text/plain"), 415)
	assert "charset gbk: events come in UTF-8" in expect(b.post("/v1/events", report("x1"), province, kind="application/cloudevents+json; charset=gbk"), 415)["detail"]
	expect(b.post("/v1/events?dry_run=1", report("x1"), province, kind="application/cloudevents+json; charset=UTF-8"), 200)
	expect(b.post("/v1/events", report("x1", title=f"打 {PHONE}"), province), 422, field="data.title")
	expect(b.post("/v1/events", report("x1", data={"ethnicity": "x"}), province), 422, field="data.ethnicity")
	expect(b.post("/v1/events", report("x1", colour="x"), province), 422, field="colour")
	expect(b.post("/v1/events", event("x1", "gov.case.exploded.v1", data={}), province), 422)
	expect(b.post("/v1/events", report("x1", seq=5), province), 422, field="seq")
	expect(b.post("/v1/events", b"[" + b" " * (9 << 20) + b"]", province), 413)
	expect(b.post("/v1/events", [report(f"x{i}") for i in range(1001)], province), 413)
	expect(b.post("/v1/events", report("x1")), 401)
	expect(b.post("/v1/events", report("x1"), "no" + province[2:]), 401)
	expect(b.post("/v1/events", report("x1", source="/elsewhere"), county), 403)
	big = b.request("GET", "/v1/cases?x=" + "y" * 100000)[0]
	assert big in (414, 431), big
	assert b.request("DELETE", "/v1/cases")[0] == 405 and b.get("/v1/nothing", province)[0] == 404


def routes(b, other, id):
	"""From the table of routes: none but the open ones answers without a token, or with one that is revoked or made up; a token
	that only reads posts nothing; a foreign place's token reads no case of ours."""
	table = re.findall(r'ROUTE\((\w+),\s*"([^"]+)",\s*(\w+),', (ROOT / "producers/gateway/routes.def").read_text())
	assert len(table) >= 13
	revoked = token(b, "gone", "centre:53", 1, "53")
	reader = token(b, "reader", "centre:53", 1, "53", functions="", rights="audit")
	b.govbus("token", "revoke", "gone")
	bearer = lambda secret: {"Authorization": f"Bearer {secret}"}
	for method, pattern, rule in table:
		assert rule in ("OPEN", "TOKEN", "POST", "COVERED"), (pattern, rule)
		path = pattern.replace("{id}", id).replace("{place}", "530102").replace("{list}", "types").replace("{code}", "530102")
		if rule != "OPEN":
			for headers in ({}, bearer(revoked), bearer("x" * 43), bearer(""), {"Authorization": f"Basic {other}"}, {"Authorization": other}):
				status, answered, _ = b.request(method, path, headers=headers)
				assert status == 401 and answered["WWW-Authenticate"] == "Bearer", (method, path, headers)
		if rule == "POST":
			assert b.request(method, path, headers=bearer(reader))[0] == 403, path
		if rule == "COVERED" and "{" in pattern:
			assert b.request(method, path, headers=bearer(other))[0] == 403, path
			assert b.request(method, path, headers=bearer(reader))[0] == 200, path
		for wrong in {"GET", "POST", "PUT", "DELETE", "PATCH"} - {m for m, p, _ in table if p == pattern}:
			assert b.request(wrong, path, headers=bearer(other))[0] == 405, (wrong, path)
	assert {item["place"] for item in b.get("/v1/cases", other)[2]["items"]} == {"530103"}
	for filter in ("place=530102", "unit=centre:530102", "state=RP", "source=/yn/530102/app&id=r1"):
		assert {item["place"] for item in b.get(f"/v1/cases?{filter}", other)[2]["items"]} <= {"530103"}, filter
	query = urllib.parse.urlencode({"subject": id, "source": "/yn/530102/app", "id": "r1"})
	assert b.get(f"/v1/outcomes?{query}", other)[0] == 403 and b.get(f"/v1/outcomes?{query}", reader)[2]["outcome"] == "accepted"


def secretive(body):
	"""A bare answer: that it was refused, with texts, and nothing that the case is, has been or needs; not even which guard refused."""
	told = {"detail", "needs", "state", "seq", "ordinal", "from", "to", "owner", "would_seq", "would_to", "would_due_at", "receipt", "actor", "unit"}
	assert body["guard"] == "UNDISCLOSED" and body["guard_zh"] and body["guard_en"] and body["cure"], body
	assert not told & set(body) and not told & set(body.get("data", {})) and "RP" not in json.dumps(body), body


def disclosing(b, province, id):
	"""Whoever may not read a case learns nothing of it by being refused, whichever way they post or ask; who may read it learns all."""
	other = token(b, "stranger", "centre:530103", 3, "530103", source="/yn/530103", rights="history")
	source = "/yn/530103/probe"
	probe = lambda n, **more: event(f"p{n}", "gov.case.verified.v1", source, subject=id, data={"pass": True}, **more)
	assert b.get(f"/v1/cases/{id}", other)[0] == 403
	secretive(expect(b.post("/v1/events", probe(1), other), 409, outcome="refused", reason="GUARD"))
	for item in expect(b.post("/v1/events", [probe(1), probe(2)], other), 200)["items"]:
		secretive(item)
	packed = {**probe(3), "time": 1674090000000000}
	items = [expect(b.post("/v1/events", msgpack(packed), other, kind="application/cloudevents+msgpack"), 409)]
	headers = {f"ce-{k}": v for k, v in probe(4).items() if k != "data"}
	items.append(expect(b.post("/v1/events", b'{"pass":true}', other, kind="application/json", headers=headers), 409))
	tried = expect(b.post("/v1/events?dry_run=1", probe(5), other), 200, would="refused")
	for item in [*items, tried]:
		secretive(item)
	again = {**probe(6), "expectedseq": "9"}
	secretive(expect(b.post("/v1/events", again, other), 409))
	asked = event("p7", "gov.case.accepted.v1", source, subject=id, data={"severity": "general"})
	secretive(expect(b.post("/v1/events", asked, other), 409))
	later = b.post("/v1/events", probe(8), other, headers={"Prefer": "respond-async"})
	assert later[0] == 202, later
	outcome = lambda n, secret: b.get("/v1/outcomes?" + urllib.parse.urlencode({"subject": id, "source": source, "id": n}), secret)
	bus.wait_for("the outcome", lambda: outcome("p8", other)[2]["outcome"] == "refused")
	for n, guard in (("p1", "STATE"), ("p2", "STATE"), ("p6", "EXPECTED_SEQ"), ("p7", "WHO"), ("p8", "STATE")):
		secretive(expect(outcome(n, other), 200, outcome="refused"))
		whole = expect(outcome(n, province), 200)
		assert whole["data"]["state"] == "RP" and whole["guard"] == guard, whole
	assert expect(outcome("p5", other), 200, outcome="tried")["data"]["would"] == "refused" and "seq" not in outcome("p5", other)[2]
	whole = expect(b.post("/v1/events", probe(1), province), 409)
	assert whole["state"]["code"] == "RP" and whole["detail"] == "state RP" and whole["needs"].startswith("state "), whole


def disclosing_own(b, province):
	"""A township reads its own case at once, though its row says so only once it is folded; of another's accepted act with the same
	source a stranger learns that it was accepted, and no more."""
	town = token(b, "town", "centre:530102003", 4, "530102003", source="/yn/530102003", rights="history")
	beside = token(b, "beside", "centre:530103", 3, "530103", source="/yn/530102003")
	source = "/yn/530102003/app"
	b.kill("case-status")
	made = expect(b.post("/v1/events", report("t1", source=source), town), 201)
	wrong = event("t2", "gov.case.verified.v1", source, subject=made["subject"], data={"pass": True})
	secretive(expect(b.post("/v1/events", wrong, town), 409))
	b.start("case-status")
	made = expect(b.post("/v1/events", report("t3", source=source), town), 201)
	wrong = event("t4", "gov.case.verified.v1", source, subject=made["subject"], data={"pass": True})
	whole = expect(b.post("/v1/events", wrong, town), 409)
	assert whole["state"]["code"] == "RP" and whole["needs"], whole
	ask = lambda secret: expect(b.get("/v1/outcomes?" + urllib.parse.urlencode({"subject": made["subject"], "source": source, "id": "t3"}), secret), 200, outcome="accepted")
	assert ask(town)["receipt"] == made["receipt"] and ask(town)["to"]["code"] == "RP" and ask(town)["data"]["title"]
	assert set(ask(beside)) == {"outcome", "type", "time", "decidedtime", "subject", "as_of"}, ask(beside)


def auditing(b, province, other):
	"""A report that was refused has no case: who may speak for its source may ask what became of it, and auditors of its county."""
	refused = expect(b.post("/v1/events", report("gone", place="530102999"), province), 409)
	query = urllib.parse.urlencode({"subject": refused["subject"], "source": "/yn/530102/app", "id": "gone"})
	auditor = token(b, "auditor", "centre:530102", 3, "530102", source="/audit", functions="", rights="audit")
	elsewhere = token(b, "elsewhere", "centre:530103", 3, "530103", source="/audit", functions="", rights="audit")
	plain = token(b, "plain", "centre:530102", 3, "530102", source="/plain", functions="report")
	bus.wait_for("the fold", lambda: b.get(f"/v1/outcomes?{query}", province)[2]["outcome"] == "refused")
	assert expect(b.get(f"/v1/outcomes?{query}", auditor), 200)["guard"] == refused["guard"]
	for secret in (elsewhere, plain, other):
		assert b.get(f"/v1/outcomes?{query}", secret)[0] == 403


def reading(b, province, body):
	"""A case is read with its version, listed with cursors that survive changes, found by the sender's number and the receipt."""
	id = body["subject"]
	status, headers, case = b.get(f"/v1/cases/{id}?seq=1", province)
	assert status == 200 and case["seq"] == 1 and case["state"]["code"] == "RP" and "next" in case, case
	assert NAME not in json.dumps(case, ensure_ascii=False)
	assert b.get(f"/v1/cases/{id}", province, headers={"If-None-Match": headers["ETag"]})[0] == 304
	found = b.get("/v1/cases?" + urllib.parse.urlencode({"source": "/yn/530102/app", "id": "r1"}), province)[2]["items"]
	assert [item["id"] for item in found] == [id]
	expect(b.get(f"/v1/receipts/{body['receipt'].lower()}"), 200)
	assert set(b.get(f"/v1/receipts/{body['receipt']}")[2]) <= {"state", "due_at"}
	ids, cursor = [], ""
	while True:
		page = expect(b.get(f"/v1/cases?place=530102&limit=3&cursor={cursor}", province), 200)
		ids += [item["id"] for item in page["items"]]
		expect(b.post("/v1/events", report(f"late-{len(ids)}", place="530103"), province), 201)
		cursor = page["next"]
		if not cursor:
			break
	assert len(ids) == len(set(ids)) and id in ids, ids
	lines = expect(b.get(f"/v1/cases/{id}/timeline", province), 200)["items"]
	assert [line["type"] for line in lines][:2] == ["gov.case.reported.v1", "gov.action.repeated.v1"], lines
	assert lines[0]["data"]["title"] == "灯坏了" and "reporter" not in lines[0]["data"]
	board = expect(b.get("/v1/boards/5301?from=2023-01-01&to=2023-02-01", province), 200)
	assert board["total"]["reported"] >= len(ids) and [child["place"] for child in board["children"]] == ["530102", "530103"]
	assert [place["code"] for place in b.get("/v1/places?name=" + urllib.parse.quote("五华"), province)[2]["items"]] == ["530102"]


def asking(b, province, other):
	"""What is asked wrongly is a problem that names the parameter; a cursor fits its own list only, and goes to its end."""
	cases = "/v1/cases?place=530102&limit=2"
	cursor = expect(b.get(cases, province), 200)["next"]
	assert cursor
	wrong = [("cursor", f"cursor={text}") for text in ("x", "****", cursor[:-4], cursor[:-1], cursor + "AAAA", "A" * 2000)]
	wrong += [("cursor", f"state=RP&cursor={cursor}"), ("cursor", f"type=MD&cursor={cursor}")]
	for name, query in wrong:
		expect(b.get(f"{cases}&{query}", province), 400, field=name)
	expect(b.get(f"/v1/cases?place=530103&cursor={cursor}", province), 400, field="cursor")
	expect(b.get(f"/v1/cases?place=530102&limit=3&cursor={cursor}", province), 200)
	for name, query in [("limit", f"limit={text}") for text in ("0", "201", "10001", "-1", "x", "", "1e1")] + [
		("place", "place=5"), ("place", "place="), ("state", "state=XX"), ("due_before", "due_before=2023-02-30T00:00:00Z"), ("due_before", "due_before=today"),
		("id", "source=/a"), ("id", "id=r1"), ("sate", "sate=RP"), ("state", "state=RP&state=CL"),
	]:
		expect(b.get(f"/v1/cases?{query}", province), 400, field=name)
	for name, query in (("from", "from=2023-02-29"), ("to", "to=2023-13-01"), ("from", "from=x"), ("from", "from=2023-02-02&to=2023-02-01"), ("till", "till=2023-02-01")):
		expect(b.get(f"/v1/boards/530102?{query}", province), 400, field=name)
	expect(b.get("/v1/places", province), 400, field="name")
	expect(b.post("/v1/events?dryrun=1", report("never"), province), 400, field="dryrun")
	assert b.get("/v1/cases?source=/yn/530102/app&id=never", province)[2]["items"] == []
	assert b.get("/readyz?verbose=1")[0] == 200
	assert {item["place"][:6] for item in b.get("/v1/cases?place=5301", other)[2]["items"]} == {"530103"}
	expect(b.get("/v1/boards/530102", other), 403)
	for name, code in (("云南", "53"), ("护国", "530102003")):
		assert [place["code"] for place in b.get("/v1/places?name=" + urllib.parse.quote(name), province)[2]["items"]] == [code]
	board = expect(b.get("/v1/boards/53?from=2023-01-01&to=2023-02-01", province), 200)
	while board["children"]:
		for member in ("open", "reported", "accepted", "closed", "escalated", "returned"):
			assert sum(child[member] for child in board["children"]) == board["total"][member], (board["place"], member)
		board = expect(b.get(f"/v1/boards/{board['children'][0]['place']}?from=2023-01-01&to=2023-02-01", province), 200)
	assert board["level"] == 4, board


def canary(b):
	"""The planted name and number stand in no file of the bus and no log, in no encoding that we write."""
	needles = [NAME.encode(), PHONE.encode(), base64.b64encode(NAME.encode())]
	for file in b.home.rglob("*"):
		if file.is_file():
			data = file.read_bytes()
			assert not any(needle in data for needle in needles), file


def waiting(b, province):
	"""Without a decider the answer is 202 after two seconds, and the outcome is there once one runs again."""
	b.kill("decider")
	began = time.monotonic()
	body = expect(b.post("/v1/events", report("w1"), province), 202, outcome="pending")
	assert 1.5 < time.monotonic() - began < 5
	b.start("decider", ready=False)
	bus.wait_for("the outcome", lambda: b.get(body["url"], province)[2]["outcome"] == "accepted", 60)


def revoking(b, province):
	"""A token that is added is in force, and one that is revoked refused, within five seconds; the list tells, and never shows its text."""
	def listed():
		items = json.loads(b.govbus("token", "list", "--json").stdout)["items"]
		return [[item[name] for name in ("state", "unit", "level", "place", "source")] for item in items if item["label"] == "short"]

	short = token(b, "short", "centre:530102", 3, "530102")
	bus.wait_for("the token", lambda: b.get("/v1/codes/types", short)[0] == 200, 5)
	assert listed() == [["in force", "centre:530102", 3, "530102", "/"]], listed()
	assert short not in b.govbus("token", "list").stdout
	assert b.govbus("token", "revoke", "short").stdout == "1 revoked\n"
	bus.wait_for("the revocation", lambda: b.get("/v1/codes/types", short)[0] == 401, 5)
	assert listed()[0][0] == "revoked"
	for wrong in (["revoke", "short"], ["revoke", "nobody"], ["revoke"], ["add", "--unit", "centre:53"], ["paint"]):
		assert b.govbus("token", *wrong, check=False).returncode != 0, wrong


def main():
	with bus.Bus() as b:
		b.govbus("topics")
		province = token(b, "province", "centre:53", 1, "53", rights="history,units,audit")
		county = token(b, "county", "centre:530102", 3, "530102", source="/yn/530102")
		other = token(b, "other", "centre:530103", 3, "530103", source="/yn/530103")
		for program in ("decider", "case-status", "gateway"):
			b.start(program)
		load_reference(b, province)
		expect(b.post("/v1/events", report("h1"), county), 403, type="urn:govbus:problem:history-mode")
		body = posting(b, province)
		trying(b, province)
		refusing(b, province, county, other)
		reading(b, province, body)
		asking(b, province, other)
		routes(b, other, body["subject"])
		disclosing(b, province, body["subject"])
		disclosing_own(b, province)
		auditing(b, province, other)
		revoking(b, province)
		waiting(b, province)
		canary(b)


main()
