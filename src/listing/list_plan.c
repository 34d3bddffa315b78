/*-------------------------------------------------------------------------
 *
 * list_plan.c
 *		How the images of a request are found: one decision, as a value.
 *
 * There are three scans.  An ordered scan reads index entries in the order of
 * the request; a search scan intersects facets in the search index; a SQL scan
 * leaves the choice to the server's planner.  choose_scan() says which, from the
 * request, the statistics, the indexes that are there and the constants of
 * list_cost.h.  What was chosen is a ListPlan, which explain_list_images prints.
 *
 * src/listing/list_plan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "image/property_index.h"
#include "listing/list_plan.h"
#include "utils/builtins.h"

/* most values of an in: list: each is compared with, and looked for */
#define MAX_VALUES 256

/*
 * Do index entries show the condition?
 */
static bool
is_shown(const ImgcatCondition *condition)
{
	switch (condition->kind)
	{
		case IMGCAT_COND_TEXT:
			return OidIsValid(imgcat_sort_type(condition->column)) &&
				condition->ntexts <= MAX_VALUES;
		case IMGCAT_COND_RANGE:
			return condition->column != IMGCAT_COL_VIRTUAL_SIZE;
		case IMGCAT_COND_MISSING:
		case IMGCAT_COND_PRESENT:
			return condition->column == IMGCAT_COL_NAME ||
				condition->column == IMGCAT_COL_SIZE ||
				condition->column == IMGCAT_COL_DISK_FORMAT ||
				condition->column == IMGCAT_COL_CONTAINER_FORMAT;
		case IMGCAT_COND_REGISTERED:
			return true;
		default:
			return false;
	}
}

/*
 * Set a filter on what has indexes of the suffix, which begin with the value.
 */
static void
set_indexed(ImgcatCondition *filter, int column, const char *suffix, const char *value)
{
	imgcat_filter_set_value(filter, column, CStringGetTextDatum(value));
	filter->kind = IMGCAT_COND_INDEXED;
	filter->suffix = suffix;
	filter->missing = false;
}

/*
 * Set the filter on a missing value, which index entries hold as the empty
 * string or as zero, among others: the recheck tells those apart.
 */
static void
set_missing(ImgcatCondition *filter)
{
	imgcat_filter_set_value(filter, filter->column,
							filter->column == IMGCAT_COL_SIZE ? Int64GetDatum(0)
							: PointerGetDatum(cstring_to_text("")));
}

/*
 * The only facet asked for, if it is a property that has indexes of its own,
 * becomes a filter.  These are in the order of creation; they hold no null,
 * which shows as the empty string.
 */
static bool
set_property_filter(ImgcatListPlan *plan)
{
	const ImgcatListRequest *request = plan->request;
	const ImgcatCondition *facet = NULL;
	const ImgcatListParameter *property;
	const char *suffix;

	if (request->hidden || !imgcat_sorts_by_creation(request))
		return false;
	for (int i = 0; i < request->nconditions; i++)
	{
		if (request->conditions[i].kind != IMGCAT_COND_FACET)
			continue;
		if (facet != NULL)
			return false;
		facet = &request->conditions[i];
	}
	property = facet != NULL ? facet->property : NULL;
	if (property == NULL || property->value_length == 0)
		return false;
	suffix = imgcat_property_index_suffix(property->name);
	if (imgcat_table_index(&plan->images, "images_visibility", suffix) == NULL ||
		imgcat_table_index(&plan->images, "images_owner", suffix) == NULL)
		return false;

	set_indexed(&plan->filters[plan->nfilters], IMGCAT_COL_PROPERTIES, suffix, property->value);
	plan->filters[plan->nfilters++].frequency = imgcat_estimate_condition(&plan->images, facet);
	return true;
}

/*
 * How frequent are images that pass a condition which index entries do not
 * show?  Those that leave out images leave out few.
 */
