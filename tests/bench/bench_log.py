"""Figures of the folding side: a made-up record, written into gov.case directly, read bare, folded, asked for."""
import os
import random
import re
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

import bench_bed
import bus
from bench_bed import NotMeasured, metric, run, steady

THREADS = 2
MORE_THREADS = 4  # beside it: with twice as many as cores, nobody waits for the one who has the largest partitions
LOADS = ((1, 16), (2, 64))  # threads of the gateway, connections; the first gives the figure, the other is told beside it
SCRIPTS = ("probe", "constant", "case")
CONSTANT = "/v1/codes/states"
STEPS = 8  # events of a case's whole life
HALF_SEALED = "half of the cases have a sealed reporter, description and remarks"


def fill(bed, cases, steps):
	"""A bus whose gov.case holds so many cases of so many events (at most 8); filled once. Returns the bus and what was written."""
	bed.need("bus-fill", "bare-consumer", "govbus", "govbus-case-status")
	if (cases, steps) not in bed.filled:
		a_bus = bed.bus()
		a_bus.govbus("topics")
		started = steady()
		with open(a_bus.home / "cases", "w") as listed:
			written = run(bus.BIN / "bus-fill", a_bus.kafka, a_bus.prefix, cases, steps, "list", save=listed)
		print(
			f"  log: {written['records']:,} records of {written['bytes'] / written['records']:.0f} bytes, {cases:,} cases, "
			f"written in {steady() - started:.0f} s",
			flush=True,
		)
		bed.filled[cases, steps] = (a_bus, written)
	return bed.filled[cases, steps]


def read_bare(a_bus, written, threads=THREADS):
	"""Records a second of a consumer that does nothing: same threads, same options, same bytes. Wall time of the process."""
	started = steady()
	read = run(bus.BIN / "bare-consumer", a_bus.kafka, a_bus.prefix + "gov.case", threads)
	took = steady() - started
	if (read["records"], read["bytes"]) != (written["records"], written["bytes"]):
		raise NotMeasured(f"the bare consumer read {read['records']} of {written['records']} records")
	return read["records"] / took, read["cpu_us"] / read["records"]


def fold(bed, a_bus, written, threads=THREADS, limit_s=900):
	"""A whole rebuild, from the start of the process until the last record is durably committed, and what it cost."""
	home = tempfile.mkdtemp(prefix="govbus-bench.")
	bed.homes.append(home)
	with bed.watched(bus.Bus(home=home, prefix=a_bus.prefix)) as folding:
		started = steady()
		key = folding.start("case-status", "--shards", str(threads), ready=False)

		def done():
			if folding.programs[key].poll() is not None:
				raise NotMeasured(f"govbus-case-status ended: {folding.log(key)[-300:]}")
			committed = metric(folding, key, "govbus_committed_records_total") or 0
			return committed >= written["records"] and metric(folding, key, "govbus_fenced_shards") == 0

		bus.wait_for("the rebuild's end", done, limit_s, 0.02)
		took = steady() - started
		cost = {
			"per_s": written["records"] / took,
			"cpu": cpu_us(folding.programs[key].pid) / written["records"],
			"commit": metric(folding, key, "govbus_commit_us_total") / written["records"],
			"bytes": metric(folding, key, "govbus_store_bytes"),
			"written": written_bytes(folding.programs[key].pid),
		}
		parked = metric(folding, key, "govbus_events_parked_total")
		bed.note_memory(folding)
		folding.stop(key, 60)
		if parked:
			raise NotMeasured(f"{parked:.0f} events were parked")
		keep_store(bed, home)
	return cost


def keep_store(bed, home):
	"""The last rebuild's store stays, for queries; the one before goes."""
	if bed.store:
		shutil.rmtree(bed.store, ignore_errors=True)
	bed.store = tempfile.mkdtemp(prefix="govbus-bench.")
	bed.homes.append(bed.store)
	shutil.move(f"{home}/case-status", f"{bed.store}/case-status")


def cpu_us(pid):
	"""Microseconds of CPU that a process has used."""
	with open(f"/proc/{pid}/stat") as stat:
		fields = stat.read().rsplit(")", 1)[1].split()
	return (int(fields[11]) + int(fields[12])) * 1e6 / os.sysconf("SC_CLK_TCK")


def written_bytes(pid):
	"""Bytes that a process has sent to the disk."""
	with open(f"/proc/{pid}/io") as io:
		return next(int(line.split()[1]) for line in io if line.startswith("write_bytes"))


