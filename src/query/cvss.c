/*-------------------------------------------------------------------------
 *
 * cvss.c
 *		Scores of the Common Vulnerability Scoring System, from vectors.
 *
 * Versions 2.0, 3.0, 3.1 and 4.0, by FIRST's specifications.  The values of a
 * metric are numbered from 0 as they stand in its table here.  Rounding is
 * decimal in all versions, as 3.1 says for the first time: in 3.0 the last
 * digit was left to the binary arithmetic of whoever computed it.
 *
 * src/query/cvss.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdbool.h>
#include <string.h>

#include "query/cvss.h"

/* A metric and its values, with blanks between. */
typedef struct CvssMetric
{
	const char *name;
	const char *values;
} CvssMetric;

typedef struct CvssTable
{
	const char *prefix;
	int			nbase;			/* the first metrics are the base */
	int			nmetrics;
	const CvssMetric *metrics;
} CvssTable;

/* the base metrics of version 2, in order */
enum
{
	V2_AV, V2_AC, V2_AU, V2_C, V2_I, V2_A
};
static const CvssMetric metrics_2[] = {
	{"AV", "L A N"}, {"AC", "H M L"}, {"Au", "M S N"},
	{"C", "N P C"}, {"I", "N P C"}, {"A", "N P C"},
	{"E", "U POC F H ND"}, {"RL", "OF TF W U ND"}, {"RC", "UC UR C ND"},
	{"CDP", "N L LM MH H ND"}, {"TD", "N L M H ND"},
	{"CR", "L M H ND"}, {"IR", "L M H ND"}, {"AR", "L M H ND"}
};

/* the base metrics of version 3, in order */
enum
{
	V3_AV, V3_AC, V3_PR, V3_UI, V3_S, V3_C, V3_I, V3_A
};
static const CvssMetric metrics_3[] = {
	{"AV", "N A L P"}, {"AC", "L H"}, {"PR", "N L H"}, {"UI", "N R"},
	{"S", "U C"}, {"C", "N L H"}, {"I", "N L H"}, {"A", "N L H"},
	{"E", "X U P F H"}, {"RL", "X O T W U"}, {"RC", "X U R C"},
	{"CR", "X L M H"}, {"IR", "X L M H"}, {"AR", "X L M H"},
	{"MAV", "X N A L P"}, {"MAC", "X L H"}, {"MPR", "X N L H"},
	{"MUI", "X N R"}, {"MS", "X U C"}, {"MC", "X N L H"},
	{"MI", "X N L H"}, {"MA", "X N L H"}
};

/* the base metrics of version 4, in order; values by falling severity */
enum
{
	V4_AV, V4_AC, V4_AT, V4_PR, V4_UI,
	V4_VC, V4_VI, V4_VA, V4_SC, V4_SI, V4_SA
};
static const CvssMetric metrics_4[] = {
	{"AV", "N A L P"}, {"AC", "L H"}, {"AT", "N P"}, {"PR", "N L H"},
	{"UI", "N P A"}, {"VC", "H L N"}, {"VI", "H L N"}, {"VA", "H L N"},
	{"SC", "H L N"}, {"SI", "H L N"}, {"SA", "H L N"},
	{"E", "X A P U"}, {"CR", "X H M L"}, {"IR", "X H M L"},
	{"AR", "X H M L"}, {"MAV", "X N A L P"}, {"MAC", "X L H"},
	{"MAT", "X N P"}, {"MPR", "X N L H"}, {"MUI", "X N P A"},
	{"MVC", "X H L N"}, {"MVI", "X H L N"}, {"MVA", "X H L N"},
	{"MSC", "X H L N"}, {"MSI", "X S H L N"}, {"MSA", "X S H L N"},
	{"S", "X N P"}, {"AU", "X N Y"}, {"R", "X A U I"}, {"V", "X D C"},
	{"RE", "X L M H"}, {"U", "X Clear Green Amber Red"}
};

