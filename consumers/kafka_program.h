/* kafka_program.h: the main function of every consumer: configuration, health, signals, the runtime. */
#ifndef GOVBUS_CONSUMERS_KAFKA_PROGRAM_H
#define GOVBUS_CONSUMERS_KAFKA_PROGRAM_H

#include "common/conf.h"
#include "projections/projection.h"

/**
 * Runs a projection as the program govbus-NAME until SIGTERM or SIGINT, or until it must end.
 * @param listen  default address of its health and metrics
 * @return the exit code (err_exit_code)
 * @thread the process's first
 */
int kafka_program_main(const struct projection *projection,
		       const char *listen,
		       int argc,
		       char **argv);

#endif
