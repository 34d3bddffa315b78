/*-------------------------------------------------------------------------
 *
 * foreign_plan.c
 *		The foreign table listed_images: its handler, and its planning.
 *
 * The table has the rows of list_images() without a filter, for whoever reads
 * it.  Clauses and orders that mean the same to a list are answered by it, and
 * a count of nothing else by the statement of count_images().  What a list
 * costs depends on the page more than on the filters, so a path in the order
 * asked is always the better one.
 *
 * Plans are kept, and serve any caller: who it is, and what the values are, the
 * scan finds out (foreign_scan.c).
 *
 * src/foreign/foreign_plan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "foreign/foreign.h"
#include "funcapi.h"
#include "image/image_row.h"
#include "listing/list_plan.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

/*
 * What a scan costs, in units of cpu_tuple_cost: to plan a page, and a row,
 * which is fetched, rechecked and copied.  A count reads index entries.
 */
#define PAGE_COST 500.0
#define ROW_COST 100.0
#define COUNTED_COST 2.0

/* The relation while it is planned: fdw_private of its RelOptInfo. */
typedef struct ForeignRel
{
	List	   *quals;			/* ImgcatQuals */
	List	   *clauses;		/* those that they are made of */
	List	   *others;			/* RestrictInfos that the server checks */
	double		listed;			/* images that the caller lists, about */
	double		passing;		/* those of them that pass the quals */
	QualCost	others_cost;
	bool		counts;			/* of an upper relation: it is a count */
} ForeignRel;

/* Columns of the table: those of the type image, domains as text. */
static const struct
{
	const char *name;
	Oid			type;
}			foreign_columns[IMGCAT_NUM_COLS] = {
	[IMGCAT_COL_ID] = {"id", UUIDOID},
	[IMGCAT_COL_NAME] = {"name", TEXTOID},
	[IMGCAT_COL_STATUS] = {"status", TEXTOID},
	[IMGCAT_COL_VISIBILITY] = {"visibility", TEXTOID},
	[IMGCAT_COL_PROTECTED] = {"protected", BOOLOID},
	[IMGCAT_COL_OS_HIDDEN] = {"os_hidden", BOOLOID},
	[IMGCAT_COL_OWNER] = {"owner", TEXTOID},
	[IMGCAT_COL_DISK_FORMAT] = {"disk_format", TEXTOID},
	[IMGCAT_COL_CONTAINER_FORMAT] = {"container_format", TEXTOID},
	[IMGCAT_COL_MIN_DISK] = {"min_disk", INT4OID},
	[IMGCAT_COL_MIN_RAM] = {"min_ram", INT4OID},
	[IMGCAT_COL_SIZE] = {"size", INT8OID},
	[IMGCAT_COL_VIRTUAL_SIZE] = {"virtual_size", INT8OID},
	[IMGCAT_COL_CHECKSUM] = {"checksum", TEXTOID},
	[IMGCAT_COL_OS_HASH_ALGO] = {"os_hash_algo", TEXTOID},
	[IMGCAT_COL_OS_HASH_VALUE] = {"os_hash_value", TEXTOID},
	[IMGCAT_COL_CREATED_AT] = {"created_at", TIMESTAMPTZOID},
	[IMGCAT_COL_UPDATED_AT] = {"updated_at", TIMESTAMPTZOID},
	[IMGCAT_COL_TAGS] = {"tags", TEXTARRAYOID},
	[IMGCAT_COL_PROPERTIES] = {"properties", JSONBOID},
};

/*
 * The name of a column.
 */
const char *
imgcat_foreign_column(int column)
{
	return foreign_columns[column].name;
}

/*
 * Refuse a foreign table with other columns: another one of this server may
 * have been made, or ours may have been altered.
 */
