#!/usr/bin/env python3
"""README's walk-through, run as it is printed on a bus with the demo's tokens and live cases: each answer has the members, columns and words that README shows.

What differs from run to run is compared by its form: moments, days, ids, receipt codes, positions and counts. Where README
has … anything may stand. That README.zh.md shows the same commands and answers is tests/law/law_readme_test.py's to see.
"""
import datetime
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
import scene

CELL, ELLIPSIS = "|", "…"
CASE = r"532323-\d{8}-[0-9A-HJKMNP-TV-Z]{12}"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+08:00"
# What is compared by its form: (the form, what stands for it).
FORMS = (
	(CASE, "CASE"),
	(r"(?<=receipt\":\")[0-9A-HJKMNP-TV-Z]{12}", "RECEIPT"),
	(MOMENT, "MOMENT"),
	(r"\b\d{4}-\d\d-\d\d\b", "DAY"),
	(r'"partition":\d+,"offset":\d+', "POSITION"),
	(r"(red 红灯 red|yellow 黄灯 yellow|green 绿灯 green)", "COLOUR"),
)
COUNTS = ((r"(?<=:)\d+(?=[,}])|(?<=\|)\d+(?=\||$)", "N"),)  # of a board
BETWEEN = re.compile(r" {2,}")


def walk(page):
	"""The walk-through's [(command, answer's lines)]; an answer without a command is one to the command before."""
	steps, command, answer = [], [], []
	for line in page[page.index("## A walk through") :].splitlines() + [""]:
		inside = line.startswith("    ")
		if command and (not inside or line.startswith("    $ ")):
			steps.append(("\n".join(command), answer))
			command, answer = [], []
		if not inside:
			if answer:
				steps.append((steps[-1][0], answer))
			answer = []
		elif line.startswith("    $ "):
			command = [line[6:]]
		elif command and command[-1].endswith("\\") or command and command[0].count("'") % 2 == 0 and "\n".join(command).count("'") % 2:
			command.append(line[4:])
		else:
			answer.append(line[4:])
	return steps


def formal(lines, counts):
	"""Lines with cells set apart and with what differs between runs named; an object is one line."""
	if lines[0].startswith("{"):
		lines = ["".join(line.strip() for line in lines)]
	text = "\n".join(BETWEEN.sub(CELL, line.strip()) for line in lines)
	for form, name in FORMS + (COUNTS if counts else ()):
		text = re.sub(form, name, text, flags=re.MULTILINE)
	return text.split("\n")


def fits(want, got):
	"""Whether lines are as README shows them."""
	pattern = ""
	for line in want:
		if line == ELLIPSIS:
			pattern += r"(?:.*\n)*?"
		else:
			pattern += re.escape(line).replace(re.escape(ELLIPSIS), r"[^\n]*?") + "\n"
	return re.fullmatch(pattern, "\n".join(got) + "\n")


def by_title(lines):
	"""A list with its rows in an order of their own: that of ids is one of hashes."""
	rows = [n for n, line in enumerate(lines) if line.startswith("CASE|")]
	return lines[: rows[0]] + sorted(lines[rows[0] : rows[-1] + 1]) + lines[rows[-1] + 1 :] if rows else lines


def compare(command, want, run):
	"""Until the answer fits, since what was posted must be folded first."""
	last, counts = [], "query board" in command

	def fit():
		last[:] = formal(run(command), counts)
		return fits(by_title(wanted), by_title(last)) if "query cases" in command else fits(wanted, last)

	wanted = formal(want, counts)
	try:
		scene.bus.wait_for(command, fit, 0 if "-d '" in command else 10, 0.2)
	except TimeoutError:
		sys.exit("\n".join(["README.md does not show what is answered to:", command, "---- README", *wanted, "---- answered", *last]))


class Reader:
	"""Who follows README, in a folder that looks like a clone's."""

	def __init__(self, bus, folder, receipt):
		self.bus, self.folder, self.receipt, self.case = bus, Path(folder), receipt, None
		for name in ("run", "tools", "examples"):
			(self.folder / name).symlink_to(scene.ROOT / name)
		(self.folder / ".govbus").symlink_to(bus.home)
		self.environment = {**bus.environment(), "GOVBUS_BIN": str(scene.bus.BIN), "GOVBUS_LISTEN": bus.addresses["gateway"]}
		del self.environment["GOVBUS_HOME"]
		self.now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).isoformat(timespec="seconds")

	def __call__(self, command):
		"""Runs a command as printed but for the gateway's address and what hangs on the moment; the lines that it says."""
		command = command.replace("127.0.0.1:8080", self.bus.addresses["gateway"])
		command = re.sub(MOMENT, self.now, command)
		command = re.sub(CASE, self.case or "none", command)
		command = re.sub(r"(?<=/receipts/)\w+", self.receipt, command)
		done = subprocess.run(["bash", "-c", command], env=self.environment, cwd=self.folder, capture_output=True, text=True)
		assert not done.returncode, (command, done)
		self.case = self.case or re.search(CASE, done.stdout).group()
		return done.stdout.rstrip("\n").split("\n")


def demo(bus):
	"""What ./run demo has made ready, in small: its tokens, reference data, an older case elsewhere; live; its cases. Returns the receipt that it prints."""
	environment = {**os.environ, **bus.environment(), "GOVBUS_BIN": str(scene.bus.BIN), "GOVBUS_LISTEN": bus.addresses["gateway"]}
	subprocess.run(["bash", "-c", ". ./run; . tools/demo.sh; demo_tokens"], env=environment, cwd=scene.ROOT, check=True)
	for level, (code, name) in enumerate({"5301": "昆明市", "530102": "五华区"}.items(), 2):
		place = {"level": level, "name": name, "effective_from": scene.LOADED}
		bus.one("gov.place.registered.v1", f"p-{code}", place, subject=f"place:{code}", unit="centre:53")
	year = str(datetime.date.today().year)
	calendar = (scene.ROOT / "examples/reference/calendar_2026.ndjson").read_text().replace("2026", year)
	for name, text in (("calendar", calendar), ("units", (scene.ROOT / "examples/reference/units.ndjson").read_text())):
		(bus.home / f"{name}.ndjson").write_text(text)
		bus.govbus("import", "--history", str(bus.home / f"{name}.ndjson"))
	bus.govbus("import", "--history", str(scene.ROOT / "examples/demo/policies.ndjson"))
	bus.one("gov.case.reported.v1", "older", {"type_code": "LS01", "title": "停水"}, time="2023-02-06T09:00:00+08:00", place="530102", unit="centre:53")
	bus.govbus("go-live")
	played = subprocess.run([scene.ROOT / "tools/demo_cases.py", bus.addresses["gateway"], bus.home], capture_output=True, text=True, check=True).stdout
	return re.search(r"^receipt=(\w+)$", played, re.MULTILINE).group(1)


steps = walk((scene.ROOT / "README.md").read_text())
assert len(steps) == 10 and sum(bool(answer) for _, answer in steps) == 8, [command for command, _ in steps]
with scene.Scene(scene.PATIENT) as bus, tempfile.TemporaryDirectory() as folder:
	reader = Reader(bus, folder, demo(bus))
	for command, answer in steps:
		if answer:
			compare(command, answer, reader)
		else:
			reader(command)
print(f"{len(steps)} commands of README answer as it shows")
