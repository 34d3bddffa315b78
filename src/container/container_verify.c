/*-------------------------------------------------------------------------
 *
 * container_verify.c
 *		verify_container_signatures: cosign signatures of a stored image.
 *
 * A signature is by a verifier's key over a payload, and the payload says in
 * JSON which digest was signed, in which repository.  It counts only where all
 * three are right: a good signature of another image is worth nothing here.
 *
 * src/container/container_verify.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "container/container_access.h"
#include "container/container_document.h"
#include "container/container_get.h"
#include "container/container_import.h"
#include "container/container_merge.h"
#include "container/search_sql.h"
#include "data/signature.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/errors.h"
#include "json/jsonb_read.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

/* What a verifier found out. */
typedef struct Verdict
{
	int			status;
	const char *problem;		/* NULL where it is verified */
	const char **references;	/* names of the image that were signed */
	int			nreferences;
} Verdict;

/*
 * Read and lock the document of a digest, so nobody changes it until what it
 * says of its signatures is written.  SPI is connected.
 */
static ImgcatMessage *
lock_document(const char *digest)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1] = {CStringGetTextDatum(digest)};
	Datum		document;
	bool		isnull;

	if (SPI_execute_with_args("SELECT document FROM image_catalog.container_images"
							  " WHERE digest = $1 FOR UPDATE", 1, types, values,
							  NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read a container image");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_NOT_FOUND),
				 errmsg("image with id \"%s\" does not exist: not found",
						digest)));
	document = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
							 &isnull);
	return imgcat_load_document(DatumGetJsonbP(document), false);
}

/*
 * Decode a field of bytes; false if it is absent or of no bytes.
 */
static bool
decode_field(const ImgcatMessage *message, int field, ImgcatBytes *bytes)
{
	int			length;
	const char *str = imgcat_field_text(message, field, &length);

	return length > 0 && imgcat_decode_base64(str, length, bytes);
}

/*
 * The member "critical" of a payload, NULL if that is no JSON, or has none.
 */
static JsonbContainer *
read_payload(const ImgcatBytes *payload)
{
	IMGCAT_SOFT_ERRORS(errors);
	char	   *str = pnstrdup((const char *) payload->at, payload->length);
	Datum		json;
	Jsonb	   *document;

	if (strlen(str) != payload->length ||
		!pg_verifymbstr(str, payload->length, true) ||
		!DirectInputFunctionCallSafe(jsonb_in, str, InvalidOid, -1,
									 (struct Node *) &errors, &json))
		return NULL;
	document = DatumGetJsonbP(json);
	return imgcat_read_object(&document->root, "critical");
}

/*
 * Does a repository that was signed, or a name with a tag, stand for a name of
 * the image?  cosign writes docker.io as index.docker.io.
 */
static bool
name_is_signed(const ImgcatMessage *name, const char *signed_name)
{
	int			full_length;
	int			registry_length;
	int			remote_length;
	const char *full = imgcat_field_text(name, NAME_FULL, &full_length);
	const char *registry = imgcat_field_text(name, NAME_REGISTRY,
											 &registry_length);
	const char *remote = imgcat_field_text(name, NAME_REMOTE, &remote_length);
	char	   *repository = psprintf("%.*s/%.*s", registry_length, registry,
									  remote_length, remote);

	if (strncmp(signed_name, "index.docker.io/", 16) == 0)
		signed_name += 6;
	return strcmp(signed_name, repository) == 0 ||
		((int) strlen(signed_name) == full_length &&
		 memcmp(signed_name, full, full_length) == 0);
}

/*
 * Does a payload, whose signature is good, speak of the image, and of which of
 * its names?
 */
static void
judge_payload(const ImgcatMessage *document, const ImgcatBytes *payload,
			  Verdict *verdict)
{
	JsonbContainer *critical = read_payload(payload);
	char	   *digest = imgcat_read_text(imgcat_read_object(critical, "image"),
										  "docker-manifest-digest");
	char	   *repository =
	imgcat_read_text(imgcat_read_object(critical, "identity"),
					 "docker-reference");
	int			count = imgcat_field_count(document, IMAGE_NAMES);

	verdict->status = VERIFICATION_FAILED;
	if (digest == NULL || repository == NULL)
	{
		verdict->status = VERIFICATION_CORRUPTED;
		verdict->problem = "The payload does not say what was signed.";
		return;
	}
	if (strcmp(digest, imgcat_document_digest(document)) != 0)
	{
		verdict->problem = "The payload is that of another image.";
		return;
	}
	verdict->references = palloc(sizeof(char *) * Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		ImgcatMessage *name = imgcat_field_item_message(document, IMAGE_NAMES,
														i);
		int			length;
		const char *full = imgcat_field_text(name, NAME_FULL, &length);

		if (name_is_signed(name, repository))
			verdict->references[verdict->nreferences++] = pnstrdup(full, length);
	}
	if (verdict->nreferences == 0)
		verdict->problem = "The payload is signed for a repository that no name of the image has.";
	else
		verdict->status = VERIFICATION_VERIFIED;
}

/*
 * Verify one signature by the key of a verifier.
 */
static void
judge_signature(const ImgcatMessage *document, const ImgcatMessage *cosign,
				const char *key, Verdict *verdict)
{
	ImgcatBytes payload;
	ImgcatBytes signature;
	bool		known_algorithm;

	memset(verdict, 0, sizeof(Verdict));
	if (!decode_field(cosign, COSIGN_RAW_SIGNATURE, &signature) ||
		!decode_field(cosign, COSIGN_PAYLOAD, &payload))
	{
		verdict->status = VERIFICATION_CORRUPTED;
		verdict->problem = "The signature or its payload is missing.";
		return;
	}
	verdict->problem = imgcat_message_problem(key, &payload, &signature,
											  &known_algorithm);
	if (verdict->problem == NULL)
		judge_payload(document, &payload, verdict);
	else
		verdict->status = known_algorithm ? VERIFICATION_FAILED :
			VERIFICATION_INVALID_ALGORITHM;
}

