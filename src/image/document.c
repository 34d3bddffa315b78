/*-------------------------------------------------------------------------
 *
 * document.c
 *		A document that describes an image, split into base attributes and
 *		custom properties.
 *
 * src/image/document.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "image/document.h"

/*
 * Make an empty document, ready for imgcat_document_split.
 */
void
imgcat_document_init(ImgcatDocument *document)
{
	memset(document, 0, sizeof(*document));
	document->properties_size = 16;
	document->names = palloc(sizeof(JsonbValue) * document->properties_size);
	document->property_values =
		palloc(sizeof(JsonbValue) * document->properties_size);
}

/*
 * Append a property.
 */
static void
push_property(ImgcatDocument *document, const JsonbValue *name,
			  const JsonbValue *value)
{
	if (document->nproperties == document->properties_size)
	{
		document->properties_size *= 2;
		document->names = repalloc(document->names, sizeof(JsonbValue) *
								   document->properties_size);
		document->property_values = repalloc(document->property_values,
											 sizeof(JsonbValue) *
											 document->properties_size);
	}
	document->names[document->nproperties] = *name;
	document->property_values[document->nproperties] = *value;
	document->nproperties++;
}

/*
 * Split an object.  What document held before is gone; its memory is used
 * again.
 */
void
imgcat_document_split(ImgcatDocument *document, JsonbContainer *object)
{
	JsonbIterator *iterator = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue	value;
	JsonbValue	name = {0};

	memset(document->attributes, 0, sizeof(document->attributes));
	document->link = NULL;
	document->has_locations = false;
	document->nproperties = 0;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		const ImgcatAttribute *attribute;

		if (token == WJB_KEY)
			name = value;
		if (token != WJB_VALUE)
			continue;

		attribute = imgcat_attribute_find(name.val.string.val,
										  name.val.string.len);
		if (attribute == NULL)
			push_property(document, &name, &value);
		else if (attribute->type == IMGCAT_ATTR_LINK)
			document->link = attribute;
		else if (attribute->type == IMGCAT_ATTR_LOCATIONS)
		{
			document->has_locations = true;
			document->locations = value;
		}
		else
		{
			document->attributes[attribute->column] = attribute;
			document->values[attribute->column] = value;
		}
	}
}

/*
 * The value of the property of that name, or NULL.
 */
JsonbValue *
imgcat_document_property(ImgcatDocument *document, const char *name)
{
	int			length = strlen(name);

	for (int i = 0; i < document->nproperties; i++)
		if (document->names[i].val.string.len == length &&
			memcmp(document->names[i].val.string.val, name, length) == 0)
			return &document->property_values[i];
	return NULL;
}

/*
 * Give the document a property, unless it has one of that name.  The strings
 * must live as long as the document.
 */
void
imgcat_document_add_property(ImgcatDocument *document, const char *name,
							 const char *value)
{
	JsonbValue	name_value;
	JsonbValue	string_value;

	if (imgcat_document_property(document, name) != NULL)
		return;
	name_value.type = jbvString;
	name_value.val.string.val = unconstify(char *, name);
	name_value.val.string.len = strlen(name);
	string_value.type = jbvString;
	string_value.val.string.val = unconstify(char *, value);
	string_value.val.string.len = strlen(value);
	push_property(document, &name_value, &string_value);
}

/*
 * The properties as jsonb.
 */
Jsonb *
imgcat_document_properties(const ImgcatDocument *document)
{
	JsonbInState state = {0};

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < document->nproperties; i++)
	{
		pushJsonbValue(&state, WJB_KEY, &document->names[i]);
		pushJsonbValue(&state, WJB_VALUE, &document->property_values[i]);
	}
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return JsonbValueToJsonb(state.result);
}

/*
 * Turn the base attributes, whose types have been checked, into the columns of
 * row; attributes that the document does not name become null.  Leaves the
 * properties alone.
 */
void
imgcat_document_to_row(const ImgcatDocument *document,
					   const ImgcatPlace *place, ImgcatImageRow *row)
{
	for (int column = 0; column < IMGCAT_NUM_COLS; column++)
	{
		if (column == IMGCAT_COL_PROPERTIES)
			continue;
		row->nulls[column] = true;
		row->values[column] = (Datum) 0;
		if (document->attributes[column] != NULL)
			row->values[column] =
				imgcat_attribute_datum(document->attributes[column],
									   &document->values[column], place,
									   &row->nulls[column]);
	}
}
