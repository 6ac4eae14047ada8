/* page.h: a page of the docs is what the program prints now. */
#ifndef GOVBUS_TESTS_SUPPORT_PAGE_H
#define GOVBUS_TESTS_SUPPORT_PAGE_H

#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "tests/support/cmocka_all.h"

enum { PAGE_BYTES = 512 * 1024 };

static inline void page_write(const char *path, const struct buf *page)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(page->p, 1, page->n, file), page->n);
	assert_int_equal(fclose(file), 0);
}

/** Fails if the file at path is not the page; with GOVBUS_UPDATE in the environment it writes it anew. @param page freed @param test its name, for who has to update */
static inline void page_is_current(const char *path, const char *test, struct buf *page)
{
	static char text[PAGE_BYTES];
	FILE *file;
	size_t n;

	assert_int_equal(page->err, ERR_OK);
	if (getenv("GOVBUS_UPDATE")) {
		page_write(path, page);
	}
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(text, 1, sizeof text, file);
	assert_int_equal(fclose(file), 0);
	if (!span_eq(span_of(text, n), buf_span(page))) {
		fail_msg("%s is not current: GOVBUS_UPDATE=1 build/dev/tests/%s writes it", path,
			 test);
	}
	buf_done(page);
}

#endif
