"""The broker is killed and started again while all programs run under load; then what became of every action is checked."""
import os
import random
import secrets
import time

import load
import scene

SEED = int(os.environ.get("GOVBUS_SEED", secrets.randbelow(1 << 31)))
PROGRAMS = ("decider", "case-status", "gateway")


def must_run(bus):
	for name in PROGRAMS:
		code = bus.programs[name].poll()
		assert code is None, f"{name} ended with {code}:\n{bus.log(name)[-2000:]}"


def still_away(bus, until):
	while time.monotonic() < until:
		must_run(bus)
		time.sleep(0.1)


def outage(bus, sending, seconds):
	"""Kills the broker, starts it after a while, and waits until something new is acknowledged and every program is ready again."""
	met = len(sending.in_flight())
	bus.broker.kill()
	still_away(bus, time.monotonic() + seconds)
	started = time.monotonic()
	bus.broker.start()
	moments = [time.monotonic()]
	before = len(sending.acknowledged)
	for what in (lambda: len(sending.acknowledged) > before, lambda: all(ready(bus, name) for name in PROGRAMS)):
		scene.bus.wait_for("all goes on by itself", lambda: goes_on(bus, sending) and what(), 60)
		moments.append(time.monotonic())
	answers, acknowledges, well = (moment - started for moment in moments)
	print(f"away for {seconds:.1f} s, {met} posts in flight; started again it answers after {answers:.1f} s, acknowledged after {acknowledges:.1f}, all ready after {well:.1f}", flush=True)
	return met


def goes_on(bus, sending):
	must_run(bus)
	assert not sending.broken, sending.broken[0]
	return True


def ready(bus, name):
	try:
		return bus.get("/readyz", of=name)[0] == 200
	except OSError:
		return False


def folded(bus):
	"""True once case-status has read all there is."""
	for line in bus.get("/metrics", of="case-status")[2].decode().splitlines():
		if line.startswith("govbus_lag_records") and float(line.split()[-1]) > 0:
			return False
	return ready(bus, "case-status")


def dump(bus):
	text = bus.govbus("dump").stdout
	assert text.count("\n") > 100, "the dump is empty"
	bus.govbus("dump", "--check")
	return text


def check_rebuilt(bus):
	"""A case-status that starts from nothing comes to the same rows."""
	scene.bus.wait_for("all is folded", lambda: folded(bus))
	for name in reversed(PROGRAMS):
		assert bus.stop(name) == 0, f"{name} did not stop cleanly"
	live = dump(bus)
	os.rename(bus.home / "case-status", bus.home / "case-status.live")
	bus.start("case-status")
	scene.bus.wait_for("the rebuild", lambda: folded(bus), 120)
	bus.stop("case-status")
	anew = dump(bus)
	if live != anew:
		(bus.home / "live.dump").write_text(live)
		(bus.home / "anew.dump").write_text(anew)
		raise AssertionError("case-status differs from one rebuilt from nothing: live.dump, anew.dump")
	return len(live)


def run(kills, seconds):
	"""seconds: from and to, how long the broker is away, by turns. A session of ours is 6 s."""
	print(f"seed {SEED}", flush=True)
	rng = random.Random(SEED)
	with scene.Scene(broker=scene.bus.Broker()) as bus:
		with load.Load(bus, rng) as sending:
			met = 0
			for n in range(kills):
				time.sleep(rng.uniform(0.5, 2))
				met += outage(bus, sending, rng.uniform(*seconds[n % len(seconds)])) > 0
		actions = sending.check()
		sending.check_outcomes()
		rows = check_rebuilt(bus)
	assert met, f"no kill met a post without its answer; seed {SEED}"
	print(f"{kills} kills, {met} with posts in flight: {actions} actions of {len(sending.cases)} cases, one outcome each; {rows} bytes of rows are the same rebuilt")
