#!/usr/bin/env python3
"""Plays a few live cases through the gateway, as phones and departments would, and prints their ids as shell variables.

usage: demo_cases.py GATEWAY HOME
"""
import datetime
import json
import pathlib
import sys
import urllib.error
import urllib.request

GRID = "532323101001001"
TOWN = "centre:532323101"


class Bus:
	def __init__(self, gateway, home):
		self.url, self.tokens, self.count = f"http://{gateway}/v1/events", pathlib.Path(home) / "tokens", 0
		self.day = datetime.datetime.now().strftime("%Y%m%d%H%M%S")

	def post(self, token, type_, data, want=201, **members):
		"""Posts one action with a token of the demo's; the answer's members. Anything but the wanted status ends the demo."""
		self.count += 1
		now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds")
		event = {"specversion": "1.0", "id": f"demo-{self.day}-{self.count}", "source": "/demo/phones", "type": type_, "time": now, "data": data}
		event.update(members)
		headers = {"Content-Type": "application/cloudevents+json", "Authorization": "Bearer " + (self.tokens / token).read_text().strip()}
		request = urllib.request.Request(self.url, json.dumps(event).encode(), headers)
		try:
			with urllib.request.urlopen(request, timeout=30) as answer:
				status, body = answer.status, json.load(answer)
		except urllib.error.HTTPError as error:
			status, body = error.code, json.load(error)
		if status != want:
			sys.exit(f"{type_}: expected {want}, got {status}: {json.dumps(body, ensure_ascii=False)}")
		return body


def landslide(bus):
	"""G1: a landslide blocks a road: grid, township centre, road team, back to the grid."""
	report = bus.post(
		"grid", "gov.case.reported.v1",
		{"type_code": "SH03", "title": "山体滑坡阻断道路", "description": "省道边坡塌方约30方, 无人员被困", "severity": "urgent", "channel": "grid"}, place=GRID,
	)
	case = report["subject"]
	bus.post("county", "gov.case.accepted.v1", {"severity": "urgent"}, subject=case, unit=TOWN)
	bus.post("county", "gov.case.dispatched.v1", {"lead_unit": "mouding-transport", "order_no": "DEMO-1"}, subject=case, unit=TOWN)
	bus.post("unit", "gov.case.signed_for.v1", {}, subject=case)
	bus.post("unit", "gov.case.handling_logged.v1", {"action": "site_visit", "note": "机械已到场清理"}, subject=case)
	bus.post("unit", "gov.case.feedback_submitted.v1", {"result": "resolved"}, subject=case)
	bus.post("grid", "gov.case.verified.v1", {"pass": True, "on_site": True}, subject=case)
	bus.post("county", "gov.case.closed.v1", {"outcome": "resolved"}, subject=case, unit=TOWN)
	return case, report.get("receipt", "")


def main(gateway, home):
	bus = Bus(gateway, home)
	case, receipt = landslide(bus)
	red = bus.post("grid", "gov.case.reported.v1", {"type_code": "UM07", "title": "路灯广告牌损坏", "channel": "grid"}, place=GRID)["subject"]
	refused = bus.post("grid", "gov.case.reported.v1", {"type_code": "SH01", "title": "楼道堆物", "channel": "grid"}, place=GRID)["subject"]
	bus.post("county", "gov.case.closed.v1", {"outcome": "resolved"}, want=409, subject=refused, unit=TOWN)
	print(f"landslide={case}\nred={red}\nrefused={refused}\nreceipt={receipt}")


if __name__ == "__main__":
	if len(sys.argv) != 3:
		sys.exit(__doc__)
	main(*sys.argv[1:])
