#!/usr/bin/env python3
"""The disk of all programs fills up under load: each says so, none ends, nothing accepted is lost; with room again all go on by themselves. Stopped
meanwhile, they stop cleanly.

The home is a small file system of its own, which root may mount, and others where they may have user namespaces. The last of its room is given out a few pages at a time, so
that batches of pages are cut off in their middle too.
"""
# @timeout 180
import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import load
import naive
import scene

SEED = int(os.environ.get("GOVBUS_SEED", secrets.randbelow(1 << 31)))
PROGRAMS = ("gateway", "decider", "case-status")
DISK_BYTES = 256 << 20
PAGE = 4096
FULL_S = 4
SEALED = 140  # reports of a batch: their keys take two pages more


def may_mount():
	"""Who is not root goes on as the root of a user namespace of its own, if there may be one."""
	inside = ["unshare", "--user", "--map-root-user", "--mount"]
	try:
		if os.geteuid() and not subprocess.run([*inside, "true"], capture_output=True).returncode:
			os.execvp(inside[0], [*inside, sys.executable, *sys.argv])
	except OSError:
		pass  # told when it mounts


class SmallDisk:
	"""A folder that is a file system of DISK_BYTES, and the one around it for what must be kept: the logs."""

	def __init__(self):
		self.folder = Path(tempfile.mkdtemp(prefix="govbus-disk."))
		self.disk = self.folder / "disk"
		self.disk.mkdir()

	def __enter__(self):
		options = f"size={DISK_BYTES},mode=0755"
		try:
			done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "govbus-test", self.disk], capture_output=True, text=True)
			why = done.returncode and done.stderr.strip()
		except OSError as error:
			why = str(error)
		if why:
			shutil.rmtree(self.folder)
			scene.bus.skip(f"a small file system cannot be mounted: {why}")
		return self

	def __exit__(self, kind, error, trace):
		failed = kind not in (None, SystemExit)
		if failed:
			shutil.copytree(self.disk, self.folder / "copy", ignore=shutil.ignore_patterns("filler"))
		if subprocess.run(["umount", self.disk]).returncode:
			subprocess.run(["umount", "--lazy", self.disk], check=True)
		if failed:
			print(f"that disk is gone; its logs and a copy are in {self.folder}", file=sys.stderr)
		else:
			shutil.rmtree(self.folder)


class Filler:
	"""A file that takes what room is left."""

	def __init__(self, disk):
		self.path = disk / "filler"

	def fill(self):
		with open(self.path, "ab", buffering=0) as file:
			for size in (1 << 20, PAGE):
				try:
					while file.write(bytes(size)):
						pass
				except OSError:
					pass

	def give(self, pages):
		os.truncate(self.path, self.path.stat().st_size - pages * PAGE)

	def remove(self):
		self.path.unlink()


class Sealed(threading.Thread):
	"""Reports with members to seal: each needs a key of its own. What was not taken is posted until it is."""

	def __init__(self, sending):
		super().__init__(daemon=True)
		self.sending, self.ending, self.broken = sending, threading.Event(), None
		self.start()

	def run(self):
		try:
			for number in range(1 << 30):
				if self.ending.is_set():
					return
				batch = [self.report(f"s{number}-{n}") for n in range(SEALED)]
				self.sending.cases += [case for case, _ in batch]
				self.sending.settle(batch, pause=0.2)
				time.sleep(0.1)
		except Exception as error:  # told by finish
			self.broken = repr(error)

	@staticmethod
	def report(id_):
		data = {"type_code": "SH03", "title": "山体滑坡", "severity": "urgent", "channel": "grid", "reporter": "(密)" * 5}
		action = scene.event("gov.case.reported.v1", id_, data, time=load.DAY + "08:00:00+08:00", place=scene.GRID, unit="grid:" + scene.GRID)
		return load.Case(action, scene.COUNTY), action

	def finish(self):
		self.ending.set()
		self.join(120)
		assert not self.is_alive() and not self.broken, self.broken or "reports are still without an answer after two minutes"


def must_run(bus, sending, sealed):
	for name in PROGRAMS:
		code = bus.programs[name].poll()
		assert code is None, f"{name} ended with {code}:\n{bus.log(name)[-2000:]}"
	assert not sending.broken and not sealed.broken, sending.broken or sealed.broken
	return True


def says(bus, name, path="/readyz"):
	status, _, body = bus.get(path, of=name)
	return status, body.decode() if isinstance(body, bytes) else json.dumps(body)


def is_full(bus, name):
	status, text = says(bus, name)
	return status == 503 and "disk is full" in text and "free some disk space" in text


