/* door_places.h: place codes that others fill up with zeros, in whatever an event names a place by. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_DOOR_PLACES_H
#define GOVBUS_PRODUCERS_GATEWAY_DOOR_PLACES_H

#include "schemas/event.h"

/**
 * Cuts the zeros off that fill up place codes (place_normalise) in an event's places, in its units (centre:530100) and in its
 * subject, so that the record has one form of each. What is left borrows from what stood there.
 * @thread any, as all here
 */
void door_places_normalise(struct event *ev);

/** A subject without such zeros: place:530100 and list:BASIC:MD:530100 are place:5301 and list:BASIC:MD:5301; others as they are. */
struct span door_places_subject(struct span subject);

#endif
