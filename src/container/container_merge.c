/*-------------------------------------------------------------------------
 *
 * container_merge.c
 *		An imported document made complete, and merged with the stored one.
 *
 * In this order: prepare (id, names), merge with what is stored under the
 * same digest, if anything is, and finish (counters, risk, lastUpdated).
 *
 * src/container/container_merge.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/container_counters.h"
#include "container/container_first_seen.h"
#include "container/container_json.h"
#include "container/container_merge.h"
#include "container/container_scalar.h"
#include "miscadmin.h"
#include "query/image_reference.h"
#include "utils/timestamp.h"

/*
 * The digest of a document: its id, else that of its manifest, else that of
 * its configuration; sha256 is assumed where no algorithm stands.  NULL if it
 * has none.
 */
const char *
imgcat_document_digest(const ImgcatMessage *document)
{
	ImgcatMessage *metadata = imgcat_field_message(document, IMAGE_METADATA);
	int			length;
	const char *str = imgcat_field_text(document, IMAGE_ID, &length);

	if (length == 0)
		str = imgcat_field_text(imgcat_field_message(metadata, METADATA_V2),
								V2_DIGEST, &length);
	if (length == 0)
		str = imgcat_field_text(imgcat_field_message(metadata, METADATA_V1),
								V1_DIGEST, &length);
	if (length == 0)
		return NULL;
	return psprintf("%s%.*s", memchr(str, ':', length) ? "" : "sha256:",
					length, str);
}

/*
 * Set an absent or empty field to a part of a reference.
 */
static void
complete_part(ImgcatMessage *name, int field, const char *prefix,
			  ImgcatReferencePart part)
{
	int			length;
	char	   *str;

	(void) imgcat_field_text(name, field, &length);
	if (length > 0 || part.length == 0)
		return;
	str = psprintf("%s%.*s", prefix, (int) part.length, part.at);
	imgcat_set_text(name, field, str, strlen(str));
}

/*
 * Complete an ImageName of which only the full name, as people write it, or
 * only the parts are given.
 */
static void
complete_name(ImgcatMessage *name)
{
	int			full_length;
	int			registry_length;
	int			remote_length;
	int			tag_length;
	const char *full = imgcat_field_text(name, NAME_FULL, &full_length);
	const char *registry = imgcat_field_text(name, NAME_REGISTRY,
											 &registry_length);
	const char *remote = imgcat_field_text(name, NAME_REMOTE, &remote_length);
	const char *tag = imgcat_field_text(name, NAME_TAG, &tag_length);

	if (full_length == 0 && remote_length > 0)
	{
		char	   *str = psprintf("%.*s%s%.*s%s%.*s",
								   registry_length, registry,
								   registry_length > 0 ? "/" : "",
								   remote_length, remote,
								   tag_length > 0 ? ":" : "",
								   tag_length, tag);

		imgcat_set_text(name, NAME_FULL, str, strlen(str));
	}
	else if (full_length > 0 && registry_length + remote_length == 0)
	{
		ImgcatImageReference reference;
		char	   *str;

		if (imgcat_image_reference_parse(full, full_length, &reference) !=
			IMGCAT_REFERENCE_OK || reference.path.length == 0)
			return;
		complete_part(name, NAME_REGISTRY, "", reference.registry);
		complete_part(name, NAME_REMOTE,
					  reference.official ? "library/" : "", reference.path);
		complete_part(name, NAME_TAG, "", reference.tag);
		str = palloc(full_length + IMGCAT_REFERENCE_GROWTH);
		imgcat_set_text(name, NAME_FULL, str,
						(int) imgcat_image_reference_write(&reference, str));
	}
}

/* A name among those that are collected. */
typedef struct CollectedName
{
	ImgcatMessage *message;
	const char *str;			/* the full name */
	int			length;
	int			order;			/* of being met */
} CollectedName;

/*
 * Add name to those collected, unless it is none.
 */
