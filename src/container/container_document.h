/*-------------------------------------------------------------------------
 *
 * container_document.h
 *		A StorageImage document in memory, its members by number.
 *
 * src/container/container_document.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_DOCUMENT_H
#define IMGCAT_CONTAINER_DOCUMENT_H

#include "container/container_schema.h"
#include "datatype/timestamp.h"
#include "utils/jsonb.h"

typedef enum ImgcatValueKind
{
	IMGCAT_VALUE_ABSENT,		/* printed as the field's default */
	IMGCAT_VALUE_NULL,			/* an optional member that is null */
	IMGCAT_VALUE_SCALAR,		/* also a map, and what is kept as it comes */
	IMGCAT_VALUE_MESSAGE,
	IMGCAT_VALUE_LIST
} ImgcatValueKind;

typedef struct ImgcatValue
{
	ImgcatValueKind kind;
	bool		has_number;		/* number holds what the scalar says */
	double		number;
	union
	{
		JsonbValue	scalar;
		struct ImgcatMessage *message;
		struct
		{
			int			count;
			struct ImgcatValue *items;
		}			list;
	}			u;
} ImgcatValue;

/* A message: its fields by number, and the members that no field describes. */
typedef struct ImgcatMessage
{
	const ImgcatMessageType *type;
	int			nunknown;
	JsonbPair  *unknown;
	ImgcatValue fields[FLEXIBLE_ARRAY_MEMBER];
} ImgcatMessage;

/*
 * Readers of a message's field.  message may be NULL: everything absent.
 */
extern ImgcatMessage *imgcat_field_message(const ImgcatMessage *message,
										   int field);
extern int	imgcat_field_count(const ImgcatMessage *message, int field);
extern ImgcatValue *imgcat_field_item(const ImgcatMessage *message, int field,
									  int index);
extern ImgcatMessage *imgcat_field_item_message(const ImgcatMessage *message,
												int field, int index);
extern const char *imgcat_field_text(const ImgcatMessage *message, int field,
									 int *length);
extern double imgcat_field_float(const ImgcatMessage *message, int field);
extern int32 imgcat_field_int(const ImgcatMessage *message, int field);
extern bool imgcat_field_bool(const ImgcatMessage *message, int field);
extern int	imgcat_field_enum(const ImgcatMessage *message, int field);
extern bool imgcat_field_timestamp(const ImgcatMessage *message, int field,
								   TimestampTz *timestamp, int *nanos);
extern bool imgcat_field_is_set(const ImgcatMessage *message, int field);

/* Writers. */
extern void imgcat_set_text(ImgcatMessage *message, int field,
							const char *str, int length);
extern void imgcat_set_float(ImgcatMessage *message, int field, double number);
extern void imgcat_set_int(ImgcatMessage *message, int field, int32 number);
extern void imgcat_set_bool(ImgcatMessage *message, int field, bool boolean);
extern void imgcat_set_text_list(ImgcatMessage *message, int field,
								 const char *const *texts, int count);
extern void imgcat_set_message(ImgcatMessage *message, int field,
							   ImgcatMessage *value);
extern ImgcatMessage *imgcat_make_message(const ImgcatMessageType *type);
extern ImgcatMessage **imgcat_make_list(ImgcatMessage *message, int field,
										int count);

extern ImgcatMessage *imgcat_load_document(Jsonb *document, bool check);
extern ImgcatMessage *imgcat_load_document_value(JsonbValue *document,
												 int index);
extern Jsonb *imgcat_store_document(const ImgcatMessage *document);
extern bool imgcat_value_is_default(const ImgcatValue *value,
									const ImgcatFieldType *field);

#endif							/* IMGCAT_CONTAINER_DOCUMENT_H */
