/*-------------------------------------------------------------------------
 *
 * http_schemas.c
 *		GET /v2/schemas/metadefs/...: schemas of metadata definitions.
 *
 * This service keeps no metadata definitions; but some clients read these
 * schemas when they start.
 *
 * src/http/http_schemas.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "http/http.h"
#include "image/errors.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#define PROPERTIES_MAX 12

/* A kind of definition: one, and the list of them. */
typedef struct MetadefKind
{
	const char *path;			/* behind /v2/schemas/metadefs/ */
	const char *name;			/* of the schema */
	const char *list_path;
	const char *list_name;
	struct
	{
		const char *name;
		const char *type;
	}			properties[PROPERTIES_MAX]; /* ends with a NULL */
} MetadefKind;

static const MetadefKind kinds[] = {
	{"namespace", "namespace", "namespaces", "namespaces",
		{{"namespace", "string"}, {"display_name", "string"},
		{"description", "string"}, {"visibility", "string"},
		{"protected", "boolean"}, {"owner", "string"},
		{"created_at", "string"}, {"updated_at", "string"},
	{"schema", "string"}, {"self", "string"}, {NULL, NULL}}},
	{"resource_type", "resource_type_association",
		"resource_types", "resource_type_associations",
		{{"name", "string"}, {"prefix", "string"},
		{"properties_target", "string"}, {"created_at", "string"},
	{"updated_at", "string"}, {NULL, NULL}}},
	{"object", "object", "objects", "objects",
		{{"name", "string"}, {"description", "string"},
		{"properties", "object"}, {"required", "array"},
		{"created_at", "string"}, {"updated_at", "string"},
	{"schema", "string"}, {"self", "string"}, {NULL, NULL}}},
	{"property", "property", "properties", "properties",
		{{"name", "string"}, {"title", "string"},
		{"description", "string"}, {"type", "string"},
	{"enum", "array"}, {NULL, NULL}}},
	{"tag", "tag", "tags", "tags",
		{{"name", "string"}, {"created_at", "string"},
	{"updated_at", "string"}, {NULL, NULL}}},
};

/*
 * Append the schema of one definition.
 */
static void
append_schema(StringInfo out, const MetadefKind *kind)
{
	appendStringInfo(out, "{\"name\": \"%s\", \"properties\": {", kind->name);
	for (int i = 0; kind->properties[i].name != NULL; i++)
		appendStringInfo(out, "%s\"%s\": {\"type\": \"%s\"}",
						 i > 0 ? ", " : "", kind->properties[i].name,
						 kind->properties[i].type);
	appendStringInfoString(out, "}}");
}

/*
 * Append the schema of a list of definitions.
 */
static void
append_list_schema(StringInfo out, const MetadefKind *kind)
{
	appendStringInfo(out, "{\"name\": \"%s\", \"properties\": {\"%s\": "
					 "{\"type\": \"array\", \"items\": ",
					 kind->list_name, kind->list_name);
	append_schema(out, kind);
	appendStringInfoString(out, "}, \"first\": {\"type\": \"string\"}, "
						   "\"next\": {\"type\": \"string\"}, "
						   "\"schema\": {\"type\": \"string\"}}}");
}

/*
 * GET /v2/schemas/metadefs/{name}
 */
void
imgcat_http_metadef_schema(ImgcatHttpRequest *request,
						   ImgcatHttpAnswer *answer)
{
	const char *name = request->parameters[0];
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < (int) lengthof(kinds); i++)
	{
		if (strcmp(name, kinds[i].path) == 0)
			append_schema(&out, &kinds[i]);
		else if (strcmp(name, kinds[i].list_path) == 0)
			append_list_schema(&out, &kinds[i]);
	}
	if (out.len == 0)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_NOT_FOUND),
				 errmsg("schema not found"),
				 errdetail("There is no schema of that name.")));
	answer->body = cstring_to_text_with_len(out.data, out.len);
}
