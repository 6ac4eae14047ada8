#!/usr/bin/env python3
"""The JSON Schemas in schemas/json are valid 2020-12, take each golden event, and refuse it with a member too many or one missing."""
import copy
import glob
import json
import os
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("skipped: python3 has no jsonschema")
    sys.exit(77)


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    schemas = {}
    for path in glob.glob("schemas/json/*.json"):
        schema = load(path)
        Draft202012Validator.check_schema(schema)
        schemas[schema["title"]] = Draft202012Validator(schema)
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
    print(f"{tried} events, {len(schemas)} schemas")
    sys.exit(0 if tried == len(schemas) and tried else 1)


main()
