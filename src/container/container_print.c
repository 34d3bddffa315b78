/*-------------------------------------------------------------------------
 *
 * container_print.c
 *		StorageImage documents as the API answers them.
 *
 * First what depends on the moment and on the request goes into the document
 * (ranks, states that rules gave, names of verifiers; snoozed findings and
 * descriptions go out of it), then it is written, every member by its kind.
 *
 * src/container/container_print.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "container/container_counters.h"
#include "container/container_print.h"
#include "container/container_scalar.h"
#include "fmgr.h"
#include "json_writer.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/*
 * Write a value as it came.
 */
static void
print_json(StringInfo out, const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNull:
			appendStringInfoString(out, "null");
			break;
		case jbvString:
			imgcat_json_string(out, value->val.string.val,
							   value->val.string.len);
			break;
		case jbvNumeric:
			appendStringInfoString(out, imgcat_number_text(value));
			break;
		case jbvBool:
			appendStringInfoString(out, value->val.boolean ? "true" : "false");
			break;
		case jbvBinary:
			(void) JsonbToCString(out, value->val.binary.data,
								  value->val.binary.len);
			break;
		default:
			elog(ERROR, "unexpected jsonb value in a document");
	}
}

/*
 * Write a map of strings.
 */
static void
print_string_map(StringInfo out, const JsonbValue *map)
{
	JsonbIterator *iterator = JsonbIteratorInit(map->val.binary.data);
	JsonbIteratorToken token;
	JsonbValue	item;
	bool		first = true;

	appendStringInfoChar(out, '{');
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			if (!first)
				appendStringInfoChar(out, ',');
			first = false;
			print_json(out, &item);
			appendStringInfoChar(out, ':');
		}
		else if (token == WJB_VALUE)
			print_json(out, &item);
	}
	appendStringInfoChar(out, '}');
}

/*
 * Write the default of a field.
 */
static void
print_default(StringInfo out, const ImgcatFieldType *field)
{
	if (field->flags & IMGCAT_FIELD_REPEATED)
	{
		appendStringInfoString(out, "[]");
		return;
	}
	switch (field->kind)
	{
		case IMGCAT_FIELD_STRING:
		case IMGCAT_FIELD_BYTES:
			appendStringInfoString(out, "\"\"");
			break;
		case IMGCAT_FIELD_BOOL:
			appendStringInfoString(out, "false");
			break;
		case IMGCAT_FIELD_INT32:
		case IMGCAT_FIELD_FLOAT:
			appendStringInfoChar(out, '0');
			break;
		case IMGCAT_FIELD_INT64:
		case IMGCAT_FIELD_UINT64:
			appendStringInfoString(out, "\"0\"");
			break;
		case IMGCAT_FIELD_ENUM:
			appendStringInfo(out, "\"%s\"", field->names->names[0]);
			break;
		case IMGCAT_FIELD_STRING_MAP:
			appendStringInfoString(out, "{}");
			break;
		case IMGCAT_FIELD_TIMESTAMP:
		case IMGCAT_FIELD_MESSAGE:
		case IMGCAT_FIELD_ANY:
			appendStringInfoString(out, "null");
			break;
	}
}

/*
 * Write a value of a field.
 */
static void
print_value(StringInfo out, const ImgcatValue *value,
			const ImgcatFieldType *field)
{
	switch (value->kind)
	{
		case IMGCAT_VALUE_ABSENT:
			print_default(out, field);
			break;
		case IMGCAT_VALUE_NULL:
			if (field->kind == IMGCAT_FIELD_ANY)
				appendStringInfoString(out, "null");
			else
				print_default(out, field);
			break;
		case IMGCAT_VALUE_SCALAR:
			if (field->kind == IMGCAT_FIELD_STRING_MAP)
				print_string_map(out, &value->u.scalar);
			else
				print_json(out, &value->u.scalar);
			break;
		case IMGCAT_VALUE_MESSAGE:
			imgcat_print_document(out, value->u.message);
			break;
		case IMGCAT_VALUE_LIST:
			appendStringInfoChar(out, '[');
			for (int i = 0; i < value->u.list.count; i++)
			{
				if (i > 0)
					appendStringInfoChar(out, ',');
				print_value(out, &value->u.list.items[i], field);
			}
			appendStringInfoChar(out, ']');
			break;
	}
}

/*
 * Write a message: every field, but an optional one only where it is there.
 */
