/*-------------------------------------------------------------------------
 *
 * nearest_name.c
 *		The name that somebody may have meant who wrote another one.
 *
 * src/nearest_name.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nearest_name.h"
#include "utils/formatting.h"
#include "utils/varlena.h"

/* more edits than that, or half the name, make another word */
#define DISTANCE_MAX 2

/* longer names are none that somebody misspelt, and cost too much to compare */
#define LENGTH_MAX 100

/*
 * Look for the name nearest to the one that was written.
 */
void
imgcat_nearest_name_begin(ImgcatNearestName *nearest, const char *written,
						  size_t length)
{
	nearest->written = asc_tolower(written, Min(length, LENGTH_MAX + 1));
	nearest->length = strlen(nearest->written);
	nearest->nearest = NULL;
	nearest->distance = Min(DISTANCE_MAX, nearest->length / 2) + 1;
}

/*
 * Is name nearer than those before?  Case does not count; of names that are as
 * near the first stays.  The name must live as long as nearest does.
 */
void
imgcat_nearest_name_try(ImgcatNearestName *nearest, const char *name)
{
	char	   *lower;
	int			length = strlen(name);
	int			distance;

	if (nearest->distance == 0 || nearest->length > LENGTH_MAX ||
		abs(length - nearest->length) >= nearest->distance)
		return;
	lower = asc_tolower(name, length);
	distance = varstr_levenshtein_less_equal(nearest->written, nearest->length,
											 lower, length, 1, 1, 1,
											 nearest->distance - 1, true);
	if (distance < nearest->distance)
	{
		nearest->nearest = name;
		nearest->distance = distance;
	}
	pfree(lower);
}
