#!/usr/bin/env python3
"""The commands take what they share in one way: flag before environment before default, an empty variable is none, a number is one or refused."""
# @needs programs
import os
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOVBUS = Path(os.environ.get("GOVBUS_BIN", ROOT / "build/dev/bin")) / "govbus"
UNIT = ("--unit", "centre:53", "--level", "1", "--place", "53", "--source", "/", "--functions", "all")
USAGE = 64


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
	assert len(run(folder, "token", "list").stdout.splitlines()) == 2


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


with tempfile.TemporaryDirectory(prefix="govbus-options.") as name:
	homes(Path(name))
	gateways(Path(name))
	numbers(Path(name))
