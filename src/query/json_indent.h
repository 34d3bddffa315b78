/*-------------------------------------------------------------------------
 *
 * json_indent.h
 *		JSON for people: a member a line, two blanks for each level.
 *
 * src/query/json_indent.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_JSON_INDENT_H
#define IMGCAT_JSON_INDENT_H

#include <stddef.h>

/*
 * Write the JSON document text[0 .. length), which must be valid, with lines
 * and indents.  Writes at most out_size bytes, no NUL, and returns the length
 * that the whole needs; out may be NULL when out_size is 0.
 */
extern size_t imgcat_json_indent(char *out, size_t out_size,
								 const char *str, size_t length);

#endif							/* IMGCAT_JSON_INDENT_H */
