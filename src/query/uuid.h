/*-------------------------------------------------------------------------
 *
 * uuid.h
 *		A UUID as the API writes it: 8-4-4-4-12 hexadecimal digits, any case.
 *
 * src/query/uuid.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_UUID_H
#define IMGCAT_UUID_H

#include <stdbool.h>
#include <stddef.h>

extern bool imgcat_parse_uuid(const char *str, size_t length,
							  unsigned char *uuid);
extern bool imgcat_read_uuid(const char *str, size_t length,
							 unsigned char *uuid);

#endif							/* IMGCAT_UUID_H */
