/*-------------------------------------------------------------------------
 *
 * image_schema.c
 *		image_schema(): the JSON schemas of images and members.
 *
 * The schema of an image is written from the table that validation reads.
 *
 * src/image/image_schema.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "context.h"
#include "data/locations.h"
#include "entry.h"
#include "fmgr.h"
#include "image/attribute.h"
#include "image/errors.h"
#include "image/image_row.h"
#include "json_writer.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#define UUID_PATTERN \
	"^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"

/*
 * Append `"type": ...` of an attribute, and what goes with the type.
 */
static void
append_type(StringInfo out, const ImgcatAttribute *attribute)
{
	const char *type = "string";

	switch (attribute->type)
	{
		case IMGCAT_ATTR_BOOL:
			type = "boolean";
			break;
		case IMGCAT_ATTR_INT4:
		case IMGCAT_ATTR_INT8:
			type = "integer";
			break;
		case IMGCAT_ATTR_TAGS:
			appendStringInfo(out, "\"type\": \"array\", \"items\": {\"type\": \"string\", \"maxLength\": %d}",
							 attribute->max_length);
			return;
		case IMGCAT_ATTR_LOCATIONS:
			appendStringInfo(out, "\"type\": \"array\", \"items\": {\"type\": \"object\", "
							 "\"properties\": {\"url\": {\"type\": \"string\", \"maxLength\": %d}, "
							 "\"metadata\": {\"type\": \"object\"}, "
							 "\"validation_data\": {\"type\": \"object\"}}, "
							 "\"required\": [\"url\", \"metadata\"]}",
							 attribute->max_length);
			return;
		default:
			break;
	}
	if (attribute->flags & IMGCAT_ATTR_NULLABLE)
		appendStringInfo(out, "\"type\": [\"null\", \"%s\"]", type);
	else
		appendStringInfo(out, "\"type\": \"%s\"", type);
	if (attribute->type == IMGCAT_ATTR_UUID)
		appendStringInfoString(out, ", \"pattern\": \"" UUID_PATTERN "\"");
	if (attribute->max_length > 0)
		appendStringInfo(out, ", \"maxLength\": %d", attribute->max_length);
}

/*
 * Append the words that an attribute allows, null first where it may be null.
 */
static void
append_words(StringInfo out, const ImgcatAttribute *attribute)
{
	const char *separator = "";

	appendStringInfoString(out, ", \"enum\": [");
	if (attribute->flags & IMGCAT_ATTR_NULLABLE)
	{
		appendStringInfoString(out, "null");
		separator = ", ";
	}
	for (int i = 0; attribute->values[i] != NULL; i++)
	{
		if (!imgcat_attribute_offers(attribute, attribute->values[i], false))
			continue;
		appendStringInfo(out, "%s\"%s\"", separator, attribute->values[i]);
		separator = ", ";
	}
	appendStringInfoChar(out, ']');
}

/*
 * Do documents show the attribute?  Where data lies only some services tell.
 */
static bool
is_shown(const ImgcatAttribute *attribute)
{
	if (attribute->type == IMGCAT_ATTR_LOCATIONS)
		return imgcat_show_multiple_locations;
	return strcmp(attribute->name, "direct_url") != 0 ||
		imgcat_show_image_direct_url;
}

/*
 * Append the schema of an image.
 */
static void
append_image_schema(StringInfo out)
{
	appendStringInfoString(out, "{\"name\": \"image\", \"properties\": {");
	for (int i = 0; i < imgcat_num_attributes; i++)
	{
		const ImgcatAttribute *attribute = &imgcat_attributes[i];

		if (!is_shown(attribute))
			continue;
		appendStringInfo(out, "%s\"%s\": {", i > 0 ? ", " : "",
						 attribute->name);
		append_type(out, attribute);
		if (attribute->values != NULL)
			append_words(out, attribute);
		appendStringInfoString(out, ", \"description\": ");
		imgcat_json_string(out, attribute->description,
						   strlen(attribute->description));
		if ((attribute->flags & IMGCAT_ATTR_READ_ONLY) &&
			!(attribute->flags & IMGCAT_ATTR_CREATE_ONLY))
			appendStringInfoString(out, ", \"readOnly\": true");
		appendStringInfoChar(out, '}');
	}
	appendStringInfoString(out,
						   "}, \"additionalProperties\": {\"type\": \"string\"}, \"links\": ["
						   "{\"rel\": \"self\", \"href\": \"{self}\"}, "
						   "{\"rel\": \"enclosure\", \"href\": \"{file}\"}, "
						   "{\"rel\": \"describedby\", \"href\": \"{schema}\"}]}");
}

/*
 * Append the schema of a page of images.
 */
static void
append_images_schema(StringInfo out)
{
	appendStringInfoString(out,
						   "{\"name\": \"images\", \"properties\": {\"images\": {\"type\": \"array\", \"items\": ");
	append_image_schema(out);
	appendStringInfoString(out,
						   "}, \"first\": {\"type\": \"string\"}, "
						   "\"next\": {\"type\": \"string\"}, "
						   "\"schema\": {\"type\": \"string\"}}, \"links\": ["
						   "{\"rel\": \"first\", \"href\": \"{first}\"}, "
						   "{\"rel\": \"next\", \"href\": \"{next}\"}, "
						   "{\"rel\": \"describedby\", \"href\": \"{schema}\"}]}");
}

/*
 * Append the schema of a member.
 */
static void
append_member_schema(StringInfo out)
{
	appendStringInfoString(out,
						   "{\"name\": \"member\", \"properties\": {"
						   "\"member_id\": {\"type\": \"string\", "
						   "\"description\": \"Project that the image is shared with\"}, "
						   "\"image_id\": {\"type\": \"string\", \"pattern\": \"" UUID_PATTERN "\", "
						   "\"description\": \"Identifier of the image\"}, "
						   "\"created_at\": {\"type\": \"string\", "
						   "\"description\": \"Time of the first offer\"}, "
						   "\"updated_at\": {\"type\": \"string\", "
						   "\"description\": \"Time of the last change\"}, "
						   "\"status\": {\"type\": \"string\", "
						   "\"enum\": [\"pending\", \"accepted\", \"rejected\"], "
						   "\"description\": \"What the project answered\"}, "
						   "\"schema\": {\"type\": \"string\", \"readOnly\": true}}}");
}

/*
 * Append the schema of a list of members.
 */
static void
append_members_schema(StringInfo out)
{
	appendStringInfoString(out,
						   "{\"name\": \"members\", \"properties\": {\"members\": {\"type\": \"array\", \"items\": ");
	append_member_schema(out);
	appendStringInfoString(out,
						   "}, \"schema\": {\"type\": \"string\"}}, \"links\": ["
						   "{\"rel\": \"describedby\", \"href\": \"{schema}\"}]}");
}

/*
 * image_schema(name text) returns json
 */
IMGCAT_FUNCTION(imgcat_image_schema, 1)
{
	static const struct
	{
		const char *name;
		void		(*append) (StringInfo out);
	}			schemas[] =
	{
		{"image", append_image_schema},
		{"images", append_images_schema},
		{"member", append_member_schema},
		{"members", append_members_schema},
	};
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	StringInfoData out;

	for (int i = 0; i < (int) lengthof(schemas); i++)
	{
		if (strcmp(name, schemas[i].name) != 0)
			continue;
		initStringInfo(&out);
		schemas[i].append(&out);
		PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
	}
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_NOT_FOUND),
			 errmsg("schema not found"),
			 errdetail("There is no schema of that name."),
			 errhint("The schemas are image, images, member and members.")));
}
