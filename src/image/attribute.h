/*-------------------------------------------------------------------------
 *
 * attribute.h
 *		The one table of base attributes of a disk image.
 *
 * Creation, patching, filtering, sorting and the schema document all read
 * this table; a rule about an attribute stands nowhere else.
 *
 * src/image/attribute.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_ATTRIBUTE_H
#define IMGCAT_ATTRIBUTE_H

typedef enum ImgcatAttributeType
{
	IMGCAT_ATTR_TEXT,
	IMGCAT_ATTR_BOOL,
	IMGCAT_ATTR_INT4,
	IMGCAT_ATTR_INT8,
	IMGCAT_ATTR_TIME,
	IMGCAT_ATTR_UUID,
	IMGCAT_ATTR_TAGS,
	IMGCAT_ATTR_LINK,			/* printed only: self, file, schema, ... */
	IMGCAT_ATTR_LOCATIONS		/* where the data lies */
} ImgcatAttributeType;

/* what a list request may do with the attribute */
typedef enum ImgcatAttributeFilter
{
	IMGCAT_FILTER_NONE,			/* a custom property of that name is meant */
	IMGCAT_FILTER_OPERATOR,		/* eq: and in: */
	IMGCAT_FILTER_EQUAL,		/* plain equality */
	IMGCAT_FILTER_NUMBER,		/* equality, and _min/_max bounds */
	IMGCAT_FILTER_TIME,			/* time filter */
	IMGCAT_FILTER_SPECIAL		/* has its own rule: visibility, tag ... */
} ImgcatAttributeFilter;

#define IMGCAT_ATTR_NULLABLE	0x01	/* the document may say null */
#define IMGCAT_ATTR_READ_ONLY	0x02	/* no patch may name it: 403 */
#define IMGCAT_ATTR_SORTABLE	0x04	/* a sort key */
#define IMGCAT_ATTR_CREATE_ONLY	0x08	/* read-only, but creation may set it */

typedef struct ImgcatAttribute
{
	const char *name;
	int			column;			/* ImgcatImageColumn, -1: not stored */
	ImgcatAttributeType type;
	int			flags;
	int			max_length;		/* characters; 0: no limit */
	const char *const *values;	/* allowed words, NULL-terminated; or NULL */
	ImgcatAttributeFilter filter;
	const char *description;	/* for the schema document */
} ImgcatAttribute;

extern const ImgcatAttribute imgcat_attributes[];
extern const int imgcat_num_attributes;

extern const ImgcatAttribute *imgcat_attribute_find(const char *name,
													size_t length);
extern bool imgcat_attribute_allows(const ImgcatAttribute *attribute,
									const char *word, size_t length,
									bool any_dialect);
extern bool imgcat_attribute_offers(const ImgcatAttribute *attribute,
									const char *word, bool any_dialect);

#endif							/* IMGCAT_ATTRIBUTE_H */
