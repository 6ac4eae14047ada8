"""What the law tests share: reading the source tree, and showing that each law catches the violations planted for it."""
import re
import sys
import tempfile
from pathlib import Path

LAYERS = ["common", "schemas", "projections", "consumers", "producers"]
ROOT = Path(__file__).resolve().parents[2]


def sources(root, *suffixes, folders=tuple(LAYERS) + ("tests",)):
	"""Files of the layers and tests with one of these suffixes, as sorted paths relative to root."""
	found = []
	for folder in folders:
		for path in (root / folder).rglob("*"):
			if path.suffix in suffixes and path.is_file():
				found.append(path.relative_to(root))
	return sorted(found)


def read(root, path):
	return (root / path).read_text(encoding="utf-8")


COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def code_only(text, keep_strings=False):
	"""C without comments and without what strings say; every line stays where it was."""

	def blank(match):
		piece = match.group(0)
		if piece[0] in "\"'":
			return piece if keep_strings else piece[0] * 2
		return re.sub(r"[^\n]", " ", piece)

	return COMMENT_OR_STRING.sub(blank, text)


def functions(text):
	"""Yield (line, signature, lines) of each function definition: K&R puts its braces into the first column."""
	lines = code_only(text).split("\n")
	start = None
	for number, line in enumerate(lines, 1):
		if line == "{":
			first = number - 1
			while first > 0 and lines[first - 1].strip() and not lines[first - 1].startswith(("}", "#")):
				first -= 1
			signature = " ".join(part.strip() for part in lines[first : number - 1])
			start = first + 1 if "(" in signature else None
		elif line == "}" and start:
			yield start, signature, number - start + 1
			start = None


def plant(tree):
	"""A scratch source tree of the files given, as a context manager."""
	folder = tempfile.TemporaryDirectory(prefix="govbus-law-")
	for path, text in tree.items():
		file = Path(folder.name) / path
		file.parent.mkdir(parents=True, exist_ok=True)
		file.write_text(text, encoding="utf-8")
	return folder


def main(check, planted, innocent=None):
	"""Show that check(root) finds each planted violation and accepts what is innocent; then hold it against the project.

	planted maps a word that the complaint must contain to the tree {path: text} that breaks the law.
	"""
	for word, tree in planted.items():
		with plant(tree) as folder:
			complaints = check(Path(folder))
			if not any(word in complaint for complaint in complaints):
				sys.exit(f"the law does not see a planted violation: {word!r} in {sorted(tree)}; it says {complaints}")
	if innocent:
		with plant(innocent) as folder:
			complaints = check(Path(folder))
			if complaints:
				sys.exit("the law complains about innocent code:\n" + "\n".join(complaints))
	complaints = check(ROOT)
	print("\n".join(complaints))
	print(f"{len(planted)} planted violations found, {len(complaints)} in the project")
	sys.exit(1 if complaints else 0)
