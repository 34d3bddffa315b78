/*-------------------------------------------------------------------------
 *
 * container_import.h
 *		StorageImage documents into the tables.
 *
 * src/container/container_import.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_IMPORT_H
#define IMGCAT_CONTAINER_IMPORT_H

#include "utils/jsonb.h"

extern int64 imgcat_import_documents(Jsonb *documents);

#endif							/* IMGCAT_CONTAINER_IMPORT_H */
