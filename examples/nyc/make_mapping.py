#!/usr/bin/env python3
"""Makes mapping.json from the New York data: districts laid over Yunnan's counties, zip codes to districts where a row names none.

usage: make_mapping.py cases.csv.gz areas.csv > mapping.json
The 51 council districts are spread evenly over the 129 counties in the order of their codes: a stand-in for places, no statement about any.
"""
import collections
import csv
import gzip
import json
import sys

TYPES = {
	"Housing and Buildings": "LS04", "Transportation": "LS01", "Finance": "LS07", "General Welfare": "CS04", "Immigration": "LS07",
	"Sanitation": "UM01", "Public Safety": "PS01", "Parks": "UM04", "Governmental Operations": "GV01", "Legal Services": "LS06",
	"Environment": "MD11", "Utilities": "LS01", "Education": "LS05", "Quality of Life": "PS02", "Health": "LS02", "COVID-19": "PE03",
	"Economy/Jobs": "LS03", "Aging": "CS01", "Consumer Affairs": "MD10", "Cultural Affairs": "GV01", "Land Use and Zoning": "UM03",
	"Civil Service and Labor": "MD04", "Youth Services": "CS02", "Recovery and Resiliency": "PE01", "Human and Civil Rights": "LS06",
	"Consumer Complaints": "MD10", "Veterans Affairs": "CS06",
}


def main(cases, areas):
	with open(areas, encoding="utf-8-sig") as file:
		counties = sorted(row["code"] for row in csv.DictReader(file) if row["code"].startswith("53"))
	district = {f"NYCC{n:02d}": counties[(n - 1) * len(counties) // 51] for n in range(1, 52)}
	seen = collections.defaultdict(collections.Counter)
	with gzip.open(cases, "rt") as file:
		for row in csv.DictReader(file):
			if row["council_dist"] in district and row["zip"]:
				seen[row["zip"]][row["council_dist"]] += 1
	zips = {z: district[max(sorted(c), key=lambda d: c[d])] for z, c in sorted(seen.items()) if len(z) == 5 and z.isdigit()}
	place = {"first": [{"column": "council_dist", "lookup": "district"}, {"column": "zip", "lookup": "zip"}], "needed": "is missing"}
	centre = dict(place, before="centre:")
	mapping = {
		"lookups": {"type": TYPES, "district": district, "zip": zips},
		"events": [
			{
				"type": "gov.case.reported.v1", "source": "/example/nyc", "id": {"column": "unique_key", "needed": "unique_key missing"},
				"time": {"column": "opendate", "after": "T09:00:00+08:00", "needed": "opendate missing"}, "place": place, "unit": centre,
				"data": {
					"type_code": {"first": [{"column": "complaint_type", "lookup": "type"}, "GV01"]},
					"title": {"join": [{"column": "complaint_type"}, {"column": "descriptor"}], "with": ": ", "chars": 60, "otherwise": "(no type)"},
					"channel": "department",
				},
			},
			{
				"when": {"column": "closedate"},
				"type": "gov.case.closed.v1", "source": "/example/nyc", "id": {"column": "unique_key", "after": "-closed"},
				"time": {"column": "closedate", "after": "T17:00:00+08:00"}, "subject": {"case": True}, "unit": centre,
				"data": {"outcome": "unstated"},
			},
		],
	}
	json.dump(mapping, sys.stdout, ensure_ascii=False, indent="\t")
	print()


main(*sys.argv[1:])
