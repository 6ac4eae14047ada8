#!/usr/bin/env python3
"""govbus query against a gateway that answers what it is told to: what it asks for, tables that stand straight, exit codes."""
# @needs programs
import http.server
import json
import os
import subprocess
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOVBUS = Path(os.environ.get("GOVBUS_BIN", ROOT / "build/dev/bin")) / "govbus"


class Gateway(http.server.BaseHTTPRequestHandler):
	"""Answers with server.status and server.body; keeps the path."""

	def do_GET(self):
		self.server.path = self.path
		body = json.dumps(self.server.body, ensure_ascii=False).encode()
		self.send_response(self.server.status)
		self.send_header("Content-Length", str(len(body)))
		self.end_headers()
		self.wfile.write(body)

	def log_message(self, *_):
		pass


def ask(server, *words, status=200, body=None):
	server.status, server.body = status, body if body is not None else {"items": [], "next": ""}
	address = f"127.0.0.1:{server.server_address[1]}"
	return subprocess.run([GOVBUS, "query", "--gateway", address, "--home", "nowhere", *words], capture_output=True, text=True, timeout=30)


def columns(text):
	"""Terminal columns: the wide characters that this test uses take two."""
	return sum(2 if "\u4e00" <= c <= "\u9fff" or "\uff00" <= c <= "\uff60" else 1 for c in text)


def tables(server):
	"""Each column begins at one place, under its name, however wide its Chinese text; a title's line break or escape breaks no line."""
	items = [
		{"id": "a", "title": "灯坏了", "state": {"code": "RP", "zh": "已上报", "en": "reported"}},
		{"id": "bbbb", "title": "road broken\n\u001b[31m\uff08两处\uff09", "due_at": "2023-01-19T09:00:00+08:00"},
	]
	done = ask(server, "cases", "place=53", body={"items": items, "next": "", "as_of": [{"tick": "2023-02-01"}, {"tick": "2023-01-31"}]})
	head, first, second = done.stdout.splitlines()[1:4]
	assert done.returncode == 0 and head.split() == ["id", "title", "state", "due_at"], done
	assert "\x1b" not in done.stdout and "broken  [31m" in second, done
	starts = [columns(head[: head.index(name)]) for name in ("id", "title", "state", "due_at")]
	assert [columns(first[: first.index(text)]) for text in ("a", "灯坏了", "RP 已上报 reported")] == starts[:3], done.stdout
	assert [columns(second[: second.index(text)]) for text in ("bbbb", "road broken", "2023")] == [starts[0], starts[1], starts[3]], done.stdout
	assert second.endswith("+08:00") and "as_of            2023-01-31\n" in done.stdout, done.stdout
	paged = ask(server, "timeline", "a", "limit=1", body={"items": items[:1], "next": "Ab-_", "as_of": []})
	assert "next             cursor=Ab-_" in paged.stdout.splitlines() and server.path == "/v1/cases/a/timeline?limit=1", paged
	last = ask(server, "timeline", "a", "cursor=Ab-_", body={"items": items[:1], "next": None, "as_of": []})
	assert "next             null" in last.stdout.splitlines() and server.path.endswith("?cursor=Ab-_"), last
	empty = ask(server, "cases")
	assert empty.returncode == 0 and empty.stdout.startswith("items"), empty


def case(server):
	"""What may be done next stands under the case, with how long a hold may last; a line without it ends where its text ends. The answer says
	how old it is, before the first tick too."""
	held = {"type": "gov.case.held.v1", "needs": ["hold_until"], "hold_until_max": "2023-06-11T10:00:00+08:00"}
	body = {"id": "a", "next": [{"type": "gov.case.returned.v1", "needs": ["reason"]}, held], "as_of": {"partition": 15, "offset": 5}}
	done = ask(server, "case", "a", body=body).stdout
	assert done.splitlines()[1:] == [
		"next:",
		"type                  needs           hold_until_max",
		'gov.case.returned.v1  ["reason"]',
		'gov.case.held.v1      ["hold_until"]  2023-06-11T10:00:00+08:00',
		'as_of            {"partition":15,"offset":5}',
	], done
	body["as_of"]["tick"] = "2023-01-31"
	assert "as_of            2023-01-31\n" in ask(server, "case", "a", body=body).stdout
	assert "as_of            no tick yet\n" in ask(server, "cases", body={"items": [], "as_of": [{"partition": 0, "offset": 1}]}).stdout