static void
check_columns(Oid table)
{
	Relation	relation = table_open(table, NoLock);
	TupleDesc	tupdesc = RelationGetDescr(relation);
	bool		right = tupdesc->natts == IMGCAT_NUM_COLS;

	for (int i = 0; i < IMGCAT_NUM_COLS && right; i++)
	{
		const FormData_pg_attribute *attribute = TupleDescAttr(tupdesc, i);

		right = !attribute->attisdropped &&
			strcmp(NameStr(attribute->attname), foreign_columns[i].name) == 0 &&
			attribute->atttypid == foreign_columns[i].type &&
			(attribute->atttypid != TEXTOID || attribute->attcollation == C_COLLATION_OID);
	}
	if (!right)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
				 errmsg("foreign table \"%s\" has not the columns of image_catalog.listed_images",
						RelationGetRelationName(relation)),
				 errdetail("Names, types, collations and their order must be the same."),
				 errhint("Read image_catalog.listed_images, or a view of it.")));
	table_close(relation, NoLock);
}

/*
 * Sort the clauses: those that the list answers, and others.  The order in
 * which clauses of different security levels may be asked is kept.
 */
static void
sort_clauses(PlannerInfo *root, RelOptInfo *rel, List *clauses, ForeignRel *foreign)
{
	ListCell   *cell;

	foreach(cell, clauses)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, cell);
		ImgcatQual	qual;
		ImgcatQual *copy;

		if (clause->pseudoconstant ||
			!restriction_is_securely_promotable(clause, rel) ||
			!imgcat_match_qual(root, clause->clause, rel->relid, &qual))
		{
			foreign->others = lappend(foreign->others, clause);
			continue;
		}
		copy = palloc(sizeof(ImgcatQual));
		*copy = qual;
		foreign->quals = lappend(foreign->quals, copy);
		foreign->clauses = lappend(foreign->clauses, clause->clause);
	}
}

/*
 * GetForeignRelSize: about how many rows there are.
 */
static void
get_rel_size(PlannerInfo *root, RelOptInfo *rel, Oid table)
{
	ForeignRel *foreign = palloc0(sizeof(ForeignRel));
	ImgcatCaller caller = imgcat_caller();
	ListCell   *cell;

	check_columns(table);
	rel->fdw_private = foreign;
	sort_clauses(root, rel, rel->baserestrictinfo, foreign);
	foreign->listed = imgcat_estimate_listed(&caller);
	foreign->passing = foreign->listed;
	foreach(cell, foreign->quals)
		foreign->passing *= imgcat_qual_selectivity(lfirst(cell));
	foreign->passing = clamp_row_est(foreign->passing);
	rel->tuples = foreign->listed;
	rel->rows = clamp_row_est(foreign->passing *
							  clauselist_selectivity(root, foreign->others, 0, JOIN_INNER, NULL));
	cost_qual_eval(&foreign->others_cost, foreign->others, root);
}

/*
 * Add a path, with the keys of its order.
 */
static void
add_foreign_path(PlannerInfo *root, RelOptInfo *rel, List *pathkeys, List *keys,
				 bool nulls_first)
{
	ForeignRel *foreign = rel->fdw_private;
	Cost		startup = PAGE_COST * cpu_tuple_cost + foreign->others_cost.startup;
	Cost		total = startup + foreign->passing *
	(ROW_COST * cpu_tuple_cost + foreign->others_cost.per_tuple);

	add_path(rel, (Path *)
			 imgcat_foreign_scan_path(root, rel, rel->rows, startup, total, pathkeys,
									  rel->lateral_relids,
									  list_make2(keys, makeBoolean(nulls_first))));
}

/*
 * Is the member of an equivalence class the identifier of the table?
 */
static bool
is_id(PlannerInfo *root pg_attribute_unused(), RelOptInfo *rel,
	  EquivalenceClass *class pg_attribute_unused(), EquivalenceMember *member,
	  void *argument pg_attribute_unused())
{
	const Var  *var = (const Var *) member->em_expr;

	return IsA(var, Var) && var->varno == (int) rel->relid &&
		var->varattno == IMGCAT_COL_ID + 1;
}

/*
 * Add the path of a join for these outer relations, which give the identifier.
 */
