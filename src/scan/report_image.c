/*-------------------------------------------------------------------------
 *
 * report_image.c
 *		Which image a report of another scanner is of.
 *
 * src/scan/report_image.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "scan/report.h"

/*
 * Read a name as people write it; false where it is none.
 */
static bool
read_reference(const char *name, ImgcatImageReference *reference)
{
	return name != NULL &&
		imgcat_image_reference_parse(name, strlen(name), reference) ==
		IMGCAT_REFERENCE_OK && reference->path.length > 0;
}

/*
 * Are these the same texts?
 */
static bool
same_part(ImgcatReferencePart a, ImgcatReferencePart b)
{
	return a.length == b.length && memcmp(a.at, b.at, a.length) == 0;
}

/*
 * Are these names of one repository?
 */
static bool
same_repository(const ImgcatImageReference *a, const ImgcatImageReference *b)
{
	return same_part(a->registry, b->registry) && same_part(a->path, b->path) &&
		a->official == b->official;
}

/*
 * The name of the image that a report is of: what the scanner was asked for,
 * if that is one of the image's tags or has a digest, as it may be a file as
 * well; else the first tag, else the first name with a digest, else the digest.
 */
const char *
imgcat_report_image_name(const ImgcatReport *report)
{
	ImgcatImageReference input;

	if (read_reference(report->input, &input))
	{
		if (input.digest.length > 0)
			return report->input;
		for (int i = 0; i < report->tags.count; i++)
		{
			ImgcatImageReference tag;

			if (read_reference(report->tags.names[i], &tag) &&
				same_repository(&tag, &input) && same_part(tag.tag, input.tag))
				return report->input;
		}
	}
	for (int i = 0; i < report->tags.count; i++)
		if (read_reference(report->tags.names[i], &input))
			return report->tags.names[i];
	for (int i = 0; i < report->digests.count; i++)
		if (read_reference(report->digests.names[i], &input))
			return report->digests.names[i];
	if (report->manifest != NULL)
		return report->manifest;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("name of the image is not known"),
			 errdetail("The report tells neither a tag nor a digest in a registry."),
			 errhint("Give the name of the image, with its digest.")));
}

/*
 * Is a digest, as a reference has it, this one?
 */
static bool
is_digest(const ImgcatImageReference *reference, const char *digest)
{
	size_t		length;

	if (digest == NULL)
		return false;
	length = strlen(digest);
	if (reference->bare_hex && strncmp(digest, "sha256:", 7) == 0)
	{
		digest += 7;
		length -= 7;
	}
	return length == reference->digest.length &&
		memcmp(digest, reference->digest.at, length) == 0;
}

/*
 * Choose the digest that the report tells of an image: that in the repository
 * of the name, else in the first repository, else that of the manifest.  A
 * digest in the name must be one of the report's, if that knows the registry's.
 */
void
imgcat_report_set_digest(ImgcatReport *report, const ImgcatKnownImage *image)
{
	bool		agrees = report->digests.count == 0 ||
	image->reference.digest.length == 0 ||
	is_digest(&image->reference, report->manifest) ||
	is_digest(&image->reference, report->image_id);
	const char *first = NULL;

	for (int i = 0; i < report->digests.count; i++)
	{
		ImgcatImageReference reference;
		char	   *digest;

		if (!read_reference(report->digests.names[i], &reference) ||
			reference.digest.length == 0)
			continue;
		digest = pnstrdup(reference.digest.at, reference.digest.length);
		agrees |= is_digest(&image->reference, digest);
		if (first == NULL)
			first = digest;
		if (!image->digest_only &&
			same_repository(&reference, &image->reference))
			imgcat_sbom_set_digest(&report->sbom, digest);
	}
	if (!agrees)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the report is not of image %s", image->full_name),
				 errdetail("The digest is none of those that the report tells."),
				 errhint("Give the name without its digest, or none, to store the report under its own.")));
	imgcat_sbom_set_digest(&report->sbom, first);
	imgcat_sbom_set_digest(&report->sbom, report->manifest);
}