#define METRICS(array) (int) (sizeof(array) / sizeof((array)[0])), array

/* by ImgcatCvssVersion */
static const CvssTable tables[] = {
	{"", 6, METRICS(metrics_2)},
	{"CVSS:3.0/", 8, METRICS(metrics_3)},
	{"CVSS:3.1/", 8, METRICS(metrics_3)},
	{"CVSS:4.0/", 11, METRICS(metrics_4)}
};

/*
 * Find the version that a vector says.  False when there is none.
 */
static bool
find_version(const char *str, size_t length, ImgcatCvssVersion *version)
{
	int			i;

	for (i = IMGCAT_CVSS_3_0; i <= IMGCAT_CVSS_4_0; i++)
	{
		size_t		prefix = strlen(tables[i].prefix);

		if (length >= prefix && memcmp(str, tables[i].prefix, prefix) == 0)
		{
			*version = (ImgcatCvssVersion) i;
			return true;
		}
	}
	*version = IMGCAT_CVSS_2;
	return length < 5 || memcmp(str, "CVSS:", 5) != 0;
}

/*
 * The number of a metric; -1 when there is none of this name.
 */
static int
find_metric(const CvssTable *table, const char *name, size_t length)
{
	int			i;

	for (i = 0; i < table->nmetrics; i++)
		if (strlen(table->metrics[i].name) == length &&
			memcmp(table->metrics[i].name, name, length) == 0)
			return i;
	return -1;
}

/*
 * The number of a value among a metric's; -1 when it is none of them.
 */
static int
find_value(const char *values, const char *value, size_t length)
{
	int			number = 0;

	for (;;)
	{
		size_t		end = strcspn(values, " ");

		if (end == length && memcmp(values, value, length) == 0)
			return number;
		if (values[end] == '\0')
			return -1;
		values += end + 1;
		number++;
	}
}

/*
 * Read a vector; see cvss.h.
 */
ImgcatCvssError
imgcat_cvss_parse(const char *str, size_t length, ImgcatCvss *cvss,
				  size_t *error_at, const char **missing)
{
	const CvssTable *table;
	unsigned long seen = 0;
	size_t		at;
	int			i;

	memset(cvss, 0, sizeof(*cvss));
	*error_at = 0;
	*missing = NULL;
	if (!find_version(str, length, &cvss->version))
		return IMGCAT_CVSS_BAD_VERSION;
	table = &tables[cvss->version];
	for (at = strlen(table->prefix); at < length;)
	{
		const char *metric = str + at;
		const char *end = memchr(metric, '/', length - at);
		const char *colon;
		int			value;

		*error_at = at;
		if (end == NULL)
			end = str + length;
		colon = memchr(metric, ':', end - metric);
		if (colon == NULL)
			return IMGCAT_CVSS_BAD_METRIC;
		i = find_metric(table, metric, colon - metric);
		if (i < 0)
			return IMGCAT_CVSS_BAD_METRIC;
		if (seen & (1UL << i))
			return IMGCAT_CVSS_REPEATED;
		seen |= 1UL << i;
		*error_at = colon + 1 - str;
		value = find_value(table->metrics[i].values, colon + 1,
						   end - (colon + 1));
		if (value < 0)
			return IMGCAT_CVSS_BAD_VALUE;
		if (i < table->nbase)
			cvss->base[i] = value;
		at = end - str + 1;
	}
	*error_at = length;
	/* a slash with nothing after it */
	if (at == length && length > strlen(table->prefix))
		return IMGCAT_CVSS_BAD_METRIC;
	for (i = 0; i < table->nbase; i++)
	{
		if (!(seen & (1UL << i)))
		{
			*missing = table->metrics[i].name;
			return IMGCAT_CVSS_MISSING;
		}
	}
	*error_at = 0;
	return IMGCAT_CVSS_OK;
}

/* A score in tenths, to the nearest. */
static int
round_nearest(double score)
{
	return (int) (score * 10 + 0.5 + 1e-6);
}