static void
add_id_path(PlannerInfo *root, RelOptInfo *rel, Relids outer)
{
	ParamPathInfo *info = get_baserel_parampathinfo(root, rel, outer);
	Cost		startup = PAGE_COST * cpu_tuple_cost;

	add_path(rel, (Path *)
			 imgcat_foreign_scan_path(root, rel, info->ppi_rows, startup,
									  startup + 4 * random_page_cost + ROW_COST * cpu_tuple_cost,
									  NIL, outer, list_make2(NIL, makeBoolean(false))));
}

/*
 * Add paths that look up images by an identifier that a join gives.
 */
static void
add_id_paths(PlannerInfo *root, RelOptInfo *rel)
{
	List	   *clauses = NIL;
	ListCell   *cell;

	if (rel->has_eclass_joins)
		clauses = generate_implied_equalities_for_column(root, rel, is_id, NULL,
														 rel->lateral_referencers);
	clauses = list_concat(clauses, rel->joininfo);
	foreach(cell, clauses)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, cell);
		ImgcatQual	qual;
		Relids		outer;

		if (!join_clause_is_movable_to(clause, rel) ||
			!imgcat_match_qual(root, clause->clause, rel->relid, &qual) ||
			qual.column != IMGCAT_COL_ID)
			continue;
		outer = bms_union(clause->clause_relids, rel->lateral_relids);
		outer = bms_del_member(outer, rel->relid);
		if (!bms_is_empty(outer))
			add_id_path(root, rel, outer);
	}
}

/*
 * GetForeignPaths: as it comes, in the order of the query as far as the list
 * has it, and by an identifier of a join.
 */
static void
get_paths(PlannerInfo *root, RelOptInfo *rel, Oid table pg_attribute_unused())
{
	List	   *keys;
	bool		nulls_first;
	int			nkeys = imgcat_match_order(root, rel, root->query_pathkeys, &keys, &nulls_first);

	add_foreign_path(root, rel, NIL, NIL, false);
	if (nkeys > 0)
		add_foreign_path(root, rel,
						 list_truncate(list_copy(root->query_pathkeys), nkeys),
						 keys, nulls_first);
	add_id_paths(root, rel);
}

/*
 * Is the grouping a plain count of the table's rows?  The server may be left
 * with expressions of it.
 */
static bool
is_count(PlannerInfo *root, RelOptInfo *rel, RelOptInfo *grouped)
{
	const Query *query = root->parse;
	const ForeignRel *foreign = rel->fdw_private;
	List	   *parts;
	ListCell   *cell;

	if (rel->reloptkind != RELOPT_BASEREL || foreign == NULL ||
		foreign->others != NIL || !query->hasAggs || query->groupClause != NIL ||
		query->groupingSets != NIL || root->hasHavingQual || query->hasTargetSRFs ||
		!bms_is_empty(rel->lateral_relids))
		return false;
	parts = pull_var_clause((Node *) grouped->reltarget->exprs,
							PVC_INCLUDE_AGGREGATES | PVC_INCLUDE_PLACEHOLDERS);
	foreach(cell, parts)
	{
		const Aggref *aggregate = lfirst(cell);

		if (!IsA(aggregate, Aggref) || aggregate->aggfnoid != F_COUNT_ ||
			aggregate->aggfilter != NULL || aggregate->agglevelsup != 0)
			return false;
	}
	return parts != NIL;
}

/*
 * GetForeignUpperPaths: a count.
 */
static void
get_upper_paths(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *rel,
				RelOptInfo *grouped, void *extra pg_attribute_unused())
{
	const ForeignRel *foreign = rel->fdw_private;
	ForeignRel *count;
	Cost		startup;

	if (stage != UPPERREL_GROUP_AGG || grouped->fdw_private != NULL ||
		!is_count(root, rel, grouped))
		return;
	count = palloc0(sizeof(ForeignRel));
	count->quals = foreign->quals;
	count->counts = true;
	grouped->fdw_private = count;
	startup = (PAGE_COST + COUNTED_COST * foreign->passing) * cpu_tuple_cost;
	add_path(grouped, (Path *)
			 imgcat_foreign_upper_path(root, grouped, grouped->reltarget, 1,
									   startup, startup + cpu_tuple_cost,
									   list_make2(NIL, makeBoolean(false))));
}

