#!/usr/bin/env python3
"""README.md and README.zh.md show the same commands, answers and links; what they name is there, and ./run knows its commands."""
import itertools
import re

import law

PAGES = ("README.md", "README.zh.md")
COMMAND = re.compile(r"\./run (?:govbus (?:query )?)?[a-z-]+|govbus topics --replication|curl -s \S+|GOVBUS_[A-Z_]+=")
LINK = re.compile(r"\]\(([\w./-]+)\)|`((?:examples|producers|schemas|docs|tools)/[\w./-]*)`")


def commands(text):
	return set(COMMAND.findall(text))


def paths(text):
	return {link or path for link, path in LINK.findall(text)} - set(PAGES)


def printed(text):
	"""What stands apart: commands without their comments, and answers."""
	return [re.sub(r"  +# .*", "", line) for line in text.split("\n") if line.startswith("    ")]


def check_printed(english, chinese):
	for first, second in itertools.zip_longest(printed(english), printed(chinese), fillvalue="nothing"):
		if first != second:
			return [f"{PAGES[1]}: shows {second.strip()!r} where {PAGES[0]} shows {first.strip()!r}"]
	return []


def check(root):
	english, chinese = (law.read(root, page) for page in PAGES)
	run = law.read(root, "run")
	complaints = []
	for what, find in (("command", commands), ("path", paths)):
		complaints += [f"{PAGES[1]}: no {what} {one}" for one in sorted(find(english) - find(chinese))]
		complaints += [f"{PAGES[0]}: no {what} {one}" for one in sorted(find(chinese) - find(english))]
	complaints += [f"README: {path} is not there" for path in sorted(paths(english) | paths(chinese)) if not (root / path).exists()]
	for name in sorted({command.split()[1] for command in commands(english) if command.startswith("./run")}):
		if name != "help" and not re.search(rf"^\./run {name}\b", run, re.MULTILINE):
			complaints.append(f"README: ./run help does not list {name}")
	return complaints + check_printed(english, chinese)


def tree(english, chinese, run="./run demo      all\n"):
	return {PAGES[0]: english, PAGES[1]: chinese, "run": run, "docs/A.md": ""}


law.main(
	check,
	planted={
		"README.zh.md: no command ./run demo": tree("`./run demo`", "示例"),
		"README.md: no command curl -s http://x": tree("", "    curl -s http://x"),
		"README.md: no path docs/A.md": tree("", "[甲](docs/A.md)"),
		"docs/B.md is not there": tree("`docs/B.md`", "`docs/B.md`"),
		"shows '{\"seq\":2}' where README.md shows '{\"seq\":1}'": tree("    {\"seq\":1}", "    {\"seq\":2}"),
		"shows 'nothing' where README.md shows 'id'": tree("a\n\n    $ x  # one\n    id", "甲\n\n    $ x    # 一"),
		"help does not list gone": tree("./run gone", "./run gone"),
	},
	innocent=tree("`./run demo` [a](docs/A.md)", "`./run demo` [甲](docs/A.md)"),
)
