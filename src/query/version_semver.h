/*-------------------------------------------------------------------------
 *
 * version_semver.h
 *		Semantic versions, taken apart; Go's are of them, too.
 *
 * src/query/version_semver.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_VERSION_SEMVER_H
#define IMGCAT_VERSION_SEMVER_H

#include "query/version_text.h"

typedef struct ImgcatSemver
{
	ImgcatVersionText core;		/* number{.number} */
	ImgcatVersionText pre;		/* identifier{.identifier}; empty: a release */
	bool		glued;			/* pre is letters and digits: rc1 is rc.1 */
} ImgcatSemver;

/*
 * Take number{.number}[-pre][+build] apart; false when it is no such text.
 */
extern bool imgcat_semver_parse(ImgcatVersionText str, ImgcatSemver *version);

/*
 * Compare by the precedence of Semantic Versioning 2.0.0: a number of the core
 * that is not there is zero, the build does not count.
 */
extern int	imgcat_semver_compare(const ImgcatSemver *a, const ImgcatSemver *b);

#endif							/* IMGCAT_VERSION_SEMVER_H */
