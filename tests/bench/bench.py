#!/usr/bin/env python3
"""./run bench: measures what the bus promises, on a broker and a bus of its own; prints each figure with its spread, load and target.

	bench.py                  every figure but cost_growth_10x
	bench.py NAME...          only those figures (bench.py list names them); growth is cost_growth_10x
	bench.py --json FILE      also writes them: a list of {name, value, unit, min, max, target}

A figure is the median of its rounds, min and max are those of the rounds. What could not be measured is said, with its reason, and
stands in the file with the value null: nothing is made up.
"""
import argparse
import json
import os
import signal
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2] / "tests/support")]

import bench_bed  # noqa: E402
import bench_live  # noqa: E402
import bench_log  # noqa: E402

# Each measures the figures it names; in this order they share as much as they can.
STEPS = [
	(("rebuild_ratio",), bench_log.rebuild),
	(("case_get_ratio",), bench_log.case_get),
	(("http_batch_per_s", "post_to_outcome_p50_ms", "post_to_outcome_p99_ms", "ack_to_visible_p99_ms"), bench_live.door),
	(("decide_backlog_per_s",), bench_live.backlog),
	(("cost_growth_10x",), bench_log.growth),
]
ON_DEMAND = {"cost_growth_10x"}


def chosen(names):
	"""The figures asked for; the short names of ./run help too."""
	known = {figure for figures, _ in STEPS for figure in figures}
	asked = {"cost_growth_10x" if name == "growth" else name for name in names}
	for name in sorted(asked - known):
		sys.exit(f"bench: no figure '{name}'; there are: {', '.join(sorted(known))}")
	return asked or known - ON_DEMAND


def measure(bed, asked):
	for figures, step in STEPS:
		wanted = [figure for figure in figures if figure in asked]
		if not wanted:
			continue
		try:
			step(bed, wanted)
		except bench_bed.NotMeasured as reason:
			bed.not_measured(wanted, str(reason))
		except Exception as error:  # one figure's failure must not cost the others
			bed.not_measured(wanted, f"{type(error).__name__}: {error}")
		except BaseException:
			bed.not_measured(sorted(asked), "interrupted")
			raise


def main():
	parser = argparse.ArgumentParser(prog="./run bench")
	parser.add_argument("names", nargs="*", help="figures; all but growth if none is named")
	parser.add_argument("--json", metavar="FILE")
	parser.add_argument("--rounds", type=int, default=3)
	parser.add_argument("--cases", type=int, default=1000000, help="cases of the log that is folded; the target asks for a million")
	arguments = parser.parse_args()
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
	asked = chosen(arguments.names)
	out = Path(os.environ.get("GOVBUS_INVOKED_FROM", "."), arguments.json) if arguments.json else None
	with bench_bed.Bed(arguments.rounds, arguments.cases) as bed:
		try:
			measure(bed, asked)
		finally:
			if bed.live:
				bed.note_memory(bed.live.bus)
			bed.print_memory()
			if out:
				out.write_text(json.dumps(bed.figures, indent=1) + "\n")
	return 0 if all(figure["value"] is not None for figure in bed.figures) else 1


if __name__ == "__main__":
	sys.exit(main())
