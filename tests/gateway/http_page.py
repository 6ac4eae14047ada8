"""docs/HTTP.md against what a gateway answers: every member of an answer stands there, in its object."""
import re
import urllib.parse
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/HTTP.md"
LINK = re.compile(r"\[([^]]+)\]\(#")


class Page:
	def __init__(self, text=None):
		self.objects, self.routes, self.seen = {}, [], set()
		text = PAGE.read_text() if text is None else text
		for head, body in re.findall(r"^### (.*?)\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE):
			method, _, pattern = head.partition(" ")
			if pattern.startswith("/"):
				answer = body[body.index("\nAnswer: ") :]
				self.routes.append((method, re.compile(re.sub(r"\{\w+\}", "[^/]+", pattern) + r"\Z"), LINK.findall(answer)))
			else:
				self.objects[head] = {name: kind for name, kind in re.findall(r"^\| `(\w+)` \| (.*?) \|", body, re.MULTILINE)}

	def answered(self, method, path, status, body):
		"""Raises at the first member that the page does not have where it stands."""
		path = urllib.parse.urlsplit(path).path
		route = next((links for m, pattern, links in self.routes if m == method and pattern.match(path)), None)
		if not isinstance(body, dict) or (route is None and status < 400):
			assert status >= 300 or path.startswith(("/healthz", "/readyz", "/metrics")), (method, path, body)
			return
		items = [body] if "items" not in body or method == "GET" else body["items"]
		for item in items:
			failed = (status if item is body else item["status"]) >= 400
			self.check(["problem"] + route if failed and route else ["problem"] if failed else self.roots(route), item, f"{method} {path}")

	def roots(self, links):
		"""An outcome that is asked for is a line, or an outcome, and more."""
		return links + ["line", "outcome"] if "found outcome" in links else links

	def check(self, names, value, where):
		known = {}
		for name in reversed(names):
			known.update(self.objects[name])
		for member, inner in value.items():
			assert member in known, f"{where}: docs/HTTP.md has no member {member} in {' or '.join(names)}: {value}"
			self.seen.update((name, member) for name in names if member in self.objects[name])
			links = LINK.findall(known[member])
			for one in inner if isinstance(inner, list) else [inner]:
				if isinstance(one, dict) and known[member] != "data":
					assert links, f"{where}: docs/HTTP.md says {member} is {known[member]}, not {one}"
					self.check(links, one, f"{where} {member}")

	def unseen(self):
		return {f"{name}.{member}" for name, members in self.objects.items() for member in members} - {f"{name}.{member}" for name, member in self.seen}


def watch(bus, page):
	"""From now on every answer that this bus's gateway gives is held against the page."""
	ask = bus.request

	def asked(method, path, *rest, of="gateway", **more):
		status, headers, body = ask(method, path, *rest, of=of, **more)
		if of == "gateway":
			page.answered(method, path, status, body)
		return status, headers, body

	bus.request = asked
