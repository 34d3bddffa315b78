/*-------------------------------------------------------------------------
 *
 * container_import.c
 *		import_container_images: StorageImage documents into the tables.
 *
 * Documents are sorted by digest and written in batches, each by one
 * statement a table, its rows taken from a tuplestore.  Sorted, because the
 * images' rows are inserted, or locked where they exist, in this order:
 * imports of the same digests at the same time wait, and never deadlock.
 *
 * src/container/container_import.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "compat.h"
#include "container/container_access.h"
#include "container/container_import.h"
#include "container/container_merge.h"
#include "container/container_rows.h"
#include "container/search_sql.h"
#include "container/container_scalar.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "json/jsonb_read.h"
#include "miscadmin.h"
#include "progress.h"
#include "scan/package.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* most documents in a batch, and most bytes of them as jsonb */
#define BATCH_DOCUMENTS		64
#define BATCH_BYTES			(8 * 1024 * 1024)

/* A document of the argument. */
typedef struct Incoming
{
	int			index;			/* in the argument */
	JsonbValue	json;
	ImgcatMessage *document;	/* instead, where it is read already */
	const char *digest;
} Incoming;

/* An image on its way into the tables. */
typedef struct ImportedImage
{
	int64		image_key;
	const char *digest;
	ImgcatMessage *document;
	ImgcatMessage *gone;		/* tells of CVEs that it has lost, or NULL */
	bool		risk_given;		/* riskScore is not computed */
	bool		expected;		/* there seems to be such an image */
	bool		inserted;
	bool		rewrite_scan;	/* its components and findings are new */
	bool		new_packages;	/* so are its packages */
} ImportedImage;

/* What all batches of an import have in common. */
typedef struct Import
{
	TimestampTz now;
	ImgcatPackageSource source;
	const ImgcatPackage *packages;	/* where source says that they are given */
	ImgcatPackageLinks *links;	/* collected; NULL where packages are kept */
} Import;

/*
 * By digest, then in the order of the argument.
 */
static int
compare_incoming(const void *left, const void *right)
{
	const Incoming *a = left;
	const Incoming *b = right;
	int			order = strcmp(a->digest, b->digest);

	return order != 0 ? order : a->index - b->index;
}

/*
 * An image out of the envelope of an export: {"result": {"image": ...}}.
 */
static void
open_envelope(JsonbValue *json)
{
	JsonbContainer *result = imgcat_read_object(imgcat_read_as_object(json),
												"result");
	JsonbValue	image;

	if (imgcat_read_member(result, "image", &image))
		*json = image;
}

/*
 * The digest of a document that is not read yet.
 */
static const char *
incoming_digest(JsonbValue *json, int index)
{
	ImgcatDocumentPath path = {NULL, NULL, 0, index};
	const char *digest;
	JsonbValue	id;

	if (json->type == jbvBinary &&
		JsonContainerIsObject(json->val.binary.data) &&
		getKeyJsonValueFromContainer(json->val.binary.data, "id", 2, &id) &&
		id.type == jbvString && id.val.string.len > 0)
		return psprintf("%s%.*s",
						memchr(id.val.string.val, ':', id.val.string.len) ?
						"" : "sha256:", id.val.string.len, id.val.string.val);

	digest = imgcat_document_digest(imgcat_load_document_value(json, index));
	if (digest == NULL)
		imgcat_document_error(&path, "a document needs an id");
	return digest;
}

/*
 * The documents of the argument, an array or a single document, sorted.
 */
static Incoming *
collect_incoming(Jsonb *documents, int *count)
{
	Incoming   *incoming;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	item;

	if (JB_ROOT_IS_OBJECT(documents))
	{
		incoming = palloc0(sizeof(Incoming));
		incoming[0].json.type = jbvBinary;
		incoming[0].json.val.binary.data = &documents->root;
		incoming[0].json.val.binary.len = VARSIZE(documents) - VARHDRSZ;
		open_envelope(&incoming[0].json);
		incoming[0].digest = incoming_digest(&incoming[0].json, 0);
		*count = 1;
		return incoming;
	}
	if (!JB_ROOT_IS_ARRAY(documents) || JB_ROOT_IS_SCALAR(documents))
		imgcat_document_error(NULL, "an array of documents is expected");

	incoming = palloc_extended(sizeof(Incoming) *
							   Max(JB_ROOT_COUNT(documents), 1),
							   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	*count = 0;
	iterator = JsonbIteratorInit(&documents->root);
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		incoming[*count].index = *count;
		open_envelope(&item);
		incoming[*count].json = item;
		incoming[*count].digest = incoming_digest(&item, *count);
		(*count)++;
	}
	qsort(incoming, *count, sizeof(Incoming), compare_incoming);
	return incoming;
}

