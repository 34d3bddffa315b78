/*-------------------------------------------------------------------------
 *
 * report.h
 *		A report of another scanner, whatever format it is in.
 *
 * A reader of a format (report_*.c) goes through a document and hands over the
 * components and the findings of each.  Members that it reads and that are of
 * another type than the format has there are an error (22023) that tells their
 * place, a JSON pointer; others are not looked at.
 *
 * src/scan/report.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_REPORT_H
#define IMGCAT_REPORT_H

#include "compat.h"
#include "scan/sbom.h"
#include "scan/vulnerability.h"
#include "text_map.h"

/* Names that a report has for its image, as they are written there. */
typedef struct ImgcatReportNames
{
	int			count;
	int			room;
	const char **names;
} ImgcatReportNames;

/* A finding as a reader hands it over. */
typedef struct ImgcatReportFinding
{
	int			component;		/* place in the SBOM */
	int			order;			/* of being met */
	ImgcatHit	hit;
} ImgcatReportFinding;

typedef struct ImgcatReport
{
	ImgcatSbom	sbom;			/* its components, system, tool and digest */
	ImgcatTextMap *components;	/* their places, by what the format knows them
								 * by */
	bool		has_time;
	TimestampTz time;
	const char *scanner;		/* trivy, grype */
	const char *input;			/* what the scanner was asked to scan, or NULL */
	ImgcatReportNames tags;		/* of the image, with their repositories */
	ImgcatReportNames digests;	/* repository@digest */
	const char *manifest;		/* digest of the manifest, or NULL */
	const char *image_id;		/* digest of the configuration, or NULL */
	int			nfindings;
	int			findings_room;
	ImgcatReportFinding *findings;
} ImgcatReport;

/* Vectors of one scorer that are right, and the scores given with them. */
typedef struct ImgcatReportScores
{
	const char *v2;				/* NULL, and a score of 0, where absent */
	const char *v3;
	const char *v4;
	double		v2_score;
	double		v3_score;
	double		v4_score;
} ImgcatReportScores;

pg_noreturn extern void imgcat_report_error(const char *place,
											const char *problem);

/*
 * Members of what is at a place, by the type that they must have; NULL, or 0,
 * where they are absent or null.  Empty texts are as good as absent.
 */
extern char *imgcat_report_text(JsonbContainer *object, const char *name,
								const char *place);
extern char *imgcat_report_name(JsonbContainer *object, const char *name,
								const char *place);
extern double imgcat_report_number(JsonbContainer *object, const char *name,
								   const char *place);
extern double imgcat_report_score(JsonbContainer *object, const char *name,
								  const char *place);
extern JsonbContainer *imgcat_report_object(JsonbContainer *object,
											const char *name,
											const char *place);
extern JsonbContainer *imgcat_report_array(JsonbContainer *object,
										   const char *name,
										   const char *place);
extern JsonbContainer *imgcat_report_item(const ImgcatJsonbWalk *walk,
										  const char *place);
extern char *imgcat_report_joined(JsonbContainer *object, const char *name,
								  const char *place);
extern bool imgcat_report_time(JsonbContainer *object, const char *name,
							   const char *place, TimestampTz *time);
extern void imgcat_report_add_names(ImgcatReportNames *names,
									JsonbContainer *object, const char *name,
									const char *place);

/* For readers: components, scores, findings. */
extern int	imgcat_report_add_component(ImgcatReport *report,
										ImgcatSbomItem *item,
										const char *place);
extern int	imgcat_report_severity(const char *word, const char *place);
extern void imgcat_report_take_vector(ImgcatReport *report,
									  ImgcatReportScores *scores,
									  const char *vector, double score,
									  const char *place);
extern void imgcat_report_set_scores(ImgcatHit *hit,
									 const ImgcatReportScores *own,
									 const ImgcatReportScores *nvd);
extern const char *imgcat_report_fix(const char *ecosystem,
									 const char *installed,
									 const char *const *versions, int count);
extern ImgcatHit *imgcat_report_add_finding(ImgcatReport *report,
											int component, const char *name,
											const char *place);

extern void imgcat_read_trivy(JsonbContainer *document, ImgcatReport *report);
extern void imgcat_read_grype(JsonbContainer *document, ImgcatReport *report);

/* Which image a report is of (report_image.c). */
extern const char *imgcat_report_image_name(const ImgcatReport *report);
extern void imgcat_report_set_digest(ImgcatReport *report,
									 const ImgcatKnownImage *image);

#endif							/* IMGCAT_REPORT_H */
