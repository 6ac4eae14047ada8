/* import_problem.h: why a line of an import's file gave no event, or its event was refused. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_IMPORT_PROBLEM_H
#define GOVBUS_PRODUCERS_COMMANDS_IMPORT_PROBLEM_H

enum {
	IMPORT_PROBLEM_BYTES = 260
}; /* a field, what is wrong with it, and for people what it met */

/* The reason given for bytes that are not UTF-8; most often they come from a spreadsheet. */
#define IMPORT_NOT_UTF8 "not UTF-8 text; where the file is GBK: iconv -f GBK -t UTF-8 FILE > NEW"

struct import_problem {
	long line;
	int step; /* which of its row's events, from 0; the events before it are unaffected */
	/* Begins with the field's name, where it is one field; one line */
	char reason[IMPORT_PROBLEM_BYTES];
};

#endif
