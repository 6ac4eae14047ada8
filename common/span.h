/* span.h: a borrowed run of bytes, and the few things done with one. */
#ifndef GOVBUS_COMMON_SPAN_H
#define GOVBUS_COMMON_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Borrowed bytes: who owns them is said where a span is given out. Absent is p == NULL; empty has a p. */
struct span {
	const uint8_t *p;
	size_t n;
};

/* A span over a string literal or a C string, its ending zero left out. */
#define SPAN(literal) ((struct span){(const uint8_t *)("" literal), sizeof(literal) - 1})

/* For printf: printf("%.*s", SPAN_ARGS(span)). */
#define SPAN_ARGS(span) (int)(span).n, (const char *)(span).p

/** Borrows n bytes; p == NULL gives an absent span. @thread any, as all here */
static inline struct span span_of(const void *p, size_t n)
{
	return (struct span){(const uint8_t *)p, n};
}

/** Borrows a C string, its ending zero left out; NULL gives an absent span. */
static inline struct span span_cstr(const char *text)
{
	return (struct span){(const uint8_t *)text, text ? strlen(text) : 0};
}

/** Whether the bytes are the same; absent equals empty. */
static inline bool span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/** Whether the bytes are a word's, small and capital letters (ASCII) alike. */
static inline bool span_eq_nocase(struct span text, const char *word)
{
	return text.n == strlen(word) &&
	       (text.n == 0 || strncasecmp((const char *)text.p, word, text.n) == 0);
}

/** What is left without the characters of `away` at both ends. */
static inline struct span span_trim(struct span text, const char *away)
{
	while (text.n && text.p[0] && strchr(away, text.p[0])) {
		text = (struct span){text.p + 1, text.n - 1};
	}
	while (text.n && text.p[text.n - 1] && strchr(away, text.p[text.n - 1])) {
		text.n--;
	}
	return text;
}

/** Whether text begins with prefix; everything begins with an empty one. */
static inline bool span_starts(struct span text, struct span prefix)
{
	return text.n >= prefix.n && (prefix.n == 0 || memcmp(text.p, prefix.p, prefix.n) == 0);
}

/** Order of bytes, the shorter first: LMDB's order of keys. */
static inline int span_cmp(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

/** The first n bytes, or all if it has fewer. */
static inline struct span span_first(struct span s, size_t n)
{
	return (struct span){s.p, s.n < n ? s.n : n};
}

#endif
