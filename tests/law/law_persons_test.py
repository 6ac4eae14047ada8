#!/usr/bin/env python3
"""Cases, places, deadlines and projects, never persons: nothing is keyed, indexed, counted or looked up by a person."""
import re

import law

PERSON = r"(?:persons?|citizens?|residents?|reporters?|petitioners?|complainants?|suspects?|offenders?|households?)"
SECRET = r"(?:id_?card|identity_no|identity_number|phone|phone_no|mobile|bank_?card)"
BROKEN = [
	(re.compile(rf"\b(?:TABLE|INDEX|KEY)_\w*(?:{PERSON}|{SECRET})\w*", re.I), "a table, index or key of persons"),
	(re.compile(rf"\b\w*(?:by|per|of_each)_(?:{PERSON}|{SECRET})\b", re.I), "something looked up by person"),
	(re.compile(rf"\b(?:\w+_)?{PERSON}_(?:id|no|number|key|score|rank|risk|profile|history)\b", re.I), "a person's key or score"),
	(re.compile(rf"\b(?:\w+_)?{SECRET}_(?:key|index|hash)\b", re.I), "a personal number as a key"),
]
ROUTE = re.compile(rf'"/v\d+/{PERSON}\b', re.I)


def check(root):
	complaints = []
	for path in law.sources(root, ".c", ".h", ".def"):
		if re.search(rf"(^|_){PERSON}(_|\.)", path.name):
			complaints.append(f"{path}: a file about persons")
		text = law.read(root, path)
		for number, line in enumerate(law.code_only(text).split("\n"), 1):
			for pattern, what in BROKEN:
				found = pattern.search(line)
				if found:
					complaints.append(f"{path}:{number}: {what}: {found.group(0)}")
		for number, line in enumerate(law.code_only(text, keep_strings=True).split("\n"), 1):
			if ROUTE.search(line):
				complaints.append(f"{path}:{number}: a route about persons")
	return complaints


law.main(
	check,
	planted={
		"a table": {"projections/x.c": "\tTABLE_PERSON_CASES,\n"},
		"looked up by": {"projections/x.h": "int cases_by_phone(int);\n"},
		"key or score": {"schemas/x.def": "FIELD(citizen_id, TEXT)\n"},
		"as a key": {"common/x.c": "int id_card_hash;\n"},
		"a route": {"producers/x.c": '\t{ "/v1/persons/{id}", 0 },\n'},
		"a file": {"projections/person_board.c": "\n"},
	},
	innocent={
		"schemas/x.def": "FIELD(reporter_name, SEAL)\n/* never by_person */\nFIELD(reporter_phone, SEAL)\n",
		"projections/x.c": "\tTABLE_CASE_BY_PLACE,\n\tpersonal_number_found(text);\n",
	},
)
