/* secrets.h: the 32-byte keys that the doors share: made once, kept in files that only their owner reads. */
#ifndef GOVBUS_COMMON_SECRETS_H
#define GOVBUS_COMMON_SECRETS_H

#include <stdint.h>

#include "common/err.h"

enum { SECRETS_BYTES = 32 };

/**
 * Reads $home/secrets/NAME.key, or makes it of random bytes (mode 0600, folder 0700; of two processes that race, one wins
 * and both read the same). They are not in the log and cannot be rebuilt: back them up.
 * @param name  "digest", "receipt" or "subject"
 * @return IO (unreadable, or not 32 bytes long)
 * @thread any
 */
enum err secrets_load(const char *home, const char *name, uint8_t ret_key[SECRETS_BYTES]);

#endif
