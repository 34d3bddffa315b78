/*-------------------------------------------------------------------------
 *
 * package.h
 *		Packages: what distinguishes them, and those of images.
 *
 * A distinct package is stored once, and images refer to it; so it is matched
 * against advisories once, in however many images it is.
 *
 * src/scan/package.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_PACKAGE_H
#define IMGCAT_PACKAGE_H

#include "container/container_document.h"
#include "named_rows.h"
#include "query/package_url.h"

/* Most bytes of a name: an index holds it, with the ecosystem. */
#define IMGCAT_PACKAGE_NAME_MAX	IMGCAT_INDEXED_BYTES

/* A package; no text is NULL, absent ones are empty. */
typedef struct ImgcatPackage
{
	const char *ecosystem;		/* see query/package_ecosystem.h; empty: this
								 * is no package that advisories speak of */
	const char *name;			/* in the form that the ecosystem compares */
	const char *version;
	const char *source_name;	/* of the source package: name and version of */
	const char *source_version; /* the package where it is no other */
	const char *architecture;
	const char *module;
} ImgcatPackage;

/* Packages of the images of an import, until all of them are known. */
typedef struct ImgcatPackageLinks
{
	MemoryContext context;		/* of the image keys */
	ImgcatNamedRows rows;
	int64	   *image_keys;		/* whose packages these are */
	int			nimages;
	int			images_room;
} ImgcatPackageLinks;

extern bool imgcat_package_of_purl(const ImgcatPackageUrl *purl,
								   const char *system, ImgcatPackage *package);
extern void imgcat_package_of_name(const char *ecosystem, const char *name,
								   const char *version,
								   ImgcatPackage *package);
extern void imgcat_package_of_component(const ImgcatMessage *component,
										const char *system,
										ImgcatPackage *package);
extern char *imgcat_system_ecosystem(const char *text, int length);

extern ImgcatPackageLinks *imgcat_begin_package_links(void);
extern void imgcat_add_package_links(ImgcatPackageLinks *links,
									 int64 image_key,
									 const ImgcatMessage *scan,
									 const ImgcatPackage *packages);
extern void imgcat_finish_package_links(ImgcatPackageLinks *links);

#endif							/* IMGCAT_PACKAGE_H */