/*
 * Insert the rows of set into their table.
 */
static void
insert_rows(ImgcatRowSet *set)
{
	if (set->rows.count > 0)
		imgcat_execute_with_rows(psprintf("INSERT INTO image_catalog.%s (%s)"
										  " SELECT %s FROM imported",
										  set->table, set->columns, set->columns),
								 "imported", &set->rows, 0, NULL, NULL, false,
								 SPI_OK_INSERT);
	tuplestore_end(set->rows.rows);
}

/*
 * By key: images of a batch get ascending keys.
 */
static int
compare_keys(const void *left, const void *right)
{
	const ImportedImage *a = left;
	const ImportedImage *b = right;

	return a->image_key < b->image_key ? -1 : a->image_key > b->image_key;
}

/*
 * By digest.
 */
static int
compare_digests(const void *left, const void *right)
{
	return strcmp(((const ImportedImage *) left)->digest,
				  ((const ImportedImage *) right)->digest);
}

/*
 * The image of a digest that a row of a query's result has in a column.
 */
static ImportedImage *
find_image(ImportedImage *images, int count, uint64 row, int column)
{
	ImportedImage key;
	ImportedImage *image;
	bool		isnull;

	key.digest =
		TextDatumGetCString(SPI_getbinval(SPI_tuptable->vals[row],
										  SPI_tuptable->tupdesc, column,
										  &isnull));
	image = bsearch(&key, images, count, sizeof(ImportedImage),
					compare_digests);
	if (image == NULL)
		elog(ERROR, "unexpected digest \"%s\" of a stored image", key.digest);
	return image;
}

/*
 * Run a query whose parameter is the digests of the images; of all, or of
 * those that were not inserted.
 */
static void
select_by_digests(const char *query, const ImportedImage *images, int count,
				  bool all)
{
	Datum	   *digests = palloc(sizeof(Datum) * count);
	int			ndigests = 0;
	Oid			types[1] = {TEXTARRAYOID};
	Datum		values[1];

	for (int i = 0; i < count; i++)
	{
		if (all || !images[i].inserted)
			digests[ndigests++] = CStringGetTextDatum(images[i].digest);
	}
	values[0] = PointerGetDatum(construct_array(digests, ndigests, TEXTOID,
												-1, false, TYPALIGN_INT));
	if (SPI_execute_with_args(query, 1, types, values, NULL,
							  false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read container images");
}

/*
 * Mark the images that seem to exist.  Only a hint, as nothing is locked: what
 * an insertion of them carries is as small as can be.
 */
static void
expect_images(ImportedImage *images, int count)
{
	select_by_digests("SELECT digest FROM image_catalog.container_images"
					  " WHERE digest = ANY ($1)", images, count, true);
	for (uint64 row = 0; row < SPI_processed; row++)
		find_image(images, count, row, 1)->expected = true;
}

/*
 * Insert the images of a batch that do not exist and lock the rows of those
 * that do; inserted tells which is which.
 */
static void
insert_or_lock_images(ImportedImage *images, int count)
{
	ImgcatRowSet *set = imgcat_make_row_set(IMGCAT_TABLE_IMAGES);
	ImgcatMessage *nothing = imgcat_make_message(&imgcat_storage_image_type);
	Jsonb	   *empty = imgcat_store_document(nothing);
	Oid			sequence = get_relname_relid("container_images_image_key_seq",
											 imgcat_extension_schema());

	for (int i = 0; i < count; i++)
	{
		images[i].image_key = nextval_internal(sequence, false);
		imgcat_add_image_row(set, images[i].image_key, images[i].document,
							 images[i].expected ? empty :
							 imgcat_store_document(images[i].document),
							 images[i].expected ? NULL : images[i].gone);
	}

	/* the condition false makes DO UPDATE lock the row, and nothing else */
	imgcat_execute_with_rows(psprintf("INSERT INTO image_catalog.%s (%s)"
									  " SELECT %s FROM imported ORDER BY digest"
									  " ON CONFLICT (digest)"
									  " DO UPDATE SET digest = excluded.digest"
									  " WHERE false"
									  " RETURNING image_key",
									  set->table, set->columns, set->columns),
							 "imported", &set->rows, 0, NULL, NULL, false,
							 SPI_OK_INSERT_RETURNING);
	tuplestore_end(set->rows.rows);

	for (uint64 row = 0; row < SPI_processed; row++)
	{
		ImportedImage key;
		ImportedImage *found;
		bool		isnull;

		key.image_key =
			DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[row],
										SPI_tuptable->tupdesc, 1, &isnull));
		found = bsearch(&key, images, count, sizeof(ImportedImage),
						compare_keys);
		if (found == NULL)
			elog(ERROR, "unexpected key of an inserted image");
		/* an expected image that is gone meanwhile: its row is filled later */
		if (found->expected)
			continue;
		found->inserted = true;
		found->rewrite_scan = true;
		found->new_packages = imgcat_field_is_set(found->document, IMAGE_SCAN);
	}
}

