/*-------------------------------------------------------------------------
 *
 * finding_name.h
 *		Ids of vulnerabilities in the texts of advisories.
 *
 * Pure C without a server.
 *
 * src/query/finding_name.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_FINDING_NAME_H
#define IMGCAT_FINDING_NAME_H

#include <stddef.h>

/* Kinds of ids, the one that a finding is rather called by first. */
typedef enum ImgcatFindingId
{
	IMGCAT_ID_CVE,				/* CVE-2024-1234 */
	IMGCAT_ID_GHSA,				/* GHSA-xxxx-xxxx-xxxx */
	IMGCAT_ID_OTHER,			/* RHSA-2024:1234, DSA-..., by its shape */
	IMGCAT_ID_NONE
} ImgcatFindingId;

/*
 * Find the first id of a kind in a text; returns its length, 0 where there is
 * none, and sets *at to it.
 */
extern size_t imgcat_find_finding_id(const char *text, size_t length,
									 ImgcatFindingId kind, const char **at);

#endif							/* IMGCAT_FINDING_NAME_H */
