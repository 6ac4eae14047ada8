#!/usr/bin/env python3
"""The commands take what they share in one way: flag before environment before default, an empty variable is none, a number is one or refused."""
# @needs programs
# @timeout 60
import json
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOVBUS = Path(os.environ.get("GOVBUS_BIN", ROOT / "build/dev/bin")) / "govbus"
UNIT = ("--unit", "centre:53", "--level", "1", "--place", "53", "--source", "/", "--functions", "all")
USAGE, ABSENT, AWAY = 64, 66, 69


def run(folder, *words, **environment):
	kept = {name: value for name, value in os.environ.items() if not name.startswith("GOVBUS_")}
	return subprocess.run([GOVBUS, *words], cwd=folder, env={**kept, **environment}, capture_output=True, text=True, timeout=30)


def homes(folder):
	"""The home of a token is where the flag, else the environment says, else .govbus; an empty variable says nothing."""
	for name, flags, environment in (
		("flag", ["--home", "flag"], {"GOVBUS_HOME": "environment"}), ("environment", [], {"GOVBUS_HOME": "environment"}),
		(".govbus", [], {"GOVBUS_HOME": ""}), (".govbus", [], {}),
	):
		(folder / name).mkdir(exist_ok=True)
		done = run(folder, "token", "add", *flags, "--label", name, *UNIT, **environment)
		assert done.returncode == 0, done
		assert name in run(folder, "token", "list", "--home", name).stdout, (name, environment)
	assert len(run(folder, "token", "list").stdout.splitlines()) == 3, "two, under a line of names"


def gateways(folder):
	"""Whom import and query would ask, and with which token, is told with what went wrong."""
	(folder / "file").write_text("{}\n")
	for environment, token in (({}, ".govbus/tokens/province"), ({"GOVBUS_HOME": "other"}, "other/tokens/province")):
		done = run(folder, "import", "file", **environment)
		assert done.returncode == USAGE and f"govbus import: token file {token}: not found; make one" in done.stderr, done
	for flags, environment, address in (([], {"GOVBUS_LISTEN": "127.0.0.1:1"}, "127.0.0.1:1"), (["--gateway", "127.0.0.1:2"], {"GOVBUS_LISTEN": "127.0.0.1:1"}, "127.0.0.1:2")):
		done = run(folder, "query", *flags, "codes", "types", **environment)
		assert f"govbus query: {address}: " in done.stderr, done
	for words in (["query", "cases"], ["import", "file"]):
		done = run(folder, *words, "--token-file", "nowhere")
		assert done.returncode == USAGE and f"govbus {words[0]}: token file nowhere: not found" in done.stderr, done


def numbers(folder):
	for words in (["import", "--batch", "12x", "file"], ["import", "--batch", "0", "file"], ["import", "--batch", "1001", "file"], ["token", "add", "--level", "one"], ["token", "add", "--level", "257"]):
		done = run(folder, *words)
		option = next(word for word in words if word.startswith("--"))
		assert done.returncode == USAGE and f"{option} must be a number from 1 to" in done.stderr, done


def token_add(folder):
	"""What is wrong with a token is named: a source that is none, a type that nothing of it lets it post. Of two with one label both are revoked, and
	it is said how many."""
	good = ["token", "add", "--home", "wrong", "--label", "twin", "--unit", "centre:53", "--level", "1", "--place", "53", "--functions", "report", "--source"]
	for more, said in (
		(["demo"], "--source: demo does not begin with /"),
		(["/demo", "--types", "gov.case.dispatched.v1"], "--types: gov.case.dispatched.v1 is no type"),
		(["/demo", "--types", "gov.case.*,gov.place.*"], "--types: gov.place.* is no type"),
		(["/demo", "--types", "gov.case.reportd.v1"], "--types: gov.case.reportd.v1 is no type"),
		(["/demo", "--types", "gov.clock.advanced.v1"], "--types: gov.clock.advanced.v1 is no type"), (["/demo", "--place", "530102x"], "--place: 530102x is no place code"),
	):
		done = run(folder, *good, *more)
		assert done.returncode != 0 and said in done.stderr and "needs --unit" not in done.stderr and not done.stdout, done
	assert run(folder, "token", "list", "--home", "wrong").stdout == ""
	for more in (["/demo", "--types", "gov.case.reported.v1"], ["/demo", "--types", "gov.clock.advanced.v1", "--rights", "history"]):
		assert run(folder, *good, *more).returncode == 0, more
	assert run(folder, "token", "revoke", "--home", "wrong", "twin").stdout == "2 revoked\n"


