/* registers.c: the registers of this bus. */
#include "producers/decider/registers.h"

#include <string.h>

#include "projections/case_register.h"
#include "projections/reference_register.h"

const struct register_ops *const registers_all[] = {
	&case_register,
	&reference_register,
	NULL,
};

const struct register_ops *registers_named(const char *name)
{
	for (int i = 0; registers_all[i]; i++) {
		if (strcmp(registers_all[i]->name, name) == 0) {
			return registers_all[i];
		}
	}
	return NULL;
}
