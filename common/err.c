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