def token_words(folder):
	"""What is no question is said to be none; a home without tokens is not taken for one in which none was given, nor made."""
	run(folder, "token", "add", "--home", "some", *UNIT)
	for words, said in (
		(["lst"], "govbus token: lst is none of add, list and revoke"), (["revoke"], "govbus token revoke: which?"), (["list", "x"], "govbus token list: x is a word too many"), (["add", "x", *UNIT], "govbus token add: x is a word too many"),
	):
		done = run(folder, "token", *words, "--home", "some")
		assert done.returncode == USAGE and said in done.stderr and not done.stdout, done
	assert len(run(folder, "token", "list", "--home", "some").stdout.splitlines()) == 2
	for words in (["list"], ["list", "--json"], ["revoke", "county"]):
		done = run(folder, "token", *words, "--home", "misspelt")
		assert done.returncode == ABSENT and "misspelt/tokens.mdb: not found; cure: name the --home" in done.stderr and not done.stdout, done
		assert not (folder / "misspelt").exists()


def reasons(folder):
	"""What an operator writes into the record holds no personal number either."""
	done = run(folder, "repair", "--kafka", "127.0.0.1:1", "--register", "case", "--reason", "restored by 138-1234-5678")
	assert done.returncode == USAGE and done.stderr == "govbus repair: --reason: looks like a mobile number: it stays in the record; leave it out\n", done


def no_broker(folder):
	"""Whoever asks Kafka ends within its limit, with one code, and says whom it has asked."""
	asked = (["topics", "--check"], ["go-live"], ["clock", "confirm"], ["repair", "--register", "case"])
	with ThreadPoolExecutor(len(asked)) as pool:
		ends = list(pool.map(lambda words: run(folder, *words, "--kafka", "127.0.0.1:1"), asked))
	for words, done in zip(asked, ends, strict=True):
		said = f"govbus {' '.join(words[:2] if words[0] == 'clock' else words[:1])}: no Kafka broker answers\nis Kafka running at 127.0.0.1:1?"
		assert done.returncode == AWAY and said in done.stderr and not done.stdout, done


def tokens(folder):
	"""The list shows all that a token binds, oldest first, as a table and as JSON; a secret it never shows."""
	names = "report,intake,dispatch,handle,verify,call-back,mediate,supervise,reference"
	made = (
		("省中心", "centre:53", "1", "53", "/", "all", "units,history,unseal", ""), ("county", "centre:532323", "3", "532323", "/demo", "report,handle,reference", "", "gov.case.*,gov.place.changed.v1"),
		("reader", "centre:53", "1", "53", "/r", "", "audit", ""),
	)
	flags = ("--label", "--unit", "--level", "--place", "--source", "--functions", "--rights", "--types")
	secrets = [run(folder, "token", "add", "--home", "many", *(word for pair in zip(flags, values) for word in pair if pair[1])).stdout.strip() for values in made]
	assert run(folder, "token", "revoke", "--home", "many", "reader").returncode == 0
	listed = run(folder, "token", "list", "--home", "many", "--json").stdout
	items, table = json.loads(listed)["items"], run(folder, "token", "list", "--home", "many").stdout
	for item, values in zip(items, made, strict=True):
		label, unit, level, place, source, functions, rights, types = values
		assert (item["label"], item["unit"], item["level"], item["place"], item["source"]) == (label, unit, int(level), place, source), item
		assert item["functions"] == ([*names.split(",")] if functions == "all" else [*filter(None, functions.split(","))]), item
		assert set(item["rights"]) == {*filter(None, rights.split(","))} and item["types"] == [*filter(None, types.split(","))], item
		assert item["state"] == ("revoked" if label == "reader" else "in force") and ("revoked_at" in item) == (label == "reader"), item
		row = next(line for line in table.splitlines() if item["id"] in line).split("  ")
		row = [cell.strip() for cell in row if cell.strip()]
		wanted = [label, unit, level, place, source, ",".join(item["functions"]) or "-", ",".join(item["rights"]) or "-", ",".join(item["types"]) or "all that its functions allow"]
		assert row[:10] == [item["id"], item["state"], *wanted] and row[10:] == [item[at][:19] for at in ("created_at", "revoked_at") if at in item], row
	assert table.split() and table.split()[:11] == ["id", "state", "label", "unit", "level", "place", "source", "functions", "rights", "types", "created_at"], table
	assert not any(secret in listed + table for secret in secrets) and all(secrets)


with tempfile.TemporaryDirectory(prefix="govbus-options.") as name:
	homes(Path(name))
	gateways(Path(name))
	numbers(Path(name))
	token_add(Path(name))
	token_words(Path(name))
	reasons(Path(name))
	no_broker(Path(name))
	tokens(Path(name))