def asks(server):
	"""Each question is a path; what follows is its query, escaped; --json shows the answer as it came."""
	for words, path in (
		(["case", "a/b"], "/v1/cases/a%2Fb"), (["timeline", "x"], "/v1/cases/x/timeline"), (["receipt", "x"], "/v1/receipts/x"), (["place", "53"], "/v1/places/53"),
		(["board", "53", "from=2023-01-01"], "/v1/boards/53?from=2023-01-01"), (["places", "name=五华 &"], "/v1/places?name=%E4%BA%94%E5%8D%8E%20%26"),
		(["codes", "types"], "/v1/codes/types"), (["cases", "place=53", "state=RP"], "/v1/cases?place=53&state=RP"), (["outcome", "subject=s", "source=/a", "id=1"], "/v1/outcomes?subject=s&source=%2Fa&id=1"),
	):
		assert ask(server, *words).returncode == 0 and server.path == path, (words, server.path)
	body = {"items": [{"title": "灯"}], "next": "", "as_of": []}
	assert json.loads(ask(server, "cases", "--json", body=body).stdout) == body


def exits(server):
	"""What is not there, what is no question, here or to the gateway, and who is not there each have their own exit, which the manual lists."""
	problem = {"title": "not found", "status": 404}
	absent, refused = ask(server, "case", "x", status=404, body=problem), ask(server, "cases", "limit=0", status=400, body=problem)
	usage = [ask(server, *words) for words in ([], ["paint"], ["case"], ["cases", "place"])]
	away = subprocess.run([GOVBUS, "query", "--gateway", "127.0.0.1:1", "cases"], capture_output=True, text=True, timeout=30)
	assert "not found" in absent.stdout, absent
	documented = {row.split()[1] for row in subprocess.run([GOVBUS, "help", "exit-codes"], capture_output=True, text=True).stdout.splitlines()[2:]}
	for status, code in ((400, 64), (401, 77), (403, 77), (404, 66), (405, 64), (429, 75), (500, 71), (503, 75)):
		told = ask(server, "cases", status=status, body=problem)
		assert told.returncode == code and str(code) in documented, (status, told)
	assert all(one.returncode == usage[0].returncode and "a question is one of" in one.stderr and not one.stdout for one in usage), usage
	assert "127.0.0.1:1" in away.stderr and "is it running" in away.stderr, away
	assert refused.returncode == usage[0].returncode, (refused, usage)
	# A token that was not there to be sent is told with the answer, and only then; an address may come as a browser has it.
	without = [ask(server, "cases", status=status, body=problem) for status in (401, 404)]
	assert "govbus query: token file nowhere/tokens/province: not found; make one" in without[0].stderr and not without[1].stderr, without
	address = f"http://127.0.0.1:{server.server_address[1]}/"
	server.status = 200
	assert subprocess.run([GOVBUS, "query", "--gateway", address, "cases"], capture_output=True, timeout=30).returncode == 0 and server.path == "/v1/cases", server.path
	codes = [0, absent.returncode, usage[0].returncode, away.returncode]
	assert len(set(codes)) == len(codes), codes
	token = subprocess.run([GOVBUS, "query", "--token-file", "/nowhere/token", "cases"], capture_output=True, text=True, timeout=30)
	assert token.returncode == usage[0].returncode and "/nowhere/token: not found" in token.stderr, token


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
	threading.Thread(target=server.serve_forever, daemon=True).start()
	tables(server)
	case(server)
	asks(server)
	exits(server)
	server.shutdown()
