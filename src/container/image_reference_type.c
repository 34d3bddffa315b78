/*-------------------------------------------------------------------------
 *
 * image_reference_type.c
 *		The type image_reference: a container image name, normalised.
 *
 * Stored is the full name, as text is: registry/remote[:tag][@digest], or a
 * digest alone.  Two names are equal when their full names are; they sort by
 * registry, remote, tag and digest, each bytewise.
 *
 * src/container/image_reference_type.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "compat.h"
#include "container/image_reference_type.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

/*
 * Why a name is none; see the header.
 */
char *
imgcat_image_reference_problem(const char *name,
							   ImgcatImageReference *reference)
{
	ImgcatReferenceError error;

	error = imgcat_image_reference_parse(name, strlen(name), reference);
	if (error == IMGCAT_REFERENCE_OK)
		return NULL;
	if (error == IMGCAT_REFERENCE_UPPERCASE)
		return psprintf("invalid reference format: repository name (%s%.*s) must be lowercase",
						reference->official ? "library/" : "",
						(int) reference->path.length, reference->path.at);
	return pstrdup(imgcat_image_reference_message(error));
}

/*
 * A name as written to its normalised form; NULL after a soft error.
 */
static text *
reference_from_name(const char *name, struct Node *escontext)
{
	ImgcatImageReference reference;
	char	   *problem = imgcat_image_reference_problem(name, &reference);
	text	   *result;
	size_t		length;

	if (problem != NULL)
		ereturn(escontext, NULL,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("error parsing image name '%s': %s", name, problem),
				 errhint("Write [registry/]path[:tag][@digest], as in docker.io/library/nginx:1.25.")));
	result = palloc(VARHDRSZ + strlen(name) + IMGCAT_REFERENCE_GROWTH);
	length = imgcat_image_reference_write(&reference, VARDATA(result));
	SET_VARSIZE(result, VARHDRSZ + length);
	return result;
}

/* The parts of a stored reference; they lie in the datum. */
static void
split_reference(const text *full_name, ImgcatImageReference *reference)
{
	imgcat_image_reference_split(VARDATA_ANY(full_name),
								 VARSIZE_ANY_EXHDR(full_name), reference);
}

static text *
part_to_text(ImgcatReferencePart part)
{
	return cstring_to_text_with_len(part.at, part.length);
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_in);
/*
 * image_reference_in(cstring): a name as people write it.
 */
Datum
imgcat_image_reference_in(PG_FUNCTION_ARGS)
{
	text	   *result = reference_from_name(PG_GETARG_CSTRING(0),
											 fcinfo->context);

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(result);
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_out);
/*
 * image_reference_out(image_reference): the full name.
 */
Datum
imgcat_image_reference_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(TextDatumGetCString(PG_GETARG_DATUM(0)));
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_recv);
/*
 * image_reference_recv(internal): a name in the client's encoding; it is
 * parsed like any other, so that what is stored is normalised.
 */
Datum
imgcat_image_reference_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			length;
	char	   *name;

	name = pq_getmsgtext(message, message->len - message->cursor, &length);
	PG_RETURN_TEXT_P(reference_from_name(name, NULL));
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_send);
/*
 * image_reference_send(image_reference): the full name, in the client's
 * encoding.
 */
