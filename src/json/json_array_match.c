/*-------------------------------------------------------------------------
 *
 * json_array_match.c
 *		Longest common subsequence of two arrays, with a bound on the work.
 *
 * The greedy algorithm of Myers: its cost grows with the number of elements
 * times the number of differences, not with the product of the lengths.
 *
 * src/json/json_array_match.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "json/json_patch_diff.h"
#include "json/jsonb_compare.h"
#include "miscadmin.h"

/*
 * Most insertions and deletions that are looked for: the path back needs
 * memory for the square of it (4 MB).
 */
#define DIFFERENCES_MAX 1000

/* Bytes whose comparison counts as one element compared. */
#define BYTES_PER_WORK 64

/*
 * Are two elements equal?  The work is accounted for.
 */
static inline bool
elements_equal(ImgcatJsonDiff *diff, const JsonbValue *a, const JsonbValue *b)
{
	diff->work--;
	if (a->type != b->type)
		return false;
	if (a->type == jbvBinary)
		diff->work -= Min(a->val.binary.len,
						  b->val.binary.len) / BYTES_PER_WORK;
	return imgcat_jsonb_equal(a, b);
}

/*
 * Go back from the end to the start over the saved rounds and note the
 * elements that were passed together.  history holds for round d the furthest
 * points before it: d entries, for the diagonals -(d - 1), -(d - 3) ... d - 1.
 */
static void
trace_back(int **history, int rounds, int nsource, int ntarget, int *match)
{
	int			x = nsource;
	int			y = ntarget;
	int			d;

	for (d = rounds; d > 0; d--)
	{
		const int  *before = history[d];
		int			k = x - y;
		bool		down;
		int			from_k;
		int			from_x;

		/*
		 * furthest point of diagonal k' before round d: before[(k' + d - 1) /
		 * 2]
		 */
		down = (k == -d) ||
			(k != d && before[(k - 1 + d - 1) / 2] < before[(k + 1 + d - 1) / 2]);
		from_k = down ? k + 1 : k - 1;
		from_x = before[(from_k + d - 1) / 2];

		while (x > from_x + (down ? 0 : 1))
			match[--x] = --y;
		x = from_x;
		y = from_x - from_k;
	}
	while (x > 0)
		match[--x] = --y;
}

/*
 * Find a longest common subsequence: match[i] becomes the number of the
 * target element that source element i is kept as, or -1.  False when that
 * would cost too much; then nothing is matched.
 */
bool
imgcat_json_array_match(ImgcatJsonDiff *diff,
						const JsonbValue *source, int nsource,
						const JsonbValue *target, int ntarget, int *match)
{
	int			limit = (int) Min((int64) nsource + ntarget, DIFFERENCES_MAX);
	int		  **history = palloc((limit + 1) * sizeof(int *));
	int		   *furthest = palloc0((2 * limit + 3) * sizeof(int));
	int		   *center = furthest + limit + 1;
	bool		found = false;
	int			d;
	int			i;

	for (i = 0; i < nsource; i++)
		match[i] = -1;

	for (d = 0; d <= limit && !found && diff->work > 0; d++)
	{
		int			k;

		history[d] = NULL;
		if (d > 0)
		{
			history[d] = palloc(d * sizeof(int));
			for (k = -(d - 1); k <= d - 1; k += 2)
				history[d][(k + d - 1) / 2] = center[k];
		}
		for (k = -d; k <= d; k += 2)
		{
			int			x;
			int			y;

			if (d == 0)
				x = 0;
			else if (k == -d || (k != d && center[k - 1] < center[k + 1]))
				x = center[k + 1];
			else
				x = center[k - 1] + 1;
			y = x - k;
			CHECK_FOR_INTERRUPTS();
			while (x < nsource && y >= 0 && y < ntarget && diff->work > 0 &&
				   elements_equal(diff, &source[x], &target[y]))
			{
				CHECK_FOR_INTERRUPTS();
				x++;
				y++;
			}
			center[k] = x;
			if (k == nsource - ntarget && x >= nsource)
			{
				found = true;
				trace_back(history, d, nsource, ntarget, match);
				break;
			}
		}
	}

	for (i = 1; i < d; i++)
		pfree(history[i]);
	pfree(history);
	pfree(furthest);
	return found;
}
