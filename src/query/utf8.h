/*-------------------------------------------------------------------------
 *
 * utf8.h
 *		Is this text UTF-8 that a PostgreSQL text value can hold?
 *
 * src/query/utf8.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_UTF8_H
#define IMGCAT_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF, and
 * no NUL, which no text value can hold.
 */
extern bool imgcat_utf8_valid(const char *str, size_t length);

#endif							/* IMGCAT_UTF8_H */
