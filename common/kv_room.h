/*
 * kv_room.h: room on the disk for an environment: reserved ahead where running out of it could not be reported, probed for
 * after running out.
 */
#ifndef GOVBUS_COMMON_KV_ROOM_H
#define GOVBUS_COMMON_KV_ROOM_H

#include <stdbool.h>

#include "common/err.h"

/** Makes the folder and those above it; one that is there is fine. @return USAGE: no name, or too long; STORE_FULL; STORE */
enum err kv_room_make_folder(const char *dir);

/**
 * Gives the lock file of an environment that is about to be opened its place on the disk. LMDB writes into it through a mapping: where
 * the file has holes, a full disk is no error there but the process's end (SIGBUS).
 * @param dir  the environment's folder, which no handle of this process has open
 * @return STORE_FULL; STORE. A file system that cannot give place ahead is fine.
 */
enum err kv_room_reserve(const char *dir);

/** Whether the disk takes a megabyte more beside the environment: it is asked by writing it, so quotas are known too. @thread one per dir */
bool kv_room_is_there(const char *dir);

#endif