void
imgcat_print_document(StringInfo out, const ImgcatMessage *document)
{
	char		separator = '{';

	for (int i = 0; i < document->type->count; i++)
	{
		const ImgcatFieldType *field = &document->type->fields[i];
		const ImgcatValue *value = &document->fields[i];

		if (value->kind == IMGCAT_VALUE_ABSENT &&
			(field->flags & IMGCAT_FIELD_OPTIONAL))
			continue;
		appendStringInfo(out, "%c\"%s\":", separator, field->name);
		separator = ',';
		print_value(out, value, field);
	}
	for (int i = 0; i < document->nunknown; i++)
	{
		appendStringInfoChar(out, separator);
		separator = ',';
		print_json(out, &document->unknown[i].key);
		appendStringInfoChar(out, ':');
		print_json(out, &document->unknown[i].value);
	}
	if (separator == '{')
		appendStringInfoChar(out, '{');
	appendStringInfoChar(out, '}');
}

/*
 * Everything that the documents of an answer are printed with.  See
 * container_print.h for what the caller guarantees.
 */
ImgcatPrinter *
imgcat_make_printer(bool include_snoozed, bool strip_description)
{
	MemoryContext caller = CurrentMemoryContext;
	ImgcatPrinter *printer = palloc0(sizeof(ImgcatPrinter));

	printer->include_snoozed = include_snoozed;
	printer->strip_description = strip_description;
	printer->image_ranks = imgcat_load_ranks(IMGCAT_RANK_IMAGES);
	printer->component_ranks = imgcat_load_ranks(IMGCAT_RANK_COMPONENTS);

	if (SPI_execute("SELECT verifier_id, verifier_name"
					" FROM image_catalog.container_signature_verifiers",
					true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read container_signature_verifiers");
	/* SPI has left us in a context of its own */
	MemoryContextSwitchTo(caller);
	printer->nverifiers = (int) SPI_processed;
	printer->verifier_ids = palloc(sizeof(char *) *
								   Max(printer->nverifiers, 1));
	printer->verifier_names = palloc(sizeof(char *) *
									 Max(printer->nverifiers, 1));
	for (int i = 0; i < printer->nverifiers; i++)
	{
		printer->verifier_ids[i] = SPI_getvalue(SPI_tuptable->vals[i],
												SPI_tuptable->tupdesc, 1);
		printer->verifier_names[i] = SPI_getvalue(SPI_tuptable->vals[i],
												  SPI_tuptable->tupdesc, 2);
	}
	SPI_freetuptable(SPI_tuptable);
	return printer;
}

/*
 * Set an integer of 64 bits, which JSON has as a string.
 */
static void
set_rank(ImgcatMessage *message, int field, const ImgcatRanks *ranks,
		 double score)
{
	char	   *str = psprintf(INT64_FORMAT, imgcat_rank(ranks, score));

	imgcat_set_text(message, field, str, strlen(str));
}

/*
 * Give findings the states that rules gave them: states is an array of
 * component index, finding index and state.
 */
static void
set_states(ImgcatMessage *scan, ArrayType *states)
{
	const int32 *numbers = (const int32 *) ARR_DATA_PTR(states);
	int			count = ArrayGetNItems(ARR_NDIM(states), ARR_DIMS(states)) / 3;

	for (int i = 0; i < count; i++, numbers += 3)
	{
		ImgcatMessage *component;
		const char *name;

		if (numbers[0] >= imgcat_field_count(scan, SCAN_COMPONENTS))
			continue;
		component = imgcat_field_item_message(scan, SCAN_COMPONENTS,
											  numbers[0]);
		if (numbers[1] >= imgcat_field_count(component, COMPONENT_VULNS))
			continue;
		name = imgcat_vulnerability_state_type.names[numbers[2]];
		imgcat_set_text(imgcat_field_item_message(component, COMPONENT_VULNS,
												  numbers[1]),
						VULN_STATE, name, strlen(name));
	}
}

/*
 * Is a finding snoozed: suppressed, deferred or a false positive?
 */
static bool
is_snoozed(const ImgcatMessage *vuln)
{
	return imgcat_field_bool(vuln, VULN_SUPPRESSED) ||
		imgcat_field_enum(vuln, VULN_STATE) != STATE_OBSERVED;
}

/*
 * Take the snoozed findings out of a scan.
 */
static void
remove_snoozed(ImgcatMessage *scan)
{
	int			ncomponents = imgcat_field_count(scan, SCAN_COMPONENTS);

	for (int c = 0; c < ncomponents; c++)
	{
		ImgcatMessage *component =
		imgcat_field_item_message(scan, SCAN_COMPONENTS, c);
		int			nvulns = imgcat_field_count(component, COMPONENT_VULNS);
		int			kept = 0;

		for (int v = 0; v < nvulns; v++)
		{
			ImgcatValue *vuln = imgcat_field_item(component, COMPONENT_VULNS,
												  v);

			if (!is_snoozed(vuln->u.message))
				*imgcat_field_item(component, COMPONENT_VULNS, kept++) = *vuln;
		}
		if (nvulns > 0)
			component->fields[COMPONENT_VULNS].u.list.count = kept;
	}
}

/*
 * Components: their ranks; findings: without description if asked, and never
 * with their data source, which is internal.
 */
static void
set_scan_members(ImgcatMessage *scan, const ImgcatPrinter *printer)
{
	int			ncomponents = imgcat_field_count(scan, SCAN_COMPONENTS);

	for (int c = 0; c < ncomponents; c++)
	{
		ImgcatMessage *component =
		imgcat_field_item_message(scan, SCAN_COMPONENTS, c);
		int			nvulns = imgcat_field_count(component, COMPONENT_VULNS);

		set_rank(component, COMPONENT_PRIORITY, printer->component_ranks,
				 imgcat_field_float(component, COMPONENT_RISK_SCORE));
		for (int v = 0; v < nvulns; v++)
		{
			ImgcatMessage *vuln =
			imgcat_field_item_message(component, COMPONENT_VULNS, v);

			if (printer->strip_description)
				vuln->fields[VULN_SUMMARY].kind = IMGCAT_VALUE_ABSENT;
			if (imgcat_field_is_set(vuln, VULN_DATASOURCE))
				imgcat_set_text(vuln, VULN_DATASOURCE, "", 0);
		}
	}
}

/*
 * Name the verifiers of signatures that are known.
 */
static void
set_verifier_names(ImgcatMessage *verification, const ImgcatPrinter *printer)
{
	int			count = imgcat_field_count(verification, VERIFICATION_RESULTS);

	for (int i = 0; i < count; i++)
	{
		ImgcatMessage *result =
		imgcat_field_item_message(verification, VERIFICATION_RESULTS, i);
		int			length;
		const char *id = imgcat_field_text(result, RESULT_VERIFIER_ID, &length);

		for (int v = 0; v < printer->nverifiers; v++)
		{
			if ((int) strlen(printer->verifier_ids[v]) == length &&
				memcmp(printer->verifier_ids[v], id, length) == 0)
				imgcat_set_text(result, RESULT_VERIFIER_NAME,
								printer->verifier_names[v],
								strlen(printer->verifier_names[v]));
		}
	}
}

/*
 * Write the StorageImage document of a row of IMGCAT_PRINT_COLUMNS.
 */
void
imgcat_print_image(StringInfo out, const ImgcatPrinter *printer,
				   HeapTuple tuple, TupleDesc descriptor)
{
	bool		isnull;
	Datum		states;
	ImgcatMessage *document =
	imgcat_load_document(DatumGetJsonbP(SPI_getbinval(tuple, descriptor, 1,
													  &isnull)),
						 false);
	ImgcatMessage *scan = imgcat_field_message(document, IMAGE_SCAN);
	double		score = DatumGetFloat8(SPI_getbinval(tuple, descriptor, 2,
													 &isnull));

	states = SPI_getbinval(tuple, descriptor, 3, &isnull);
	if (scan != NULL && !isnull)
		set_states(scan, DatumGetArrayTypeP(states));
	set_rank(document, IMAGE_PRIORITY, printer->image_ranks, score);
	if (scan != NULL && !printer->include_snoozed)
	{
		ImgcatCounters counters;

		remove_snoozed(scan);
		imgcat_count_findings(scan, &counters);
		if (imgcat_field_is_set(document, IMAGE_CVES))
			imgcat_set_int(document, IMAGE_CVES, counters.cves);
	}
	if (scan != NULL)
		set_scan_members(scan, printer);
	set_verifier_names(imgcat_field_message(document, IMAGE_VERIFICATION),
					   printer);
	imgcat_print_document(out, document);
}
