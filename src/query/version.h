/*-------------------------------------------------------------------------
 *
 * version.h
 *		Which of two versions of a package is the later one.
 *
 * src/query/version.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_VERSION_H
#define IMGCAT_VERSION_H

#include <stddef.h>

/*
 * Compare two versions: -1, 0 or 1.
 *
 * Each ordering is total and transitive over all texts, those included that
 * are no version to its ecosystem; what these compare as stands with each.
 * Nothing is allocated, and the stack does not grow with the text.
 */
typedef int (*ImgcatVersionCompare) (const char *a, size_t a_length,
									 const char *b, size_t b_length);

extern int	imgcat_version_compare_dpkg(const char *a, size_t a_length,
										const char *b, size_t b_length);
extern int	imgcat_version_compare_rpm(const char *a, size_t a_length,
									   const char *b, size_t b_length);
extern int	imgcat_version_compare_apk(const char *a, size_t a_length,
									   const char *b, size_t b_length);
extern int	imgcat_version_compare_semver(const char *a, size_t a_length,
										  const char *b, size_t b_length);
extern int	imgcat_version_compare_pep440(const char *a, size_t a_length,
										  const char *b, size_t b_length);
extern int	imgcat_version_compare_maven(const char *a, size_t a_length,
										 const char *b, size_t b_length);
extern int	imgcat_version_compare_gem(const char *a, size_t a_length,
									   const char *b, size_t b_length);
extern int	imgcat_version_compare_go(const char *a, size_t a_length,
									  const char *b, size_t b_length);

/* Their names, for messages. */
#define IMGCAT_VERSION_ORDERINGS \
	"dpkg, rpm, apk, semver, pep440, maven, gem, go"

/*
 * The ordering of an ecosystem: by the name of the ordering, by the type of a
 * package URL (deb, npm, ...), or by the ecosystem of an OSV document
 * ("Debian:12", "crates.io", ...; what follows a colon does not count).
 * Letter case does not count.  NULL when it is not known.
 */
extern ImgcatVersionCompare imgcat_version_ordering(const char *ecosystem,
													size_t length);

#endif							/* IMGCAT_VERSION_H */
