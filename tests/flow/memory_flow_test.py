#!/usr/bin/env python3
"""Own memory of gateway and decider (RssAnon) stays within what docs/ARCHITECTURE.md says they hold: with connections, bodies and batches at their limits, and over a backlog of large actions."""
import json
import os
import socket
import sys
import threading
import time
from pathlib import Path

import scene

MIB = 1 << 20
BODY, BODIES, PARSED = 8 * MIB, 256 * MIB, 384 * MIB  # LIMIT_BODY_BYTES, LIMIT_BODIES_BYTES; a body's parse tree at 48 bytes a byte
CONNECTION = 16 << 10
ROWS, READ_AHEAD = 64 * MIB, 64 * MIB  # of the decider: awaiting a commit, and kept for reuse (twice); prefetched
SPARE = 48 * MIB  # code, threads and the reference data
HELD, IDLE = 64, 800  # bodies that lack their last byte: twice as many as fit; connections that lack the end of their header
BACKLOG, BATCH = 80, 1000
TEXT = "山体滑坡" * 500  # as long as a description may be
TIME = "2023-02-06T09:00:00+08:00"


class Peak:
	"""The largest own memory of a program while inside."""

	def __init__(self, bus, name):
		self.path, self.most, self.ending = f"/proc/{bus.programs[name].pid}/status", 0, threading.Event()
		self.thread = threading.Thread(target=self._watch, daemon=True)

	def now(self):
		with open(self.path) as lines:
			return next(int(line.split()[1]) << 10 for line in lines if line.startswith("RssAnon:"))

	def _watch(self):
		while not self.ending.wait(0.005):
			self.most = max(self.most, self.now())

	def __enter__(self):
		self.most = self.now()
		self.thread.start()
		return self

	def __exit__(self, *_):
		self.ending.set()
		self.thread.join()


def within(what, peak, least, bound):
	"""The peak is below its bound; and above what the load alone takes, or the bound was not tried."""
	print(f"{what}: {peak.most / MIB:.0f} MiB, bound {bound / MIB:.0f}", flush=True)
	assert least < peak.most < bound, f"{what}: {peak.most / MIB:.1f} MiB of own memory, not from {least / MIB:.0f} to {bound / MIB:.0f}"


def sanitized():
	cache = Path(os.environ.get("GOVBUS_BUILD", scene.bus.BIN.parent)) / "CMakeCache.txt"
	return any(line.startswith("GOVBUS_SANITIZE:") and line.rstrip().split("=")[1] for line in open(cache))


def head(bus, length):
	return (
		f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bus.token}\r\nContent-Type: application/cloudevents+json\r\nContent-Length: {length}\r\n\r\n"
	).encode()


def connect(bus):
	host, port = bus.addresses["gateway"].rsplit(":", 1)
	return socket.create_connection((host, int(port)), timeout=30)


def send(link, data):
	"""All of it, or as much as is taken before it is refused."""
	try:
		link.sendall(data)
	except OSError:
		pass


def status(link):
	try:
		return int(link.recv(4096).split()[1])
	except (OSError, IndexError):
		return 0  # cut off with what it had not read


def bodies(bus):
	"""Connections that are open, and bodies that are all but there, twice as many as may be: the others are refused."""
	idle, links = [connect(bus) for _ in range(IDLE)], []
	with Peak(bus, "gateway") as peak:
		for link in idle:
			link.sendall(head(bus, 0)[:-2])
		for _ in range(HELD):
			links.append(connect(bus))
			send(links[-1], head(bus, BODY) + b" " * (BODY - 1))
		time.sleep(0.5)
	for link in links:
		send(link, b" ")
	got = [status(link) for link in links]
	for link in idle + links:
		link.close()
	within(f"gateway, {IDLE} connections and {HELD} bodies", peak, BODIES * 9 // 10, BODIES + IDLE * CONNECTION + SPARE)
	assert got.count(400) >= BODIES // BODY // 2 and got.count(429) + got.count(0) >= HELD - BODIES // BODY, got


def trees(bus):
	"""Bodies that make the largest parse trees, as many at once as there may be: they are read one after the other."""
	inside = b"[0," * 3 + b"0," * (BODY // 2 - 40)
	body = b'{"specversion":' + inside[:-1] + b"]]]}"
	links = [connect(bus) for _ in range(8)]
	with Peak(bus, "gateway") as peak:
		for link in links:
			send(link, head(bus, len(body)) + body)
		got = [status(link) for link in links]
	for link in links:
		link.close()
	assert set(got) <= {400, 413, 422}, got
	within(f"gateway, {len(links)} bodies of {len(body) // 2} values", peak, PARSED // 3, len(links) * BODY + PARSED + SPARE)


def report(number):
	return scene.event("gov.case.reported.v1", f"m{number}", {"type_code": "SH03", "title": "山体滑坡", "description": TEXT}, time=TIME, place=scene.GRID, unit="centre:53")


def backlog(bus):
	"""Large actions that are taken while no decider is there, and decided in one go once it is."""
	assert bus.stop("decider") == 0
	with Peak(bus, "gateway") as gateway:
		for batch in range(BACKLOG):
			status_, _, body = bus.post("/v1/events", [report(batch * BATCH + n) for n in range(BATCH)], token=bus.token, headers={"Prefer": "respond-async"})
			assert status_ in (200, 202) and {item["status"] for item in body["items"]} == {202}, (status_, json.dumps(body)[:500])
	within("gateway, while nobody decides", gateway, 0, BODIES + PARSED + SPARE)
	bus.start("decider", ready=False)
	with Peak(bus, "decider") as decider, Peak(bus, "case-status") as fold:
		bus.wait_ready("decider")
		last = f"/v1/outcomes?source=/test&id=m{BACKLOG * BATCH - 1}&subject="
		subject = body["items"][-1]["subject"]
		scene.bus.wait_for("the backlog is decided", lambda: bus.read(last + subject)["outcome"] == "accepted", 120, 0.2)
		bus.case(subject, 1)
	size = BACKLOG * BATCH * len(TEXT.encode())
	within(f"decider, {BACKLOG * BATCH} actions of {size / MIB:.0f} MiB", decider, 0, 3 * ROWS + READ_AHEAD + SPARE)
	print(f"case-status meanwhile: {fold.most / MIB:.0f} MiB")


if sanitized():
	scene.bus.skip("a sanitizer's own memory would be measured")
with scene.Scene(scene.PATIENT) as bus:
	bodies(bus)
	trees(bus)
	backlog(bus)
