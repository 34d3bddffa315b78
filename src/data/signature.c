/*-------------------------------------------------------------------------
 *
 * signature.c
 *		The signature of an image, as its properties have it.
 *
 * src/data/signature.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/base64.h"
#include "compat.h"
#include "data/signature.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/errors.h"
#include "plan_cache.h"
#include "query/uuid.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

/* the properties, and what they say */
typedef enum SignatureProperty
{
	SIGNATURE,
	SIGNATURE_HASH_METHOD,
	SIGNATURE_KEY_TYPE,
	SIGNATURE_CERTIFICATE,
	NUM_SIGNATURE_PROPERTIES
}			SignatureProperty;

static const char *const property_names[NUM_SIGNATURE_PROPERTIES] = {
	"img_signature",
	"img_signature_hash_method",
	"img_signature_key_type",
	"img_signature_certificate_uuid"
};

/*
 * The signature is none, or does not fit.
 */
pg_noreturn static void
refuse_signature(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("image signature cannot be verified"),
			 imgcat_errdetail(IMS_BAD_VALUE, "%s", detail)));
}

/*
 * Read the properties of a signature; how many there are.
 */
static int
read_properties(const ImgcatImageRow *row,
				char *values[NUM_SIGNATURE_PROPERTIES])
{
	Jsonb	   *properties = DatumGetJsonbP(row->values[IMGCAT_COL_PROPERTIES]);
	int			found = 0;

	for (int i = 0; i < NUM_SIGNATURE_PROPERTIES; i++)
	{
		JsonbValue *value = getKeyJsonValueFromContainer(&properties->root,
														 property_names[i],
														 strlen(property_names[i]),
														 NULL);

		values[i] = NULL;
		if (value == NULL || value->type != jbvString)
			continue;
		values[i] = pnstrdup(value->val.string.val, value->val.string.len);
		found++;
	}
	return found;
}

/*
 * The algorithm of a hash method, "SHA-256" and the like.
 */
static const ImgcatDigestAlgorithm *
hash_of(const char *method)
{
	static const struct
	{
		const char *method;
		const char *algorithm;
	}			methods[] =
	{
		{"SHA-224", "sha224"}, {"SHA-256", "sha256"}, {"SHA-384", "sha384"},
		{"SHA-512", "sha512"},
	};

	for (int i = 0; i < (int) lengthof(methods); i++)
		if (strcmp(methods[i].method, method) == 0)
			return imgcat_digest_algorithm(methods[i].algorithm);
	refuse_signature("img_signature_hash_method must be SHA-224, SHA-256, SHA-384 or SHA-512.");
}

/*
 * Decode base64; false if it is wrong, or of no bytes.
 */
bool
imgcat_decode_base64(const char *str, int length, ImgcatBytes *bytes)
{
	int			room = pg_b64_dec_len(length);
	void	   *decoded = palloc(room + 1);
	int			count = pg_b64_decode(str, length, decoded, room);

	bytes->at = decoded;
	bytes->length = Max(count, 0);
	return count > 0;
}

/*
 * Decode the signature.
 */
static void
decode_signature(ImgcatSignature *signature, const char *base64)
{
	ImgcatBytes bytes;

	if (!imgcat_decode_base64(base64, strlen(base64), &bytes))
		refuse_signature("img_signature must be written in base64.");
	signature->signature = bytes.at;
	signature->signature_length = bytes.length;
}

/*
 * Find the certificate of that name, a UUID in any spelling.
 */
static void
find_certificate(ImgcatSignature *signature, const char *name)
{
	static const Oid types[] = {UUIDOID};
	static const char sql[] =
	"SELECT c.certificate, c.authorities "
	"FROM image_catalog.image_certificates c WHERE c.id = $1";
	pg_uuid_t	id;
	Datum		args[1];

	if (!imgcat_parse_uuid(name, strlen(name), id.data))
		refuse_signature("img_signature_certificate_uuid must be a UUID.");
	args[0] = UUIDPGetDatum(&id);
	if (SPI_execute_plan(imgcat_plan(sql, 1, types), args, NULL, false,
						 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read a certificate");
	if (SPI_processed == 0)
		refuse_signature("There is no certificate of img_signature_certificate_uuid.");
	signature->certificate = SPI_getvalue(SPI_tuptable->vals[0],
										  SPI_tuptable->tupdesc, 1);
	signature->authorities = SPI_getvalue(SPI_tuptable->vals[0],
										  SPI_tuptable->tupdesc, 2);
}

/*
 * The signature that the data of the image must have, NULL if none.  The
 * caller is connected to SPI, in whose memory it is.
 */
ImgcatSignature *
imgcat_image_signature(const ImgcatImageRow *row)
{
	char	   *values[NUM_SIGNATURE_PROPERTIES];
	ImgcatSignature *signature;
	int			found = read_properties(row, values);

	if (found == 0)
		return NULL;
	for (int i = 0; i < NUM_SIGNATURE_PROPERTIES; i++)
		if (values[i] == NULL)
			refuse_signature(psprintf("The image has no property %s.",
									  property_names[i]));
	signature = palloc0(sizeof(ImgcatSignature));
	signature->hash = hash_of(values[SIGNATURE_HASH_METHOD]);
	signature->key_type = values[SIGNATURE_KEY_TYPE];
	if (!imgcat_signature_key_type_exists(signature->key_type))
		refuse_signature("img_signature_key_type must be RSA-PSS, DSA or one of ECC_SECP384R1, ECC_SECP521R1, ECC_SECT409K1, ECC_SECT409R1, ECC_SECT571K1 and ECC_SECT571R1.");
	decode_signature(signature, values[SIGNATURE]);
	find_certificate(signature, values[SIGNATURE_CERTIFICATE]);
	return signature;
}

/*
 * Refuse data of this digest, by the hash of the signature, whose signature it
 * is not.
 */
void
imgcat_signature_require(const ImgcatSignature *signature,
						 const ImgcatDigest *digest)
{
	unsigned char value[IMGCAT_DIGEST_MAX];
	size_t		length = imgcat_digest_value(digest, value);
	const char *problem = imgcat_signature_problem(signature, value, length);

	if (problem != NULL)
		refuse_signature(problem);
}

PG_FUNCTION_INFO_V1(imgcat_is_image_certificate);
/*
 * is_image_certificate(certificates text, only_one boolean) returns boolean:
 * for checks of the table, which says what is wrong.
 */
Datum
imgcat_is_image_certificate(PG_FUNCTION_ARGS)
{
	const char *problem =
	imgcat_certificates_problem(text_to_cstring(PG_GETARG_TEXT_PP(0)),
								PG_GETARG_BOOL(1));

	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid certificate"), errdetail("%s", problem)));
	PG_RETURN_BOOL(true);
}

PG_FUNCTION_INFO_V1(imgcat_is_signature_key);
/*
 * is_signature_key(pem text) returns boolean: for a check of the table of
 * verifiers, which says what is wrong.
 */
Datum
imgcat_is_signature_key(PG_FUNCTION_ARGS)
{
	const char *problem =
	imgcat_key_problem(text_to_cstring(PG_GETARG_TEXT_PP(0)));

	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid key of a verifier"), errdetail("%s", problem)));
	PG_RETURN_BOOL(true);
}
