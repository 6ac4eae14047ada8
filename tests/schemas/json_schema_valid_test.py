#!/usr/bin/env python3
"""The JSON Schemas in schemas/json are valid 2020-12; they and the door agree about golden events, random events, and these with one thing wrong, null or empty.

Two validators must say so: Python's jsonschema, and, where there are programs and so all of ./run deps, ajv.
"""
import copy
import glob
import json
import os
import random
import secrets
import subprocess
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    sys.exit("python3 has no jsonschema; cure: ./run deps unit")

SEED = int(os.environ.get("GOVBUS_SEED", secrets.randbelow(1 << 31)))
ROUNDS = 6
NODE_MODULES = os.path.join(os.environ.get("GOVBUS_DEPS", ".deps"), "node_modules")
PROGRAM = os.path.join(os.environ.get("GOVBUS_BIN", "build/dev/bin"), "json-events")


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def check_golden(schemas):
    """Each golden event is taken; with a member too many or one missing it is not."""
    tried = 0
    for path in sorted(glob.glob("schemas/golden/*.json")):
        event = load(path)
        validator = schemas[event["type"]]
        for error in validator.iter_errors(event):
            sys.exit(f"{path}: {error.json_path}: {error.message}")
        more = copy.deepcopy(event)
        more["data"]["name_of_reporter"] = "x"
        fewer = copy.deepcopy(event)
        del fewer["time"]
        if validator.is_valid(more) or validator.is_valid(fewer):
            sys.exit(f"{path}: the schema takes what the door refuses")
        tried += 1
    if tried != len(schemas) or not tried:
        sys.exit(f"{tried} golden events, {len(schemas)} schemas")
    return tried


def break_member(rng, schema, event):
    """One member of the envelope or of data gets what its schema says it may not be; None if nothing can be broken there."""
    inside = rng.random() < 0.7 and event.get("data")
    members = event["data"] if inside else event
    properties = schema["properties"]["data"]["properties"] if inside else schema["properties"]
    name = rng.choice(sorted(members))
    how = properties.get(name, {})
    if name in ("specversion", "type", "data"):
        return None
    value = members[name]
    wrong = [{"an": "object"}, 1.5]
    if isinstance(value, str):
        wrong.append([value])
        if "format" not in how:  # an annotation only, by the standard
            wrong.append("\x01")
        if "maxLength" in how:
            wrong.append("x" * (how["maxLength"] + 1))
        if "enum" in how:
            wrong.append("no such code")
    elif isinstance(value, bool):
        wrong.append("true")
    elif isinstance(value, int) and "maximum" in how:
        wrong.append(how["maximum"] + 1)
    elif isinstance(value, list) and value and "maxItems" in how:
        wrong.append(value[:1] * (how["maxItems"] + 1))
    members[name] = rng.choice(wrong)
    return name


def broken(rng, schema, event):
    event = copy.deepcopy(event)
    kind = rng.randrange(4)
    if kind == 0:
        (event.setdefault("data", {}) if rng.random() < 0.5 else event)["name_of_reporter"] = "x"
    elif kind == 1:
        required = [name for name in schema["required"] if name in event]
        event.pop(rng.choice(required))
    elif kind == 2 and event.get("data") and schema["properties"]["data"].get("required"):
        event["data"].pop(rng.choice(schema["properties"]["data"]["required"]))
    elif break_member(rng, schema, event) is None:
        return None
    return event


def nulled(event, inside, name):
    event = copy.deepcopy(event)
    (event["data"] if inside else event)[name] = None
    return event


def replaced(event, name, value):
    return {**copy.deepcopy(event), name: value}


