/*-------------------------------------------------------------------------
 *
 * cvss4_macro.c
 *		The scores of CVSS 4.0 that are looked up.
 *
 * FIRST's table of macro vectors, as far as base scores need it: class 5,
 * exploit maturity, is at level 0 where no threat metric is given.
 *
 * src/query/cvss4_macro.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/cvss.h"

/*
 * By the levels of classes 1 and 2; then of classes 3 and 6 together, 00, 01,
 * 10, 11, 21, and of class 4, 1 and 2.
 */
static const unsigned char scores[3][2][5][2] = {
	{
		{{100, 93}, {96, 90}, {93, 88}, {92, 80}, {79, 69}},
		{{95, 92}, {91, 81}, {92, 84}, {82, 70}, {71, 63}}
	},
	{
		{{94, 87}, {89, 75}, {86, 72}, {76, 57}, {65, 53}},
		{{90, 77}, {77, 66}, {74, 61}, {59, 52}, {58, 23}}
	},
	{
		{{86, 70}, {74, 54}, {72, 53}, {57, 36}, {47, 24}},
		{{73, 54}, {55, 43}, {61, 46}, {51, 18}, {24, 10}}
	}
};

/*
 * The highest score of a macro vector; see cvss.h.
 */
int
imgcat_cvss4_macro_score(int eq1, int eq2, int eq3, int eq4, int eq6)
{
	/* at level 2 of class 3, class 6 is always at level 1 */
	int			eq36 = eq3 == 2 ? 4 : 2 * eq3 + eq6;

	return scores[eq1][eq2][eq36][eq4 - 1];
}
