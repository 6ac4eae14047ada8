#!/usr/bin/env python3
"""A mapping with a mistake is refused before a row is read, and it is said where: a misspelt name would leave its member out of every event. Every form that is
documented passes."""
# @needs programs
import copy
import json

from import_bed import Bed, answers

USAGE = 64
GOOD = {
	"lookups": {"type": {"lamp": "UM01"}},
	"events": [
		{
			"type": "gov.case.reported.v1", "source": "/t", "id": {"column": "key", "needed": "has no key"}, "time": {"column": "day", "after": "T09:00:00+08:00"}, "place": "530102",
			"data": {
				"type_code": {"first": [{"column": "kind", "lookup": "type"}, "UM02"]}, "title": {"join": [{"column": "what"}, {"column": "kind", "before": "(", "after": ")"}], "with": " ", "chars": 60, "otherwise": "t"},
			},
		},
		{
			"when": {"column": "done"}, "type": "gov.case.closed.v1", "source": "/t", "id": {"column": "key", "after": "-closed"}, "time": {"column": "done", "after": "T09:00:00+08:00"},
			"subject": {"case": True}, "dryrun": False, "data": {"outcome": "resolved"},
		},
	],
}
ROWS = "key,day,kind,what,done\na,2023-01-19,lamp,dark,2023-01-20\n"
NAMES = 'event 1, data.title: "%s" is none of column, first, join'
ELSEWHERE = 'event 1, data.title: "%s" may not stand here'


def title(value):
	return lambda mapping: mapping["events"][0]["data"].update(title=value)


def wrong():
	"""What is done to the mapping, and what is said of it."""
	return (
		(title({"colum": "what"}), NAMES % "colum"), (title({"column": "what", "lookups": "type"}), NAMES % "lookups"), (title({"join": [{"column": "what", "with": " "}]}), NAMES % "with"),
		(title({"column": "what", "join": ["a"]}), ELSEWHERE % "column"), (title({"otherwise": "x"}), "event 1, data.title: an object needs one of column, first, join and case"),
		(title({"column": 5}), 'event 1, data.title: "column" must be the name'), (title({"column": "what", "chars": 0}), 'event 1, data.title: "chars" must be a number from 1'),
		(title({"column": "what", "chars": "60"}), 'event 1, data.title: "chars" must be a number from 1'), (title({"column": "what", "otherwise": 1}), 'event 1, data.title: "otherwise" must be text'),
		(title({"join": ["a"], "with": 1}), 'event 1, data.title: "with" must be text'), (title({"first": []}), 'event 1, data.title: "first" and "join" must be lists'),
		(title({"first": {"column": "what"}}), 'event 1, data.title: "first" and "join" must be lists'), (title({"first": [{"first": ["a"]}]}), ELSEWHERE % "first"), (title({"first": [1]}), "event 1, data.title: must be text, or an object"),
		(title(None), "event 1, data.title: must be text, or an object"), (title(["a"]), "event 1, data.title: must be text, or an object"), (title({"case": False}), 'event 1, data.title: "case" is true'),
		(title({"case": True, "column": "what"}), 'event 1, data.title: "case" is true'), (lambda mapping: mapping["events"][1].update(when=True), "event 2, when: must be text or an object"),
		(lambda mapping: mapping["events"][1].update(when={"case": True}), "event 2, when: must be text or an object"),
		(lambda mapping: mapping["events"][1].update(data="x"), 'event 2: it and its "data"'), (lambda mapping: mapping["events"].append("x"), 'event 3: it and its "data"'),
		(lambda mapping: mapping.update(events=[]), '"events" must be a list'), (lambda mapping: mapping.update(event=[]), '"event" is neither'), (lambda mapping: mapping.update(lookups=[]), '"lookups" must be an object'),
		(lambda mapping: mapping["lookups"].update(more=["a"]), 'look-up "more" must be an object'), (lambda mapping: mapping["lookups"]["type"].update(road=1), 'look-up "type": "road" must lead to text'),
		(title({"column": "whta"}), 'column "whta" is not in the first line'), (title({"column": "what", "lookup": "kind"}), 'look-up "kind" is not in it'),
	)


def tried(bed, mapping, rows=ROWS):
	(bed.home / "mapping.json").write_text(json.dumps(mapping))
	return bed.run(rows, "--mapping", bed.home / "mapping.json")


with Bed(answers()) as bed:
	for change, said in wrong():
		mapping = copy.deepcopy(GOOD)
		change(mapping)
		done = tried(bed, mapping)
		assert done.returncode == USAGE and said in done.stderr and not bed.server.came, (said, done, bed.server.came)
	# Of two columns of one name one would be taken by chance; it matters only if it is asked for.
	done = tried(bed, GOOD, ROWS.replace("what", "kind"))
	assert done.returncode == USAGE and not bed.server.came, done
	done = tried(bed, GOOD, "what," + ROWS.replace("\na,", "\nx,a,"))
	assert done.returncode == USAGE and 'column "what" is twice in the first line' in done.stderr and not bed.server.came, done
	done = tried(bed, GOOD, "more,more," + ROWS.replace("\na,", "\nx,y,a,"))
	assert done.returncode == 0 and bed.posted() == [["a", "a-closed"]], (done, bed.posted())
