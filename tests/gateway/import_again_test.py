#!/usr/bin/env python3
"""govbus import called again: what was refused is asked again, and nothing else; of another bus nothing had been; nothing is done without the gateway."""
# @needs programs
# @timeout 120
import concurrent.futures
import json
import subprocess
import threading
import time

from import_bed import DONE, REFUSED, Bed, event, lines

REPEATED, FORBIDDEN = {"status": 200}, {"status": 403, "title": "forbidden"}


def refusing(**refused):
	"""Answers by id: what is not named here is done."""
	return lambda ids: (200, {}, [refused.get(id_, DONE) for id_ in ids])


def asked_again():
	"""Each time only what was refused the time before; repeats are told from new ones; once nothing is, it says since when, and by which command."""
	text = lines(*"abcdef") + "no event\n"
	with Bed(refusing(b=REFUSED, d=FORBIDDEN, f=REFUSED)) as bed:
		assert bed.run(text).returncode == 65
		bed.server.answer = refusing(b=REPEATED, f=REFUSED)
		done = bed.run(text)
		assert done.returncode == 65 and bed.posted()[1:] == [["b", "d", "f"]], bed.posted()
		assert "; 3 that were refused then, asked again; 1 events accepted, 1 had been before, 1 refused; 1 lines gave none\n" in done.stdout, done.stdout
		assert "NO_CASE; line 6\n" in done.stdout and "; line 7\n" in done.stdout, done.stdout
		bed.server.answer = refusing()
		assert "1 that were refused then, asked again; 1 events accepted, 0 had been before, 0 refused; 1 lines gave none" in bed.run(text, "--batch", "7").stdout
		assert bed.posted()[2:] == [["f"]], bed.posted()
		done = bed.run(text)
		assert done.returncode == 65 and "; line 7\n" in done.stdout, f"a line that is no event stays one: {done}"
		assert f"imported before ({time.strftime('%Y-')}" in done.stdout and ", govbus import --home " in done.stdout and "--batch 7 " in done.stdout, done.stdout
		assert "); nothing posted; 1 lines gave none\n" in done.stdout and len(bed.posted()) == 3, done.stdout
		assert len(list(bed.home.glob("import/*.refused"))) == 1, "no round leaves its file behind"
	with Bed(refusing()) as bed:
		bed.run(lines("a"))
		done = bed.run(lines("a"))
		assert done.returncode == 0 and "nothing posted; 0 lines gave none\n" in done.stdout and bed.posted() == [["a"]], done


def killed():
	"""Killed while it asks again, it goes on there; each refusal is in the summary once."""
	hang = threading.Event()

	def answer(ids):
		if ids == ["c"] and not hang.is_set():
			hang.set()
			time.sleep(1)
		return 200, {}, [REFUSED if id_ in "bd" else DONE for id_ in ids]

	with Bed(refusing(**dict.fromkeys("abcd", REFUSED))) as bed:
		assert bed.run(lines(*"abcd")).returncode == 65
		bed.server.answer = answer
		command = bed.command(lines(*"abcd"), "--batch", "1")
		run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
		assert hang.wait(20)
		run.kill()
		run.wait()
		done = subprocess.run(command, capture_output=True, text=True, timeout=60)
		assert bed.posted()[1:] == [["a"], ["b"], ["c"], ["c"], ["d"]], bed.posted()
		assert "2 events accepted, 0 had been before, 2 refused" in done.stdout and "       2  NO_CASE; line 2, 4\n" in done.stdout, done


def at_once():
	"""While one imports a file another does not begin to, since both would keep one list of what was refused; that list is the first one's."""
	first, go_on = threading.Event(), threading.Event()

	def answer(ids):
		first.set()
		assert go_on.wait(20)
		return 200, {}, [REFUSED if id_ == "b" else DONE for id_ in ids]

	with Bed(answer) as bed:
		command = bed.command(lines(*"ab"), "--batch", "1")
		run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
		assert first.wait(20)
		other = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
		try:
			said = other.communicate(timeout=5)
		finally:
			go_on.set()
		assert other.returncode == 75 and said[1] == "govbus import: stopped: this file is being imported by another process; the same command goes on from here\n", (other.returncode, said)
		said = run.communicate(timeout=20)[0]
		assert run.returncode == 65 and "1 events accepted, 0 had been before, 1 refused" in said and "NO_CASE; line 2\n" in said and bed.posted() == [["a"], ["b"]], (said, bed.posted())


def buses():
	"""Another bus at the same address has had nothing; the same one at another address has had all."""
	with Bed(refusing()) as bed, Bed(refusing()) as other:
		bed.run(lines("a"))
		bed.server.bus = "fedcba9876543210"
		assert "1 events accepted" in bed.run(lines("a")).stdout and bed.posted() == [["a"], ["a"]]
		command = bed.command(lines("a"))
		command[command.index("--gateway") + 1] = f"127.0.0.1:{other.server.server_address[1]}"
		done = subprocess.run(command, capture_output=True, text=True, timeout=60)
		assert done.returncode == 0 and "imported before (" in done.stdout and other.posted() == [], done