static double
hidden_frequency(const ImgcatListPlan *plan, const ImgcatCondition *condition)
{
	switch (condition->kind)
	{
		case IMGCAT_COND_RANGE:
			return imgcat_estimate_condition(&plan->images, condition);
		case IMGCAT_COND_TEXT:
			if (condition->column == IMGCAT_COL_OWNER)
				return 1;
			return condition->ntexts > MAX_VALUES ? 0
				: imgcat_estimate_condition(&plan->images, condition);
		case IMGCAT_COND_UUID:
			return 0;
		default:
			return 1;
	}
}

/*
 * Read the conditions: to filters on entries, to facets, and what is left.  The
 * filters are estimated once, for all branches of images: statistics are long,
 * and compressed.
 */
static void
set_filters(ImgcatListPlan *plan)
{
	const ImgcatListRequest *request = plan->request;

	plan->filters = palloc(sizeof(ImgcatCondition) * (request->nconditions + 1));
	plan->hidden_share = 1;
	for (int i = 0; i < request->nconditions; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];
		ImgcatCondition *filter = &plan->filters[plan->nfilters];

		if (condition->kind == IMGCAT_COND_FACET)
			plan->has_facets = true;
		else if (is_shown(condition))
		{
			*filter = *condition;
			if (filter->kind == IMGCAT_COND_TEXT)
				imgcat_filter_set_texts(filter, condition->texts, condition->ntexts);
			else if (filter->kind == IMGCAT_COND_MISSING)
				set_missing(filter);
			filter->frequency = imgcat_estimate_condition(&plan->images, filter);
			plan->nfilters++;
		}
		else
			plan->hidden_share *= hidden_frequency(plan, condition);
	}
	if (plan->has_facets && set_property_filter(plan))
		plan->has_facets = false;
}

/*
 * Set the filters of a branch of shares: as frequent as among what is shared,
 * and one more on the owner asked for, whom shares keep.
 */
static void
set_share_filters(ImgcatListPlan *plan, ImgcatBranch *branch)
{
	ImgcatCondition *filters = palloc(sizeof(ImgcatCondition) * (plan->nfilters + 1));

	memcpy(filters, plan->filters, sizeof(ImgcatCondition) * plan->nfilters);
	if (plan->request->owner != NULL)
		set_indexed(&filters[branch->nfilters++], IMGCAT_COL_OWNER, "owner", plan->request->owner);
	for (int i = 0; i < branch->nfilters; i++)
		if (filters[i].kind == IMGCAT_COND_TEXT || filters[i].kind == IMGCAT_COND_RANGE ||
			filters[i].column == IMGCAT_COL_OWNER)
			filters[i].frequency = imgcat_estimate_condition(&plan->shares, &filters[i]);
	branch->filters = filters;
}

/*
 * Add a branch of an ordered scan: by what its indexes begin with.
 */
static void
add_branch(ImgcatListPlan *plan, const ImgcatScopeBranch *scope)
{
	const ImgcatListRequest *request = plan->request;
	const char *project = plan->caller->project_id;
	const char *owner = scope->kind == IMGCAT_SCOPE_OWN ? project : request->owner;
	ImgcatBranch *branch = &plan->branches[plan->nbranches];

	/* what is shared with a project is not its own */
	if (scope->kind == IMGCAT_SCOPE_MEMBER && request->owner != NULL &&
		strcmp(request->owner, project) == 0)
		return;
	plan->nbranches++;
	branch->table = &plan->images;
	branch->keys = plan->keys;
	branch->nkeys = plan->nkeys;
	branch->filters = plan->filters;
	branch->nfilters = plan->nfilters;
	branch->hidden = request->hidden;
	branch->page_rows = plan->rows;
	if (scope->kind == IMGCAT_SCOPE_MEMBER)
	{
		branch->table = &plan->shares;
		branch->family = "image_shares";
		branch->nscope = 2;
		branch->scope_names[0] = "member_id";
		branch->scope[0] = CStringGetTextDatum(project);
		branch->scope_names[1] = "answer";
		branch->scope[1] = CStringGetTextDatum(scope->member_status);
		set_share_filters(plan, branch);
		return;
	}
	branch->family = owner != NULL ? "images_owner" : "images_visibility";
	if (owner != NULL)
	{
		branch->scope_names[branch->nscope] = "owner";
		branch->scope[branch->nscope++] = CStringGetTextDatum(owner);
	}
	branch->scope_names[branch->nscope] = "visibility";
	branch->scope[branch->nscope++] = CStringGetTextDatum(scope->visibility);
	branch->scope[branch->nscope] = BoolGetDatum(request->hidden);
}

