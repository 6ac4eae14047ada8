/* conf_test.c: configuration from file, environment and flags, the later winning; secrets; listen addresses. */
#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/secrets.h"
#include "tests/support/folder.h"

static const struct conf_option OPTIONS[] = {
	CONF_COMMON("127.0.0.1:1"),
	{"shards", "1", NULL, "Environments", CONF_NUMBER, 1, 16},
	{"sealed", "false", NULL, "Show sealed", CONF_BOOL, 0, 0},
	{0},
};

static char home[FOLDER_PATH_BYTES];

static int make_home(void **state)
{
	(void)state;
	return folder_make("conf", home) ? 0 : -1;
}

static int remove_home(void **state)
{
	(void)state;
	return folder_remove(home) ? 0 : -1;
}

static enum err load(char *flag, struct conf **ret_conf)
{
	char first[] = "prog", home_flag[FOLDER_PATH_BYTES + 8];
	char *argv[] = {first, home_flag, flag, NULL};

	snprintf(home_flag, sizeof home_flag, "--home=%s", home);
	return conf_load("govbus-test", "A test.", OPTIONS, flag ? 3 : 2, argv, ret_conf);
}

static void write_file(const char *text)
{
	char path[128];

	snprintf(path, sizeof path, "%s/govbus-test.conf", home);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Default, file, environment, flag: each beats the one before. */
static void test_order(void **state)
{
	struct conf *conf;
	char flag[] = "--shards=5";

	(void)state;
	assert_int_equal(load(NULL, &conf), ERR_OK);
	assert_int_equal(conf_number(conf, "shards"), 1);
	conf_free(conf);
	write_file("# comment\n shards = 3 \nrdkafka.linger.ms = 7\n");
	assert_int_equal(load(NULL, &conf), ERR_OK);
	assert_int_equal(conf_number(conf, "shards"), 3);
	conf_free(conf);
	setenv("GOVBUS_SHARDS", "4", 1);
	setenv("GOVBUS_RDKAFKA_LINGER_MS", "8", 1);
	assert_int_equal(load(NULL, &conf), ERR_OK);
	assert_int_equal(conf_number(conf, "shards"), 4);
	conf_free(conf);
	assert_int_equal(load(flag, &conf), ERR_OK);
	assert_int_equal(conf_number(conf, "shards"), 5);
	const char *name, *value;

	assert_true(conf_rdkafka(conf, 0, &name, &value));
	assert_string_equal(name, "linger.ms");
	assert_string_equal(value, "8");
	assert_false(conf_rdkafka(conf, 1, &name, &value));
	conf_free(conf);
	/* What a unit file or a container sets to nothing is not set. */
	setenv("GOVBUS_SHARDS", "", 1);
	setenv("GOVBUS_CONFIG", "", 1);
	setenv("GOVBUS_RDKAFKA_LINGER_MS", "", 1);
	assert_int_equal(load(NULL, &conf), ERR_OK);
	assert_int_equal(conf_number(conf, "shards"), 3);
	assert_true(conf_rdkafka(conf, 0, &name, &value));
	assert_string_equal(value, "7");
	conf_free(conf);
	unsetenv("GOVBUS_CONFIG");
	unsetenv("GOVBUS_SHARDS");
	unsetenv("GOVBUS_RDKAFKA_LINGER_MS");
	write_file("");
}

/* A flag that is yes or no needs no value: as printed, govbus topics --check. */
static void test_yes_or_no(void **state)
{
	static const struct {
		const char *flag;
		bool expected;
	} cases[] = {{"--sealed", true}, {"--sealed=yes", true}, {"--sealed=no", false}};
	struct conf *conf;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char flag[16];

		snprintf(flag, sizeof flag, "%s", cases[i].flag);
		assert_int_equal(load(flag, &conf), ERR_OK);
		assert_int_equal(conf_bool(conf, "sealed"), cases[i].expected);
		conf_free(conf);
	}
}

/* Unknown names, bad numbers and values out of range are refused, from wherever they come. */
static void test_refusals(void **state)
{
	static const char *const files[] = {
		"shard = 3\n", "shards = three\n", "shards = 17\n", "sealed = maybe\n",
		"shards\n",    "log-level = x\n",  "log-level =\n", "log-level = Debug\n",
		"home =\n"};
	struct conf *conf;

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		write_file(files[i]);
		assert_int_equal(load(NULL, &conf), ERR_USAGE);
	}
	write_file("");
}

/* Each level by its name. */
static void test_levels(void **state)
{
	static const char *const names[] = {"debug", "info", "warn", "error"};
	struct conf *conf;
	char flag[32];

	(void)state;
	assert_int_equal(load(NULL, &conf), ERR_OK);
	assert_int_equal(conf_level(conf, "log-level"), LOG_INFO);
	conf_free(conf);
	for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
		snprintf(flag, sizeof flag, "--log-level=%s", names[level]);
		assert_int_equal(load(flag, &conf), ERR_OK);
		assert_int_equal(conf_level(conf, "log-level"), level);
		conf_free(conf);
	}
}

/* A secret is made once, has 32 bytes, and only its owner may read it. */
static void test_secrets(void **state)
{
	uint8_t first[SECRETS_BYTES], again[SECRETS_BYTES], other[SECRETS_BYTES];
	struct stat status;
	char path[128];

	(void)state;
	assert_int_equal(secrets_load(home, "digest", first), ERR_OK);
	assert_int_equal(secrets_load(home, "digest", again), ERR_OK);
	assert_int_equal(secrets_load(home, "receipt", other), ERR_OK);
	assert_memory_equal(first, again, sizeof first);
	assert_memory_not_equal(first, other, sizeof first);
	snprintf(path, sizeof path, "%s/secrets/digest.key", home);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(truncate(path, 31), 0);
	assert_int_equal(secrets_load(home, "digest", again), ERR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),    cmocka_unit_test(test_yes_or_no),
		cmocka_unit_test(test_refusals), cmocka_unit_test(test_levels),
		cmocka_unit_test(test_secrets),
	};

	return cmocka_run_group_tests(tests, make_home, remove_home);
}