def rebuild(bed, _):
	"""Rounds of bare consumer and rebuild in turn, so that both meet the same machine; rounds with more threads between them."""
	a_bus, written = fill(bed, bed.cases // 4, STEPS)
	ratios = {threads: [] for threads in (MORE_THREADS, THREADS)}  # the store of the last one stays
	print("  threads        bare/s      fold/s   ratio   CPU us/event: bare   fold   commit (all threads)   store MiB   written MiB/s")
	for _ in range(bed.rounds):
		for threads in ratios:
			bare_per_s, bare_cpu = read_bare(a_bus, written, threads)
			cost = fold(bed, a_bus, written, threads)
			ratios[threads].append(cost["per_s"] / bare_per_s)
			print(
				f"  {threads:7} {bare_per_s:13,.0f} {cost['per_s']:11,.0f} {ratios[threads][-1]:7.3f} {bare_cpu:25.2f} {cost['cpu']:6.2f} "
				f"{cost['commit']:8.2f} {cost['bytes'] / 1048576:30,.0f} {cost['written'] / 1048576 * cost['per_s'] / written['records']:15,.0f}",
				flush=True,
			)
	more = statistics.median(ratios[MORE_THREADS])
	bed.figure(
		"rebuild_ratio", ratios[THREADS],
		f"{written['records']:,} records, {THREADS} threads, {HALF_SEALED}; from process start to last commit; with {MORE_THREADS} threads {more:.3f}",
	)


# ---- asking for one case

def some_cases(a_bus):
	"""Ids spread over all cases, as bus-fill made them."""
	return [line.split()[1] for line in Path(a_bus.home, "cases").read_text().splitlines()]


def wrk(address, script, token, connections, seconds=6):
	done = subprocess.run(
		["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", script, f"http://{address}"],
		env={**os.environ, "BENCH_TOKEN": token}, capture_output=True, text=True, check=True,
	)
	found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
	if not found or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
		raise NotMeasured("wrk: " + " ".join(done.stdout.split())[-300:])
	return float(found[1])


def write_scripts(home, ids):
	"""What each script asks for: the cases, in the order of the list, which has none; or always the same."""
	head = 'local h = {["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN")}\n'
	listed = ",".join(f'"{case}"' for case in ids)
	cases = f'{head}local ids = {{{listed}}}\nlocal i = 0\nfunction request() i = i % #ids + 1 return wrk.format("GET", "/v1/cases/" .. ids[i], h) end\n'
	Path(home, "case.lua").write_text(cases)
	for script, path in (("constant", CONSTANT), ("probe", "/healthz")):
		Path(home, f"{script}.lua").write_text(f'{head}function request() return wrk.format("GET", "{path}", h) end\n')


def case_get(bed, _):
	"""Random cases among all of them, in turn with a constant of the same server: same client, connections and token.

	The constant is one that a client asks for as it asks for a case: with a token, answered with JSON of about the same length. What
	is left between the two is what finding a case costs. The probe /healthz is told beside it: three bytes to anybody.
	At the first load the client sleeps while a case is answered, and hardly ever while a constant is: a part of what differs is
	the kernel waking it on the other core. The second load keeps both cores busy; how connections fall to threads then decides much."""
	bed.need("govbus-gateway")
	if not shutil.which("wrk"):
		raise NotMeasured("wrk is not installed")
	a_bus, written = fill(bed, bed.cases, 2)
	fold(bed, a_bus, written)
	ids = some_cases(a_bus)
	random.Random(7).shuffle(ids)
	asked = {load: ask_in_turn(bed, a_bus, ids, *load) for load in LOADS}
	threads, connections = LOADS[0]
	bed.figure(
		"case_get_ratio", ratios(asked[LOADS[0]], "constant"),
		f"{bed.cases:,} cases, {len(ids):,} of them asked for in random order, against {CONSTANT}; {connections} connections, {threads} thread of the gateway\n"
		+ "\n".join(told_of_load(load, asked[load]) for load in LOADS),
	)


def ratios(rounds, other):
	"""Of each round: cases a second against the other answers a second."""
	return [one["case"][0] / one[other][0] for one in rounds]


def told_of_load(load, rounds):
	"""The medians of each script at one load, and the two ratios."""
	threads, connections = load
	per_script = "; ".join(
		f"{script} {statistics.median(one[script][0] for one in rounds):,.0f}/s, {statistics.median(one[script][1] for one in rounds):.1f} us of CPU"
		for script in SCRIPTS
	)
	against = ", ".join(f"{statistics.median(ratios(rounds, other)):.3f} of {other}" for other in SCRIPTS if other != "case")
	return f"{'':26}{threads} and {connections}: {per_script}; a case is {against}"


def ask(asking, key, script, token, connections):
	"""(answers a second, microseconds of the gateway's CPU an answer)"""
	pid = asking.programs[key].pid
	before, began = cpu_us(pid), steady()
	per_s = wrk(asking.addresses[key], f"{asking.home}/{script}.lua", token, connections)
	return per_s, (cpu_us(pid) - before) / (per_s * (steady() - began))


def ask_in_turn(bed, a_bus, ids, threads, connections):
	"""For each round what each script got, of a gateway with so many threads over the last rebuild's store."""
	home = tempfile.mkdtemp(prefix="govbus-bench.")
	bed.homes.append(home)
	os.symlink(f"{bed.store}/case-status", f"{home}/case-status")
	with bed.watched(bus.Bus(home=home, prefix=a_bus.prefix)) as asking:
		token = bench_bed.token(asking)
		key = asking.start("gateway", "--http-threads", str(threads), ready=False)
		bus.wait_for("the gateway answers a case", lambda: answers(asking, key, ids[0], token), 60)
		write_scripts(asking.home, ids)
		rounds = [{script: ask(asking, key, script, token, connections) for script in SCRIPTS} for _ in range(bed.rounds)]
		bed.note_memory(asking)
	return rounds


def answers(a_bus, key, case, token):
	try:
		return a_bus.get(f"/v1/cases/{case}", token=token, of=key)[0] == 200
	except OSError:
		return False


# ---- growth

def growth(bed, _):
	"""What one event costs to fold when there are ten times as many cases."""
	ratios = []
	small, large = bed.cases // 40, bed.cases // 4
	for _ in range(bed.rounds):
		per_s = [fold(bed, *fill(bed, cases, STEPS))["per_s"] for cases in (small, large)]
		ratios.append(per_s[0] / per_s[1])
	bed.figure("cost_growth_10x", ratios, f"time to fold one record with {large:,} cases against {small:,}, {THREADS} threads")
