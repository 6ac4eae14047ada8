#!/usr/bin/env python3
"""A gateway with other secrets than its bus notices it, takes nothing, and says why; with the bus's own it takes retries of what another took."""
# @timeout 180
import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
import scene  # noqa: E402

MD = {"type_code": "MD02", "title": "邻里纠纷"}


def report(id_):
	return scene.event("gov.case.reported.v1", id_, MD, time="2023-02-06T09:00:00+08:00", place=scene.VILLAGE, unit="centre:53")


def post(bus, of, id_):
	kind = {"Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {bus.token}"}
	status, _, body = bus.request("POST", "/v1/events", json.dumps(report(id_)).encode(), kind, of=of)
	return status, body


def home(bus, name, *shared):
	"""A second machine's: the same tokens, and what it shares with the first; the rest it makes itself."""
	made = bus.home / name
	made.mkdir()
	for path in (bus.home / "tokens.mdb", *(bus.home / part for part in shared)):
		(shutil.copytree if path.is_dir() else shutil.copy)(path, made / path.name)
	return made


def gateway(bus, name, *shared, options=(), ready=True):
	return bus.start("gateway", "--home", str(home(bus, name, *shared)), "--outcome-ms", str(bus.outcome_ms), *options, instance=name, ready=ready)


def shut(bus, key):
	"""It says so where the operator looks, and to whoever posts; whoever reads is served."""

	def told():
		try:
			status, _, body = bus.get("/readyz", of=key)
		except OSError:
			return False
		return status == 503 and b"secrets" in body and b"not yet read" not in body and body.decode()

	assert "cure: put the folder secrets" in scene.bus.wait_for(f"{key} notices", told)
	status, body = post(bus, key, "first")
	assert status == 503 and body["type"].endswith("other-secrets"), (key, status, body)
	assert bus.get("/v1/places/53", token=bus.token, of=key)[0] == 200
	assert "--new-secrets" in bus.log(key)


with scene.Scene(outcome_ms=scene.PATIENT) as bus:
	# On a bus without reports nothing tells them apart; the first report does.
	fresh = gateway(bus, "fresh")
	assert post(bus, "gateway", "first")[0] == 201
	bus.case(post(bus, "gateway", "first")[1]["subject"], 1)
	shut(bus, fresh)
	# From the log alone, and from what was folded.
	shut(bus, gateway(bus, "late", ready=False))
	shut(bus, gateway(bus, "folded", "case-status", ready=False))
	# With the bus's secrets a retry is a repeat.
	same = gateway(bus, "same", "secrets", "case-status")
	status, body = post(bus, same, "first")
	assert status == 200 and body["outcome"] == "repeated", (status, body)
	# Who has lost them goes on without.
	lost = gateway(bus, "lost", options=("--new-secrets=true",))
	assert post(bus, lost, "second")[0] == 201
	assert bus.get("/readyz")[0] == 200 and bus.get("/readyz", of=same)[0] == 200
print("noticed by the first report, by the log and by the store")
