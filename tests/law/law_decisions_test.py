#!/usr/bin/env python3
"""docs/ARCHITECTURE.md leads to every decision of docs/DECISIONS.md, and to none that is not there; no two have one name."""
import re

import law

FROM, TO = "docs/ARCHITECTURE.md", "docs/DECISIONS.md"
LONGEST = 90


def anchor(heading):
	"""The name by which a heading is linked to."""
	return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def check(root):
	headings = re.findall(r"^### (.*)$", law.read(root, TO), re.MULTILINE)
	linked = re.findall(r"\]\(DECISIONS\.md#([\w-]+)\)", law.read(root, FROM))
	named = {anchor(heading) for heading in headings}
	complaints = [f"{FROM} has no link to {one}" for one in sorted(named - set(linked))]
	complaints += [f"{TO} has no {one}" for one in sorted(set(linked) - named)]
	complaints += [f"{TO}: twice: {one}" for one in sorted(set(headings)) if headings.count(one) > 1]
	return complaints + [f"{TO}: more than {LONGEST} letters: {one}" for one in headings if len(one) > LONGEST]


def tree(decisions, links):
	return {TO: decisions, FROM: links}


law.main(
	check,
	planted={
		"no link to what-we-do": tree("### What we do\n", ""),
		"has no gone": tree("", "[Gone](DECISIONS.md#gone)\n"),
		"twice: A": tree("### A\n### A\n", "[A](DECISIONS.md#a)\n"),
		"more than": tree(f"### {'a' * (LONGEST + 1)}\n", f"[A](DECISIONS.md#{'a' * (LONGEST + 1)})\n"),
	},
	innocent=tree("### A decider's own: 2 things\n", "[A](DECISIONS.md#a-deciders-own-2-things)\n"),
)
