#!/usr/bin/env bash
# The demo goes on where import refused some of the real cases, which name no place, and ends where it could not import. Of reference data that
# it was killed over it makes all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GOVBUS_HOME=$scratch/home
. ./run
. tools/demo.sh

govbus() { return "$code"; }

# In a shell of its own, where, as in the demo itself, a command that fails ends it.
for code in 0 65; do
	(
		set -e
		demo_cases
		: >"$scratch/$code"
	)
	[ -e "$scratch/$code" ] || { echo "exit code $code of import ended the demo" && exit 1; }
done
for code in 64 69 74; do
	set +e
	(
		set -e
		demo_cases
		: >"$scratch/$code"
	)
	set -e
	[ ! -e "$scratch/$code" ] || { echo "exit code $code of import was taken for done" && exit 1; }
done

# Events are UTF-8 whatever the terminal speaks.
mkdir "$scratch/dist"
printf 'code,name\n532323101001,村\n' >"$scratch/dist/villages.csv"
PYTHONIOENCODING=gbk tools/reference_data.py grids "$scratch/dist" 532323 | grep -q '"name":"村 示例网格001"' || { echo "reference data in the terminal's encoding" && exit 1; }

# Killed in the midst of a file, it makes that file again; what is whole is left.
imported=$scratch/imported
govbus() { case ${*: -1} in "$GOVBUS_HOME"/*) cat "${*: -1}" >>"$imported" ;; esac }
reference_data() {
	echo "$1 begun"
	[ "$1" != "$killed" ] || kill -9 $BASHPID
	echo "$1 done"
}
for killed in places grids nobody nobody; do
	rm -f "$imported"
	set +e
	(
		set -e
		demo_reference
		: >"$scratch/whole"
	) 2>/dev/null
	set -e
	[ -e "$scratch/whole" ] || [ "$killed" != nobody ] || { echo "the demo did not come to its end" && exit 1; }
done
for what in places calendar grids; do
	[ "$(grep "^$what" "$imported")" = "$what begun
$what done" ] || { echo "of $what this was imported: $(grep "^$what" "$imported")" && exit 1; }
done
echo "all as expected"
