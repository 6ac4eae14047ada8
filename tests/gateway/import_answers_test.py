#!/usr/bin/env python3
"""govbus import against a gateway that answers what it is told to: what is posted again, after which wait; progress; a kill; files of every make."""
# @needs programs
# @timeout 120
import resource
import signal
import subprocess
import threading
import time

from import_bed import AWAY, DONE, LATE, REFUSED, Bed, answers, event, lines


def only_what_is_open():
	"""Of a batch, events without an outcome are posted again, alone; and a refusal behind one, which may be its doing."""
	first = [DONE, REFUSED, AWAY, DONE, REFUSED, {"status": 422, "title": "bad"}]
	with Bed(answers(first, [LATE, REFUSED], [{"status": 200}, DONE])) as bed:
		done = bed.run(lines("a", "b", "c", "d", "e", "f"))
		assert done.returncode == 65, "it says that something was refused"
		assert bed.posted() == [["a", "b", "c", "d", "e", "f"], ["c", "e"], ["c", "e"]], bed.posted()
		assert "6 lines; 3 events accepted, 1 had been before, 2 refused; 0 lines gave none" in done.stdout, done.stdout
		assert "NO_CASE; line 2\n" in done.stdout and "bad; line 6\n" in done.stdout, done.stdout
		assert "waiting: 2 of 6 events have no outcome yet" in done.stderr, done.stderr
		assert all(wait > 0.15 for wait in bed.waits()), bed.waits()


def waits_grow():
	"""A gateway that goes on saying later is asked less and less often; Retry-After is the least; progress is said meanwhile."""
	with Bed(answers([LATE], [LATE], [LATE], [LATE])) as bed:
		done = bed.run(lines("a"))
		waits = bed.waits()
		assert done.returncode == 0 and len(waits) == 4, (done, waits)
		assert all(wait > 0.19 * 2**n for n, wait in enumerate(waits)), waits
		assert ".ndjson: 0 of 1 events\n" in done.stdout, done.stdout
	turns = iter([(503, {"Retry-After": "1"}, [])])
	with Bed(lambda ids: next(turns, (200, {}, [DONE] * len(ids)))) as bed:
		assert bed.run(lines("a"), "--quiet").returncode == 0
		assert len(bed.waits()) == 1 and bed.waits()[0] > 0.95, bed.waits()


def progress():
	"""What takes longer than two seconds says how far it is, how fast, and how long it will take; --quiet does not."""
	def slowly(ids):
		time.sleep(0.6)
		return 200, {}, [DONE] * len(ids)

	for quiet in ([], ["--quiet"]):
		with Bed(slowly) as bed:
			said = bed.run(lines(*"abcdef"), "--batch", "1", *quiet).stdout.splitlines()
			assert len(said) == 1 if quiet else len(said) >= 2, said
			assert quiet or (" of 6 events, " in said[0] and said[0].endswith(" s left")), said


def killed():
	"""Killed while a batch is half settled, it goes on with that batch; each refusal is in the summary once."""
	hang, dead = threading.Event(), threading.Event()

	def answer(ids):
		if ids == ["d"] and not hang.is_set():
			hang.set()
			assert dead.wait(60)
		return 200, {}, [LATE if id_ == "d" and not hang.is_set() else REFUSED if id_ == "c" else DONE for id_ in ids]

	with Bed(answer) as bed:
		command = bed.command(lines(*"abcd"), "--batch", "2")
		run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
		assert hang.wait(20)
		run.kill()
		run.wait()
		dead.set()
		done = subprocess.run(command, capture_output=True, text=True, timeout=60)
		assert bed.posted() == [["a", "b"], ["c", "d"], ["d"], ["c", "d"]], bed.posted()
		assert "3 events accepted, 0 had been before, 1 refused" in done.stdout and "       1  NO_CASE; line 3\n" in done.stdout, done


def files():
	"""Mixed line ends and a byte order mark are read; what is no JSON, not UTF-8, or too big is refused with its line; --check posts nothing."""
	bad = b"\xef\xbb\xbf" + event("a").encode() + b"\r\n" + event("b").encode().replace(b'"t"', b'"\xff"') + b"\n{\n" + event("c").replace('"t"', '"' + "x" * 5000000 + '"').encode() + b"\n\n" + event("d").encode()
	with Bed(answers()) as bed:
		done = bed.run(bad, "--check")
		assert done.returncode != 0 and bed.posted() == [] and not (bed.home / "import").exists(), done
		assert [line.split(":")[1] for line in done.stdout.splitlines()[:-1]] == [" line 2", " line 3", " line 4"], done.stdout
		assert "6 lines, 2 events are well-formed, 3 lines are not; nothing was posted" in done.stdout, done.stdout
		done = bed.run(bad)
		assert "not UTF-8 text; where the file is GBK: iconv" in done.stdout, done.stdout
		assert bed.posted() == [["a", "d"]] and "; line 2\n" in done.stdout and "; line 4\n" in done.stdout, done


