/*-------------------------------------------------------------------------
 *
 * container_rules.h
 *		States that a DBA gives to findings, by CVE and scope.
 *
 * src/container/container_rules.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_RULES_H
#define IMGCAT_CONTAINER_RULES_H

/*
 * SQL of what the rules say of a finding f of the image i.  Few CVEs have
 * rules: they are hashed once a statement, and the rules of an image asked for
 * these alone.
 */
#define IMGCAT_FINDING_HAS_RULES \
	"pg_catalog.lower(f.cve) IN" \
	" (SELECT r.cve_lower FROM image_catalog.container_finding_rules AS r)"
#define IMGCAT_FINDING_DECIDED \
	"image_catalog.decided_finding_state(f.image_key, i.digest, f.cve," \
	" f.document_state)"
#define IMGCAT_FINDING_STATE \
	"(CASE WHEN " IMGCAT_FINDING_HAS_RULES " THEN " IMGCAT_FINDING_DECIDED \
	" ELSE f.document_state END)"

#endif							/* IMGCAT_CONTAINER_RULES_H */
