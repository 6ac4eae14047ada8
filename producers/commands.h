/* commands.h: the subcommands of govbus; each is one commands_*.c (kafka_commands_*.c where it speaks to Kafka itself). */
#ifndef GOVBUS_PRODUCERS_COMMANDS_H
#define GOVBUS_PRODUCERS_COMMANDS_H

/* Each takes its own arguments (argv[0] is its name) and returns the process's exit code. */
int commands_dead_run(int argc, char **argv);
int commands_dead_dump(int argc, char **argv);
int commands_import_run(int argc, char **argv);
int commands_query_run(int argc, char **argv);
int commands_token_run(int argc, char **argv);
int kafka_commands_topics_run(int argc, char **argv);
int kafka_commands_operate_go_live(int argc, char **argv);
int kafka_commands_operate_clock(int argc, char **argv);
int kafka_commands_operate_repair(int argc, char **argv);

#endif
