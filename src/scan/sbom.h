/*-------------------------------------------------------------------------
 *
 * sbom.h
 *		A software bill of materials, whatever format it is in.
 *
 * A reader of a format (sbom_*.c) goes through a document, says what system
 * the image has and hands over one component after the other.
 *
 * src/scan/sbom.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_SBOM_H
#define IMGCAT_SBOM_H

#include "container/container_scan.h"
#include "json/jsonb_read.h"
#include "lib/stringinfo.h"
#include "scan/package.h"

/* A component as a reader hands it over; what it does not know is NULL. */
typedef struct ImgcatSbomItem
{
	const char *purl;			/* package URL */
	const char *ecosystem;		/* of the package, where there is no purl */
	const char *name;			/* both needed only where there is no purl */
	const char *version;
	const char *source_name;	/* of the source package, where the purl does */
	const char *source_version; /* not tell */
	const char *module;
	const char *architecture;
	const char *location;		/* path in the image */
	const char *license;
} ImgcatSbomItem;

/* A component that is kept. */
typedef struct ImgcatSbomComponent
{
	ImgcatSbomItem item;		/* with name and version */
	int			source;			/* number of the enum of sources */
	ImgcatPackage package;
} ImgcatSbomComponent;

typedef struct ImgcatSbom
{
	char	   *digest;			/* of the image, or NULL */
	char	   *tool;			/* that made the document, or NULL */
	char	   *system;			/* "id:version" of the distribution, or "" */
	char	   *ecosystem;		/* of its packages */
	int			count;
	int			room;
	ImgcatSbomComponent *components;
	int			nrefused;
	StringInfoData refused;		/* what could not be read: members of a JSON
								 * array */
} ImgcatSbom;

extern void imgcat_sbom_begin(ImgcatSbom *sbom);
extern void imgcat_sbom_add(ImgcatSbom *sbom, const ImgcatSbomItem *item,
							const char *place);
extern void imgcat_sbom_refuse(ImgcatSbom *sbom, const char *place,
							   const char *problem);
extern void imgcat_sbom_set_system(ImgcatSbom *sbom, const char *id,
								   const char *version);
extern ImgcatMessage *imgcat_sbom_document(const ImgcatKnownImage *image,
										   const ImgcatSbom *sbom);
extern char *imgcat_sbom_import(ImgcatMessage *document,
								const ImgcatSbom *sbom, int *npackages);
extern void imgcat_sbom_set_digest(ImgcatSbom *sbom, const char *text);

extern void imgcat_read_cyclonedx(JsonbContainer *document, ImgcatSbom *sbom);
extern void imgcat_read_spdx(JsonbContainer *document, ImgcatSbom *sbom);
extern void imgcat_read_syft(JsonbContainer *document, ImgcatSbom *sbom);

#endif							/* IMGCAT_SBOM_H */