def no_gateway():
	"""Where none answers nothing is claimed, of a file that was imported neither: it waits, and says for whom."""
	with Bed(refusing()) as bed:
		command = bed.command(lines("a"))
		assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0
		command[command.index("--gateway") + 1] = "127.0.0.1:1"
		run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
		said = run.stderr.readline()
		assert run.poll() is None and said.startswith("govbus import: waiting: ") and "127.0.0.1" in said, said
		run.kill()
		assert run.communicate()[0] == ""


def tokens():
	"""A token that is none, and one that may not post these, leave all to be done by the right one."""
	with Bed(lambda ids: (200, {}, [DONE] * len(ids))) as bed:
		(bed.home / "wrong").write_text("w" * 43 + "\n")
		done = bed.run(lines("a"), "--token-file", bed.home / "wrong")
		assert done.returncode == 77 and "the gateway answered 401" in done.stderr and bed.posted() == [] and not (bed.home / "import").exists(), done
		assert bed.run(lines("a")).returncode == 0
		assert bed.run(lines("a"), "--token-file", bed.home / "wrong").returncode == 77
		bed.server.answer = refusing(b=FORBIDDEN, c=FORBIDDEN)
		assert bed.run(lines("b", "c")).returncode == 65
		bed.server.answer = refusing()
		done = bed.run(lines("b", "c"))
		assert done.returncode == 0 and "2 events accepted" in done.stdout and bed.posted()[-2:] == [["b", "c"]] * 2, done


def rows():
	"""Of a row's events the second may be refused or malformed where the first goes in: that is said, and it alone is asked again."""
	what = {"source": "/t", "time": "2023-01-19T09:00:00+08:00", "place": "530102"}
	mapping = {"events": [
		{**what, "type": "gov.case.reported.v1", "id": {"column": "key"}, "data": {"type_code": "UM01", "title": "t"}},
		{**what, "type": "gov.case.closed.v1", "id": {"column": "key", "after": "-closed"}, "subject": {"case": True}, "place": "", "data": {"outcome": {"column": "outcome"}}},
	]}
	text = "key,outcome\na,resolved\nb,painted\nc,resolved\n"
	with Bed(refusing(**{"a-closed": REFUSED})) as bed:
		(bed.home / "mapping.json").write_text(json.dumps(mapping))
		done = bed.run(text, "--mapping", bed.home / "mapping.json", "--check")
		assert ": line 3: event 2 of its row: data.outcome: " in done.stdout and "5 events are well-formed, 1 lines are not" in done.stdout, done.stdout
		done = bed.run(text, "--mapping", bed.home / "mapping.json")
		assert done.returncode == 65 and bed.posted() == [["a", "a-closed", "b", "c", "c-closed"]], bed.posted()
		assert "4 lines; 4 events accepted, 0 had been before, 1 refused; 0 lines gave none, 1 not all of theirs\n" in done.stdout, done.stdout
		assert "  event 2 of its row: NO_CASE; line 2\n" in done.stdout and "  event 2 of its row: data.outcome: " in done.stdout, done.stdout
		bed.server.answer = refusing()
		done = bed.run(text, "--mapping", bed.home / "mapping.json")
		assert done.returncode == 65 and bed.posted()[1:] == [["a-closed"]], bed.posted()
		assert "1 events accepted, 0 had been before, 0 refused; 0 lines gave none, 1 not all of theirs" in done.stdout, done.stdout
		# Whoever puts the row right gets what is missing: the rest has been.
		bed.server.answer = lambda ids: (200, {}, [DONE if id_ == "b-closed" else REPEATED for id_ in ids])
		done = bed.run(text.replace("painted", "resolved"), "--mapping", bed.home / "mapping.json")
		assert done.returncode == 0 and "1 events accepted, 5 had been before, 0 refused; 0 lines gave none\n" in done.stdout, done


def midnights():
	"""A midnight is asked again where it was refused itself, not where an event after it was."""
	text = event("a") + "\n" + event("b").replace("-19T", "-20T") + "\n"
	nights = ["midnight-2023-01-19T00:00:00.000000+08:00", "midnight-2023-01-20T00:00:00.000000+08:00"]
	with Bed(refusing(**{nights[1]: FORBIDDEN, "a": FORBIDDEN, "b": FORBIDDEN})) as bed:
		done = bed.run(text, "--history")
		assert bed.posted() == [[nights[0], "a", nights[1], "b"]] and "  the midnight before it: forbidden; line 2\n" in done.stdout, done
		bed.server.answer = refusing()
		done = bed.run(text, "--history")
		assert bed.posted()[1:] == [["a", nights[1], "b"]] and "2 events accepted" in done.stdout and "1 midnights passed" in done.stdout, done


def silence():
	"""A gateway that takes its time is waited for aloud, whatever it was asked."""
	def slowly(ids):
		time.sleep(6)
		return 200, {}, [DONE] * len(ids)

	with Bed(slowly) as bed:
		done = bed.run(lines("a"), "--quiet")
		assert done.returncode == 0 and done.stderr.count("waiting: the gateway has not answered for ") == 1 and len(done.stdout.splitlines()) == 1, done
		bed.server.answer, bed.server.asked_s = refusing(), 6
		assert bed.run(lines("b")).stderr.count("waiting: the gateway has not answered for ") == 1


with concurrent.futures.ThreadPoolExecutor() as pool:
	for done in [pool.submit(test) for test in (asked_again, killed, at_once, buses, no_gateway, tokens, rows, midnights, silence)]:
		done.result()
