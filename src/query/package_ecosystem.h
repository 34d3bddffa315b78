/*-------------------------------------------------------------------------
 *
 * package_ecosystem.h
 *		Where a package comes from, by one name: what packages and advisories
 *		must agree on.
 *
 * The ecosystem of a package of a language is the type of its package URL
 * (npm, pypi, golang, ...), that of a distribution's package the distribution
 * and the part of its version that has advisories of its own (debian:12,
 * ubuntu:22.04, alpine:3.18, rhel:9, wolfi).
 *
 * Pure C without a server.
 *
 * src/query/package_ecosystem.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_PACKAGE_ECOSYSTEM_H
#define IMGCAT_PACKAGE_ECOSYSTEM_H

#include <stdbool.h>
#include <stddef.h>

#include "query/package_url.h"

/* Most bytes of an ecosystem; out in the functions below has as many. */
#define IMGCAT_ECOSYSTEM_MAX 128

/*
 * The ecosystem of a distribution: its id as in os-release, in package URLs or
 * in OSV documents, and its version or codename.  Returns the length, 0 where
 * there is none.
 */
extern size_t imgcat_ecosystem_of_distribution(const char *id,
											   size_t id_length,
											   const char *version,
											   size_t version_length,
											   char *out);

/*
 * The same from one text: "debian:12", "alpine-3.18.4", "rhel-9.2"; the
 * separator is the first ':', else the last '-'.
 */
extern size_t imgcat_ecosystem_of_system(const char *text, size_t length,
										 char *out);

/* The ecosystem of an OSV document: "Debian:12", "PyPI", ... */
extern size_t imgcat_ecosystem_of_osv(const char *text, size_t length,
									  char *out);

/*
 * The ecosystem of a package URL.  system is the ecosystem of the image's
 * distribution, for URLs that do not name theirs, or of length 0.
 */
extern size_t imgcat_ecosystem_of_purl(const ImgcatPackageUrl *purl,
									   const char *system,
									   size_t system_length, char *out);

/* Is a package of this ecosystem one of a distribution? */
extern bool imgcat_ecosystem_is_system(const char *ecosystem, size_t length);

/*
 * Bring a name of a package into the form in which its ecosystem compares
 * names, in place; returns the length, which does not grow.
 */
extern size_t imgcat_package_name_normalise(const char *ecosystem,
											size_t ecosystem_length,
											char *name, size_t length);

#endif							/* IMGCAT_PACKAGE_ECOSYSTEM_H */