def said(bus, name):
	"""Log lines that tell of a full disk."""
	lines = [json.loads(line) for line in bus.log(name).splitlines() if '"STORE_FULL"' in line]
	assert all(line["level"] in ("warn", "error") and "free some disk space" in line["cure"] for line in lines), lines
	return lines


def fill(bus, filler, sending, sealed):
	"""Until each program has met it. What is given out meanwhile is less than what a batch takes."""
	filler.fill()
	began, met = time.monotonic(), {}

	def all_met():
		must_run(bus, sending, sealed)
		for name in PROGRAMS:
			if name not in met and is_full(bus, name):
				met[name] = time.monotonic() - began
		if len(met) < len(PROGRAMS):
			filler.give(3)
		return len(met) == len(PROGRAMS)

	scene.bus.wait_for("each program says that the disk is full", all_met, 30, 0.1)
	filler.fill()
	print("full: " + ", ".join(f"{name} says so after {seconds:.1f} s" for name, seconds in met.items()), flush=True)


def acknowledged(sending, sealed):
	return sum(id_.startswith("s") == sealed for id_ in list(sending.acknowledged))


def come_again(bus):
	"""Reports that need keys are told that there is no room; tried only, so that none is taken after all."""
	events = [Sealed.report(f"tried-{n}")[1] for n in range(SEALED)]
	status, headers, body = bus.post("/v1/events?dry_run=1", events, token=bus.token)
	return status == 503 and body["type"] == "urn:govbus:problem:store-full" and int(headers["Retry-After"]) > 0


def stay_full(bus, sending, sealed, began):
	"""None ends, or says it again and again; what needs no key is accepted and decided as before, what needs one is told to come again."""
	before, until = acknowledged(sending, sealed=False), time.monotonic() + FULL_S
	scene.bus.wait_for("posts that need keys are refused", lambda: come_again(bus), FULL_S)
	while time.monotonic() < until:
		must_run(bus, sending, sealed)
		time.sleep(0.1)
	went_on = acknowledged(sending, sealed=False) - before
	assert went_on > 100, f"only {went_on} actions were acknowledged while the disk was full"
	for name in PROGRAMS:
		assert is_full(bus, name), (name, says(bus, name))
		assert 1 <= len(said(bus, name)) <= 1 + time.monotonic() - began, (name, said(bus, name))
	print(f"full for {FULL_S} s: {went_on} actions that need no key were acknowledged meanwhile", flush=True)


def recover(bus, filler, sending, sealed):
	filler.remove()
	began, before = time.monotonic(), acknowledged(sending, sealed=True)
	for name in PROGRAMS:
		scene.bus.wait_for(f"{name} goes on by itself", lambda: must_run(bus, sending, sealed) and says(bus, name)[0] == 200, 20)
		print(f"room again: {name} is ready after {time.monotonic() - began:.1f} s", flush=True)
	scene.bus.wait_for("what needs keys is taken", lambda: must_run(bus, sending, sealed) and acknowledged(sending, sealed=True) > before, 20)


def stop_while_full(bus, filler, sending, sealed):
	"""To be stopped while it waits for room is a stop like any other: what was in memory is in the log, and is read again."""
	fill(bus, filler, sending, sealed)
	for name in ("case-status", "decider"):
		code = bus.stop(name)
		assert code == 0, f"{name}, stopped on a full disk, ended with {code}:\n{bus.log(name)[-2000:]}"
	filler.remove()
	for name in ("decider", "case-status"):
		bus.start(name)


may_mount()
print(f"seed {SEED}", flush=True)
rng = random.Random(SEED)
with SmallDisk() as small, scene.Scene(home=small.disk, logs=small.folder) as bus:
	filler = Filler(small.disk)
	with load.Load(bus, rng, senders=3) as sending:
		sealed = Sealed(sending)
		scene.bus.wait_for("load", lambda: must_run(bus, sending, sealed) and len(sending.acknowledged) > 1000, 60)
		began = time.monotonic()
		fill(bus, filler, sending, sealed)
		stay_full(bus, sending, sealed, began)
		recover(bus, filler, sending, sealed)
		stop_while_full(bus, filler, sending, sealed)
		sealed.finish()
	sending.check_answers(50)
	for name in ("gateway", "decider"):
		assert bus.stop(name) == 0, f"{name} did not stop cleanly"
	want, _ = naive.compare(bus)
	sending.check(naive.timelines(want))
	naive.check_bug(bus, want)
print(f"{sending.count()} actions of {len(sending.cases)} cases: one outcome each, and the rows are the naive fold's")