static void
add_name(CollectedName *names, int *count, ImgcatMessage *name)
{
	CollectedName *collected = &names[*count];

	collected->message = name;
	collected->str = imgcat_field_text(name, NAME_FULL, &collected->length);
	collected->order = *count;
	if (collected->length > 0)
		(*count)++;
}

/*
 * By full name.
 */
static int
compare_full_names(const CollectedName *a, const CollectedName *b)
{
	int			order = memcmp(a->str, b->str, Min(a->length, b->length));

	return order != 0 ? order : a->length - b->length;
}

/*
 * By full name, then in the order of being met.
 */
static int
compare_names(const void *left, const void *right)
{
	int			order = compare_full_names(left, right);

	return order != 0 ? order : ((const CollectedName *) left)->order -
		((const CollectedName *) right)->order;
}

/*
 * In the order of being met.
 */
static int
compare_order(const void *left, const void *right)
{
	return ((const CollectedName *) left)->order -
		((const CollectedName *) right)->order;
}

/*
 * The names of a document: first those of before (or NULL), then its own,
 * then its primary name; none twice.
 */
static void
collect_names(ImgcatMessage *document, const ImgcatMessage *before)
{
	ImgcatMessage *primary = imgcat_field_message(document, IMAGE_NAME);
	int			nbefore = imgcat_field_count(before, IMAGE_NAMES);
	int			nown = imgcat_field_count(document, IMAGE_NAMES);
	CollectedName *collected = palloc(sizeof(CollectedName) *
									  (nbefore + nown + 1));
	int			count = 0;
	int			distinct = 0;
	ImgcatValue names;

	for (int i = 0; i < nbefore; i++)
		add_name(collected, &count,
				 imgcat_field_item_message(before, IMAGE_NAMES, i));
	for (int i = 0; i < nown; i++)
		add_name(collected, &count,
				 imgcat_field_item_message(document, IMAGE_NAMES, i));
	if (primary != NULL)
		add_name(collected, &count, primary);

	/* a list may be long: equal names meet by sorting */
	qsort(collected, count, sizeof(CollectedName), compare_names);
	for (int i = 0; i < count; i++)
	{
		if (distinct == 0 ||
			compare_full_names(&collected[distinct - 1], &collected[i]) != 0)
			collected[distinct++] = collected[i];
	}
	qsort(collected, distinct, sizeof(CollectedName), compare_order);
	CHECK_FOR_INTERRUPTS();

	names.kind = IMGCAT_VALUE_LIST;
	names.u.list.count = distinct;
	names.u.list.items = palloc0(sizeof(ImgcatValue) * Max(distinct, 1));
	for (int i = 0; i < distinct; i++)
	{
		names.u.list.items[i].kind = IMGCAT_VALUE_MESSAGE;
		names.u.list.items[i].u.message = collected[i].message;
	}
	document->fields[IMAGE_NAMES] = names;
}

/*
 * By number.
 */
static int
compare_notes(const void *left, const void *right, void *names)
{
	const JsonbValue *a = &((const ImgcatValue *) left)->u.scalar;
	const JsonbValue *b = &((const ImgcatValue *) right)->u.scalar;

	return imgcat_enum_number(names, a->val.string.val, a->val.string.len) -
		imgcat_enum_number(names, b->val.string.val, b->val.string.len);
}

/*
 * Give a document its id and its names, and sort its notes.  It must have a
 * digest.
 */
