"""A whole bus for one flow test: a home of its own, topics of its own, programs that can be started, killed and paused.

	with bus.Bus() as b:
		b.govbus("topics")
		b.start("decider")
		b.start("gateway")
		status, headers, body = b.post("/v1/events", event, token=...)
		b.kill("decider")

The broker is that of GOVBUS_TEST_KAFKA (./run test sets it; without it the test is skipped). A test that kills its broker
starts one of its own: Bus(broker=bus.Broker()).
"""
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("GOVBUS_BIN", ROOT / "build/dev/bin"))
SKIPPED = 77


def skip(reason):
	print(f"skipped: {reason}")
	sys.exit(SKIPPED)


def free_ports(count):
	"""Adjacent ports of 127.0.0.1 that nobody listens on, below the range that outgoing connections use."""
	while True:
		first = 20000 + secrets.randbelow(10000)
		try:
			for port in range(first, first + count):
				with socket.socket() as probe:
					probe.bind(("127.0.0.1", port))
			return first
		except OSError:
			continue


def wait_for(what, check, seconds=30.0, step=0.05):
	"""Call check until it returns something true, which is returned; raise TimeoutError naming what was awaited."""
	deadline = time.monotonic() + seconds
	while True:
		found = check()
		if found:
			return found
		if time.monotonic() > deadline:
			raise TimeoutError(f"{what}: not within {seconds} s")
		time.sleep(step)


class Broker:
	"""A Kafka node of the test's own, to be killed and started again."""

	def __init__(self):
		self.home = tempfile.mkdtemp(prefix="govbus-broker.")
		self.port = free_ports(2)
		self.address = f"127.0.0.1:{self.port}"
		self.start()

	def _do(self, *command):
		subprocess.run([ROOT / "tools/broker.sh", *command], check=True)

	def start(self):
		self._do("start", self.home, str(self.port))

	def kill(self):
		self._do("kill", self.home)

	def pause(self):
		"""It hangs: connections stay, and nothing is answered."""
		self._signal(signal.SIGSTOP)

	def resume(self):
		self._signal(signal.SIGCONT)

	def _signal(self, number):
		os.kill(int(Path(self.home, "broker.pid").read_text().split()[0]), number)

	def stop(self):
		self._do("stop", self.home)

	def close(self):
		self.resume()
		self.stop()
		shutil.rmtree(self.home, ignore_errors=True)