/*
 * The rows wanted at first: those of a limit that is known.
 */
static int
first_rows(const PlannerInfo *root)
{
	return root->limit_tuples < 1 ? IMGCAT_FIRST_ROWS
		: (int) Min(root->limit_tuples, IMGCAT_PAGE_ROWS_MAX);
}

/*
 * The plan of a count: it has a column for each aggregate of the target.
 */
static List *
count_columns(const RelOptInfo *grouped)
{
	List	   *columns = NIL;
	ListCell   *cell;

	foreach(cell, pull_var_clause((Node *) grouped->reltarget->exprs, PVC_INCLUDE_AGGREGATES))
		columns = add_to_flat_tlist(columns, list_make1(lfirst(cell)));
	return columns;
}

/*
 * The columns that are read of the rows: by what is above the scan, and by the
 * clauses that the server checks.
 */
static List *
columns_read(const RelOptInfo *rel, List *others)
{
	Bitmapset  *attributes = NULL;
	List	   *columns = NIL;
	bool		whole;

	pull_varattnos((Node *) rel->reltarget->exprs, rel->relid, &attributes);
	pull_varattnos((Node *) others, rel->relid, &attributes);
	whole = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, attributes);
	for (int i = 0; i < IMGCAT_NUM_COLS; i++)
		if (whole || bms_is_member(i + 1 - FirstLowInvalidHeapAttributeNumber, attributes))
			columns = lappend_int(columns, i);
	return columns;
}

/*
 * GetForeignPlan.
 */
static ForeignScan *
get_plan(PlannerInfo *root, RelOptInfo *rel, Oid table pg_attribute_unused(),
		 ForeignPath *path, List *tlist, List *clauses, Plan *outer_plan)
{
	ForeignRel	of_plan = {0};
	const ForeignRel *foreign = rel->fdw_private;
	bool		counts = foreign->counts;
	List	   *expressions;
	List	   *flat;
	List	   *flags;
	List	   *others;

	if (counts)
		of_plan.quals = foreign->quals;
	else
		sort_clauses(root, rel, clauses, &of_plan);
	flat = imgcat_flat_quals(of_plan.quals, &expressions);
	others = extract_actual_clauses(of_plan.others, false);
	flags = list_make3_int(boolVal(lsecond(path->fdw_private)), counts,
						   of_plan.others == NIL ? first_rows(root) : IMGCAT_FIRST_ROWS);
	return make_foreignscan(tlist, others, counts ? 0 : rel->relid, expressions,
							list_make4(flat, linitial(path->fdw_private), flags,
									   counts ? NIL : columns_read(rel, others)),
							counts ? count_columns(rel) : NIL,
							counts ? NIL : of_plan.clauses, outer_plan);
}

PG_FUNCTION_INFO_V1(imgcat_listed_images_handler);
/*
 * listed_images_handler() returns fdw_handler
 */
Datum
imgcat_listed_images_handler(PG_FUNCTION_ARGS)
{
	FdwRoutine *routine = makeNode(FdwRoutine);

	(void) fcinfo;				/* no arguments */
	routine->GetForeignRelSize = get_rel_size;
	routine->GetForeignPaths = get_paths;
	routine->GetForeignUpperPaths = get_upper_paths;
	routine->GetForeignPlan = get_plan;
	imgcat_foreign_scanning(routine);
	PG_RETURN_POINTER(routine);
}

PG_FUNCTION_INFO_V1(imgcat_listed_images_validator);
/*
 * listed_images_validator(options text[], catalog oid) returns void: there are
 * no options.
 */
Datum
imgcat_listed_images_validator(PG_FUNCTION_ARGS)
{
	List	   *options = untransformRelOptions(PG_GETARG_DATUM(0));

	if (options != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("invalid option \"%s\"", ((DefElem *) linitial(options))->defname),
				 errdetail("Images that are listed take no options.")));
	PG_RETURN_VOID();
}