/*
 * What a verifier says of the image: of the first signature that it verifies,
 * else of the first.  NULL if there are no signatures.
 */
static ImgcatMessage *
ask_verifier(const ImgcatMessage *document, const ImgcatMessageType *type,
			 const char *id, const char *key, TimestampTz now)
{
	ImgcatMessage *signatures = imgcat_field_message(document, IMAGE_SIGNATURE);
	int			count = imgcat_field_count(signatures, SIGNATURE_SIGNATURES);
	ImgcatMessage *result = imgcat_make_message(type);
	Verdict		first = {0};
	const char *status;

	if (count == 0)
		return NULL;
	for (int i = 0; i < count; i++)
	{
		ImgcatMessage *item =
		imgcat_field_item_message(signatures, SIGNATURE_SIGNATURES, i);
		Verdict		verdict;

		CHECK_FOR_INTERRUPTS();
		judge_signature(document, imgcat_field_message(item, SIGNATURE_COSIGN),
						key, &verdict);
		if (i == 0 || verdict.status == VERIFICATION_VERIFIED)
			first = verdict;
		if (verdict.status == VERIFICATION_VERIFIED)
			break;
	}
	status = type->fields[RESULT_STATUS].names->names[first.status];
	imgcat_set_time(result, RESULT_TIME, now);
	imgcat_set_text(result, RESULT_VERIFIER_ID, id, strlen(id));
	imgcat_set_text(result, RESULT_STATUS, status, strlen(status));
	if (first.problem != NULL)
		imgcat_set_text(result, RESULT_DESCRIPTION, first.problem,
						strlen(first.problem));
	else
		imgcat_set_text_list(result, RESULT_REFERENCES, first.references,
							 first.nreferences);
	return result;
}

/*
 * What is stored of a verifier whose key is not here: somebody else asked it,
 * and that stays.  NULL if nothing is.
 */
static ImgcatMessage *
stored_result(const ImgcatMessage *verification, const char *id)
{
	int			count = imgcat_field_count(verification, VERIFICATION_RESULTS);

	for (int i = 0; i < count; i++)
	{
		ImgcatMessage *result =
		imgcat_field_item_message(verification, VERIFICATION_RESULTS, i);
		int			length;
		const char *str = imgcat_field_text(result, RESULT_VERIFIER_ID, &length);

		if ((int) strlen(id) == length && memcmp(str, id, length) == 0)
			return result;
	}
	return NULL;
}

/*
 * Ask all verifiers, and put what they say into the document.  SPI is
 * connected.
 */
static void
fill_verification(ImgcatMessage *document)
{
	const ImgcatMessageType *type =
	document->type->fields[IMAGE_VERIFICATION].message;
	ImgcatMessage *verification = imgcat_make_message(type);
	ImgcatMessage *stored = imgcat_field_message(document, IMAGE_VERIFICATION);
	TimestampTz now = imgcat_search_now();
	SPITupleTable *verifiers;
	ImgcatMessage **results;
	int			count = 0;

	if (SPI_execute("SELECT verifier_id, key_pem"
					" FROM image_catalog.container_signature_verifiers"
					" ORDER BY verifier_id", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read container_signature_verifiers");
	verifiers = SPI_tuptable;
	results = palloc(sizeof(ImgcatMessage *) * Max(SPI_processed, 1));
	for (uint64 row = 0; row < verifiers->numvals; row++)
	{
		char	   *id = SPI_getvalue(verifiers->vals[row], verifiers->tupdesc,
									  1);
		char	   *key = SPI_getvalue(verifiers->vals[row],
									   verifiers->tupdesc, 2);
		ImgcatMessage *result = key == NULL ? stored_result(stored, id) :
		ask_verifier(document, type->fields[VERIFICATION_RESULTS].message, id,
					 key, now);

		if (result != NULL)
			results[count++] = result;
	}

	imgcat_set_message(document, IMAGE_VERIFICATION,
					   count > 0 ? verification : NULL);
	if (count == 0)
		return;
	imgcat_drop_note(document, NOTE_MISSING_SIGNATURE_VERIFICATION_DATA);
	(void) imgcat_make_list(verification, VERIFICATION_RESULTS, count);
	for (int i = 0; i < count; i++)
		verification->fields[VERIFICATION_RESULTS].u.list.items[i].u.message =
			results[i];
}

/*
 * verify_container_signatures(image_id text) returns json: the document, as it
 * is stored then.
 */
IMGCAT_FUNCTION(imgcat_verify_container_signatures, 1)
{
	MemoryContext caller = CurrentMemoryContext;
	char	   *id = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *digest = strchr(id, ':') != NULL ? id : psprintf("sha256:%s", id);
	ImgcatMessage *document;
	Datum		answer;

	imgcat_require_container_write();
	SPI_connect();
	document = lock_document(digest);
	fill_verification(document);
	document->fields[IMAGE_LAST_UPDATED].kind = IMGCAT_VALUE_ABSENT;
	imgcat_import_stored(&document, 1);
	MemoryContextSwitchTo(caller);
	answer = CStringGetTextDatum(digest);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(imgcat_print_written_image(answer, false)));
}
