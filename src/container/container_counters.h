/*-------------------------------------------------------------------------
 *
 * container_counters.h
 *		Counters and risk scores that are derived from a scan.
 *
 * src/container/container_counters.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_COUNTERS_H
#define IMGCAT_CONTAINER_COUNTERS_H

#include "container/container_document.h"

/* What a scan found, CVE ids counted once. */
typedef struct ImgcatCounters
{
	int			components;
	int			cves;
	int			fixable_cves;
	int			by_severity[SEVERITIES];
	int			fixable_by_severity[SEVERITIES];
	double		top_cvss;
	bool		has_fixed_by;	/* some finding carries fixedBy, even empty */
} ImgcatCounters;

extern void imgcat_count_findings(const ImgcatMessage *scan,
								  ImgcatCounters *counters);
extern void imgcat_derive_counters(ImgcatMessage *document);
extern double imgcat_component_top_cvss(const ImgcatMessage *component);
extern int	imgcat_counters_present(const ImgcatMessage *document);

extern double imgcat_component_risk(const ImgcatMessage *component);
extern double imgcat_image_risk(const ImgcatMessage *document,
								TimestampTz now, double unchanged);

#endif							/* IMGCAT_CONTAINER_COUNTERS_H */
