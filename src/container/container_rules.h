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
 * SQL of the state of a finding f of the image i.  Few CVEs have rules, and only
 * theirs are asked for.  Which CVEs these are the planner hashes or looks up;
 * as a condition of its own it would join them, and ask the rules first.
 */
#define IMGCAT_FINDING_STATE \
	"(CASE WHEN EXISTS" \
	" (SELECT FROM image_catalog.container_finding_rules AS r" \
	"  WHERE r.cve_lower OPERATOR(pg_catalog.=) pg_catalog.lower(f.cve))" \
	" THEN image_catalog.decided_finding_state(f.image_key, i.digest, f.cve," \
	" f.document_state) ELSE f.document_state END)"

#endif							/* IMGCAT_CONTAINER_RULES_H */
