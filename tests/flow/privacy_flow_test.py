#!/usr/bin/env python3
"""A planted name and phone number, sealed at the door, stand in no topic, LMDB file, log line or answer; in clear they are refused."""
import json
from pathlib import Path

import scene

NAME, PHONE = "张三丰测试", "13887654321"


def files(*roots):
	return [path for root in roots for path in Path(root).rglob("*") if path.is_file()]


def plant(bus):
	data = {"type_code": "MD02", "title": "邻里纠纷", "description": f"{NAME} 来电反映", "reporter": NAME, "reporter_phone": PHONE, "address": f"{NAME}家"}
	report = bus.one("gov.case.reported.v1", "planted", data, time="2023-02-06T09:00:00+08:00", place=scene.VILLAGE, unit="centre:53")
	return report, data


with scene.Scene(broker=scene.bus.Broker()) as bus:
	report, data = plant(bus)
	case = report["subject"]
	answers = [report, bus.case(case, 1), bus.read(f"/v1/cases/{case}/timeline"), bus.read("/v1/cases?place=532323"), bus.get("/metrics")[2]]
	refused = bus.one("gov.case.reported.v1", "clear", dict(data, title=f"请联系 {PHONE}"), want=422, time="2023-02-06T09:00:00+08:00", place=scene.VILLAGE, unit="centre:53")
	assert "title" in json.dumps(refused), refused
	answers.append(refused)
	# Wherever a sender can write, not in data alone: ids of all kinds and items of lists.
	for number, members in enumerate(({"source": f"/test/{PHONE}"}, {"traceparent": f"00-{PHONE}"})):
		answer = bus.one("gov.case.reported.v1", f"clear-{number}", data, want=422, time="2023-02-06T09:00:00+08:00", place=scene.VILLAGE, unit="centre:53", **members)
		assert next(iter(members)) in json.dumps(answer), answer
		answers.append(answer)
	assist = {"lead_unit": "roads", "assist": [f"unit-{PHONE}"]}
	answers.append(bus.one("gov.case.dispatched.v1", "clear-assist", assist, want=422, time="2023-02-06T09:00:00+08:00", subject=case, unit="centre:53"))
	assert answers[-1]["field"] == "data.assist", answers[-1]
	for answer in answers:
		text = answer if isinstance(answer, (str, bytes)) else json.dumps(answer, ensure_ascii=False)
		text = text if isinstance(text, bytes) else text.encode()
		assert NAME.encode() not in text and PHONE.encode() not in text, text
	searched = 0
	for path in files(bus.home, bus.broker.home):
		content = path.read_bytes()
		searched += len(content)
		assert NAME.encode() not in content and PHONE.encode() not in content, f"planted text in {path}"
	assert any(path.suffix == ".log" and "gov.case.action" in str(path) and path.stat().st_size for path in files(bus.broker.home)), "the scan saw no topic"
	assert any(path.name == "data.mdb" and "case-status" in str(path) for path in files(bus.home)), "the scan saw no projection"
print(f"nothing planted was found in {searched} bytes")
