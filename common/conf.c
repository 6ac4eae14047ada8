/* conf.c: a program's configuration from one table: file, environment, flags. */
#include "common/conf.h"

#include <argp.h>
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONF_MAX_OPTIONS = 64,
	CONF_MAX_RDKAFKA = 64,
	CONF_LINE_BYTES = 1024,
	CONF_FIRST_KEY = 1000,
	CONF_KEY_MANUAL = 999,
	CONF_KEY_RDKAFKA = 998
};

extern char **environ;

struct conf {
	const char *program, *about;
	const struct conf_option *options;
	int count;
	char *values[CONF_MAX_OPTIONS];
	char *rdkafka_names[CONF_MAX_RDKAFKA], *rdkafka_values[CONF_MAX_RDKAFKA];
	int rdkafka_count;
	struct argp_option flags[CONF_MAX_OPTIONS + 3];
	char flag_help[CONF_MAX_OPTIONS][256];
};

static int option_number(const struct conf *conf, const char *name)
{
	for (int i = 0; i < conf->count; i++) {
		if (strcmp(conf->options[i].name, name) == 0) {
			return i;
		}
	}
	return -1;
}

static bool number_parse(const char *text, int64_t *ret_value)
{
	char *end;

	errno = 0;
	long long value = strtoll(text, &end, 10);

	if (errno || end == text || *end) {
		return false;
	}
	*ret_value = value;
	return true;
}

static bool is_true(const char *text)
{
	return strcmp(text, "true") == 0 || strcmp(text, "yes") == 0 || strcmp(text, "1") == 0;
}

static bool is_false(const char *text)
{
	return strcmp(text, "false") == 0 || strcmp(text, "no") == 0 || strcmp(text, "0") == 0;
}

static enum err refuse(const struct conf *conf,
		       const char *where,
		       const char *name,
		       const char *why)
{
	fprintf(stderr, "%s: %s: option %s: %s (see %s --help)\n", conf->program, where, name, why,
		conf->program);
	return ERR_USAGE;
}

static enum err check_value(const struct conf *conf,
			    const char *where,
			    const struct conf_option *option,
			    const char *value)
{
	char why[128];
	int64_t number;
	enum log_level level;

	if (option->kind == CONF_BOOL && !is_true(value) && !is_false(value)) {
		return refuse(conf, where, option->name, "must be true or false");
	}
	if (option->kind == CONF_LEVEL && !log_level_named(value, &level)) {
		return refuse(conf, where, option->name, "must be debug, info, warn or error");
	}
	if (option->kind == CONF_TEXT && option->def && *option->def && !*value) {
		return refuse(conf, where, option->name, "may not be empty");
	}
	if (option->kind != CONF_NUMBER) {
		return ERR_OK;
	}
	if (!number_parse(value, &number)) {
		return refuse(conf, where, option->name, "must be a whole number");
	}
	if ((option->min || option->max) && (number < option->min || number > option->max)) {
		snprintf(why, sizeof why, "must be from %lld to %lld", (long long)option->min,
			 (long long)option->max);
		return refuse(conf, where, option->name, why);
	}
	return ERR_OK;
}

static enum err keep(char **slot, const char *value)
{
	char *copy = strdup(value);

	if (!copy) {
		return ERR_NOMEM;
	}
	free(*slot);
	*slot = copy;
	return ERR_OK;
}

static enum err set_rdkafka(struct conf *conf,
			    const char *where,
			    const char *name,
			    const char *value)
{
	for (int i = 0; i < conf->rdkafka_count; i++) {
		if (strcmp(conf->rdkafka_names[i], name) == 0) {
			return keep(&conf->rdkafka_values[i], value);
		}
	}
	if (conf->rdkafka_count == CONF_MAX_RDKAFKA) {
		return refuse(conf, where, name, "too many rdkafka options");
	}
	enum err err = keep(&conf->rdkafka_names[conf->rdkafka_count], name);

	err = err ? err : keep(&conf->rdkafka_values[conf->rdkafka_count], value);
	conf->rdkafka_count += !err;
	return err;
}

static enum err set(struct conf *conf, const char *where, const char *name, const char *value)
{
	int i = option_number(conf, name);

	if (strncmp(name, "rdkafka.", 8) == 0) {
		return set_rdkafka(conf, where, name + 8, value);
	}
	if (i < 0) {
		return refuse(conf, where, name, "unknown");
	}
	enum err err = check_value(conf, where, &conf->options[i], value);