/*
 * Are two documents, as stored, the same in the members that components and
 * findings are made of?
 */
static bool
same_scan(Jsonb *left, Jsonb *right)
{
	static const char *const members[] = {"scan", "baseImageInfo"};

	for (int i = 0; i < (int) lengthof(members); i++)
	{
		int			length = strlen(members[i]);
		JsonbValue	left_value;
		JsonbValue	right_value;
		JsonbValue *in_left =
		getKeyJsonValueFromContainer(&left->root, members[i], length,
									 &left_value);
		JsonbValue *in_right =
		getKeyJsonValueFromContainer(&right->root, members[i], length,
									 &right_value);

		if (in_left == NULL && in_right == NULL)
			continue;
		if (in_left == NULL || in_right == NULL)
			return false;
		if (left_value.type != jbvBinary || right_value.type != jbvBinary ||
			compareJsonbContainers(left_value.val.binary.data,
								   right_value.val.binary.data) != 0)
			return false;
	}
	return true;
}

/*
 * Merge the images that exist, and are locked, with what is stored, and write
 * their rows.
 */
static void
merge_images(ImportedImage *images, int count, const Import *import)
{
	bool		given = import->source == IMGCAT_PACKAGES_GIVEN;
	ImgcatRowSet *set = imgcat_make_row_set(IMGCAT_TABLE_IMAGES);

	select_by_digests("SELECT image_key, digest, document, gone_findings"
					  " FROM image_catalog.container_images"
					  " WHERE digest = ANY ($1)", images, count, false);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[row];
		TupleDesc	descriptor = SPI_tuptable->tupdesc;
		ImportedImage *image = find_image(images, count, row, 2);
		ImgcatMessage *scan = imgcat_field_message(image->document, IMAGE_SCAN);
		bool		isnull;
		ImgcatMessage *stored;
		ImgcatMessage *stored_gone = NULL;
		Datum		gone;
		Jsonb	   *before;
		Jsonb	   *after;

		image->image_key = DatumGetInt64(SPI_getbinval(tuple, descriptor, 1,
													   &isnull));
		before = DatumGetJsonbP(SPI_getbinval(tuple, descriptor, 3, &isnull));
		if (!image->risk_given)
			image->document->fields[IMAGE_RISK_SCORE].kind =
				IMGCAT_VALUE_ABSENT;
		stored = imgcat_load_document(before, false);
		gone = SPI_getbinval(tuple, descriptor, 4, &isnull);
		if (!isnull)
			stored_gone = imgcat_load_document(DatumGetJsonbP(gone), false);
		image->gone = imgcat_merge_document(image->document, image->gone,
											stored, stored_gone);
		imgcat_finish_document(image->document, import->now,
							   imgcat_field_float(stored, IMAGE_RISK_SCORE));
		after = imgcat_store_document(image->document);
		image->rewrite_scan = !same_scan(before, after);
		/* the stored scan, where it is newer, has its packages already */
		image->new_packages = scan != NULL &&
			scan == imgcat_field_message(image->document, IMAGE_SCAN) &&
			(image->rewrite_scan || given);
		imgcat_add_image_row(set, image->image_key, image->document, after,
							 image->gone);
	}

	imgcat_execute_with_rows(psprintf("UPDATE image_catalog.%s AS i SET (%s) ="
									  " ROW(r.*) FROM imported AS r"
									  " WHERE i.image_key = r.image_key",
									  set->table, set->columns),
							 "imported", &set->rows, 0, NULL, NULL, false,
							 SPI_OK_UPDATE);
	tuplestore_end(set->rows.rows);
}

