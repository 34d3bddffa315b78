/*-------------------------------------------------------------------------
 *
 * examine.c
 *		What the bytes of an image say: its size, its digests and its format,
 *		and whether they are signed as they should be, in one pass.
 *
 * A running digest cannot wait from one transaction for the next: OpenSSL has
 * no portable way to store one.  So all of them are made of the stored bytes,
 * when there are all.  That reads them once more, from memory mostly; in turn
 * a digest is of what is stored, and no piece holds up another.
 *
 * src/data/examine.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "data/chunks.h"
#include "data/data_settings.h"
#include "data/digest.h"
#include "data/signature.h"
#include "data/upload.h"
#include "image/errors.h"
#include "image/policy.h"
#include "query/image_format.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* What is made of the bytes while they go by. */
typedef struct Examination
{
	ImgcatDigest *checksum;		/* NULL: the library has no md5 */
	ImgcatDigest *os_hash;
	ImgcatDigest *signed_hash;	/* NULL: there is no signature */
	ImgcatFormatInspector *inspector;	/* NULL: the format is of no interest */
} Examination;

/*
 * Take the next bytes.
 */
static void
examine_bytes(void *state, const char *bytes, size_t length)
{
	Examination *examination = state;

	if (examination->checksum != NULL)
		imgcat_digest_add(examination->checksum, bytes, length);
	imgcat_digest_add(examination->os_hash, bytes, length);
	if (examination->signed_hash != NULL)
		imgcat_digest_add(examination->signed_hash, bytes, length);
	if (examination->inspector != NULL)
		imgcat_format_add(examination->inspector, bytes, length);
}

/*
 * Is it a format of disks that the inspector does not know by its bytes, or
 * not always?
 */
static bool
is_opaque(const char *disk_format)
{
	static const char *const formats[] = {"ami", "ari", "aki", "ploop", "zvhd", "zvhd2"};

	for (int i = 0; i < (int) lengthof(formats); i++)
		if (strcmp(disk_format, formats[i]) == 0)
			return true;
	return false;
}

/*
 * The virtual size of an image whose bytes have ended, -1 if it is unknown.
 * Bytes that are unsafe are refused, and those of another format than the
 * record says.  A raw disk may hold anything.
 */
static int64
judge_format(ImgcatFormatInspector *inspector, const char *declared)
{
	const char *found;

	imgcat_format_end(inspector);
	found = imgcat_format_name(inspector->format);
	if (inspector->danger != NULL)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_FORMAT),
				 errmsg("image data is unsafe"),
				 imgcat_errdetail(IMS_BAD_FORMAT_NAME,
								  "Its format is %s, and %s.", found,
								  inspector->danger)));
	if (strcmp(declared, "raw") == 0)
		return (int64) inspector->position;
	if (strcmp(declared, found) == 0)
		return inspector->virtual_size;
	if (imgcat_require_image_format_match &&
		!(is_opaque(declared) && inspector->format == IMGCAT_FORMAT_RAW))
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_FORMAT),
				 errmsg("image data has another format than the image"),
				 imgcat_errdetail(IMS_BAD_FORMAT_NAME,
								  "It is %s; disk_format is %s.", found,
								  declared)));
	return -1;
}

/*
 * Read the stored bytes and say what they are, in the current memory context.
 * declared is the format that they should have, NULL: any; signature the one
 * that they must have, NULL: none.
 */
static void
examine(const pg_uuid_t *id, bool read_only, const char *os_hash_algo,
		const char *declared, const ImgcatSignature *signature,
		ImgcatDataFacts *facts)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "image data examination",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Examination examination = {0};

	examination.checksum =
		imgcat_digest_begin_if_offered(imgcat_digest_algorithm("md5"));
	examination.os_hash =
		imgcat_digest_begin(imgcat_digest_algorithm_require(os_hash_algo));
	if (signature != NULL)
		examination.signed_hash = imgcat_digest_begin(signature->hash);
	if (declared != NULL)
	{
		examination.inspector = palloc(sizeof(ImgcatFormatInspector));
		imgcat_format_begin(examination.inspector);
	}
	MemoryContextSwitchTo(old);

	facts->size = imgcat_chunks_read(id, read_only, examine_bytes,
									 &examination);
	facts->virtual_size = declared == NULL ? -1 :
		judge_format(examination.inspector, declared);
	if (signature != NULL)
		imgcat_signature_require(signature, examination.signed_hash);
	facts->checksum = examination.checksum == NULL ? NULL :
		imgcat_digest_hex(examination.checksum);
	facts->os_hash_algo = os_hash_algo;
	facts->os_hash_value = imgcat_digest_hex(examination.os_hash);
	MemoryContextDelete(context);
}

/*
 * Say what the bytes are that have come to an image, and refuse them if they
 * are not what its record says.  What is in a container is not looked at.  The
 * caller is connected to SPI.
 */
void
imgcat_data_examine(const ImgcatImageRow *row, ImgcatDataFacts *facts)
{
	const char *declared = NULL;

	if (imgcat_row_text_is(row, IMGCAT_COL_CONTAINER_FORMAT, "bare"))
		declared = TextDatumGetCString(row->values[IMGCAT_COL_DISK_FORMAT]);
	examine(DatumGetUUIDP(row->values[IMGCAT_COL_ID]), false,
			imgcat_os_hash_algorithm()->name, declared,
			imgcat_image_signature(row), facts);
}

/*
 * Say what the bytes of an image are now, by the snapshot of the calling
 * statement and by the algorithm of its record.
 */
void
imgcat_data_reexamine(const ImgcatImageRow *row, ImgcatDataFacts *facts)
{
	examine(DatumGetUUIDP(row->values[IMGCAT_COL_ID]), true,
			row->nulls[IMGCAT_COL_OS_HASH_ALGO] ?
			imgcat_os_hash_algorithm()->name :
			TextDatumGetCString(row->values[IMGCAT_COL_OS_HASH_ALGO]),
			NULL, NULL, facts);
}