/*
 * A score in tenths, rounded up by the rule of version 3.1: what is beyond the
 * fifth decimal does not count.
 */
static int
round_up(double score)
{
	long		scaled = (long) (score * 100000 + 0.5);

	return (int) (scaled / 10000 + (scaled % 10000 != 0));
}

/*
 * The impact of version 2, not rounded.
 */
static double
impact_2(const int *base)
{
	static const double effect[] = {0.0, 0.275, 0.660};

	return 10.41 * (1 - (1 - effect[base[V2_C]]) * (1 - effect[base[V2_I]]) *
					(1 - effect[base[V2_A]]));
}

/*
 * The exploitability of version 2, not rounded.
 */
static double
exploitability_2(const int *base)
{
	static const double access[] = {0.395, 0.646, 1.0};
	static const double complexity[] = {0.35, 0.61, 0.71};
	static const double authentication[] = {0.45, 0.56, 0.704};

	return 20 * access[base[V2_AV]] * complexity[base[V2_AC]] *
		authentication[base[V2_AU]];
}

/*
 * The base score of version 2.
 */
static int
base_score_2(const int *base)
{
	if (base[V2_C] + base[V2_I] + base[V2_A] == 0)
		return 0;
	return round_nearest((0.6 * impact_2(base) + 0.4 * exploitability_2(base) -
						  1.5) * 1.176);
}

/*
 * The impact of version 3, not rounded; without any it is not positive.
 */
static double
impact_3(const int *base)
{
	static const double effect[] = {0.0, 0.22, 0.56};
	double		loss;
	double		power = 1;
	int			i;

	loss = 1 - (1 - effect[base[V3_C]]) * (1 - effect[base[V3_I]]) *
		(1 - effect[base[V3_A]]);
	if (base[V3_S] == 0)
		return 6.42 * loss;
	for (i = 0; i < 15; i++)
		power *= loss - 0.02;
	return 7.52 * (loss - 0.029) - 3.25 * power;
}

/*
 * The exploitability of version 3, not rounded.
 */
static double
exploitability_3(const int *base)
{
	static const double vector[] = {0.85, 0.62, 0.55, 0.2};
	static const double complexity[] = {0.77, 0.44};
	static const double privileges[2][3] = {{0.85, 0.62, 0.27},
	{0.85, 0.68, 0.5}};
	static const double interaction[] = {0.85, 0.62};

	return 8.22 * vector[base[V3_AV]] * complexity[base[V3_AC]] *
		privileges[base[V3_S]][base[V3_PR]] * interaction[base[V3_UI]];
}

/*
 * The base score of version 3.
 */
static int
base_score_3(const int *base)
{
	double		score = impact_3(base);

	if (score <= 0)
		return 0;
	score += exploitability_3(base);
	if (base[V3_S] == 1)
		score *= 1.08;
	return round_up(score < 10 ? score : 10);
}

/*
 * The base score of version 4: that of the macro vector, less the mean of how
 * far the vector is, in each class, on the way to the next lower macro vector.
 *
 * How far a vector is from the highest of its class is the sum of the steps of
 * its metrics.  All the highest vectors of a class have the same sum, so there
 * is no need to find which of them is meant.
 */
