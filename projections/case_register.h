/* case_register.h: the case register: what may happen to a case, decided in one place (domain.md §3.1-3.5). */
#ifndef GOVBUS_PROJECTIONS_CASE_REGISTER_H
#define GOVBUS_PROJECTIONS_CASE_REGISTER_H

#include "projections/register.h"

/**
 * The register itself. Tables: case_register_rows.h. `partition` of the struct reg chooses the cases whose clock it runs:
 * those whose county belongs to it among LIMIT_CASE_PARTITIONS; -1: all (tests).
 */
extern const struct register_ops case_register;

#endif
