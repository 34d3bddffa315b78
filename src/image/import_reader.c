/*-------------------------------------------------------------------------
 *
 * import_reader.c
 *		Documents to import, taken apart into rows.
 *
 * A document is what the API prints, with "members" beside it.  Its values are
 * checked as those of a client are, but every attribute may be set, and limits
 * that an operator chose (quotas) do not apply.
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
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

enum
{
	COL_DELETED_AT = IMGCAT_NUM_COLS,
	COL_HAS_MEMBERS,
	COL_MISSING,
	COL_DOCUMENT,
	NUM_DOCUMENT_COLS
};

#define NUM_MEMBER_COLS 3

/* longest identifier of a project, in characters */
#define IMGCAT_MEMBER_MAX 255

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
 * The document at hand cannot be imported.
 */
pg_noreturn static void
document_error(const ImportReader *reader, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid image document"),
			 imgcat_errdetail(IMS_BAD_FORMAT, "Document %d: %s",
							  reader->place.index, problem)));
}

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
	import->members_desc = CreateTemplateTupleDesc(NUM_MEMBER_COLS);
	TupleDescInitEntry(import->members_desc, 1, "image_id", UUIDOID, -1, 0);
	TupleDescInitEntry(import->members_desc, 2, "member_id", TEXTOID, -1, 0);
	TupleDescInitEntry(import->members_desc, 3, "status", TEXTOID, -1, 0);
	import->documents = tuplestore_begin_heap(true, false, work_mem);
	import->members = tuplestore_begin_heap(true, false, work_mem);
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
	if (document->has_locations &&
		(document->locations.type != jbvBinary ||
		 JsonContainerSize(document->locations.val.binary.data) > 0))
		document_error(reader, "Locations of data cannot be imported.");

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
			document_error(reader, "Locations of data cannot be imported.");
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
 * The time of deletion that the document at hand names, or null.
 */
static void
deletion_time(const ImportReader *reader, Datum *value, bool *is_null)
{
	/* no attribute of the API, but a time like the others */
	static const ImgcatAttribute time = {
		"deleted_at", -1, IMGCAT_ATTR_TIME, 0, 0, NULL, IMGCAT_FILTER_NONE, NULL
	};

	*value = (Datum) 0;
	*is_null = (reader->deleted_at.type == jbvNull);
	if (*is_null)
		return;
	imgcat_attribute_check_type(&time, &reader->deleted_at, &reader->place);
	*value = imgcat_attribute_datum(&time, &reader->deleted_at, &reader->place,
									is_null);
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
		document_error(reader, psprintf("Its identifier %s is that of document %d, too.",
										imgcat_uuid_string(id), seen->index));
	seen->index = reader->place.index;
}

/*
 * Store the members of the document at hand.
 */
static void
store_members(ImportReader *reader, Datum image_id)
{
	static const char *const statuses[] = {"pending", "accepted", "rejected"};
	JsonbIterator *iterator = JsonbIteratorInit(reader->members);
	JsonbIteratorToken token;
	JsonbValue	value;
	Datum		values[NUM_MEMBER_COLS];
	bool		nulls[NUM_MEMBER_COLS] = {0};

	values[0] = image_id;
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		bool		known = false;

		if (token == WJB_KEY)
		{
			if (value.val.string.len == 0 ||
				pg_mbstrlen_with_len(value.val.string.val,
									 value.val.string.len) > IMGCAT_MEMBER_MAX)
				document_error(reader, "A member must be a project of 1 to 255 characters.");
			values[1] = PointerGetDatum(cstring_to_text_with_len(value.val.string.val,
																 value.val.string.len));
		}
		if (token != WJB_VALUE)
			continue;
		for (int i = 0; i < (int) lengthof(statuses); i++)
			if (value.type == jbvString &&
				strlen(statuses[i]) == (size_t) value.val.string.len &&
				memcmp(statuses[i], value.val.string.val,
					   value.val.string.len) == 0)
				known = true;
		if (!known)
			document_error(reader, "The status of a member must be pending, accepted or rejected.");
		values[2] = PointerGetDatum(cstring_to_text_with_len(value.val.string.val,
															 value.val.string.len));
		tuplestore_putvalues(reader->import->members,
							 reader->import->members_desc, values, nulls);
		reader->import->nmembers++;
	}
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
		document_error(reader, "It is not an object.");
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
	deletion_time(reader, &values[COL_DELETED_AT], &nulls[COL_DELETED_AT]);
	values[COL_HAS_MEMBERS] = BoolGetDatum(reader->members != NULL);
	values[COL_MISSING] = Int32GetDatum(missing_columns(&reader->document));
	values[COL_DOCUMENT] = Int32GetDatum(reader->place.index);
	nulls[COL_HAS_MEMBERS] = nulls[COL_MISSING] = nulls[COL_DOCUMENT] = false;

	remember_id(reader, DatumGetUUIDP(row.values[IMGCAT_COL_ID]));
	tuplestore_putvalues(import->documents, import->documents_desc,
						 values, nulls);
	import->ndocuments++;
	if (reader->members != NULL)
	{
		import->any_has_members = true;
		store_members(reader, row.values[IMGCAT_COL_ID]);
	}
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
