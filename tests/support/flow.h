/* flow.h: what a flow test needs of its surroundings: the broker that ./run test has started, and topics of its own on it. */
#ifndef GOVBUS_TESTS_SUPPORT_FLOW_H
#define GOVBUS_TESTS_SUPPORT_FLOW_H

/**
 * Address of the broker that flow tests use; without one the process exits with 77, which ctest counts as skipped.
 *
 * @return HOST:PORT from GOVBUS_TEST_KAFKA, which ./run test sets
 * @thread any
 */
const char *flow_kafka(void);

/**
 * A topic prefix that no other run uses, so that each test has a bus of its own on the shared broker.
 *
 * @return such as "t4f2a91c0d3.", valid until the process exits
 * @thread the test's main thread
 */
const char *flow_prefix(void);

#endif