def refusals():
	"""What was refused is named, on the disk before the place that says so, each line once, also after a second run."""
	bad = [event(id_).replace("530102", "53010") for id_ in "bc"] + [event("d").replace('"title"', '"ti\\ntle"')]
	text = "".join(line + "\n" for line in (event("a"), *bad, event("e"), event("f")))
	with Bed(lambda ids: (200, {}, [{"status": 409, "guard": "NO\nCASE"} if id_ == "f" else DONE for id_ in ids])) as bed:
		done = bed.run(text, "--batch", "1")
		path = next(bed.home.glob("import/*.refused"))
		noted = path.read_text()
		assert done.returncode == 65 and [line.split("\t")[0] for line in noted.splitlines()] == ["2", "3", "4", "6"], (done, noted)
		assert "4\tdata.?: is not a member" in noted and "\tplace: " in noted and "6\tNO CASE\n" in noted, noted
		assert "place: " in done.stdout and "; line 2, 3\n" in done.stdout and str(path) in done.stdout, done.stdout
		again = bed.run(text, "--batch", "1")
		path = next(bed.home.glob("import/*.refused"))
		assert (again.stdout.split("\n", 1)[1].replace(".2.refused", ".refused"), again.returncode, path.read_text()) == (done.stdout.split("\n", 1)[1], 65, noted), again
		assert bed.posted() == [["a"], ["e"], ["f"], ["f"]], bed.posted()
		path.unlink()
		assert f"{path} is gone: all events are asked again" in bed.run(text).stderr and bed.posted()[4:] == [["a", "e", "f"]], bed.posted()


def reasons():
	"""A refusal says in words why, and which guard or field it was; not that it was refused, which is known. What was only tried is no repeat: it is not in."""
	problem = {"status": 409, "title": "the action was refused"}
	with Bed(answers([
		{**problem, "reason": "GUARD", "guard": "STATE", "guard_en": "the state does not allow this", "detail": "state RP"}, {**problem, "reason": "INVALID", "reason_en": "the action is not valid", "detail": "place: is missing"},
		{**problem, "title": "used for something else"}, {"status": 422, "title": "a member is wrong", "field": "data.title", "detail": "is too long"},
		{"status": 200, "outcome": "tried", "would": "accepted"},
	])) as bed:
		done = bed.run(lines("a", "b", "c", "d", "e"))
		assert done.returncode == 65 and "0 events accepted, 0 had been before, 5 refused" in done.stdout, done
		assert next(bed.home.glob("import/*.refused")).read_text().splitlines() == [
			"1\tSTATE: the state does not allow this: state RP", "2\tthe action is not valid: place: is missing", "3\tused for something else", "4\ta member is wrong: data.title: is too long", "5\tonly tried, as its dryrun says: it would be accepted",
		]


def full_disk():
	"""Where a refusal cannot be written the import stops before the place that would say it was; with room again each is there once."""
	def small_files():
		resource.setrlimit(resource.RLIMIT_FSIZE, (25, 25))
		signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

	with Bed(lambda ids: (200, {}, [REFUSED] * len(ids))) as bed:
		command = bed.command(lines(*"abcd"), "--batch", "1")
		done = subprocess.run(command, capture_output=True, text=True, timeout=60, preexec_fn=small_files)
		assert done.returncode == 74 and "stopped: input or output failed" in done.stderr and bed.posted() == [["a"], ["b"], ["c"]], (done, bed.posted())
		assert subprocess.run(command, capture_output=True, timeout=60).returncode == 65 and bed.posted()[3:] == [["c"], ["d"]], bed.posted()
		assert next(bed.home.glob("import/*.refused")).read_text() == "".join(f"{n}\tNO_CASE\n" for n in (1, 2, 3, 4))


def denied():
	"""A token that may not post ends it at once, with the gateway's reason; nothing is marked as done."""
	with Bed(lambda ids: (403, {}, [])) as bed:
		done = bed.run(lines("a"))
		assert done.returncode != 0 and "the gateway answered 403" in done.stderr and len(bed.posted()) == 1, done
		assert not list(bed.home.glob("import/*.checkpoint"))


for test in (only_what_is_open, waits_grow, progress, killed, files, refusals, reasons, full_disk, denied):
	test()
