#!/usr/bin/env python3
"""Makes reference events (NDJSON of CloudEvents) of real places and the working calendar.

usage: reference_data.py places DIVISION-DIST [PREFIX]   place.registered of a province (53: Yunnan) from china-division's csv files
       reference_data.py calendar DAYS-YEARS             calendar.set of each year from chinese-days' json files
       reference_data.py grids DIVISION-DIST COUNTY...   one made-up grid per village of these counties
"""
import csv
import json
import pathlib
import sys

LOADED = "2004-01-01T00:00:00+08:00"


def event(type_, id_, subject, data, unit="centre:53"):
	print(json.dumps(
		{
			"specversion": "1.0", "id": id_, "source": "/govbus/reference", "type": type_, "subject": subject, "time": LOADED, "unit": unit,
			"data": dict(data, effective_from=LOADED),
		},
		ensure_ascii=False, separators=(",", ":"),
	))


def kind(code):
	"""Kind by the digits of the code: township digits 7-9, village digits 10-12."""
	if len(code) == 9:
		number = int(code[6:])
		return "street" if number < 100 else "town" if number < 200 else "township" if number < 400 else "quasi"
	if len(code) == 12:
		number = int(code[9:])
		return "residents" if number < 200 else "villagers" if number < 400 else "quasi"
	return "division"


def rows(dist, name, prefix):
	with open(pathlib.Path(dist) / name, encoding="utf-8-sig", newline="") as file:
		return [(row["code"], row["name"]) for row in csv.DictReader(file) if row["code"].startswith(prefix)]


def places(dist, prefix="53"):
	level = 0
	for name in ("provinces.csv", "cities.csv", "areas.csv", "streets.csv", "villages.csv"):
		level += 1
		for code, text in rows(dist, name, prefix):
			event("gov.place.registered.v1", f"place-{code}", f"place:{code}", {"level": level, "name": text[:60], "kind": kind(code)})


def grids(dist, *counties):
	for county in counties:
		for code, text in rows(dist, "villages.csv", county):
			grid = code + "001"
			event(
				"gov.place.registered.v1", f"place-{grid}", f"place:{grid}",
				{"level": 6, "name": f"{text[:40]} 示例网格001", "name_en": "made-up grid 001", "kind": "basic"},
			)


def calendar(years):
	for path in sorted(pathlib.Path(years).glob("20*.json")):
		year = json.loads(path.read_text(encoding="utf-8"))
		event(
			"gov.calendar.set.v1", f"calendar-cn-{path.stem}", "calendar:cn",
			{
				"year": int(path.stem), "version": int(path.stem), "holidays": sorted(year["holidays"]), "workdays": sorted(year["workdays"]),
				"am_open": 510, "am_close": 720, "pm_open": 840, "pm_close": 1080,
			},
		)


if __name__ == "__main__":
	commands = {"places": places, "grids": grids, "calendar": calendar}
	if len(sys.argv) < 3 or sys.argv[1] not in commands:
		sys.exit(__doc__)
	sys.stdout.reconfigure(encoding="utf-8")
	commands[sys.argv[1]](*sys.argv[2:])
