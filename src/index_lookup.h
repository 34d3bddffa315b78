/*-------------------------------------------------------------------------
 *
 * index_lookup.h
 *		Finding the extension's tables and indexes by their names.
 *
 * src/index_lookup.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_INDEX_LOOKUP_H
#define IMGCAT_INDEX_LOOKUP_H

#include "utils/rel.h"

extern Relation imgcat_table_open(const char *name);
extern Relation imgcat_index_open(const Relation table, const char *name);

#endif							/* IMGCAT_INDEX_LOOKUP_H */