	return err ? err : keep(&conf->values[i], value);
}

static char *trim(char *text)
{
	while (isspace((unsigned char)*text)) {
		text++;
	}
	for (size_t n = strlen(text); n && isspace((unsigned char)text[n - 1]); n--) {
		text[n - 1] = 0;
	}
	return text;
}

static enum err read_file(struct conf *conf, const char *path, bool needed)
{
	char line[CONF_LINE_BYTES];
	enum err err = ERR_OK;
	FILE *file = fopen(path, "re");

	if (!file) {
		return needed ? refuse(conf, path, "GOVBUS_CONFIG", strerrordesc_np(errno))
			      : ERR_OK;
	}
	while (!err && fgets(line, sizeof line, file)) {
		char *text = trim(line), *equals = strchr(text, '=');

		if (!*text || *text == '#') {
			continue;
		}
		if (!equals) {
			err = refuse(conf, path, text, "must be \"name = value\"");
			break;
		}
		*equals = 0;
		err = set(conf, path, trim(text), trim(equals + 1));
	}
	fclose(file);
	return err;
}

/* GOVBUS_TOPIC_PREFIX of "topic-prefix". */
static void environment_name(const char *name, char *ret_text, size_t size)
{
	int n = snprintf(ret_text, size, "GOVBUS_%s", name);

	for (int i = 0; i < n && i < (int)size; i++) {
		ret_text[i] = ret_text[i] == '-' ? '_' : (char)toupper((unsigned char)ret_text[i]);
	}
}

static enum err read_rdkafka_environment(struct conf *conf)
{
	static const char PREFIX[] = "GOVBUS_RDKAFKA_";
	char name[CONF_LINE_BYTES];

	for (char **entry = environ; *entry; entry++) {
		const char *equals = strchr(*entry, '=');

		if (!equals || !equals[1] || strncmp(*entry, PREFIX, sizeof PREFIX - 1) != 0) {
			continue;
		}
		snprintf(name, sizeof name, "%.*s", (int)(equals - *entry) - (int)sizeof PREFIX + 1,
			 *entry + sizeof PREFIX - 1);
		for (char *c = name; *c; c++) {
			*c = *c == '_' ? '.' : (char)tolower((unsigned char)*c);
		}
		enum err err = set_rdkafka(conf, "environment", name, equals + 1);

		if (err) {
			return err;
		}
	}
	return ERR_OK;
}

/* An empty variable counts as absent, for the programs as for the commands (commands_options.c): both must mean one home. */
static enum err read_environment(struct conf *conf)
{
	char name[128];
	enum err err = read_rdkafka_environment(conf);

	for (int i = 0; i < conf->count && !err; i++) {
		environment_name(conf->options[i].name, name, sizeof name);
		const char *value = getenv(name);

		if (value && *value) {
			err = set(conf, name, conf->options[i].name, value);
		}
	}
	return err;
}

/* A page of docs/CONFIGURATION.md. */
static void print_manual(const struct conf *conf)
{
	char name[128];

	printf("## %s\n\n%s\n\n| flag | environment | default | meaning |\n| --- | --- | --- | --- |\n",
	       conf->program, conf->about);
	for (const struct conf_option *option = conf->options; option->name; option++) {
		environment_name(option->name, name, sizeof name);
		printf("| `--%s` | `%s` | %s%s%s | %s", option->name, name,
		       option->def && *option->def ? option->def : "–", option->unit ? " " : "",
		       option->unit ? option->unit : "", option->help);
		if (option->min || option->max) {
			printf(" (%lld to %lld)", (long long)option->min, (long long)option->max);
		}
		printf(" |\n");
	}
	printf("\n");
}

