"""What the measurements share: a broker of their own, buses on it, rounds, figures, memory; all of it gone in the end."""
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

import bus

TARGETS = {
	"rebuild_ratio": (">=", 0.1, ""),
	"decide_backlog_per_s": (">=", 60000, "1/s"),
	"post_to_outcome_p50_ms": ("<=", 6, "ms"),
	"post_to_outcome_p99_ms": ("<=", 30, "ms"),
	"ack_to_visible_p99_ms": ("<=", 60, "ms"),
	"http_batch_per_s": (">=", 20000, "1/s"),
	"case_get_ratio": (">=", 0.6, ""),
	"cost_growth_10x": ("<=", 2, ""),
}


class NotMeasured(Exception):
	"""Why a figure could not be measured."""


class Bed:
	def __init__(self, rounds, cases):
		self.rounds, self.cases = rounds, cases
		self.figures, self.memory, self.anon = [], {}, {}
		self.buses, self.through = [], threading.Event()
		self.homes, self.broker, self.filled = [], None, {}
		self.store = self.live = None

	def __enter__(self):
		threading.Thread(target=self._sample_memory, daemon=True).start()
		load = os.getloadavg()[0]
		print(f"bench: {os.cpu_count()} cores, load before {load:.2f}; broker, programs and load share them", flush=True)
		if load > os.cpu_count() / 2:
			print("bench: the machine is busy with something else: these figures are not the bus's own", flush=True)
		return self

	def __exit__(self, *_):
		self.through.set()
		if self.live:
			self.live.close()
		if self.broker:
			self.broker.close()
		for home in self.homes:
			shutil.rmtree(home, ignore_errors=True)

	def need(self, *programs):
		for program in programs:
			if not (bus.BIN / program).exists():
				raise NotMeasured(f"{program} is not built")

	def bus(self, prefix=None):
		"""A bus of its own, on the one broker."""
		self.broker = self.broker or bus.Broker()
		home = tempfile.mkdtemp(prefix="govbus-bench.")
		self.homes.append(home)
		os.environ["GOVBUS_TEST_KAFKA"] = self.broker.address
		made = bus.Bus(home=home, prefix=prefix)
		return self.watched(made)

	def watched(self, a_bus):
		"""The same bus; the memory of its programs is sampled from now on."""
		self.buses.append(a_bus)
		return a_bus

	# ---- figures

	def figure(self, name, values, load):
		"""values: one per round."""
		kind, target, unit = TARGETS[name]
		value, least, most = statistics.median(values), min(values), max(values)
		met = value >= target if kind == ">=" else value <= target
		self.figures.append({"name": name, "value": value, "unit": unit, "min": least, "max": most, "target": f"{kind} {target}"})
		print(
			f"{name:24} {plain(value)} {unit:3}  min {plain(least)} max {plain(most)} of {len(values)}  "
			f"target {kind} {target}: {'met' if met else 'MISSED'}\n{'':26}{load}; load {os.getloadavg()[0]:.2f}",
			flush=True,
		)

	def not_measured(self, names, reason):
		for name in names:
			if any(figure["name"] == name for figure in self.figures):
				continue
			kind, target, unit = TARGETS[name]
			self.figures.append({"name": name, "value": None, "unit": unit, "min": None, "max": None, "target": f"{kind} {target}"})
			print(f"{name:24} not measured: {reason}", flush=True)

	def _sample_memory(self):
		"""Nothing keeps the peak of a program's own memory, as VmHWM keeps that of all that is resident, LMDB's map included."""
		while not self.through.wait(0.5):
			for a_bus in list(self.buses):
				for name, program in list(a_bus.programs.items()):
					self.anon[name] = max(self.anon.get(name, 0), status_bytes(program.pid, "RssAnon"))

	def note_memory(self, a_bus):
		"""The most resident memory that each running program of the bus has had."""
		for name, program in a_bus.programs.items():
			self.memory[name] = max(self.memory.get(name, 0), status_bytes(program.pid, "VmHWM"))

	def print_memory(self):
		for name, peak in sorted(self.memory.items()):
			anon = self.anon.get(name, 0)
			for kind, value in (("memory", peak), ("memory_own", anon)):
				self.figures.append({"name": f"{kind}_{name.replace('-', '_')}", "value": value, "unit": "bytes", "min": value, "max": value, "target": None})
			print(
				f"{'memory of govbus-' + name:32} {anon / 1048576:.0f} MiB of its own at its peak (sampled), {peak / 1048576:.0f} MiB with mapped files",
				flush=True,
			)


def plain(number):
	return f"{number:,.0f}" if number >= 1000 else f"{number:.3g}"


def status_bytes(pid, line):
	try:
		with open(f"/proc/{pid}/status") as status:
			found = re.search(rf"{line}:\s+(\d+) kB", status.read())
	except OSError:
		return 0
	return int(found[1]) * 1024 if found else 0


def percentile(values, percent):
	ordered = sorted(values)
	return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def token(a_bus):
	"""A token that may do everything everywhere."""
	done = a_bus.govbus(
		"token", "add", "--unit", "centre:53", "--level", "1", "--place", "53", "--source", "/", "--functions", "all", "--rights", "history"
	)
	return done.stdout.split()[-1]


def run(*command, save=None):
	"""A program's output as {name: number} of its "name number" lines; all of it goes to save, too."""
	done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
	if save:
		save.write("".join(line + "\n" for line in done.stdout.splitlines() if line.startswith("case ")))
	if done.returncode:
		raise NotMeasured(f"{os.path.basename(str(command[0]))} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
	pairs = (line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
	return {name: int(value) for name, value in pairs if value.lstrip("-").isdigit()}


def metric(a_bus, of, name):
	"""The sum of a metric over its labels; None while the program does not answer."""
	try:
		text = a_bus.get("/metrics", of=of)[2].decode()
	except OSError:
		return None
	found = re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)", text, re.MULTILINE)
	return sum(float(value) for value in found) if found else None


def steady():
	return time.monotonic()