/*
 * Give each status of a short list branches of its own where the order is that of
 * sizes: the index of both has the order of one status, not of several.
 */
static void
split_by_status(ImgcatListPlan *plan)
{
	int			at = 0;
	int			nvalues;
	int			nbranches = plan->nbranches;
	ImgcatBranch *branches;

	if (plan->request->hidden || plan->keys[0].column != IMGCAT_COL_SIZE)
		return;
	while (at < plan->nfilters && plan->filters[at].column != IMGCAT_COL_STATUS)
		at++;
	if (at == plan->nfilters)
		return;
	nvalues = plan->filters[at].ntexts;
	if (nvalues < 2 || nvalues > IMGCAT_SPLIT_VALUES_MAX)
		return;
	branches = palloc(sizeof(ImgcatBranch) * nbranches * nvalues);
	for (int value = 0; value < nvalues; value++)
		for (int i = 0; i < nbranches; i++)
		{
			ImgcatBranch *branch = &branches[value * nbranches + i];
			ImgcatCondition *filters;

			*branch = plan->branches[i];
			filters = palloc(sizeof(ImgcatCondition) * branch->nfilters);
			memcpy(filters, branch->filters, sizeof(ImgcatCondition) * branch->nfilters);
			imgcat_filter_set_texts(&filters[at], &plan->filters[at].texts[value], 1);
			filters[at].frequency = imgcat_estimate_condition(branch->table, &filters[at]);
			branch->filters = filters;
		}
	plan->branches = branches;
	plan->nbranches = nbranches * nvalues;
}

/*
 * Estimate how many images each branch has, unless that was done.
 */
void
imgcat_plan_estimate(ImgcatListPlan *plan)
{
	for (int i = 0; i < plan->nbranches; i++)
	{
		ImgcatBranch *branch = &plan->branches[i];

		if (branch->nimages == 0)
			branch->nimages = imgcat_estimate_branch(branch);
	}
}

/*
 * Plan an ordered scan, as far as there are indexes.  Where an index has the
 * order, and nothing is filtered, there is no choice to make by estimates.
 */
static void
plan_branches(ImgcatListPlan *plan)
{
	const ImgcatListRequest *request = plan->request;

	plan->branches = palloc0(sizeof(ImgcatBranch) * plan->scope.nbranches);
	for (int i = 0; i < plan->scope.nbranches; i++)
		add_branch(plan, &plan->scope.branches[i]);
	plan->can_order = !request->deleted;
	for (int i = 0; i < plan->nbranches && plan->can_order; i++)
	{
		const ImgcatBranch *branch = &plan->branches[i];
		const char *missing = imgcat_missing_index(branch);

		plan->can_order = missing == NULL;
		if (missing != NULL)
			plan->missing_index = psprintf("there is no index %s_%s_idx",
										   branch->family, missing);
	}
	if (plan->nfilters > 0 || plan->has_facets || request->hidden ||
		request->owner != NULL || !imgcat_is_index_order(plan->keys, plan->nkeys))
		imgcat_plan_estimate(plan);
	split_by_status(plan);
}

/*
 * Count, where that is cheap, how many images have the facets.  Statistics do
 * not know how many are in a set that is rarer than what they keep, so these
 * are counted in the index.
 */
static void
count_matching(ImgcatListPlan *plan)
{
	ImgcatSearchKeys *search = &plan->search;
	ImgcatKeySet *rarest = &search->sets[0];
	double		few = IMGCAT_SEARCH_LIMIT * Max(plan->rows, 32) / 2;
	double		estimated = Max(rarest->images, 1);

	plan->fetch_all = search->expected < few || (search->uncommon && search->nsets == 1);
	if (plan->fetch_all || !search->uncommon)
		return;
	(void) imgcat_plan_narrow(plan, 0, 1);
	search->expected *= rarest->images / estimated;
	plan->fetch_all = rarest->images <= IMGCAT_FEW_IN_SET || search->expected < few;
}

