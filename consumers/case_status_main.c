/* case_status_main.c: govbus-case-status folds gov.case into the projection that answers where every case stands. */
#include "consumers/kafka_program.h"
#include "projections/case_status.h"

int main(int argc, char **argv)
{
	return kafka_program_main(&case_status, CONF_LISTEN_CASE_STATUS, argc, argv);
}
