/*-------------------------------------------------------------------------
 *
 * protection.c
 *		Property protections: which roles may touch which properties.
 *
 * The rules stand in the table property_protections; an empty table protects
 * nothing.  The first rule, by position, whose pattern is found in the name of
 * a property decides, and a name that no rule matches is denied to everybody.
 *
 * Every row that is shown asks here, so the rules are kept for the session.  A
 * trigger on the table sends a relation cache invalidation, which reaches all
 * sessions, those of standbys included, and drops what they keep.
 *
 * src/image/protection.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "context.h"
#include "entry.h"
#include "executor/tuptable.h"
#include "image/protection.h"
#include "regex/regex.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* columns of property_protections */
enum
{
	COL_POSITION = 1,
	COL_PATTERN,
	COL_FIRST_ROLES				/* one column an action, in their order */
};

typedef struct ProtectionRule
{
	int32		position;
	text	   *pattern;
	char	  **roles[IMGCAT_NUM_PROPERTY_ACTIONS]; /* NULL-terminated */
} ProtectionRule;

/* What the session keeps; all of it in rules_context. */
static MemoryContext rules_context = NULL;
static ProtectionRule *rules = NULL;
static int	nrules = 0;
static Oid	rules_table = InvalidOid;
static bool rules_valid = false;
static bool callback_registered = false;

/*
 * Relation cache callback: the table changed, or everything may have.
 */
static void
forget_rules(Datum arg pg_attribute_unused(), Oid relation)
{
	if (relation == InvalidOid || relation == rules_table)
		rules_valid = false;
}

/*
 * The words of a text[], palloc'd in the current context.
 */
static char **
words_of_array(Datum array)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	char	  **words;
	int			nwords = 0;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false,
					  TYPALIGN_INT, &elements, &nulls, &count);
	words = palloc(sizeof(char *) * (count + 1));
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			words[nwords++] = TextDatumGetCString(elements[i]);
	words[nwords] = NULL;
	return words;
}

static int
compare_rules(const void *a, const void *b)
{
	int32		left = ((const ProtectionRule *) a)->position;
	int32		right = ((const ProtectionRule *) b)->position;

	return (left > right) - (left < right);
}

/*
 * Read the rule that stands in slot, into the current context.
 */
static void
read_rule(ProtectionRule *rule, TupleTableSlot *slot)
{
	slot_getallattrs(slot);
	rule->position = DatumGetInt32(slot->tts_values[COL_POSITION - 1]);
	rule->pattern = DatumGetTextPCopy(slot->tts_values[COL_PATTERN - 1]);
	for (int action = 0; action < IMGCAT_NUM_PROPERTY_ACTIONS; action++)
		rule->roles[action] =
			words_of_array(slot->tts_values[COL_FIRST_ROLES - 1 + action]);
}

/*
 * Read the rules into context, as a scan of the table under snapshot sees
 * them.  A scan and no statement: this runs within any other statement, in
 * parallel workers and in standbys.
 */
static void
read_rules(MemoryContext context, Snapshot snapshot)
{
	Relation	table = table_open(rules_table, AccessShareLock);
	TableScanDesc scan = imgcat_table_beginscan(table, snapshot, 0, NULL);
	TupleTableSlot *slot = table_slot_create(table, NULL);
	MemoryContext old_context = MemoryContextSwitchTo(context);
	int			capacity = 8;

	rules = palloc(sizeof(ProtectionRule) * capacity);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		if (nrules == capacity)
		{
			capacity *= 2;
			rules = repalloc(rules, sizeof(ProtectionRule) * capacity);
		}
		read_rule(&rules[nrules++], slot);
	}
	qsort(rules, nrules, sizeof(ProtectionRule), compare_rules);

	MemoryContextSwitchTo(old_context);
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
	table_close(table, AccessShareLock);
}

/*
 * Make the kept rules valid.
 *
 * They are read by the newest snapshot, not by that of the statement, so that
 * what is kept is never older than the invalidation before it.  Parallel mode
 * forbids a new snapshot: there the rules of the statement's snapshot serve,
 * and are not kept.
 */
static void
load_rules(void)
{
	bool		may_keep = !IsInParallelMode();

	if (rules_valid)
		return;
	if (!callback_registered)
	{
		CacheRegisterRelcacheCallback(forget_rules, (Datum) 0);
		callback_registered = true;
	}
	if (rules_context == NULL)
		rules_context = AllocSetContextCreate(TopMemoryContext,
											  "image_catalog property protections",
											  ALLOCSET_SMALL_SIZES);
	MemoryContextReset(rules_context);
	rules = NULL;
	nrules = 0;
	rules_table = get_relname_relid("property_protections",
									imgcat_extension_schema());
	if (!OidIsValid(rules_table))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation \"image_catalog.property_protections\" does not exist")));

	/* an invalidation that arrives while we read must not be overlooked */
	rules_valid = may_keep;
	PG_TRY();
	{
		Snapshot	snapshot = RegisterSnapshot(may_keep ? GetLatestSnapshot()
												: GetActiveSnapshot());

		read_rules(rules_context, snapshot);
		UnregisterSnapshot(snapshot);
	}
	PG_CATCH();
	{
		rules_valid = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
}

