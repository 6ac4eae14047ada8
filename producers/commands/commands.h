/* commands.h: the subcommands of govbus; each is one commands_*.c (kafka_commands_*.c where it speaks to Kafka itself). */
#ifndef GOVBUS_PRODUCERS_COMMANDS_COMMANDS_H
#define GOVBUS_PRODUCERS_COMMANDS_COMMANDS_H

/* Each takes its own arguments (argv[0] is its name), returns the process's exit code (err_exit_code) and is called once, from main. */

/** govbus dead: lists and shows events that could not be applied. */
int commands_dead_run(int argc, char **argv);

/** govbus dump: prints the logical dump of a shard of case-status. */
int commands_dead_dump(int argc, char **argv);

/** govbus import: posts a file, NDJSON or CSV with a mapping. */
int commands_import_run(int argc, char **argv);

/** govbus query: asks the gateway, prints tables or JSON. */
int commands_query_run(int argc, char **argv);

/** govbus token: adds, lists and revokes tokens. */
int commands_token_run(int argc, char **argv);

/** govbus topics: makes the topics that are absent and checks all. */
int kafka_commands_topics_run(int argc, char **argv);

/** govbus go-live: ends history mode, once, in every partition. */
int kafka_commands_operate_go_live(int argc, char **argv);

/** govbus clock: confirms a clock that has jumped by more than 40 days. */
int kafka_commands_operate_clock(int argc, char **argv);

/** govbus repair: restates where a partition goes on. */
int kafka_commands_operate_repair(int argc, char **argv);

#endif
