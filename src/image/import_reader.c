/*-------------------------------------------------------------------------
 *
 * import_reader.c
 *		Documents to import, taken apart into rows.
 *
 * A document is what the API prints, with "members" beside it.  Its values are
 * checked as those of a client are, but every attribute may be set, and limits
 * that an operator chose (quotas, schemes of locations) do not apply.
 *
 * src/image/import_reader.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "compat.h"
#include "image/document.h"
#include "image/errors.h"
#include "image/import_reader.h"
#include "image/ims_rules.h"
#include "image/value.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

enum
{
	COL_DELETED_AT = IMGCAT_NUM_COLS,
	COL_HAS_MEMBERS,
	COL_HAS_LOCATIONS,
	COL_MISSING,
	COL_DOCUMENT,
	NUM_DOCUMENT_COLS
};

/* the types of the columns of the row type image */
static const struct
{
	const char *name;
	Oid			type;
}			document_columns[NUM_DOCUMENT_COLS] =

{
	{"id", UUIDOID},
	{"name", TEXTOID},
	{"status", TEXTOID},
	{"visibility", TEXTOID},
	{"protected", BOOLOID},
	{"os_hidden", BOOLOID},
	{"owner", TEXTOID},
	{"disk_format", TEXTOID},
	{"container_format", TEXTOID},
	{"min_disk", INT4OID},
	{"min_ram", INT4OID},
	{"size", INT8OID},
	{"virtual_size", INT8OID},
	{"checksum", TEXTOID},
	{"os_hash_algo", TEXTOID},
	{"os_hash_value", TEXTOID},
	{"created_at", TIMESTAMPTZOID},
	{"updated_at", TIMESTAMPTZOID},
	{"tags", TEXTARRAYOID},
	{"properties", JSONBOID},
	{"deleted_at", TIMESTAMPTZOID},
	{"has_members", BOOLOID},
	{"has_locations", BOOLOID},
	{"missing", INT4OID},
	{"document", INT4OID},
};

StaticAssertDecl(IMGCAT_NUM_COLS < 31, "missing has a bit for each column");

/* Which document has an identifier. */
typedef struct SeenId
{
	pg_uuid_t	id;				/* hash key, must be first */
	int			index;
} SeenId;

/* What is read, and what was. */
typedef struct ImportReader
{
	ImgcatImport *import;
	ImgcatDocument document;
	ImgcatPlace place;
	HTAB	   *seen;
	JsonbContainer *members;	/* of the document at hand, or NULL */
	JsonbValue	deleted_at;		/* likewise; jbvNull: not given */
} ImportReader;

/*
 * Make the empty stores and their descriptors.
 */
static void
make_stores(ImgcatImport *import)
{
	import->documents_desc = CreateTemplateTupleDesc(NUM_DOCUMENT_COLS);
	for (int i = 0; i < NUM_DOCUMENT_COLS; i++)
		TupleDescInitEntry(import->documents_desc, i + 1,
						   document_columns[i].name,
						   document_columns[i].type, -1, 0);
	TupleDescFinalize(import->documents_desc);
	import->documents = tuplestore_begin_heap(true, false, work_mem);
	imgcat_import_make_part_stores(import);
}

/*
 * Take out of the properties what is not one: members, deleted and deleted_at.
 * A string "members" is an ordinary property, as with any client.
 */
static void
take_out_members(ImportReader *reader)
{
	ImgcatDocument *document = &reader->document;
	int			kept = 0;

	reader->members = NULL;
	reader->deleted_at.type = jbvNull;
	for (int i = 0; i < document->nproperties; i++)
	{
		const JsonbValue *name = &document->names[i];
		const JsonbValue *value = &document->property_values[i];

#define NAME_IS(word_) \
	(name->val.string.len == sizeof(word_) - 1 && \
	 memcmp(name->val.string.val, word_, sizeof(word_) - 1) == 0)
		if (NAME_IS("members") && value->type == jbvBinary &&
			JsonContainerIsObject(value->val.binary.data))
			reader->members = value->val.binary.data;
		else if (NAME_IS("deleted_at"))
			reader->deleted_at = *value;
		else if (!NAME_IS("deleted"))
		{
			document->names[kept] = *name;
			document->property_values[kept] = *value;
			kept++;
		}
#undef NAME_IS
	}
	document->nproperties = kept;
}

/*
 * Check the values of the document at hand; those that IMS prints bare become
 * strings.
 */
static void
check_document(ImportReader *reader)
{
	ImgcatDocument *document = &reader->document;

	for (int column = 0; column < IMGCAT_NUM_COLS; column++)
		if (document->attributes[column] != NULL)
			imgcat_attribute_check_type(document->attributes[column],
										&document->values[column],
										&reader->place);
	for (int i = 0; i < document->nproperties; i++)
	{
		const JsonbValue *name = &document->names[i];
		JsonbValue *value = &document->property_values[i];

		imgcat_property_check_name(name->val.string.val, name->val.string.len,
								   &reader->place);
		if (value->type != jbvNull && value->type != jbvString &&
			!imgcat_ims_take_bare(name->val.string.val, name->val.string.len,
								  value))
			imgcat_value_error(&reader->place, name->val.string.val,
							   name->val.string.len, IMS_BAD_VALUE,
							   "of a custom property must be a string or null");
		if (name->val.string.len == 8 &&
			memcmp(name->val.string.val, "location", 8) == 0)
			imgcat_import_error(&reader->place,
								"The name location is reserved; name locations instead.");
	}
}

/*
 * Give a column a value unless the document names it.
 */
