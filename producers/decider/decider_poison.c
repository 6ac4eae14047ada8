/* decider_poison.c: which action was being decided when the process died, and how often (protocol 6). */
#include "producers/decider/decider_poison.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The kernel keeps what a killed process wrote into a shared mapping: no sync is paid for per action. */
struct slot {
	int64_t inside;  /* offset + 1 while it is decided, else 0 */
	int64_t crashed; /* offset + 1 of the action that we died of last */
	int64_t crashes;
};

struct decider_poison {
	struct slot *slots;
};

enum { POISON_BYTES = DECIDER_POISON_SLOTS * (int)sizeof(struct slot), POISON_PATH_BYTES = 512 };

static void count_crash(struct slot *slot)
{
	if (!slot->inside) {
		return;
	}
	slot->crashes = slot->crashed == slot->inside ? slot->crashes + 1 : 1;
	slot->crashed = slot->inside;
	slot->inside = 0;
}

enum err decider_poison_open(const char *dir, struct decider_poison **ret_poison)
{
	char path[POISON_PATH_BYTES];
	struct decider_poison *poison = calloc(1, sizeof *poison);

	if (!poison) {
		return ERR_NOMEM;
	}
	snprintf(path, sizeof path, "%s/attempts", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	void *map = MAP_FAILED;

	/* Not by ftruncate: in a mapped file with holes a full disk shows as SIGBUS at the next action, not as an error. */
	if (fd >= 0 && !posix_fallocate(fd, 0, POISON_BYTES)) {
		map = mmap(NULL, POISON_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	}
	if (fd >= 0) {
		close(fd);
	}
	if (map == MAP_FAILED) {
		free(poison);
		return ERR_IO;
	}
	poison->slots = map;
	for (int i = 0; i < DECIDER_POISON_SLOTS; i++) {
		count_crash(&poison->slots[i]);
	}
	msync(map, POISON_BYTES, MS_SYNC);
	*ret_poison = poison;
	return ERR_OK;
}

void decider_poison_close(struct decider_poison *poison)
{
	if (poison) {
		munmap(poison->slots, POISON_BYTES);
		free(poison);
	}
}

bool decider_poison_enter(struct decider_poison *poison, int slot, int64_t offset)
{
	struct slot *s = &poison->slots[slot];

	__atomic_store_n(&s->inside, offset + 1, __ATOMIC_SEQ_CST);
	return s->crashed == offset + 1 && s->crashes >= DECIDER_POISON_CRASHES;
}

void decider_poison_leave(struct decider_poison *poison, int slot)
{
	__atomic_store_n(&poison->slots[slot].inside, 0, __ATOMIC_SEQ_CST);
}
