#!/usr/bin/env python3
"""From 1 November /healthz and /readyz say, without turning red, that next year's calendar is missing, until it is set, whatever is set after it; the calendar file
that we ship as an example, changed and imported as the README says, sets it."""
import datetime

import scene

WARNED = ("decider", "gateway")


def said(bus, of, path):
	status, _, body = bus.get(path, of=of)
	assert status == 200, (of, path, status, body)
	text = body.decode()
	assert text.startswith("ok\n"), text
	return text


with scene.Scene() as bus:
	# The scene's calendar ends with 2023. The decider looks four times a second.
	for of in WARNED:
		for path in ("/healthz", "/readyz"):
			text = scene.bus.wait_for(f"{of} warns", lambda of=of, path=path: "calendar cn ends with 2023" in said(bus, of, path) and said(bus, of, path), 10)
			assert "cure: govbus import" in text, (of, path, text)
	# A year beyond the gap closes it for none of the years between.
	far = {"year": 2060, "version": 2, "effective_from": scene.LOADED, **scene.HOURS}
	bus.must([scene.event("gov.calendar.set.v1", "cal-far", far, subject="calendar:cn", unit="centre:53")])
	for of in WARNED:
		scene.bus.wait_for(f"{of} names the year", lambda of=of: f"calendar cn lacks {datetime.date.today().year}" in said(bus, of, "/healthz"), 10)
	today = datetime.date.today()
	years = range(2024, today.year + (2 if today.month >= 11 else 1))
	bus.must(
		[
			scene.event("gov.calendar.set.v1", f"cal-{year}", {"year": year, "version": year, "effective_from": scene.LOADED, **scene.HOURS}, subject="calendar:cn", unit="centre:53")
			for year in years[:-1]
		]
	)
	for of in WARNED:
		scene.bus.wait_for(f"{of} misses one year", lambda of=of: said(bus, of, "/readyz").count("calendar cn") == 1 and f"calendar cn lacks {years[-1]}" in said(bus, of, "/readyz"))
	example = (scene.bus.ROOT / "examples/reference/calendar_2026.ndjson").read_text()
	(bus.home / "calendar.ndjson").write_text(example.replace("2026", str(years[-1])))
	(bus.home / "tokens").mkdir(exist_ok=True)
	(bus.home / "tokens/province").write_text(bus.token)
	done = bus.govbus("import", "--history", "--token-file", bus.home / "tokens/province", bus.home / "calendar.ndjson")
	assert "1 events accepted" in done.stdout, done
	for of in WARNED:
		scene.bus.wait_for(f"{of} is satisfied", lambda of=of: all("calendar" not in said(bus, of, path) for path in ("/healthz", "/readyz")))
print(f"the warning came and went; the calendar is set to {years[-1]}")