/*
 * Delete the rows of images from a child table.
 */
static void
delete_children(const char *table, const Datum *keys, int count)
{
	Oid			types[1] = {INT8ARRAYOID};
	Datum		values[1];
	char	   *statement;

	if (count == 0)
		return;
	statement = psprintf("DELETE FROM image_catalog.%s"
						 " WHERE image_key = ANY ($1)", table);
	values[0] = PointerGetDatum(construct_array(unconstify(Datum *, keys),
												count, INT8OID, sizeof(int64),
												FLOAT8PASSBYVAL,
												TYPALIGN_DOUBLE));
	if (SPI_execute_with_args(statement, 1, types, values, NULL,
							  false, 0) != SPI_OK_DELETE)
		elog(ERROR, "could not delete from %s", table);
}

/*
 * Write the rows of the images' children: all anew, but components and
 * findings only where the scan is new.
 */
static void
write_children(ImportedImage *images, int count)
{
	ImgcatRowSet *sets[IMGCAT_CONTAINER_TABLES];
	Datum	   *metadata_keys = palloc(sizeof(Datum) * count);
	Datum	   *scan_keys = palloc(sizeof(Datum) * count);
	int			nmetadata_keys = 0;
	int			nscan_keys = 0;

	for (int table = IMGCAT_TABLE_NAMES; table <= IMGCAT_TABLE_FINDINGS; table++)
		sets[table] = imgcat_make_row_set(table);
	for (int i = 0; i < count; i++)
	{
		ImportedImage *image = &images[i];

		if (!image->inserted)
		{
			metadata_keys[nmetadata_keys++] = Int64GetDatum(image->image_key);
			if (image->rewrite_scan)
				scan_keys[nscan_keys++] = Int64GetDatum(image->image_key);
		}
		imgcat_add_metadata_rows(sets[IMGCAT_TABLE_NAMES],
								 sets[IMGCAT_TABLE_LABELS],
								 sets[IMGCAT_TABLE_LAYERS],
								 image->image_key, image->document);
		if (image->rewrite_scan)
			imgcat_add_scan_rows(sets[IMGCAT_TABLE_COMPONENTS],
								 sets[IMGCAT_TABLE_FINDINGS],
								 image->image_key, image->document);
	}

	delete_children("container_image_names", metadata_keys, nmetadata_keys);
	delete_children("container_image_labels", metadata_keys, nmetadata_keys);
	delete_children("container_image_layers", metadata_keys, nmetadata_keys);
	delete_children("container_components", scan_keys, nscan_keys);
	delete_children("container_findings", scan_keys, nscan_keys);
	for (int table = IMGCAT_TABLE_NAMES; table <= IMGCAT_TABLE_FINDINGS; table++)
		insert_rows(sets[table]);
}

/*
 * Import a batch: sorted documents, those of a digest together.
 */