static void
set_default(ImgcatImageRow *row, ImgcatImageColumn column, Datum value)
{
	if (row->nulls[column])
	{
		row->values[column] = value;
		row->nulls[column] = false;
	}
}

/*
 * The columns that the document at hand does not name, a bit for each.
 */
static int32
missing_columns(const ImgcatDocument *document)
{
	int32		missing = 0;

	for (int column = 0; column < IMGCAT_NUM_COLS; column++)
		if (document->attributes[column] == NULL)
			missing |= 1 << column;
	return missing;
}

/*
 * No two documents may describe one image.
 */
static void
remember_id(ImportReader *reader, const pg_uuid_t *id)
{
	bool		found;
	SeenId	   *seen = hash_search(reader->seen, id, HASH_ENTER, &found);

	if (found)
		imgcat_import_error(&reader->place,
							psprintf("Its identifier %s is that of document %d, too.",
									 imgcat_uuid_string(id), seen->index));
	seen->index = reader->place.index;
}

/*
 * Take one document apart and store its rows.
 */
static void
read_document(ImportReader *reader, const JsonbValue *value)
{
	ImgcatImport *import = reader->import;
	ImgcatImageRow row;
	Datum		values[NUM_DOCUMENT_COLS];
	bool		nulls[NUM_DOCUMENT_COLS];

	if (value->type != jbvBinary ||
		!JsonContainerIsObject(value->val.binary.data))
		imgcat_import_error(&reader->place, "It is not an object.");
	imgcat_document_split(&reader->document, value->val.binary.data);
	take_out_members(reader);
	check_document(reader);

	imgcat_document_to_row(&reader->document, &reader->place, &row);
	if (row.nulls[IMGCAT_COL_ID])
		set_default(&row, IMGCAT_COL_ID, UUIDPGetDatum(imgcat_uuid_random()));
	set_default(&row, IMGCAT_COL_STATUS, CStringGetTextDatum("queued"));
	set_default(&row, IMGCAT_COL_VISIBILITY, CStringGetTextDatum("shared"));
	set_default(&row, IMGCAT_COL_PROTECTED, BoolGetDatum(false));
	set_default(&row, IMGCAT_COL_OS_HIDDEN, BoolGetDatum(false));
	set_default(&row, IMGCAT_COL_MIN_DISK, Int32GetDatum(0));
	set_default(&row, IMGCAT_COL_MIN_RAM, Int32GetDatum(0));
	if (row.nulls[IMGCAT_COL_TAGS])
		set_default(&row, IMGCAT_COL_TAGS, imgcat_tags_datum(NULL, 0));
	row.values[IMGCAT_COL_PROPERTIES] =
		JsonbPGetDatum(imgcat_document_properties(&reader->document));
	row.nulls[IMGCAT_COL_PROPERTIES] = false;

	memcpy(values, row.values, sizeof(row.values));
	memcpy(nulls, row.nulls, sizeof(row.nulls));
	imgcat_import_time("deleted_at", &reader->deleted_at, &reader->place,
					   &values[COL_DELETED_AT], &nulls[COL_DELETED_AT]);
	values[COL_HAS_MEMBERS] = BoolGetDatum(reader->members != NULL);
	values[COL_HAS_LOCATIONS] = BoolGetDatum(reader->document.has_locations);
	values[COL_MISSING] = Int32GetDatum(missing_columns(&reader->document));
	values[COL_DOCUMENT] = Int32GetDatum(reader->place.index);
	nulls[COL_HAS_MEMBERS] = nulls[COL_HAS_LOCATIONS] = false;
	nulls[COL_MISSING] = nulls[COL_DOCUMENT] = false;

	remember_id(reader, DatumGetUUIDP(row.values[IMGCAT_COL_ID]));
	tuplestore_putvalues(import->documents, import->documents_desc,
						 values, nulls);
	import->ndocuments++;
	if (reader->members != NULL)
		imgcat_import_members(import, row.values[IMGCAT_COL_ID],
							  reader->members, &reader->place);
	if (reader->document.has_locations)
		imgcat_import_locations(import, row.values[IMGCAT_COL_ID],
								&reader->document.locations, &reader->place);
}

/*
 * Read an array of documents.  The stores are made in the current context.
 */
void
imgcat_import_read(ImgcatImport *import, Jsonb *documents)
{
	ImportReader reader = {0};
	HASHCTL		control = {0};
	MemoryContext document_context;
	MemoryContext old_context;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;

	if (!JB_ROOT_IS_ARRAY(documents) || JB_ROOT_IS_SCALAR(documents))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("images to import are not an array"),
				 imgcat_errdetail(IMS_BAD_FORMAT,
								  "A JSON array of image documents is expected.")));

	memset(import, 0, sizeof(*import));
	make_stores(import);
	reader.import = import;
	reader.place.noun = "document";
	reader.place.any_dialect = true;
	imgcat_document_init(&reader.document);
	control.keysize = sizeof(pg_uuid_t);
	control.entrysize = sizeof(SeenId);
	control.hcxt = CurrentMemoryContext;
	reader.seen = hash_create("identifiers of imported images",
							  Max(JB_ROOT_COUNT(documents), 16), &control,
							  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);

	document_context = AllocSetContextCreate(CurrentMemoryContext,
											 "imported image",
											 ALLOCSET_DEFAULT_SIZES);
	iterator = JsonbIteratorInit(&documents->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		CHECK_FOR_INTERRUPTS();
		old_context = MemoryContextSwitchTo(document_context);
		read_document(&reader, &value);
		MemoryContextSwitchTo(old_context);
		MemoryContextReset(document_context);
		reader.place.index++;
	}
	MemoryContextDelete(document_context);
	hash_destroy(reader.seen);
}
