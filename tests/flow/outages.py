"""The broker is killed and started again, or hangs and goes on, while all programs run under load; then what became of every action is checked."""
import os
import random
import secrets
import time

import load
import naive
import scene

SEED = int(os.environ.get("GOVBUS_SEED", secrets.randbelow(1 << 31)))
PROGRAMS = ("decider", "case-status", "gateway")


SAID_S = 2.5  # an outage that lasts so long has been noticed by each program
HANG_SAID_S = 8  # and so a broker that hangs: 5 s without an answer, a question each second, and a margin
POST_S = 5  # so long a post takes at most, whatever the broker does: an outcome is waited for for 2 s


def must_run(bus):
	for name in PROGRAMS:
		code = bus.programs[name].poll()
		assert code is None, f"{name} ended with {code}:\n{bus.log(name)[-2000:]}"


def says_away(bus, name):
	status, _, body = bus.get("/readyz", of=name)
	return status == 503 and b"broker answers" in body


def still_away(bus, seconds, said):
	"""Whoever has noticed says so to the end; all are healthy. Returns how long each took to notice."""
	began, noticed = time.monotonic(), {}
	while time.monotonic() < began + seconds:
		must_run(bus)
		for name in PROGRAMS:
			status, _, body = bus.get("/healthz", of=name)
			assert status == 200, (name, status, body)
			if says_away(bus, name):
				noticed.setdefault(name, time.monotonic() - began)
			assert name not in noticed or says_away(bus, name), f"{name} says no longer that no broker answers: {bus.get('/readyz', of=name)}"
		time.sleep(0.1)
	assert seconds < said or len(noticed) == len(PROGRAMS), f"in {seconds:.1f} s only these have noticed that no broker answers: {noticed}"
	return noticed


def outage(bus, sending, seconds, within, hangs):
	"""Kills the broker, starts it after a while, and waits until something new is acknowledged and every program is ready again; or lets
	it hang."""
	met = len(sending.in_flight())
	if hangs:
		bus.broker.pause()
	else:
		bus.broker.kill()
	noticed = still_away(bus, seconds, HANG_SAID_S if hangs else SAID_S)
	started = time.monotonic()
	if hangs:
		bus.broker.resume()
	else:
		bus.broker.start()
	moments = [time.monotonic()]
	before = len(sending.acknowledged)
	for what in (lambda: len(sending.acknowledged) > before, lambda: all(ready(bus, name) for name in PROGRAMS)):
		scene.bus.wait_for("all goes on by itself", lambda: goes_on(bus, sending) and what(), 60)
		moments.append(time.monotonic())
	answers, acknowledges, well = (moment - started for moment in moments)
	assert well - answers < within, f"all are ready only {well - answers:.1f} s after the broker answers"
	print("noticed " + ", ".join(f"by {name} after {seconds:.1f} s" for name, seconds in noticed.items()), flush=True)
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


def run(kills, seconds, within=60, hangs=False):
	"""seconds: from and to, how long the broker is away, by turns; within: so long after its return all are ready; hangs: it is stopped, not
	killed. A session of ours is 6 s."""
	print(f"seed {SEED}", flush=True)
	rng = random.Random(SEED)
	with scene.Scene(broker=scene.bus.Broker()) as bus:
		with load.Load(bus, rng) as sending:
			met = 0
			for n in range(kills):
				time.sleep(rng.uniform(0.5, 2))
				met += outage(bus, sending, rng.uniform(*seconds[n % len(seconds)]), within, hangs) > 0
		assert sending.longest < POST_S, f"a post took {sending.longest:.1f} s"
		sending.check_answers()
		for name in ("gateway", "decider"):
			assert bus.stop(name) == 0, f"{name} did not stop cleanly"
		want, _ = naive.compare(bus)
		sending.check(naive.timelines(want))
		assert bus.stop("case-status") == 0, "case-status did not stop cleanly"
		rows = want.stat().st_size
	assert met, f"no outage met a post without its answer; seed {SEED}"
	print(f"{kills} outages, {met} with posts in flight: {sending.count()} actions of {len(sending.cases)} cases, one outcome each, {sending.longest:.1f} s the longest post; {rows} bytes of rows are the naive fold's")