void
imgcat_prepare_document(ImgcatMessage *document)
{
	const char *digest = imgcat_document_digest(document);
	ImgcatMessage *primary = imgcat_field_message(document, IMAGE_NAME);
	ImgcatValue *notes = &document->fields[IMAGE_NOTES];
	int			nnames = imgcat_field_count(document, IMAGE_NAMES);

	imgcat_set_text(document, IMAGE_ID, digest, strlen(digest));
	for (int i = 0; i < nnames; i++)
		complete_name(imgcat_field_item_message(document, IMAGE_NAMES, i));
	if (primary != NULL)
		complete_name(primary);
	else if (nnames > 0)
		imgcat_set_message(document, IMAGE_NAME,
						   imgcat_field_item_message(document, IMAGE_NAMES, 0));
	collect_names(document, NULL);

	if (imgcat_field_count(document, IMAGE_NOTES) > 1)
		qsort_arg(notes->u.list.items, notes->u.list.count,
				  sizeof(ImgcatValue), compare_notes,
				  unconstify(ImgcatEnumType *,
							 document->type->fields[IMAGE_NOTES].names));
}

/*
 * A risk score of 0 is not stored, but it was there: set it, lest it be
 * computed anew.
 */
static void
restore_zero_scores(ImgcatMessage *document)
{
	ImgcatMessage *scan = imgcat_field_message(document, IMAGE_SCAN);
	int			ncomponents = imgcat_field_count(scan, SCAN_COMPONENTS);

	if (!imgcat_field_is_set(document, IMAGE_RISK_SCORE))
		imgcat_set_float(document, IMAGE_RISK_SCORE, 0);
	for (int c = 0; c < ncomponents; c++)
	{
		ImgcatMessage *component =
		imgcat_field_item_message(scan, SCAN_COMPONENTS, c);

		if (!imgcat_field_is_set(component, COMPONENT_RISK_SCORE))
			imgcat_set_float(component, COMPONENT_RISK_SCORE, 0);
	}
}

/*
 * Set a field to a time.
 */
void
imgcat_set_time(ImgcatMessage *message, int field, TimestampTz timestamp)
{
	StringInfoData printed;

	initStringInfo(&printed);
	imgcat_json_timestamp(&printed, timestamp, 0);
	imgcat_set_text(message, field, printed.data + 1, printed.len - 2);
}

/*
 * Take a note, that something is missing, out of a document.
 */
void
imgcat_drop_note(ImgcatMessage *document, int note)
{
	ImgcatValue *notes = &document->fields[IMAGE_NOTES];
	const char *name = document->type->fields[IMAGE_NOTES].names->names[note];
	int			count = imgcat_field_count(document, IMAGE_NOTES);
	int			kept = 0;

	for (int i = 0; i < count; i++)
	{
		const JsonbValue *str = &notes->u.list.items[i].u.scalar;

		if (str->val.string.len != (int) strlen(name) ||
			memcmp(str->val.string.val, name, str->val.string.len) != 0)
			notes->u.list.items[kept++] = notes->u.list.items[i];
	}
	if (count > 0)
		notes->u.list.count = kept;
}

/*
 * Take a field from what is stored; a note that it is missing is no longer
 * true.
 */
static void
take_stored(ImgcatMessage *document, const ImgcatMessage *stored, int field,
			int note)
{
	document->fields[field] = stored->fields[field];
	imgcat_drop_note(document, note);
}

/*
 * Let the findings of the scan that stays keep the times of all others, among
 * them those of the CVEs that were gone before; returns what is gone now.
 */
static ImgcatMessage *
keep_first_seen(ImgcatMessage *scan, const ImgcatMessage *other,
				ImgcatMessage *gone, ImgcatMessage *stored_gone)
{
	const ImgcatMessage *others[3];
	int			nothers = 0;

	if (other != NULL)
		others[nothers++] = other;
	if (gone != NULL)
		others[nothers++] = imgcat_field_message(gone, IMAGE_SCAN);
	if (stored_gone != NULL)
		others[nothers++] = imgcat_field_message(stored_gone, IMAGE_SCAN);
	return nothers == 0 ? NULL : imgcat_keep_first_seen(scan, others, nothers);
}

