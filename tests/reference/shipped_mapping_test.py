#!/usr/bin/env python3
"""The shipped mapping over the shipped sample: every row gives its events or is refused for what it lacks, as counted here from the rows themselves."""
# @needs programs
import csv
import gzip
import json
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOVBUS = Path(os.environ.get("GOVBUS_BIN", ROOT / "build/dev/bin")) / "govbus"
SAMPLE, MAPPING = ROOT / "examples/nyc/cases_sample.csv.gz", ROOT / "examples/nyc/mapping.json"
REFUSED = 65  # the exit code when lines are refused

with gzip.open(SAMPLE, "rt", encoding="utf-8") as file:
	rows = list(csv.DictReader(file))
lookups = json.loads(MAPPING.read_text())["lookups"]
# Most rows name a type that has a look-up (else it is GV01), and a council district or at least a postal code that lies in one.
typed = [row for row in rows if row["complaint_type"] in lookups["type"]]
placed = [row for row in rows if row["council_dist"] in lookups["district"] or row["zip"] in lookups["zip"]]
events = len(placed) + sum(bool(row["closedate"]) for row in placed)
assert len(rows) == 5000 and len(typed) > 4800 and len(placed) > 4200 and events > len(placed)

done = subprocess.run(
	[GOVBUS, "import", "--check", "--history", "--quiet", "--mapping", MAPPING, SAMPLE], cwd=ROOT, capture_output=True, text=True, timeout=60
)
said = done.stdout + done.stderr
lines = re.findall(r": line (\d+): (.*)", said)
assert done.returncode == REFUSED, done
assert lines and all(why == "place: is missing" for _, why in lines), lines
assert all(rows[int(number) - 2] not in placed for number, _ in lines), lines
assert f"{events} events are well-formed, {len(rows) - len(placed)} lines are not; nothing was posted" in said, said[-300:]
print(f"{len(rows)} cases: {events} events, {len(rows) - len(placed)} name no place")
