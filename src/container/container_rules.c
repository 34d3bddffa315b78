/*-------------------------------------------------------------------------
 *
 * container_rules.c
 *		States that a DBA gives to findings, by CVE and scope.
 *
 * A rule is kept, so it acts on later scans, too: an import holds the rules
 * still until it ends (a lock on their table) and applies them to what it
 * wrote; a changed rule waits for running imports and then acts on all
 * findings of its CVE.
 *
 * src/container/container_rules.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "container/container_access.h"
#include "container/container_schema.h"
#include "container/image_reference_type.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* Rules that name an image come before patterns, digests before names. */
#define PRECEDENCE_NAME		1000000
#define PRECEDENCE_DIGEST	2000000

/* Where a rule holds. */
typedef struct RuleScope
{
	char	   *text;			/* normalised */
	char	   *name_pattern;	/* for LIKE; NULL of a digest */
	int			precedence;
} RuleScope;

/*
 * The LIKE pattern of a name in which * stands for anything.
 */
static char *
like_pattern(const char *name)
{
	StringInfoData pattern;

	initStringInfo(&pattern);
	for (; *name != '\0'; name++)
	{
		if (*name == '*')
			appendStringInfoChar(&pattern, '%');
		else
		{
			if (*name == '%' || *name == '_' || *name == '\\')
				appendStringInfoChar(&pattern, '\\');
			appendStringInfoChar(&pattern, *name);
		}
	}
	return pattern.data;
}

/*
 * Read a scope: a name is normalised, one with a digest means the digest.
 */
static RuleScope
read_scope(const char *text)
{
	RuleScope	scope = {NULL, NULL, 0};
	ImgcatImageReference reference;
	char	   *problem;

	if (strchr(text, '*') != NULL)
	{
		scope.text = pstrdup(text);
		scope.name_pattern = like_pattern(text);
		for (; *text != '\0'; text++)
			scope.precedence += *text != '*';
		scope.precedence = Min(scope.precedence, PRECEDENCE_NAME - 1);
		return scope;
	}

	/* an image's id need not be a digest that could be pulled */
	if (strchr(text, '/') == NULL && strchr(text, '@') == NULL &&
		strncmp(text, "sha", 3) == 0 && strchr(text, ':') != NULL)
	{
		scope.text = pstrdup(text);
		scope.precedence = PRECEDENCE_DIGEST;
		return scope;
	}

	problem = imgcat_image_reference_problem(text, &reference);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid scope of a finding rule"),
				 errdetail("Error parsing image name '%s': %s.", text, problem),
				 errhint("A scope is * for all images, a name with * in it, a name, or a digest.")));
	if (reference.digest.length > 0)
	{
		scope.text = psprintf("%s%.*s", reference.bare_hex ? "sha256:" : "",
							  (int) reference.digest.length,
							  reference.digest.at);
		scope.precedence = PRECEDENCE_DIGEST;
	}
	else
	{
		size_t		length;

		scope.text = palloc(strlen(text) + IMGCAT_REFERENCE_GROWTH + 1);
		length = imgcat_image_reference_write(&reference, scope.text);
		scope.text[length] = '\0';
		scope.name_pattern = like_pattern(scope.text);
		scope.precedence = PRECEDENCE_NAME;
	}
	return scope;
}

/*
 * Change the rule of a CVE in a scope: to a state, or none (state -1).  Returns
 * the number of findings that changed.
 */
static int64
change_rule(const char *cve, const char *scope_text, int state,
			const char *comment)
{
	RuleScope	scope;
	Oid			types[7] = {TEXTOID, TEXTOID, TEXTOID, INT4OID, INT2OID,
	TEXTOID, TEXTOID};
	Datum		values[7];
	char		nulls[7] = {' ', ' ', ' ', ' ', ' ', ' ', ' '};
	bool		isnull;
	int64		changed;

	imgcat_require_container_write();
	if (cve[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a finding rule needs a CVE id")));
	scope = read_scope(scope_text);
	values[0] = CStringGetTextDatum(cve);
	values[1] = CStringGetTextDatum(scope.text);
	values[2] = (Datum) 0;
	nulls[2] = scope.name_pattern == NULL ? 'n' : ' ';
	if (scope.name_pattern != NULL)
		values[2] = CStringGetTextDatum(scope.name_pattern);
	values[3] = Int32GetDatum(scope.precedence);
	values[4] = Int16GetDatum(state);
	values[5] = CStringGetTextDatum(comment);
	values[6] = CStringGetTextDatum(GetUserNameFromId(imgcat_calling_role(), false));

	SPI_connect();
	if (SPI_execute("LOCK TABLE image_catalog.container_finding_rules"
					" IN SHARE ROW EXCLUSIVE MODE", false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not lock container_finding_rules");
	if (state < 0)
	{
		if (SPI_execute_with_args("DELETE FROM image_catalog.container_finding_rules"
								  " WHERE cve = $1 AND scope = $2",
								  2, types, values, nulls,
								  false, 0) != SPI_OK_DELETE)
			elog(ERROR, "could not delete from container_finding_rules");
	}
	else if (SPI_execute_with_args("INSERT INTO image_catalog.container_finding_rules"
								   " (cve, scope, name_pattern, precedence, state,"
								   "  comment, created_by)"
								   " VALUES ($1, $2, $3, $4, $5, $6, $7)"
								   " ON CONFLICT (cve, scope) DO UPDATE SET"
								   "  state = excluded.state,"
								   "  comment = excluded.comment,"
								   "  created_at = excluded.created_at,"
								   "  created_by = excluded.created_by",
								   7, types, values, nulls,
								   false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not insert into container_finding_rules");
	if (SPI_execute_with_args("SELECT image_catalog.apply_finding_rules_to_cve($1)",
							  1, types, values, NULL,
							  false, 0) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not apply the rules for findings");
	changed = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
										  SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	return changed;
}

/*
 * defer_finding(cve text, scope text, comment text) returns bigint
 */
IMGCAT_FUNCTION(imgcat_defer_finding, 3)
{
	PG_RETURN_INT64(change_rule(text_to_cstring(PG_GETARG_TEXT_PP(0)),
								text_to_cstring(PG_GETARG_TEXT_PP(1)),
								STATE_DEFERRED,
								text_to_cstring(PG_GETARG_TEXT_PP(2))));
}

/*
 * mark_finding_false_positive(cve text, scope text, comment text) returns
 * bigint
 */
IMGCAT_FUNCTION(imgcat_mark_finding_false_positive, 3)
{
	PG_RETURN_INT64(change_rule(text_to_cstring(PG_GETARG_TEXT_PP(0)),
								text_to_cstring(PG_GETARG_TEXT_PP(1)),
								STATE_FALSE_POSITIVE,
								text_to_cstring(PG_GETARG_TEXT_PP(2))));
}

/*
 * observe_finding(cve text, scope text, comment text) returns bigint
 */
IMGCAT_FUNCTION(imgcat_observe_finding, 3)
{
	PG_RETURN_INT64(change_rule(text_to_cstring(PG_GETARG_TEXT_PP(0)),
								text_to_cstring(PG_GETARG_TEXT_PP(1)),
								STATE_OBSERVED,
								text_to_cstring(PG_GETARG_TEXT_PP(2))));
}

/*
 * drop_finding_rule(cve text, scope text) returns bigint
 */
IMGCAT_FUNCTION(imgcat_drop_finding_rule, 2)
{
	PG_RETURN_INT64(change_rule(text_to_cstring(PG_GETARG_TEXT_PP(0)),
								text_to_cstring(PG_GETARG_TEXT_PP(1)),
								-1, ""));
}