/*
 * In another order than that of creation: is it less to fetch all images that
 * have the facets than to read entries until enough of them came?
 */
static bool
fetches_all(ImgcatListPlan *plan)
{
	const ImgcatTids *tids = &plan->facets.tids;
	double		images = 0;
	double		entries;

	if (!imgcat_plan_tids(plan))
		return false;
	for (int i = 0; i < plan->nbranches; i++)
		images += plan->branches[i].nimages;
	entries = plan->rows * images / Max(tids->ntids, 1);
	return tids->ntids <= IMGCAT_FETCH_ALL_MAX ||
		(tids->ntids < IMGCAT_SEARCH_FETCH_MAX && tids->ntids * IMGCAT_ROW_COST < entries);
}

/*
 * Does a filter leave so few images that it should lead?
 */
static bool
has_rare_filter(const ImgcatListPlan *plan)
{
	for (int i = 0; i < plan->nfilters; i++)
	{
		const ImgcatCondition *filter = &plan->filters[i];

		/* time ranges bound the windows of a search scan */
		if (filter->column != IMGCAT_COL_CREATED_AT &&
			filter->frequency < IMGCAT_SEARCH_LEAST_SHARE)
			return true;
	}
	return false;
}

/*
 * Choose a scan, with the reason.
 */
static void
choose(ImgcatListPlan *plan, ImgcatScanKind scan, bool bounded, const char *reason)
{
	plan->scan = scan;
	plan->bounded = bounded;
	plan->reason = reason;
}

/*
 * How are the images of the request found?  Everything that decides it is in
 * the plan.
 */
static void
choose_scan(ImgcatListPlan *plan)
{
	const ImgcatListRequest *request = plan->request;
	bool		by_creation = imgcat_sorts_by_creation(request);
	bool		can_search = plan->search_index != NULL && !request->hidden;

	if (imgcat_find_condition(request, IMGCAT_COND_NEVER) != NULL)
		choose(plan, IMGCAT_NO_SCAN, true, "a condition is never true");
	else if (imgcat_find_condition(request, IMGCAT_COND_UUID) != NULL)
		choose(plan, IMGCAT_SQL_SCAN, true, "the images are named");
	else if (plan->scope.nbranches == 0)
		choose(plan, IMGCAT_NO_SCAN, true, "the caller lists no image");
	else if (request->deleted)
		choose(plan, IMGCAT_SQL_SCAN, false, "deleted images are in no ordered index");
	else if (can_search && (by_creation ? plan->fetch_all : fetches_all(plan)))
		choose(plan, IMGCAT_SEARCH_SCAN, true, "few images have the facets");
	else if (!plan->can_order)
		choose(plan, IMGCAT_SQL_SCAN, false, plan->missing_index);
	else if (can_search && by_creation && !has_rare_filter(plan) &&
			 plan->hidden_share >= IMGCAT_SEARCH_LEAST_SHARE)
		choose(plan, IMGCAT_SEARCH_SCAN, true, "time buckets are in the order asked");
	else if (plan->hidden_share < IMGCAT_SEARCH_LEAST_SHARE)
		choose(plan, IMGCAT_SQL_SCAN, false,
			   "few images pass a condition that no index entry shows");
	else
		choose(plan, IMGCAT_ORDERED_SCAN, true, "indexes have the order asked");
}

/*
 * When the first image of a scope was created, in some direction of an index.
 * False: there is none.
 */
bool
imgcat_first_time(ImgcatTable *table, Relation index, const Datum *scope, int nscope,
				  ScanDirection direction, TimestampTz *created_at)
{
	ImgcatIndexScan *scan = imgcat_index_scan_open(table, index, scope, nscope);
	const ImgcatEntry *entry;

	imgcat_index_scan_start(scan);
	entry = imgcat_index_scan_next(scan, direction);
	if (entry != NULL)
		*created_at = entry->numbers[IMGCAT_ENTRY_CREATED_AT];
	imgcat_index_scan_close(scan);
	return entry != NULL;
}