static int
base_score_4(const int *base)
{
	/* steps in each level of a class, between the highest vector and the next */
	static const int steps_1[] = {1, 4, 5};
	static const int steps_2[] = {1, 2};
	static const int steps_36[] = {7, 8, 10};
	static const int steps_4[] = {0, 5, 4};
	int			sum_1 = base[V4_AV] + base[V4_PR] + base[V4_UI];
	int			sum_2 = base[V4_AC] + base[V4_AT];
	int			sum_3 = base[V4_VC] + base[V4_VI] + base[V4_VA];
	int			sum_4 = base[V4_SC] + base[V4_SI] + base[V4_SA];
	bool		high = base[V4_VC] == 0 || base[V4_VI] == 0 || base[V4_VA] == 0;
	int			eq1;
	int			eq2 = sum_2 > 0;
	int			eq3;
	int			eq4;
	int			eq6 = !high;
	int			score;
	double		drop = 0;
	int			nlower = 1;		/* class 5 always has a lower level */

	if (sum_3 == 6 && sum_4 == 6)
		return 0;				/* no impact at all */
	if (sum_1 == 0)
		eq1 = 0;
	else if (base[V4_AV] != 3 &&
			 (base[V4_AV] == 0 || base[V4_PR] == 0 || base[V4_UI] == 0))
		eq1 = 1;
	else
		eq1 = 2;
	eq3 = base[V4_VC] == 0 && base[V4_VI] == 0 ? 0 : high ? 1 : 2;
	eq4 = base[V4_SC] == 0 || base[V4_SI] == 0 || base[V4_SA] == 0 ? 1 : 2;
	score = imgcat_cvss4_macro_score(eq1, eq2, eq3, eq4, eq6);

#define DROP(lower, distance, steps) \
	(nlower++, drop += (double) (score - (lower)) * (distance) / (steps))

	if (eq1 < 2)
		DROP(imgcat_cvss4_macro_score(eq1 + 1, eq2, eq3, eq4, eq6),
			 sum_1 - eq1, steps_1[eq1]);
	if (eq2 < 1)
		DROP(imgcat_cvss4_macro_score(eq1, eq2 + 1, eq3, eq4, eq6),
			 0, steps_2[eq2]);
	if (eq3 == 0)
	{
		int			left = imgcat_cvss4_macro_score(eq1, eq2, 0, eq4, 1);
		int			right = imgcat_cvss4_macro_score(eq1, eq2, 1, eq4, 0);

		DROP(left > right ? left : right, sum_3, steps_36[0]);
	}
	else if (eq3 == 1)
		DROP(imgcat_cvss4_macro_score(eq1, eq2, 1, eq4, 1),
			 sum_3 - 1, steps_36[1]);
	if (eq4 < 2)
		DROP(imgcat_cvss4_macro_score(eq1, eq2, eq3, 2, eq6),
			 sum_4, steps_4[eq4]);
#undef DROP

	/* in tenths already; as in round_nearest() */
	return (int) (score - drop / nlower + 0.5 + 1e-6);
}

/*
 * The base score; see cvss.h.
 */
int
imgcat_cvss_base_score(const ImgcatCvss *cvss)
{
	if (cvss->version == IMGCAT_CVSS_2)
		return base_score_2(cvss->base);
	if (cvss->version == IMGCAT_CVSS_4_0)
		return base_score_4(cvss->base);
	return base_score_3(cvss->base);
}

/*
 * The two parts of the base score; see cvss.h.
 */
void
imgcat_cvss_subscores(const ImgcatCvss *cvss, int *impact, int *exploitability)
{
	*impact = *exploitability = 0;
	if (cvss->version == IMGCAT_CVSS_4_0)
		return;
	if (cvss->version == IMGCAT_CVSS_2)
	{
		*impact = round_nearest(impact_2(cvss->base));
		*exploitability = round_nearest(exploitability_2(cvss->base));
		return;
	}
	if (impact_3(cvss->base) > 0)
		*impact = round_nearest(impact_3(cvss->base));
	*exploitability = round_nearest(exploitability_3(cvss->base));
}

/*
 * The severity of the base score; see cvss.h.
 */
const char *
imgcat_cvss_severity(const ImgcatCvss *cvss)
{
	int			score = imgcat_cvss_base_score(cvss);

	if (cvss->version == IMGCAT_CVSS_2)
		return score < 40 ? "LOW" : score < 70 ? "MEDIUM" : "HIGH";
	if (score == 0)
		return "NONE";
	return score < 40 ? "LOW" : score < 70 ? "MEDIUM" :
		score < 90 ? "HIGH" : "CRITICAL";
}
