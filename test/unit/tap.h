/*-------------------------------------------------------------------------
 *
 * tap.h
 *		Just enough of the Test Anything Protocol.
 *
 * test/unit/tap.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_TAP_H
#define IMGCAT_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int	tap_ntests = 0;
static int	tap_nfailed = 0;

/*
 * Print text with everything but plain ASCII escaped, so that a test name is
 * one line whatever the input was.
 */
static inline void
tap_print_escaped(const char *str)
{
	for (; *str; str++)
	{
		unsigned char c = (unsigned char) *str;

		if (c < ' ' || c > '~' || c == '\\' || c == '#')
			printf("\\x%02x", c);
		else
			putchar(c);
	}
}

/*
 * One test: print its line, return whether it holds.
 */
static inline bool
__attribute__((format(printf, 2, 3)))
ok(bool holds, const char *format,...)
{
	char		name[1024];
	va_list		args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);

	tap_ntests++;
	if (!holds)
		tap_nfailed++;
	printf("%sok %d - ", holds ? "" : "not ", tap_ntests);
	tap_print_escaped(name);
	putchar('\n');
	return holds;
}

/*
 * Print the plan; what main() is to return.
 */
static inline int
done_testing(void)
{
	printf("1..%d\n", tap_ntests);
	return tap_nfailed == 0 && tap_ntests > 0 ? 0 : 1;
}

/*
 * A copy of the text in memory of exactly its length, so that the address
 * sanitizer sees a read beyond its end.  The caller frees it.
 */
static inline char *
exact_copy(const char *str, size_t length)
{
	char	   *copy = malloc(length > 0 ? length : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, str, length);
	return copy;
}

#define lengthof_array(array) (sizeof(array) / sizeof((array)[0]))

#endif							/* IMGCAT_TAP_H */