/*
 * Leave out the branches of shares that have none: with most projects nothing
 * is shared, and shared images of others need not be searched.
 */
static void
drop_empty_shares(ImgcatListPlan *plan)
{
	ImgcatScope *scope = &plan->scope;
	const ImgcatBranch shares = {.table = &plan->shares,.family = "image_shares",.nscope = 2,
	.hidden = plan->request->hidden};
	Relation	index = imgcat_creation_index(&shares);
	int			nbranches = 0;

	for (int i = 0; i < scope->nbranches; i++)
	{
		const ImgcatScopeBranch *branch = &scope->branches[i];
		TimestampTz time;

		if (branch->kind == IMGCAT_SCOPE_MEMBER && index != NULL)
		{
			Datum		values[] = {CStringGetTextDatum(plan->caller->project_id),
			CStringGetTextDatum(branch->member_status)};

			if (!imgcat_first_time(&plan->shares, index, values, lengthof(values),
								   ForwardScanDirection, &time))
				continue;
		}
		scope->branches[nbranches++] = *branch;
	}
	scope->nbranches = nbranches;
}

/*
 * Plan the request: at most so many rows, behind the keyset position if there
 * is one.  imgcat_plan_end() closes what is opened here.
 */
void
imgcat_plan_list(ImgcatListPlan *plan, const ImgcatListRequest *request,
				 const ImgcatCaller *caller, const ImgcatEntry *after, int64 rows)
{
	memset(plan, 0, sizeof(*plan));
	plan->request = request;
	plan->caller = caller;
	plan->rows = rows;
	plan->after = after;
	plan->nkeys = request->nkeys;
	plan->keys = request->keys;

	imgcat_list_scope(&plan->scope, request, caller);
	imgcat_table_begin(&plan->images, false);
	imgcat_table_begin(&plan->shares, true);
	set_filters(plan);
	if (plan->has_facets && !request->deleted)
	{
		drop_empty_shares(plan);
		plan->search_index = imgcat_search_index(&plan->images);
		plan->facets.images = &plan->images;
		if (plan->search_index != NULL && plan->scope.nbranches > 0)
		{
			imgcat_search_keys(&plan->search, &plan->images, request, &plan->scope);
			count_matching(plan);
		}
	}
	plan_branches(plan);
	choose_scan(plan);
}

/*
 * A branch, with where to begin as the plan has it now; its share of the rows
 * wanted is that of its images.
 */
const ImgcatBranch *
imgcat_plan_branch(ImgcatListPlan *plan, int at)
{
	ImgcatBranch *branch = &plan->branches[at];
	double		images = 0;

	for (int i = 0; i < plan->nbranches; i++)
		images += plan->branches[i].nimages;
	branch->after = plan->after;
	branch->rows = images > 0 ? plan->rows * branch->nimages / images + 1 : plan->rows;
	return branch;
}

/*
 * About how many images the caller lists, without any filter.
 */
double
imgcat_estimate_listed(const ImgcatCaller *caller)
{
	ImgcatListRequest request;
	ImgcatListPlan *plan = palloc(sizeof(ImgcatListPlan));
	double		images = 0;

	imgcat_list_request_begin(&request, IMGCAT_DIALECT_OPENSTACK);
	imgcat_list_request_finish(&request, caller);
	imgcat_plan_list(plan, &request, caller, NULL, 1);
	imgcat_plan_estimate(plan);
	for (int i = 0; i < plan->nbranches; i++)
		images += plan->branches[i].nimages;
	imgcat_plan_end(plan);
	pfree(plan);
	return images;
}

/*
 * Close what a plan has opened.
 */
void
imgcat_plan_end(ImgcatListPlan *plan)
{
	imgcat_table_end(&plan->shares);
	imgcat_table_end(&plan->images);
}
