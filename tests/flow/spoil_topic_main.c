/* spoil_topic_main.c: spoil_topic.h for scripts.  spoil-topic KAFKA TOPIC trim PARTITIONS|drop */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/spoil_topic.h"

int main(int argc, char **argv)
{
	bool trims = argc == 5 && strcmp(argv[3], "trim") == 0 && strtol(argv[4], NULL, 10) > 0;
	bool drops = argc == 4 && strcmp(argv[3], "drop") == 0;
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	if (!trims && !drops) {
		fprintf(stderr, "spoil-topic KAFKA TOPIC trim PARTITIONS|drop\n");
		return 1;
	}
	if (trims) {
		code = spoil_topic_trim(argv[1], argv[2], (int)strtol(argv[4], NULL, 10));
	} else {
		code = spoil_topic_drop(argv[1], argv[2]);
	}
	if (code) {
		fprintf(stderr, "spoil-topic: %s\n", rd_kafka_err2str(code));
	}
	return code ? 1 : 0;
}