static error_t on_flag(int key, char *value, struct argp_state *state)
{
	struct conf *conf = state->input;

	if (key == CONF_KEY_MANUAL) {
		print_manual(conf);
		exit(0);
	}
	if (key == CONF_KEY_RDKAFKA) {
		char *equals = strchr(value, '=');

		if (!equals) {
			argp_error(state, "--rdkafka takes NAME=VALUE");
			return EINVAL;
		}
		*equals = 0;
		return set_rdkafka(conf, "flags", value, equals + 1) ? EINVAL : 0;
	}
	if (key >= CONF_FIRST_KEY && key < CONF_FIRST_KEY + conf->count) {
		/* Only what is yes or no may stand without a value. */
		return set(conf, "flags", conf->options[key - CONF_FIRST_KEY].name,
			   value ? value : "true")
			       ? EINVAL
			       : 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static void make_flags(struct conf *conf)
{
	for (int i = 0; i < conf->count; i++) {
		const struct conf_option *option = &conf->options[i];

		snprintf(conf->flag_help[i], sizeof conf->flag_help[i], "%s (default %s%s%s)",
			 option->help, option->def && *option->def ? option->def : "none",
			 option->unit ? " " : "", option->unit ? option->unit : "");
		conf->flags[i] = (struct argp_option){
			.name = option->name,
			.key = CONF_FIRST_KEY + i,
			.arg = "VALUE",
			.flags = option->kind == CONF_BOOL ? OPTION_ARG_OPTIONAL : 0,
			.doc = conf->flag_help[i]};
	}
	conf->flags[conf->count] = (struct argp_option){.name = "rdkafka",
							.key = CONF_KEY_RDKAFKA,
							.arg = "NAME=VALUE",
							.doc = "Set an option of librdkafka"};
	conf->flags[conf->count + 1] =
		(struct argp_option){.name = "manual",
				     .key = CONF_KEY_MANUAL,
				     .doc = "Print the page for docs/CONFIGURATION.md"};
}

static enum err read_flags(struct conf *conf, int argc, char **argv)
{
	struct argp argp = {.options = conf->flags, .parser = on_flag, .doc = conf->about};

	make_flags(conf);
	error_t error = argp_parse(&argp, argc, argv, 0, NULL, conf);

	return error == ENOMEM ? ERR_NOMEM : error ? ERR_USAGE : ERR_OK;
}

/* HOME may come from the environment or a flag, and the file is read before both, so it is looked up first. */
static enum err read_default_file(struct conf *conf, int argc, char **argv)
{
	char path[CONF_LINE_BYTES];
	const char *named = getenv("GOVBUS_CONFIG"), *home = getenv("GOVBUS_HOME");

	if (named && *named) {
		return read_file(conf, named, true);
	}
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--home=", 7) == 0) {
			home = argv[i] + 7;
		} else if (strcmp(argv[i], "--home") == 0 && i + 1 < argc) {
			home = argv[i + 1];
		}
	}
	snprintf(path, sizeof path, "%s/%s.conf", home && *home ? home : ".govbus", conf->program);
	return read_file(conf, path, false);
}

enum err conf_load(const char *program,
		   const char *about,
		   const struct conf_option *options,
		   int argc,
		   char **argv,
		   struct conf **ret_conf)
{
	struct conf *conf = calloc(1, sizeof *conf);
	enum err err = ERR_OK;

	if (!conf) {
		return ERR_NOMEM;
	}
	conf->program = program;
	conf->about = about;
	conf->options = options;
	while (options[conf->count].name) {
		conf->count++;
	}
	assert(conf->count <= CONF_MAX_OPTIONS);
	for (int i = 0; i < conf->count && !err; i++) {
		err = keep(&conf->values[i], options[i].def ? options[i].def : "");
	}
	err = err ? err : read_default_file(conf, argc, argv);
	err = err ? err : read_environment(conf);
	err = err ? err : read_flags(conf, argc, argv);
	if (err) {
		conf_free(conf);
		return err;
	}
	*ret_conf = conf;
	return ERR_OK;
}

void conf_free(struct conf *conf)
{
	for (int i = 0; conf && i < CONF_MAX_OPTIONS; i++) {
		free(conf->values[i]);
	}
	for (int i = 0; conf && i < CONF_MAX_RDKAFKA; i++) {
		free(conf->rdkafka_names[i]);
		free(conf->rdkafka_values[i]);
	}
	free(conf);
}

const char *conf_text(const struct conf *conf, const char *name)
{
	int i = option_number(conf, name);

	assert(i >= 0);
	return conf->values[i];
}

int64_t conf_number(const struct conf *conf, const char *name)
{
	int64_t number = 0;

	(void)number_parse(conf_text(conf, name), &number);
	return number;
}

bool conf_bool(const struct conf *conf, const char *name)
{
	return is_true(conf_text(conf, name));
}

enum log_level conf_level(const struct conf *conf, const char *name)
{
	enum log_level level = LOG_INFO;

	(void)log_level_named(conf_text(conf, name), &level);
	return level;
}

bool conf_rdkafka(const struct conf *conf, int i, const char **ret_name, const char **ret_value)
{
	if (i >= conf->rdkafka_count) {
		return false;
	}
	*ret_name = conf->rdkafka_names[i];
	*ret_value = conf->rdkafka_values[i];
	return true;
}
