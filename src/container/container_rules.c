/*-------------------------------------------------------------------------
 *
 * container_rules.c
 *		States that a DBA gives to findings, by CVE and scope.
 *
 * A rule is kept, and acts on later scans, too.  It is not written into the
 * findings: whoever reads one asks the rules (container_rules.h).  So rules and
 * imports take no notice of each other, and no order of their transactions
 * leaves a finding with a state that no rule gave it.
 *
 * src/container/container_rules.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "container/container_access.h"
#include "container/container_document.h"
#include "container/container_rules.h"
#include "container/container_schema.h"
#include "container/image_reference_type.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "image/errors.h"
#include "miscadmin.h"
#include "query/finding_scope.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

/* Rules that name an image come before patterns, digests before names. */
#define PRECEDENCE_NAME		1000000
#define PRECEDENCE_DIGEST	2000000

/* Where a rule holds. */
typedef struct RuleScope
{
	char	   *str;			/* normalised */
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
 * Refuse a scope; never returns.
 */
pg_noreturn static void
refuse_scope(const char *str, ImgcatScopeError error,
			 ImgcatReferenceError reference_error)
{
	ImgcatImageReference reference;
	const char *problem = NULL;
	const char *detail = NULL;
	const char *hint = "A scope is * for all images, a name with * in it, a name, or a digest.";

	switch (error)
	{
		case IMGCAT_SCOPE_NO_REGISTRY:
			detail = psprintf("\"%s\" does not tell its registry: the first * may stand for a part of it.",
							  str);
			hint = "Write the registry, as in docker.io/library/nginx*, or begin with * for any.";
			break;
		case IMGCAT_SCOPE_DIGEST_PATTERN:
			detail = psprintf("\"%s\" is a part of a digest.", str);
			hint = "Give a digest as a whole.";
			break;
		case IMGCAT_SCOPE_BAD_NAME:
		case IMGCAT_SCOPE_OK:
			/* a name's problem is told with the part at fault */
			if (strchr(str, '*') == NULL)
				problem = imgcat_image_reference_problem(str, &reference);
			if (problem == NULL)
				problem = imgcat_image_reference_message(reference_error);
			detail = psprintf("Error parsing image name '%s': %s.", str,
							  problem);
			break;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid scope of a finding rule"),
			 errdetail("%s", detail),
			 errhint("%s", hint)));
}

/*
 * Read a scope: names and patterns are normalised, a name with a digest means
 * the digest.
 */
static RuleScope
read_scope(const char *str)
{
	RuleScope	scope = {NULL, NULL, 0};
	ImgcatFindingScope parsed;
	ImgcatScopeError error;

	scope.str = palloc(strlen(str) + IMGCAT_REFERENCE_GROWTH + 1);
	error = imgcat_finding_scope_parse(str, strlen(str), scope.str,
									   &parsed);
	if (error != IMGCAT_SCOPE_OK)
		refuse_scope(str, error, parsed.reference_error);
	scope.str[parsed.length] = '\0';
	switch (parsed.kind)
	{
		case IMGCAT_SCOPE_PATTERN:
			scope.name_pattern = like_pattern(scope.str);
			for (const char *c = scope.str; *c != '\0'; c++)
				scope.precedence += *c != '*';
			scope.precedence = Min(scope.precedence, PRECEDENCE_NAME - 1);
			break;
		case IMGCAT_SCOPE_NAME:
			scope.name_pattern = like_pattern(scope.str);
			scope.precedence = PRECEDENCE_NAME;
			break;
		case IMGCAT_SCOPE_DIGEST:
			scope.precedence = PRECEDENCE_DIGEST;
			break;
	}
	return scope;
}

/*
 * Run a statement on a CVE and what else stands in the parameters.
 */
static void
execute(const char *statement, int count, Oid *types, Datum *values,
		const char *nulls, int expected)
{
	if (SPI_execute_with_args(statement, count, types, values, nulls,
							  false, 0) != expected)
		elog(ERROR, "could not read or write rules for findings: %s",
			 statement);
}

/* The findings of the CVE $1 by image and by what decides, with a state each. */
#define STATES_OF_CVE \
	"SELECT f.image_key, f.document_state, count(*) AS findings," \
	"  image_catalog.decided_finding_state(f.image_key, min(i.digest)," \
	"   min(f.cve), f.document_state) AS state" \
	" FROM image_catalog.container_findings AS f" \
	" JOIN image_catalog.container_images AS i ON i.image_key = f.image_key" \
	" WHERE lower(f.cve) = lower($1 COLLATE \"C\")" \
	" GROUP BY f.image_key, f.document_state"

/*
 * The states of a CVE's findings as three arrays: image, state of the document
 * and state by the rules.
 */
static void
remember_states(Datum cve, Datum *states)
{
	Oid			types[1] = {TEXTOID};

	execute("SELECT COALESCE(array_agg(s.image_key), '{}'),"
			" COALESCE(array_agg(s.document_state), '{}'),"
			" COALESCE(array_agg(s.state), '{}')"
			" FROM (" STATES_OF_CVE ") AS s",
			1, types, &cve, NULL, SPI_OK_SELECT);
	for (int i = 0; i < 3; i++)
	{
		bool		isnull;

		states[i] = SPI_getbinval(SPI_tuptable->vals[0],
								  SPI_tuptable->tupdesc, i + 1, &isnull);
	}
}

