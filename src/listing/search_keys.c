/*-------------------------------------------------------------------------
 *
 * search_keys.c
 *		What the search index is asked for a request: the GIN keys of facets,
 *		together with what the caller may list.
 *
 * src/listing/search_keys.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "image/gin_key.h"
#include "listing/search_keys.h"
#include "listing/statistics.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* What make_set and insert_set need to know. */
typedef struct SetBuilder
{
	ImgcatSearchKeys *result;
	ImgcatKeyStatistics statistics;
	double	   *frequencies;	/* of the sets, which are in their order */
} SetBuilder;

/*
 * The owners and visibilities whose images are looked at; returns their
 * number.  None: those of everybody, because private images are among them,
 * nine in ten of all.
 */
static int
scope_keys(const ImgcatScope *scope, int64 *keys)
{
	int			nkeys = 0;

	for (int i = 0; i < scope->nbranches; i++)
	{
		const ImgcatScopeBranch *branch = &scope->branches[i];
		int64		key;
		bool		repeated = false;

		if (branch->kind == IMGCAT_SCOPE_OWN)
			key = imgcat_gin_key_of_owner(scope->caller->project_id);
		else if (strcmp(branch->visibility, "private") == 0)
			return 0;
		else
			key = imgcat_gin_key_of_visibility(branch->visibility);
		for (int j = 0; j < nkeys; j++)
			if (keys[j] == key)
				repeated = true;
		if (!repeated)
			keys[nkeys++] = key;
	}
	return nkeys;
}

/*
 * The set of the images that have any of the facets, of some scopes or, if
 * there are none, of everybody.  Returns how frequent they are, and notes if
 * statistics know none of them.
 */
static double
make_set(SetBuilder *builder, ImgcatKeySet *set,
		 const int64 *facets, int nfacets, const int64 *scopes, int nscopes)
{
	double		total = 0;
	bool		known = false;
	double		frequency;

	set->nkeys = 0;
	set->keys = palloc(sizeof(int64) * nfacets * Max(nscopes, 1));
	for (int i = 0; i < nfacets; i++)
	{
		if (nscopes == 0)
		{
			set->keys[set->nkeys++] = facets[i];
			known |= imgcat_key_frequency(&builder->statistics, facets[i],
										  &frequency);
			total += frequency;
		}
		for (int j = 0; j < nscopes; j++)
		{
			set->keys[set->nkeys++] =
				imgcat_gin_key_of_scoped_facet(scopes[j], facets[i]);
			known |= imgcat_scoped_frequency(&builder->statistics, scopes[j],
											 facets[i], &frequency);
			total += frequency;
		}
	}
	if (!known)
		builder->result->uncommon = true;
	return Min(total, 1);
}

/*
 * Is it a condition that the search index knows?
 */
bool
imgcat_is_facet(const ImgcatCondition *condition)
{
	return condition->kind == IMGCAT_COND_FACET ||
		condition->kind == IMGCAT_COND_ANY_FACET;
}

/*
 * The GIN keys of a facet condition: one, or any of several.
 */
int64 *
imgcat_facet_keys(const ImgcatCondition *condition, int *nfacets)
{
	int64	   *facets;
	Datum	   *texts;
	bool	   *nulls;

	if (condition->kind == IMGCAT_COND_FACET)
	{
		*nfacets = 1;
		facets = palloc(sizeof(int64));
		facets[0] = imgcat_gin_key_of_facet(DatumGetTextPP(condition->value));
		return facets;
	}
	deconstruct_array(DatumGetArrayTypeP(condition->value), TEXTOID, -1, false,
					  TYPALIGN_INT, &texts, &nulls, nfacets);
	facets = palloc(sizeof(int64) * Max(*nfacets, 1));
	for (int i = 0; i < *nfacets; i++)
		facets[i] = imgcat_gin_key_of_facet(DatumGetTextPP(texts[i]));
	return facets;
}

/*
 * Put a set where it belongs by its frequency: the smallest first.
 */