Datum
imgcat_image_reference_send(PG_FUNCTION_ARGS)
{
	text	   *full_name = PG_GETARG_TEXT_PP(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendtext(&message, VARDATA_ANY(full_name),
				VARSIZE_ANY_EXHDR(full_name));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_registry);
/*
 * image_reference_registry(image_reference): the registry, empty of a digest.
 */
Datum
imgcat_image_reference_registry(PG_FUNCTION_ARGS)
{
	ImgcatImageReference reference;

	split_reference(PG_GETARG_TEXT_PP(0), &reference);
	PG_RETURN_TEXT_P(part_to_text(reference.registry));
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_remote);
/*
 * image_reference_remote(image_reference): the path, empty of a digest.
 */
Datum
imgcat_image_reference_remote(PG_FUNCTION_ARGS)
{
	ImgcatImageReference reference;

	split_reference(PG_GETARG_TEXT_PP(0), &reference);
	PG_RETURN_TEXT_P(part_to_text(reference.path));
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_tag);
/*
 * image_reference_tag(image_reference): the tag, empty when there is none.
 */
Datum
imgcat_image_reference_tag(PG_FUNCTION_ARGS)
{
	ImgcatImageReference reference;

	split_reference(PG_GETARG_TEXT_PP(0), &reference);
	PG_RETURN_TEXT_P(part_to_text(reference.tag));
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_digest);
/*
 * image_reference_digest(image_reference): the digest with its algorithm,
 * empty when there is none.
 */
Datum
imgcat_image_reference_digest(PG_FUNCTION_ARGS)
{
	ImgcatImageReference reference;

	split_reference(PG_GETARG_TEXT_PP(0), &reference);
	PG_RETURN_TEXT_P(part_to_text(reference.digest));
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_full_name);
/*
 * image_reference_full_name(image_reference): the whole name.
 */
Datum
imgcat_image_reference_full_name(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(PG_GETARG_TEXT_P_COPY(0));
}

/* Compare two parts bytewise. */
static int
compare_parts(ImgcatReferencePart a, ImgcatReferencePart b)
{
	size_t		shorter = Min(a.length, b.length);
	int			order = shorter > 0 ? memcmp(a.at, b.at, shorter) : 0;

	if (order != 0)
		return order;
	return a.length < b.length ? -1 : a.length > b.length ? 1 : 0;
}

/* Compare two references by registry, remote, tag and digest. */
static int
compare_references(FunctionCallInfo fcinfo)
{
	text	   *a = PG_GETARG_TEXT_PP(0);
	text	   *b = PG_GETARG_TEXT_PP(1);
	ImgcatImageReference left;
	ImgcatImageReference right;
	int			order;

	split_reference(a, &left);
	split_reference(b, &right);
	order = compare_parts(left.registry, right.registry);
	if (order == 0)
		order = compare_parts(left.path, right.path);
	if (order == 0)
		order = compare_parts(left.tag, right.tag);
	if (order == 0)
		order = compare_parts(left.digest, right.digest);
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_cmp);
/*
 * image_reference_cmp(image_reference, image_reference): btree support 1.
 */
Datum
imgcat_image_reference_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_references(fcinfo));
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_lt);
/* image_reference < image_reference */
Datum
imgcat_image_reference_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_references(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_le);
/* image_reference <= image_reference */
Datum
imgcat_image_reference_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_references(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_eq);
/* image_reference = image_reference */
Datum
imgcat_image_reference_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_references(fcinfo) == 0);
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_ne);
/* image_reference <> image_reference */
Datum
imgcat_image_reference_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_references(fcinfo) != 0);
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_ge);
/* image_reference >= image_reference */
Datum
imgcat_image_reference_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_references(fcinfo) >= 0);
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_gt);
/* image_reference > image_reference */
Datum
imgcat_image_reference_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_references(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_hash);
/*
 * image_reference_hash(image_reference): hash support 1.
 */
Datum
imgcat_image_reference_hash(PG_FUNCTION_ARGS)
{
	text	   *full_name = PG_GETARG_TEXT_PP(0);
	Datum		result;

	result = hash_any((unsigned char *) VARDATA_ANY(full_name),
					  VARSIZE_ANY_EXHDR(full_name));
	PG_FREE_IF_COPY(full_name, 0);
	return result;
}

PG_FUNCTION_INFO_V1(imgcat_image_reference_hash_extended);
/*
 * image_reference_hash_extended(image_reference, bigint): hash support 2.
 */
Datum
imgcat_image_reference_hash_extended(PG_FUNCTION_ARGS)
{
	text	   *full_name = PG_GETARG_TEXT_PP(0);
	Datum		result;

	result = hash_any_extended((unsigned char *) VARDATA_ANY(full_name),
							   VARSIZE_ANY_EXHDR(full_name),
							   PG_GETARG_INT64(1));
	PG_FREE_IF_COPY(full_name, 0);
	return result;
}