/*
 * Merge what is stored under the same digest into a prepared document: all
 * names stay, and the newer scan and the newer metadata win, on equal times
 * those of the document.
 *
 * gone and stored_gone tell of the CVEs that either has lost with earlier scans
 * (container_first_seen.h), NULL of none; returned is the same of the result.
 */
ImgcatMessage *
imgcat_merge_document(ImgcatMessage *document, ImgcatMessage *gone,
					  const ImgcatMessage *stored, ImgcatMessage *stored_gone)
{
	ImgcatMessage *scan = imgcat_field_message(document, IMAGE_SCAN);
	ImgcatMessage *stored_scan = imgcat_field_message(stored, IMAGE_SCAN);
	ImgcatMessage *metadata = imgcat_field_message(document, IMAGE_METADATA);
	ImgcatMessage *stored_metadata = imgcat_field_message(stored,
														  IMAGE_METADATA);

	collect_names(document, stored);
	if (!imgcat_field_is_set(document, IMAGE_NAME))
		document->fields[IMAGE_NAME] = stored->fields[IMAGE_NAME];

	if (stored_metadata != NULL &&
		(metadata == NULL ||
		 imgcat_compare_times(imgcat_field_message(stored_metadata, METADATA_V1),
							  imgcat_field_message(metadata, METADATA_V1),
							  V1_CREATED) > 0))
		take_stored(document, stored, IMAGE_METADATA, NOTE_MISSING_METADATA);

	if (stored_scan != NULL &&
		(scan == NULL || imgcat_compare_times(stored_scan, scan, SCAN_TIME) > 0))
	{
		static const int kept[] = {
			IMAGE_COMPONENTS, IMAGE_CVES, IMAGE_FIXABLE_CVES,
			IMAGE_TOP_CVSS, IMAGE_RISK_SCORE
		};

		take_stored(document, stored, IMAGE_SCAN, NOTE_MISSING_SCAN_DATA);
		for (int i = 0; i < (int) lengthof(kept); i++)
			document->fields[kept[i]] = stored->fields[kept[i]];
		restore_zero_scores(document);
		/* the older scan may have come late: it counts, too */
		return keep_first_seen(stored_scan, scan, gone, stored_gone);
	}
	if (scan != NULL)
		return keep_first_seen(scan, stored_scan, gone, stored_gone);
	if (!imgcat_field_is_set(document, IMAGE_RISK_SCORE))
		document->fields[IMAGE_RISK_SCORE] = stored->fields[IMAGE_RISK_SCORE];
	return NULL;
}

/*
 * Derive what a document does not give: counters always, risk scores and
 * lastUpdated where they are absent.  unchanged_risk is the risk score where
 * nothing changes it.  Ranks are not kept in documents.
 */
void
imgcat_finish_document(ImgcatMessage *document, TimestampTz now,
					   double unchanged_risk)
{
	ImgcatMessage *scan = imgcat_field_message(document, IMAGE_SCAN);
	int			ncomponents = imgcat_field_count(scan, SCAN_COMPONENTS);

	for (int c = 0; c < ncomponents; c++)
	{
		ImgcatMessage *component =
		imgcat_field_item_message(scan, SCAN_COMPONENTS, c);

		component->fields[COMPONENT_PRIORITY].kind = IMGCAT_VALUE_ABSENT;
		if (!imgcat_field_is_set(component, COMPONENT_RISK_SCORE))
			imgcat_set_float(component, COMPONENT_RISK_SCORE,
							 imgcat_component_risk(component));
	}
	document->fields[IMAGE_PRIORITY].kind = IMGCAT_VALUE_ABSENT;
	imgcat_derive_counters(document);
	if (!imgcat_field_is_set(document, IMAGE_RISK_SCORE))
		imgcat_set_float(document, IMAGE_RISK_SCORE,
						 imgcat_image_risk(document, now, unchanged_risk));
	if (!imgcat_field_is_set(document, IMAGE_LAST_UPDATED))
		imgcat_set_time(document, IMAGE_LAST_UPDATED, now);
}
