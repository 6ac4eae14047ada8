"""For tests of govbus import: a gateway that answers what it is told to, and the command beside it."""
import http.server
import json
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOVBUS = Path(os.environ.get("GOVBUS_BIN", ROOT / "build/dev/bin")) / "govbus"
DONE, LATE, AWAY, REFUSED = {"status": 201}, {"status": 202}, {"status": 503}, {"status": 409, "guard": "NO_CASE"}

class Gateway(http.server.BaseHTTPRequestHandler):
	"""Answers the batches by `answer`, a function of the ids posted; keeps what came and when."""

	protocol_version = "HTTP/1.1"

	def do_POST(self):
		ids = [event["id"] for event in json.loads(self.rfile.read(int(self.headers["Content-Length"])))]
		self.server.came.append((time.monotonic(), ids))
		status, headers, items = self.server.answer(ids)
		body = json.dumps({"items": items}).encode()
		self.send_response(status)
		for name, value in {**headers, "Content-Length": len(body)}.items():
			self.send_header(name, value)
		self.end_headers()
		self.wfile.write(body)

	def do_GET(self):
		"""Which bus it is, for whom the token is good."""
		token = self.headers["Authorization"].removeprefix("Bearer ")
		time.sleep(self.server.asked_s)
		body = json.dumps({"bus": self.server.bus, "mode": "history"} if self.path == "/v1/bus" and token in self.server.tokens else {"title": "no"}).encode()
		self.send_response(200 if self.path == "/v1/bus" and token in self.server.tokens else 401)
		self.send_header("Content-Length", str(len(body)))
		self.end_headers()
		self.wfile.write(body)

	def log_message(self, *_):
		pass


class Server(http.server.ThreadingHTTPServer):
	def handle_error(self, *_):
		pass  # a client that was killed


class Bed:
	"""A home, a token, a file and a gateway."""

	def __init__(self, answer):
		self.folder = tempfile.TemporaryDirectory(prefix="govbus-import.")
		self.home = Path(self.folder.name)
		(self.home / "token").write_text("t" * 43 + "\n")
		self.server = Server(("127.0.0.1", 0), Gateway)
		self.server.answer, self.server.came = answer, []
		self.server.bus, self.server.tokens, self.server.asked_s = "0123456789abcdef", ["t" * 43], 0
		threading.Thread(target=self.server.serve_forever, daemon=True).start()

	def __enter__(self):
		return self

	def __exit__(self, *_):
		self.server.shutdown()
		self.server.server_close()
		self.folder.cleanup()

	def command(self, text, *more):
		path = self.home / "file.ndjson"
		path.write_bytes(text if isinstance(text, bytes) else text.encode())
		gateway = f"127.0.0.1:{self.server.server_address[1]}"
		return [GOVBUS, "import", "--home", self.home, "--token-file", self.home / "token", "--gateway", gateway, *more, path]

	def run(self, text, *more):
		return subprocess.run(self.command(text, *more), capture_output=True, text=True, timeout=60)

	def posted(self):
		return [ids for _, ids in self.server.came]

	def waits(self):
		return [after - before for (before, _), (after, _) in zip(self.server.came, self.server.came[1:])]


def event(id_):
	data = {"type_code": "UM01", "title": "t"}
	return json.dumps({"specversion": "1.0", "id": id_, "source": "/t", "type": "gov.case.reported.v1", "time": "2023-01-19T09:00:00+08:00", "place": "530102", "data": data})


def lines(*ids):
	return "".join(event(id_) + "\n" for id_ in ids)


def answers(*rounds):
	"""The n-th request gets the n-th round; those after the last get that one, for as many events as came."""
	left = list(rounds)

	def answer(ids):
		items = left.pop(0) if left else None
		return 200, {}, items if items is not None else [DONE] * len(ids)

	return answer