static void
import_batch(const Incoming *incoming, int count, const Import *import)
{
	TimestampTz now = import->now;
	ImportedImage *images = palloc0(sizeof(ImportedImage) * count);
	int			nimages = 0;
	int			ninserted = 0;

	for (int i = 0; i < count; i++)
	{
		JsonbValue	json = incoming[i].json;
		ImgcatMessage *document = incoming[i].document;
		ImgcatMessage *gone = NULL;

		if (document == NULL)
			document = imgcat_load_document_value(&json, incoming[i].index);
		imgcat_prepare_document(document);
		if (nimages > 0 &&
			strcmp(images[nimages - 1].digest, incoming[i].digest) == 0)
		{
			/* the later document meets the earlier as if that were stored */
			nimages--;
			imgcat_finish_document(images[nimages].document, now, 0);
			gone = imgcat_merge_document(document, NULL,
										 images[nimages].document,
										 images[nimages].gone);
		}
		images[nimages].digest = incoming[i].digest;
		images[nimages].document = document;
		images[nimages].gone = gone;
		nimages++;
	}
	for (int i = 0; i < nimages; i++)
	{
		images[i].risk_given = imgcat_field_is_set(images[i].document,
												   IMAGE_RISK_SCORE);
		imgcat_finish_document(images[i].document, now, 0);
	}

	expect_images(images, nimages);
	insert_or_lock_images(images, nimages);
	for (int i = 0; i < nimages; i++)
		ninserted += images[i].inserted;
	if (ninserted < nimages)
		merge_images(images, nimages, import);
	write_children(images, nimages);
	for (int i = 0; i < nimages && import->links != NULL; i++)
	{
		if (images[i].new_packages)
			imgcat_add_package_links(import->links, images[i].image_key,
									 imgcat_field_message(images[i].document,
														  IMAGE_SCAN),
									 import->packages);
	}
}

/*
 * Import documents, sorted, in batches; bytes_total is what they have as jsonb, 0
 * where they are read already.
 */
static void
import_sorted(const Incoming *incoming, int count, int64 bytes_total,
			  ImgcatPackageSource source, const ImgcatPackage *packages)
{
	Import		import = {imgcat_search_now(), source, packages, NULL};
	int			end;
	int64		read = 0;
	bool		reported;

	reported = imgcat_progress_begin("container_images", bytes_total);
	if (source != IMGCAT_PACKAGES_KEPT)
		import.links = imgcat_begin_package_links();
	for (int start = 0; start < count; start = end)
	{
		int64		bytes = 0;

		for (end = start; end < count; end++)
		{
			/* documents of one digest stay together */
			if ((end - start >= BATCH_DOCUMENTS || bytes >= BATCH_BYTES) &&
				strcmp(incoming[end - 1].digest, incoming[end].digest) != 0)
				break;
			if (incoming[end].document == NULL)
				bytes += incoming[end].json.val.binary.len;
		}
		CHECK_FOR_INTERRUPTS();
		/* what a batch allocates goes with its SPI connection */
		SPI_connect();
		import_batch(incoming + start, end - start, &import);
		SPI_finish();
		read += bytes;
		imgcat_progress_update(reported, end, read);
	}
	if (import.links != NULL)
		imgcat_finish_package_links(import.links);
	imgcat_progress_end(reported);
}

/*
 * Import an array of documents, or one; returns their number.  Where packages
 * are given, it is one document, and they are those of its components.  The
 * caller may write container images.
 */
int64
imgcat_import_documents(Jsonb *documents, ImgcatPackageSource source,
						const ImgcatPackage *packages)
{
	int			count;
	Incoming   *incoming = collect_incoming(documents, &count);

	import_sorted(incoming, count, VARSIZE(documents), source, packages);
	return count;
}

/*
 * Import stored documents that were read, and changed since; their packages are
 * kept.  What was set in them is in canonical form.  They are no good any more
 * then: parts of them go with the memory of the import.  The caller may write
 * container images.
 */
void
imgcat_import_stored(ImgcatMessage *const *documents, int count)
{
	Incoming   *incoming = palloc_extended(sizeof(Incoming) * Max(count, 1),
										   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	for (int i = 0; i < count; i++)
	{
		incoming[i].index = i;
		incoming[i].document = documents[i];
		incoming[i].digest = imgcat_document_digest(documents[i]);
	}
	qsort(incoming, count, sizeof(Incoming), compare_incoming);
	import_sorted(incoming, count, 0, IMGCAT_PACKAGES_KEPT, NULL);
}

/*
 * import_container_images(images jsonb) returns bigint: number of documents.
 */
IMGCAT_FUNCTION(imgcat_import_container_images, 1)
{
	imgcat_require_container_write();
	PG_RETURN_INT64(imgcat_import_documents(PG_GETARG_JSONB_P(0),
											IMGCAT_PACKAGES_OF_COMPONENTS,
											NULL));
}
