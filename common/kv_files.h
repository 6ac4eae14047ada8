/* kv_files.h: the files of an open environment, for kv.c. */
#ifndef GOVBUS_COMMON_KV_FILES_H
#define GOVBUS_COMMON_KV_FILES_H

#include "common/kv_parts.h"

/** Remembers which files are open; just after they were opened. @thread one at a time for each kv, as all here */
void kv_files_note(struct kv *kv);

/** Whether the environment's folder still has these files; a lock.mdb that is missing was not replaced yet. */
bool kv_files_are_ours(const struct kv *kv);

/**
 * From now on a page that cannot be read, or that makes no sense to LMDB, ends the program as STORE does: with a line of the log
 * that names the file, and STORE's exit code. There is no way back out of LMDB.
 */
void kv_files_watch(struct kv *kv);

#endif
