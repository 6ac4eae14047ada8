/* err.c: texts, names and exit codes of the one list of errors. */
#include "common/err.h"

const char *err_text(enum err err)
{
	switch (err) {
	case ERR_OK:
		return "ok";
#define X(name, code, text) \
	case ERR_##name:    \
		return text;
		ERR_MAP(X)
#undef X
	}
	return "unknown error";
}

const char *err_name(enum err err)
{
	switch (err) {
	case ERR_OK:
		return "OK";
#define X(name, code, text) \
	case ERR_##name:    \
		return #name;
		ERR_MAP(X)
#undef X
	}
	return "?";
}

int err_exit_code(enum err err)
{
	switch (err) {
	case ERR_OK:
		return 0;
#define X(name, code, text) \
	case ERR_##name:    \
		return code;
		ERR_MAP(X)
#undef X
	}
	return 71;
}

const char *err_cure(enum err err)
{
	switch (err) {
	case ERR_NOMEM:
		return "give the machine or the program more memory, then restart it";
	case ERR_MALFORMED:
	case ERR_INVALID:
	case ERR_TOO_BIG:
	case ERR_UNKNOWN:
	case ERR_CONFLICT:
		return "correct what the message names in the input, then run it again";
	case ERR_ABSENT:
		return "check that brokers, topic prefix and names are right; govbus topics creates a deleted "
		       "topic again, without the records it held";
	case ERR_DENIED:
		return "use a token that may do it (govbus token list; govbus token add)";
	case ERR_USAGE:
		return "--help says what is expected; docs/CONFIGURATION.md has every option";
	case ERR_BUSY:
		return "another process has the port or the store: stop that one, or give this one another --listen or --home";
	case ERR_STORE:
		return "look at the disk; a projection's folder may be removed while its program is stopped: it is rebuilt from "
		       "the log (secrets, keys and tokens.mdb are not)";
	case ERR_STORE_FULL:
		return "free some disk space; the program continues by itself";
	case ERR_STORE_VERSION:
		return "use the build that wrote the store; a projection's folder may be removed while its program is stopped: "
		       "it is rebuilt from the log (secrets, keys and tokens.mdb are not)";
	case ERR_STORE_TORN:
		return "nothing to do: the environment is moved aside and rebuilt from the log";
	case ERR_STORE_REPLACED:
		return "restart the program: it goes on with the files that are there, and reads from the log what they lack (secrets, "
		       "keys and tokens.mdb come from their last copy); never touch them while a program runs";
	case ERR_STORE_MIXED:
		return "start the projection's program, or wait until it has started: it rebuilds them from the log";
	case ERR_IO:
		return "check the disk: its free space, and the permissions of the files that the message names";
	case ERR_KAFKA:
		return "check the broker's log, and what was set with --rdkafka";
	case ERR_KAFKA_AWAY:
		return "start the broker, or check its address; the program continues by itself";
	case ERR_TOPIC_CONFIG:
		return "govbus topics --check names what differs: change the topic, or give this bus another --topic-prefix";
	case ERR_LOG_TRIMMED:
		return "correct the topic's retention (govbus topics names what is wrong) and restore its missing records "
		       "from a copy of the log; or replace the program's folder with one that was folded further, such as "
		       "another instance's: an empty one does not help, since the missing records were never read";
	case ERR_LOG_RECREATED:
		return "check that brokers and topic prefix are right; if the log is meant to be new, stop the "
		       "program and move its folder aside (govbus-case-status logs the command): it is then rebuilt from the log";
	case ERR_LOG_LOST_TAIL:
		return "check that brokers and topic prefix are right; if they are, restore the lost end of the log from a replica; if it is lost for good, stop the program and move "
		       "its folder aside (govbus-case-status logs the command): it is then rebuilt from the log as it is";
	case ERR_LOG_GAP:
		return "restore the missing records of the topic from a replica or a copy; only where the decider says that an action is missing does govbus repair help: it goes on at the action log's end, and what was not decided before that stays so";
	case ERR_ACTIONS_LOST_TAIL:
		return "check that brokers and topic prefix are right; if they are, restore the lost end of the action log from a replica; if it is lost for good: govbus repair";
	case ERR_CLOCK:
		return "set the clock right (NTP), then restart it";
	case ERR_FENCED:
		return "another process runs under the same name: stop it, or give this one another --instance";
	case ERR_BUG:
		return "restart it: the record is intact; report the bug with its log";
	case ERR_OK:
	case ERR_STOPPED:
	case ERR_ERASED:
		break;
	}
	return "";
}
