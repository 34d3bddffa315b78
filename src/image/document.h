/*-------------------------------------------------------------------------
 *
 * document.h
 *		A document that describes an image, split into base attributes and
 *		custom properties.
 *
 * src/image/document.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_DOCUMENT_H
#define IMGCAT_DOCUMENT_H

#include "image/attribute.h"
#include "image/image_row.h"
#include "image/value.h"
#include "utils/jsonb.h"

/* Values point into the jsonb that the document was split from. */
typedef struct ImgcatDocument
{
	/* stored attributes that the document names, by column; NULL: not named */
	const ImgcatAttribute *attributes[IMGCAT_NUM_COLS];
	JsonbValue	values[IMGCAT_NUM_COLS];

	const ImgcatAttribute *link;	/* a link that it names; NULL: none */
	bool		has_locations;
	JsonbValue	locations;

	/* custom properties; a name and its value have the same place */
	int			nproperties;
	int			properties_size;
	JsonbValue *names;
	JsonbValue *property_values;
} ImgcatDocument;

extern void imgcat_document_init(ImgcatDocument *document);
extern void imgcat_document_split(ImgcatDocument *document,
								  JsonbContainer *object);
extern JsonbValue *imgcat_document_property(ImgcatDocument *document,
											const char *name);
extern void imgcat_document_add_property(ImgcatDocument *document,
										 const char *name, const char *value);
extern Jsonb *imgcat_document_properties(const ImgcatDocument *document);
extern void imgcat_document_to_row(const ImgcatDocument *document,
								   const ImgcatPlace *place,
								   ImgcatImageRow *row);

#endif							/* IMGCAT_DOCUMENT_H */
