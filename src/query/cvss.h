/*-------------------------------------------------------------------------
 *
 * cvss.h
 *		Scores of the Common Vulnerability Scoring System, from vectors.
 *
 * src/query/cvss.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CVSS_H
#define IMGCAT_CVSS_H

#include <stddef.h>

/* More than the base metrics of any version. */
#define IMGCAT_CVSS_BASE_MAX 11

typedef enum ImgcatCvssVersion
{
	IMGCAT_CVSS_2,
	IMGCAT_CVSS_3_0,
	IMGCAT_CVSS_3_1,
	IMGCAT_CVSS_4_0
} ImgcatCvssVersion;

typedef enum ImgcatCvssError
{
	IMGCAT_CVSS_OK,
	IMGCAT_CVSS_BAD_VERSION,	/* CVSS: and no version that there is */
	IMGCAT_CVSS_BAD_METRIC,		/* no metric of this version */
	IMGCAT_CVSS_BAD_VALUE,		/* no value of this metric */
	IMGCAT_CVSS_REPEATED,		/* a metric for the second time */
	IMGCAT_CVSS_MISSING			/* a base metric is not there */
} ImgcatCvssError;

/* The base metrics; the others are checked, and change no base score. */
typedef struct ImgcatCvss
{
	ImgcatCvssVersion version;
	int			base[IMGCAT_CVSS_BASE_MAX]; /* numbers of values: in version 2
											 * of AV (L A N), AC (H M L), Au
											 * (M S N), C, I, A (N P C); in
											 * version 3 of AV (N A L P), AC
											 * (L H), PR (N L H), UI (N R), S
											 * (U C), C, I, A (N L H); for
											 * others see cvss.c */
} ImgcatCvss;

/*
 * Read a vector: metric:value/..., after "CVSS:3.0/" and the like in all
 * versions but 2.  Metrics come in any order.
 *
 * On an error *error_at is where in the text it is, and *missing the name of
 * the metric that is not there, otherwise NULL.
 */
extern ImgcatCvssError imgcat_cvss_parse(const char *str, size_t length,
										 ImgcatCvss *cvss, size_t *error_at,
										 const char **missing);

/* The base score, in tenths: 0 to 100. */
extern int	imgcat_cvss_base_score(const ImgcatCvss *cvss);

/*
 * Impact and exploitability of which the base score is made, in tenths; version
 * 4 has none, 0 then.
 */
extern void imgcat_cvss_subscores(const ImgcatCvss *cvss, int *impact,
								  int *exploitability);

/*
 * The severity of a base score: NONE, LOW, MEDIUM, HIGH or CRITICAL; version 2
 * has neither the first nor the last.
 */
extern const char *imgcat_cvss_severity(const ImgcatCvss *cvss);

/*
 * The highest base score of a macro vector of version 4, in tenths: the levels
 * of its equivalence classes 1, 2, 3, 4 and 6, as far as base metrics reach
 * them (level 0 of class 4 needs others) or the next lower macro vector does.
 */
extern int	imgcat_cvss4_macro_score(int eq1, int eq2, int eq3, int eq4,
									 int eq6);

#endif							/* IMGCAT_CVSS_H */