static void
insert_set(SetBuilder *builder, ImgcatKeySet set, double frequency)
{
	ImgcatKeySet *sets = builder->result->sets;
	double	   *frequencies = builder->frequencies;
	int			at = builder->result->nsets++;

	for (; at > 0 && frequencies[at - 1] > frequency; at--)
	{
		sets[at] = sets[at - 1];
		frequencies[at] = frequencies[at - 1];
	}
	sets[at] = set;
	frequencies[at] = frequency;
}

/*
 * Of the images that the GIN keys of the scope find, the share that the caller
 * lists: of those that anybody shares with anybody, next to none.
 */
static double
expected_share(const SetBuilder *builder, const ImgcatScope *scope,
			   double visible)
{
	for (int i = 0; i < scope->nbranches; i++)
	{
		double		shared;

		if (scope->branches[i].kind != IMGCAT_SCOPE_MEMBER)
			continue;
		(void) imgcat_key_frequency(&builder->statistics,
									imgcat_gin_key_of_visibility("shared"),
									&shared);
		return Max(0.05, 1 - shared / Max(visible, 1e-9));
	}
	return 1;
}

/*
 * Collect the sets, one or two for each facet condition, and estimate how
 * many images are in all of them.  There is room for one set more.
 */
void
imgcat_search_keys(ImgcatSearchKeys *result, const ImgcatListRequest *request,
				   const ImgcatScope *scope)
{
	SetBuilder	builder = {.result = result};
	int64		scopes[IMGCAT_SCOPE_MAX];
	int			nscopes = scope_keys(scope, scopes);
	int64		owner = 0;
	bool		own = false;
	double		visible = nscopes > 0 ? 0 : 1;
	double		share = 1;

	memset(result, 0, sizeof(*result));
	result->sets = palloc(sizeof(ImgcatKeySet) * (2 * request->nconditions + 1));
	builder.frequencies = palloc(sizeof(double) * (2 * request->nconditions + 1));
	imgcat_key_statistics_begin(&builder.statistics);

	for (int i = 0; i < nscopes; i++)
	{
		double		of_scope;

		(void) imgcat_key_frequency(&builder.statistics, scopes[i], &of_scope);
		visible += of_scope;
	}
	result->share = nscopes > 0 ? expected_share(&builder, scope, visible) : 1;
	if (request->owner != NULL)
	{
		double		of_owner;

		owner = imgcat_gin_key_of_owner(request->owner);
		(void) imgcat_key_frequency(&builder.statistics, owner, &of_owner);
		visible = Min(visible, of_owner);
		own = scope->caller->project_id != NULL &&
			strcmp(request->owner, scope->caller->project_id) == 0;
	}
	visible = Min(visible, 1);

	for (int i = 0; i < request->nconditions; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];
		int64	   *facets;
		int			nfacets;
		ImgcatKeySet set;
		double		frequency = 1;

		if (!imgcat_is_facet(condition))
			continue;
		facets = imgcat_facet_keys(condition, &nfacets);
		if (request->owner != NULL)
		{
			frequency = make_set(&builder, &set, facets, nfacets, &owner, 1);
			insert_set(&builder, set, frequency);
		}
		if (request->owner == NULL || (!own && nscopes > 0))
		{
			double		scoped = make_set(&builder, &set, facets, nfacets,
										  scopes, nscopes);

			insert_set(&builder, set, scoped);
			frequency = Min(frequency, scoped);
		}
		share *= Min(frequency / Max(visible, 1e-9), 1);
	}
	result->expected = imgcat_number_of_images() * visible * share;
	result->rarest = imgcat_number_of_images() *
		(result->nsets > 0 ? builder.frequencies[0] : 1);
	imgcat_key_statistics_end(&builder.statistics);
	for (int i = 0; i < result->nsets; i++)
		builder.frequencies[i] *= imgcat_number_of_images();
	result->counts = builder.frequencies;
}
