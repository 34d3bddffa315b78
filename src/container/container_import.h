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

#include "scan/package.h"
#include "utils/jsonb.h"

/* Where the packages of imported images come from. */
typedef enum ImgcatPackageSource
{
	IMGCAT_PACKAGES_OF_COMPONENTS,	/* read from the components */
	IMGCAT_PACKAGES_GIVEN,		/* one for each component */
	IMGCAT_PACKAGES_KEPT		/* the components are those that are stored */
} ImgcatPackageSource;

extern int64 imgcat_import_documents(Jsonb *documents,
									 ImgcatPackageSource source,
									 const ImgcatPackage *packages);
extern void imgcat_import_stored(ImgcatMessage *const *documents, int count);

#endif							/* IMGCAT_CONTAINER_IMPORT_H */