class Bus:
	"""Programs, home and topics of one test. Leaving the `with` stops all; the home is kept, and named, if the test failed."""

	def __init__(self, broker=None, home=None, prefix=None, logs=None):
		self.broker = broker
		self.kafka = broker.address if broker else os.environ.get("GOVBUS_TEST_KAFKA", "")
		if not self.kafka:
			skip("GOVBUS_TEST_KAFKA is not set; ./run test starts a broker")
		self.home = Path(home or tempfile.mkdtemp(prefix="govbus-bus."))
		self.logs = Path(logs or self.home)
		self.prefix = prefix or f"t{secrets.token_hex(5)}."
		self.programs = {}
		self.addresses = {}

	def __enter__(self):
		return self

	def __exit__(self, kind, error, trace):
		for name in list(self.programs):
			try:
				self.stop(name)
			except subprocess.TimeoutExpired:
				self.kill(name)
		if self.broker:
			self.broker.close()
		found = self.sanitizer_reports()
		if kind is None and found:
			raise AssertionError(f"a sanitizer has found something; the home is kept: {found}")
		if kind in (None, SystemExit):
			shutil.rmtree(self.home, ignore_errors=True)
		else:
			print(f"the bus of this failure is kept in {self.home}", file=sys.stderr)

	def sanitizer_reports(self):
		"""What sanitizers wrote into the programs' logs: programs go on after some of it, or are killed before they could fail."""
		marks = ("WARNING: ThreadSanitizer", "ERROR: AddressSanitizer", "ERROR: LeakSanitizer", ": runtime error: ")
		return [f"{log}: {mark}" for log in self.logs.glob("*.log") for mark in marks if mark in log.read_text(errors="replace")]

	def environment(self):
		"""What every program finds in its environment; nothing of the caller's own bus leaks in."""
		kept = {name: value for name, value in os.environ.items() if not name.startswith("GOVBUS_")}
		return {**kept, "GOVBUS_HOME": str(self.home), "GOVBUS_KAFKA": self.kafka, "GOVBUS_TOPIC_PREFIX": self.prefix}

	def govbus(self, *arguments, check=True, **options):
		"""Run the command; returns subprocess's result with text output."""
		gateway = {"GOVBUS_LISTEN": self.addresses["gateway"]} if "gateway" in self.addresses else {}
		return subprocess.run(
			[BIN / "govbus", *arguments], env={**self.environment(), **gateway}, capture_output=True, text=True, check=check, **options
		)

	def start(self, name, *arguments, instance="", ready=True, program=None):
		"""Start govbus-NAME, or another program in its place; instance tells several of a kind apart. Waits for /readyz unless told not to."""
		key = name + instance
		address = self.addresses.setdefault(key, f"127.0.0.1:{free_ports(1)}")
		log = open(self.logs / f"{key}.log", "ab")
		command = [BIN / (program or f"govbus-{name}"), "--home", self.home, "--kafka", self.kafka, "--topic-prefix", self.prefix, "--listen", address]
		self.programs[key] = subprocess.Popen([*command, *arguments], env=self.environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
		log.close()
		if ready:
			self.wait_ready(key)
		return key

	def wait_ready(self, key, seconds=60):
		def ready():
			if self.programs[key].poll() is not None:
				raise RuntimeError(f"{key} ended with {self.programs[key].returncode}:\n{self.log(key)[-2000:]}")
			try:
				return self.get("/readyz", of=key)[0] == 200
			except OSError:
				return False

		wait_for(f"{key} is ready", ready, seconds)

	def log(self, key):
		return (self.logs / f"{key}.log").read_text(errors="replace")

	def signal(self, key, number):
		self.programs[key].send_signal(number)

	def kill(self, key):
		"""kill -9; returns once the process is gone."""
		self.signal(key, signal.SIGKILL)
		self.programs.pop(key).wait()

	def pause(self, key):
		self.signal(key, signal.SIGSTOP)

	def resume(self, key):
		self.signal(key, signal.SIGCONT)

	def stop(self, key, seconds=15):
		"""Ask it to stop; returns its exit code."""
		program = self.programs[key]
		self.signal(key, signal.SIGCONT)
		self.signal(key, signal.SIGTERM)
		code = program.wait(seconds)
		del self.programs[key]
		return code

	def request(self, method, path, body=None, headers=None, of="gateway", seconds=30):
		"""One HTTP request; returns (status, headers, body), the body parsed if it is JSON."""
		host, port = self.addresses[of].rsplit(":", 1)
		connection = http.client.HTTPConnection(host, int(port), timeout=seconds)
		try:
			connection.request(method, path, body=body, headers=headers or {})
			answer = connection.getresponse()
			data = answer.read()
			if "json" in (answer.getheader("Content-Type") or ""):
				data = json.loads(data)
			return answer.status, answer.headers, data
		finally:
			connection.close()

	def get(self, path, token=None, of="gateway", headers=None):
		return self.request("GET", path, headers={**_bearer(token), **(headers or {})}, of=of)

	def post(self, path, event, token=None, kind="application/cloudevents+json", headers=None):
		"""POST one event (a dict), a batch (a list) or bytes."""
		if isinstance(event, list) and kind == "application/cloudevents+json":
			kind = "application/cloudevents-batch+json"
		body = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
		return self.request("POST", path, body, {"Content-Type": kind, **_bearer(token), **(headers or {})})


def _bearer(token):
	return {"Authorization": f"Bearer {token}"} if token else {}