def edges(schema, event):
    """(event, whether it is good): what is null, empty, about something else, or too coarse."""
    made = []
    for inside, properties, required, members in (
        (False, schema["properties"], schema["required"], event),
        (True, schema["properties"]["data"]["properties"], schema["properties"]["data"]["required"], event.get("data") or {}),
    ):
        # A point that lacks one coordinate is none.
        halves = {"lon_e6", "lat_e6"}
        # The scope of a list item stands in its subject too, which no schema can compare.
        made += [(nulled(event, inside, name), name not in required and name not in halves) for name in members if name not in ("data", "scope")]
        for name in set(members) & set(required):
            if properties[name].get("minLength") or isinstance(members[name], list):
                empty = copy.deepcopy(event)
                (empty["data"] if inside else empty)[name] = [] if isinstance(members[name], list) else ""
                made.append((empty, False))
    report = event["type"] == "gov.case.reported.v1"
    made += [(replaced(event, "subject", subject), False) for subject in ("", "x", "place:", "place:5", "list:x", "clocks", "530102-20230119-7K3M9QXA2B4U")]
    if report:
        made += [(replaced(event, "place", place), False) for place in ("53", "5301", "530000", "530100", "530100000", "530100000000", "5301020", "")]
        made += [(replaced(event, "place", place), True) for place in ("530102", "530102000", "530100001", "530102000000")]
    else:
        made.append(({name: value for name, value in event.items() if name != "subject"}, False))
    if not schema["properties"]["data"]["required"]:
        made.append((replaced(event, "data", None), True))
    return made


def ask_the_door(events):
    lines = "".join(json.dumps(event) + "\n" for event in events)
    answers = subprocess.run([PROGRAM, "check"], input=lines, capture_output=True, text=True, check=True).stdout.split("\n")
    return answers[: len(events)]


def ask_ajv(schemas, events):
    if not os.path.isdir(os.path.join(NODE_MODULES, "ajv")):
        sys.exit(f"no ajv in {NODE_MODULES}; cure: ./run deps")
    asked = json.dumps({"schemas": [one.schema for one in schemas.values()], "events": events})
    environment = {**os.environ, "NODE_PATH": os.path.abspath(NODE_MODULES)}
    done = subprocess.run(["node", "tests/schemas/ajv.js"], input=asked, env=environment, capture_output=True, text=True)
    return json.loads(done.stdout) if not done.returncode else sys.exit(f"ajv: {done.stderr}")


def check_random(schemas):
    """Whatever senders may make is taken by both; with one thing wrong, by neither."""
    rng = random.Random(SEED)
    made = subprocess.run([PROGRAM, "make", str(SEED), str(ROUNDS)], capture_output=True, text=True, check=True).stdout
    events = [json.loads(line) for line in made.splitlines()]
    wrong, edged = [], []
    for event in events:
        edged += edges(schemas[event["type"]].schema, event)
        for _ in range(4):
            bad = broken(rng, schemas[event["type"]].schema, event)
            if bad is not None:
                wrong.append(bad)
    complaints = 0
    tried = [(event, True) for event in events] + [(event, False) for event in wrong] + edged
    all_events = [event for event, _ in tried]
    for (event, good), answer, by_ajv in zip(tried, ask_the_door(all_events), ask_ajv(schemas, all_events), strict=True):
        # An event without its type has no schema; the door must refuse it all the same.
        by_schema = event.get("type") in schemas and schemas[event["type"]].is_valid(event)
        if (answer == "ok") != good or by_schema != good or by_ajv != good:
            complaints += 1
            print(f"{'valid' if good else 'broken'}; door: {answer}; schema: {by_schema}, by ajv {by_ajv}; {json.dumps(event, ensure_ascii=False)[:400]}")
    if complaints or len(wrong) < len(events):
        sys.exit(f"{complaints} complaints, {len(wrong)} broken events; seed {SEED}")
    return len(events), len(wrong), len(edged)


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    schemas = {}
    for path in glob.glob("schemas/json/*.json"):
        schema = load(path)
        Draft202012Validator.check_schema(schema)
        schemas[schema["title"]] = Draft202012Validator(schema)
    print(f"{check_golden(schemas)} golden events, {len(schemas)} schemas")
    if os.access(PROGRAM, os.X_OK):
        print("{} random events, {} with one thing wrong, {} at the edge".format(*check_random(schemas)))
    else:
        print("no random events: this build has no programs")


main()
