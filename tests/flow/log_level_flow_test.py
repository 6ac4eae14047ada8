#!/usr/bin/env python3
"""What the programs log at each level: at debug the steps of a claim, commits, refusals and answers, at info none of these; levels there are not
are refused by each program and command. And a program whose port is in use says which it is."""
import json
import socket
import subprocess

import scene

LEVELS = {"decider": {"phase", "action refused", "rows to be committed"}, "case-status": {"committed"}, "gateway": {"answered"}}
USAGE, BUSY = 64, 75
COMMANDS = (["topics"], ["go-live"], ["clock", "confirm"], ["repair"])


def told(bus, name):
	"""{level: what it has said}; each line is JSON."""
	found = {}
	for line in map(json.loads, bus.log(name).splitlines()):
		found.setdefault(line["level"], []).append(line)
	return found


def debug(bus, name):
	return {line["what"] for line in told(bus, name).get("debug", ())}


def no_such_level(bus):
	for program in (["govbus-decider"], ["govbus-case-status"], ["govbus-gateway"], *(["govbus", *words] for words in COMMANDS)):
		for flags, environment in ((["--log-level", "x"], {}), ([], {"GOVBUS_LOG_LEVEL": "INFO"})):
			done = subprocess.run(
				[scene.bus.BIN / program[0], *program[1:], *flags], env={**bus.environment(), **environment}, capture_output=True, text=True, timeout=20
			)
			assert done.returncode == USAGE, (program, done)
			assert "option log-level: must be debug, info, warn or error" in done.stderr, (program, done)


def port_in_use(bus):
	"""Both what the program says of its port and what it ends with name the address."""
	with socket.create_server(("127.0.0.1", 0)) as taken:
		address = f"127.0.0.1:{taken.getsockname()[1]}"
		for name in LEVELS:
			done = subprocess.run([scene.bus.BIN / f"govbus-{name}", "--listen", address], env=bus.environment(), capture_output=True, text=True, timeout=60)
			assert done.returncode == BUSY, (name, done)
			lines = [line for line in map(json.loads, done.stderr.splitlines()) if line.get("error") == "BUSY"]
			assert lines and all(address in line.values() and "--listen" in line["cure"] for line in lines), (name, lines)


with scene.Scene() as bus:
	assert not any(debug(bus, name) for name in LEVELS), "debug lines at info"
	for name in LEVELS:
		assert bus.stop(name) == 0, name
	no_such_level(bus)
	port_in_use(bus)
	for name in LEVELS:
		bus.start(name, "--log-level", "debug")
	case = bus.one("gov.case.reported.v1", "first", {"type_code": "MD02", "title": "邻里纠纷"}, time="2023-02-06T09:00:00+08:00", place=scene.VILLAGE, unit="centre:53")["subject"]
	refused = bus.one("gov.case.resumed.v1", "never", {}, 409, time="2023-02-06T09:01:00+08:00", subject=case, unit="centre:53")
	bus.case(case, 1)
	for name, wanted in LEVELS.items():
		scene.bus.wait_for(f"{name} logs {wanted}", lambda: wanted <= debug(bus, name), 20)
	lines = told(bus, "decider")["debug"]
	phases = [line["phase"] for line in lines if line["what"] == "phase" and line["topic"].endswith("gov.case") and line["partition"] == 0]
	assert phases[-4:] == ["folding", "asking", "claiming", "deciding"], phases
	(line,) = [line for line in lines if line["what"] == "action refused"]
	assert (line["partition"], line["reason"], line["guard"]) == (refused["position"]["partition"], refused["reason"], refused["guard"]), (line, refused)
	# A line is written once its answer has been sent.
	routes = lambda: {line["route"] for line in told(bus, "gateway")["debug"] if line["what"] == "answered"}
	scene.bus.wait_for("the gateway logs the case's route", lambda: "/v1/cases/{id}" in routes(), 20)
	assert case not in bus.log("gateway")
