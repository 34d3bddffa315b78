/*-------------------------------------------------------------------------
 *
 * examine.c
 *		What the bytes of an image say: its size and its digests, in one pass.
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
#include "data/upload.h"
#include "utils/memutils.h"

/* What is made of the bytes while they go by. */
typedef struct Examination
{
	ImgcatDigest *checksum;		/* NULL: the library has no md5 */
	ImgcatDigest *os_hash;
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
}

/*
 * Read the stored bytes of an image and say what they are, in the current
 * memory context.  read_only: by the snapshot of the calling statement.  The
 * caller is connected to SPI.
 */
void
imgcat_data_examine(const pg_uuid_t *id, bool read_only,
					const char *os_hash_algo, ImgcatDataFacts *facts)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "image data examination",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Examination examination;

	examination.checksum =
		imgcat_digest_begin_if_offered(imgcat_digest_algorithm("md5"));
	examination.os_hash =
		imgcat_digest_begin(imgcat_digest_algorithm_require(os_hash_algo));
	MemoryContextSwitchTo(old);

	facts->size = imgcat_chunks_read(id, read_only, examine_bytes,
									 &examination);
	facts->virtual_size = -1;
	facts->checksum = examination.checksum == NULL ? NULL :
		imgcat_digest_hex(examination.checksum);
	facts->os_hash_algo = os_hash_algo;
	facts->os_hash_value = imgcat_digest_hex(examination.os_hash);
	MemoryContextDelete(context);
}