/*
 * Does the caller have one of the roles?  "@" is everybody, "!" nobody.
 */
static bool
caller_has_one_of(char **roles)
{
	for (; *roles != NULL; roles++)
	{
		if (strcmp(*roles, "@") == 0)
			return true;
		if (strcmp(*roles, "!") == 0)
			continue;
		if (imgcat_caller_has_role(*roles) ||
			(pg_strcasecmp(*roles, "admin") == 0 && imgcat_caller().is_admin))
			return true;
	}
	return false;
}

/*
 * May the caller do this to a property of that name?  The rules are loaded,
 * and there are some.
 */
static bool
rules_allow(ImgcatPropertyAction action, const char *name, size_t length)
{
	/* the service's own properties are not for the rules */
	if (length >= 9 && strncmp(name, "os_glance", 9) == 0)
		return true;

	for (int i = 0; i < nrules; i++)
		if (RE_compile_and_execute(rules[i].pattern,
								   unconstify(char *, name), length,
								   REG_ADVANCED | REG_NOSUB, C_COLLATION_OID,
								   0, NULL))
			return caller_has_one_of(rules[i].roles[action]);
	return false;
}

/*
 * May the caller do this to a property of that name?
 */
bool
imgcat_property_allowed(ImgcatPropertyAction action, const char *name,
						size_t length)
{
	load_rules();
	return nrules == 0 || rules_allow(action, name, length);
}

/*
 * The properties that the caller may read: the argument itself when that is
 * all of them, else a copy in the current context.  Those internal to the
 * service, which no document shows, stay unless hide_internal.  The rules are
 * loaded.
 */
static Jsonb *
readable_properties(Jsonb *properties, bool hide_internal)
{
	JsonbInState state = {0};
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	bool		hidden = false;
	bool		any_hidden = false;

	if (!JB_ROOT_IS_OBJECT(properties))
		return properties;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	iterator = JsonbIteratorInit(&properties->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			hidden = (hide_internal &&
					  imgcat_property_is_internal(value.val.string.val,
												  value.val.string.len)) ||
				(nrules > 0 &&
				 !rules_allow(IMGCAT_PROPERTY_READ, value.val.string.val,
							  value.val.string.len));
			any_hidden |= hidden;
			if (!hidden)
				pushJsonbValue(&state, WJB_KEY, &value);
		}
		else if (token == WJB_VALUE && !hidden)
			pushJsonbValue(&state, WJB_VALUE, &value);
	}
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return any_hidden ? JsonbValueToJsonb(state.result) : properties;
}

/*
 * What the caller may read by the rules.
 */
Jsonb *
imgcat_properties_readable(Jsonb *properties)
{
	load_rules();
	return nrules == 0 ? properties : readable_properties(properties, false);
}

/*
 * Is a property internal to the service there?
 */
static bool
has_internal(Jsonb *properties)
{
	const char *name;

	for (int i = 0; (name = imgcat_internal_property(i)) != NULL; i++)
	{
		JsonbValue	value;

		if (getKeyJsonValueFromContainer(&properties->root, name, strlen(name), &value) != NULL)
			return true;
	}
	return false;
}

/*
 * What a document shows of properties: what the caller may read, without those
 * that are internal to the service.
 */
Jsonb *
imgcat_properties_shown(Jsonb *properties)
{
	load_rules();
	if (nrules == 0 && (!JB_ROOT_IS_OBJECT(properties) || !has_internal(properties)))
		return properties;
	return readable_properties(properties, true);
}

/*
 * Leave in the row what the caller may read.
 */
void
imgcat_image_row_hide_protected(ImgcatImageRow *row)
{
	load_rules();
	if (nrules > 0 && !row->nulls[IMGCAT_COL_PROPERTIES])
		row->values[IMGCAT_COL_PROPERTIES] =
			JsonbPGetDatum(imgcat_properties_readable(
													  DatumGetJsonbP(row->values[IMGCAT_COL_PROPERTIES])));
}

PG_FUNCTION_INFO_V1(imgcat_readable_properties);
/*
 * readable_properties(properties jsonb) returns jsonb
 */
Datum
imgcat_readable_properties(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(imgcat_properties_shown(PG_GETARG_JSONB_P(0)));
}