/*
 * How many findings of a CVE have another state than remembered.
 */
static int64
count_changed(Datum cve, const Datum *states)
{
	Oid			types[4] = {TEXTOID, INT8ARRAYOID, INT2ARRAYOID, INT2ARRAYOID};
	Datum		values[4];
	bool		isnull;

	values[0] = cve;
	for (int i = 0; i < 3; i++)
		values[i + 1] = states[i];
	execute("SELECT COALESCE(sum(s.findings), 0)::bigint"
			" FROM (" STATES_OF_CVE ") AS s"
			" JOIN unnest($2, $3, $4)"
			"  AS b (image_key, document_state, state)"
			"  ON b.image_key = s.image_key"
			"  AND b.document_state = s.document_state"
			" WHERE b.state <> s.state",
			4, types, values, NULL, SPI_OK_SELECT);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, 1, &isnull));
}

/*
 * Write a rule: of seven values cve, scope, pattern, precedence, state, comment
 * and author.
 */
static void
write_rule(Datum *values, const char *nulls)
{
	Oid			types[7] = {TEXTOID, TEXTOID, TEXTOID, INT4OID, INT2OID,
	TEXTOID, TEXTOID};

	execute("INSERT INTO image_catalog.container_finding_rules AS r"
			" (cve, scope, name_pattern, precedence, state,"
			"  comment, created_by)"
			" VALUES ($1, $2, $3, $4, $5, $6, $7)"
			" ON CONFLICT (cve_lower, scope) DO UPDATE SET"
			"  cve = excluded.cve,"
			"  state = excluded.state,"
			"  comment = excluded.comment,"
			"  created_at = excluded.created_at,"
			"  created_by = excluded.created_by",
			7, types, values, nulls, SPI_OK_INSERT);
}

/*
 * Delete the rule of a CVE in a scope.
 */
static void
delete_rule(const char *cve, const char *scope, Datum *values)
{
	Oid			types[2] = {TEXTOID, TEXTOID};

	execute("DELETE FROM image_catalog.container_finding_rules"
			" WHERE cve_lower = lower($1 COLLATE \"C\") AND scope = $2",
			2, types, values, NULL, SPI_OK_DELETE);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_NOT_FOUND),
				 errmsg("no such finding rule"),
				 errdetail("Nothing was decided of \"%s\" in the scope \"%s\".",
						   cve, scope),
				 errhint("finding_rules() lists the rules.")));
}

/*
 * Refuse what is no CVE id, or longer than one that a document can have.
 */
static void
check_cve(const char *cve)
{
	size_t		length = strlen(cve);

	if (length == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a finding rule needs a CVE id")));
	if (length > IMGCAT_INDEXED_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the CVE id of a finding rule is too long"),
				 errdetail("It has %zu bytes.", length),
				 errhint("A CVE id has at most %d bytes.",
						 IMGCAT_INDEXED_BYTES)));
}

/*
 * Change the rule of a CVE in a scope: to a state, or none (state -1).  Returns
 * the number of findings that changed, of those that the caller's transaction
 * sees.
 */
static int64
change_rule(const char *cve, const char *scope_text, int state,
			const char *comment)
{
	RuleScope	scope;
	Datum		values[7];
	char		nulls[7] = {' ', ' ', ' ', ' ', ' ', ' ', ' '};
	Datum		states[3];
	int64		changed;

	imgcat_require_container_write();
	check_cve(cve);
	scope = read_scope(scope_text);
	values[0] = CStringGetTextDatum(cve);
	values[1] = CStringGetTextDatum(scope.str);
	values[2] = (Datum) 0;
	nulls[2] = scope.name_pattern == NULL ? 'n' : ' ';
	if (scope.name_pattern != NULL)
		values[2] = CStringGetTextDatum(scope.name_pattern);
	values[3] = Int32GetDatum(scope.precedence);
	values[4] = Int16GetDatum(state);
	values[5] = CStringGetTextDatum(comment);
	values[6] = CStringGetTextDatum(GetUserNameFromId(imgcat_calling_role(), false));

	SPI_connect();
	remember_states(values[0], states);
	if (state < 0)
		delete_rule(cve, scope.str, values);
	else
		write_rule(values, nulls);
	changed = count_changed(values[0], states);
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

/*
 * finding_rules() returns setof record: cve, scope, state, comment, created_at,
 * created_by
 */
IMGCAT_FUNCTION(imgcat_finding_rules, 0)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	imgcat_require_container_read();
	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	if (SPI_execute("SELECT cve, scope, state, comment, created_at, created_by"
					" FROM image_catalog.container_finding_rules"
					" ORDER BY cve_lower, precedence DESC, created_at DESC,"
					"  scope", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the rules for findings");
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		Datum		values[6];
		bool		nulls[6];

		for (int i = 0; i < 6; i++)
			values[i] = SPI_getbinval(SPI_tuptable->vals[row],
									  SPI_tuptable->tupdesc, i + 1, &nulls[i]);
		values[2] = CStringGetTextDatum(imgcat_vulnerability_state_type.names[DatumGetInt16(values[2])]);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
	SPI_finish();
	return (Datum) 0;
}
