/*-------------------------------------------------------------------------
 *
 * list_filter.c
 *		The filters of a list request, read to conditions.
 *
 * Which parameter takes which operators and values; which of a repeated one
 * counts, list_request.c says.  The parsers of query/ read the values.
 *
 * src/listing/list_filter.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/facet.h"
#include "image/image_row.h"
#include "image/protection.h"
#include "listing/list_request.h"
#include "query/blank.h"
#include "query/in_list.h"
#include "query/number.h"
#include "query/uuid.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/*
 * A new condition of the request.
 */
ImgcatCondition *
imgcat_add_condition(ImgcatListRequest *request, ImgcatConditionKind kind, int column)
{
	ImgcatCondition *condition;

	if (request->nconditions == request->max_conditions)
	{
		request->max_conditions *= 2;
		request->conditions = repalloc(request->conditions,
									   sizeof(ImgcatCondition) * request->max_conditions);
	}
	condition = &request->conditions[request->nconditions++];
	memset(condition, 0, sizeof(*condition));
	condition->kind = kind;
	condition->column = column;
	return condition;
}

/*
 * Add a condition on texts, or facets, which are copied.  Nothing is one of
 * none.
 */
ImgcatCondition *
imgcat_add_text_condition(ImgcatListRequest *request, ImgcatConditionKind kind, int column,
						  Datum *texts, int ntexts)
{
	ImgcatCondition *condition =
	imgcat_add_condition(request, ntexts > 0 ? kind : IMGCAT_COND_NEVER, column);

	condition->ntexts = ntexts;
	condition->texts = palloc(sizeof(Datum) * Max(ntexts, 1));
	memcpy(condition->texts, texts, sizeof(Datum) * ntexts);
	return condition;
}

/*
 * Add a range of a column.  Several of a column are one, where they meet.
 */
void
imgcat_add_range_condition(ImgcatListRequest *request, int column, int64 low, int64 high)
{
	ImgcatCondition *range = NULL;

	for (int i = 0; i < request->nconditions && range == NULL; i++)
		if (request->conditions[i].kind == IMGCAT_COND_RANGE &&
			request->conditions[i].column == column)
			range = &request->conditions[i];
	if (range == NULL)
	{
		range = imgcat_add_condition(request, IMGCAT_COND_RANGE, column);
		range->low = PG_INT64_MIN;
		range->high = PG_INT64_MAX;
	}
	range->low = Max(range->low, low);
	range->high = Min(range->high, high);
	if (range->low > range->high)
		range->kind = IMGCAT_COND_NEVER;
}

/*
 * The first condition of the kind, or NULL.
 */
const ImgcatCondition *
imgcat_find_condition(const ImgcatListRequest *request, ImgcatConditionKind kind)
{
	for (int i = 0; i < request->nconditions; i++)
		if (request->conditions[i].kind == kind)
			return &request->conditions[i];
	return NULL;
}

/*
 * Does the parameter have this name?
 */
bool
imgcat_is_named(const ImgcatListParameter *parameter, const char *name)
{
	return strlen(name) == parameter->name_length &&
		memcmp(name, parameter->name, parameter->name_length) == 0;
}

/*
 * Refuse a request, with a code for IMS; hint may be NULL.
 */
void
imgcat_refuse_list(const ImgcatListRequest *request, int sqlstate, const char *code,
				   const char *message, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("%s", message),
			 imgcat_ims_errdetail(request->dialect, code, "%s", detail),
			 hint != NULL ? errhint("%s", hint) : 0));
}

/*
 * Report a value that its parameter cannot take.
 */
void
imgcat_bad_value(const ImgcatListRequest *request,
				 const ImgcatListParameter *parameter,
				 const char *code, const char *hint)
{
	imgcat_refuse_list(request, ERRCODE_INVALID_PARAMETER_VALUE, code,
					   psprintf("invalid value for parameter \"%s\"", parameter->name),
					   psprintf("The value is \"%s\".", parameter->value), hint);
}

/*
 * The values of an in: list as texts.
 */
static Datum *
in_list_values(const ImgcatListRequest *request,
			   const ImgcatListParameter *parameter,
			   const char *str, size_t length, int *nvalues)
{
	ImgcatInList list;
	const char *item;
	size_t		item_length;
	Datum	   *values = palloc(sizeof(Datum) * (length + 1));

	*nvalues = 0;
	imgcat_in_list_init(&list, str, length);
	for (;;)
	{
		switch (imgcat_in_list_next(&list, &item, &item_length))
		{
			case IMGCAT_IN_ITEM:
				values[(*nvalues)++] =
					PointerGetDatum(cstring_to_text_with_len(item, item_length));
				break;
			case IMGCAT_IN_END:
				return values;
			case IMGCAT_IN_MALFORMED:
				imgcat_bad_value(request, parameter, IMS_BAD_VALUE,
								 "In an in: list a quoted item ends before a comma or the end, and starts at the beginning or after a comma.");
		}
	}
}

/*
 * Refuse what no image can have: a misspelt status would find nothing, and not
 * say why.  A format of the other dialect is none that cannot be.
 */
static void
check_enum_values(const ImgcatListRequest *request,
				  const ImgcatAttribute *attribute,
				  const ImgcatListParameter *parameter,
				  const Datum *values, int nvalues)
{
	for (int i = 0; i < nvalues; i++)
	{
		const text *value = (const text *) DatumGetPointer(values[i]);
		StringInfoData possible;

		if (imgcat_attribute_allows(attribute, VARDATA_ANY(value),
									VARSIZE_ANY_EXHDR(value), true))
			continue;
		initStringInfo(&possible);
		for (int word = 0; attribute->values[word] != NULL; word++)
			if (imgcat_attribute_offers(attribute, attribute->values[word],
										request->dialect == IMGCAT_DIALECT_IMS))
				appendStringInfo(&possible, "%s%s",
								 possible.len > 0 ? ", " : "",
								 attribute->values[word]);
		imgcat_bad_value(request, parameter, IMS_BAD_VALUE,
						 psprintf("The values are %s.", possible.data));
	}
}

/*
 * The texts that are uuids, as a uuid[].  What is no uuid is no image's id.
 */
static Datum
uuid_array(const Datum *texts, int ntexts, int *nuuids)
{
	ArrayBuildState *uuids = initArrayResult(UUIDOID, CurrentMemoryContext, false);

	for (int i = 0; i < ntexts; i++)
	{
		pg_uuid_t	uuid;

		if (imgcat_read_uuid(VARDATA_ANY(DatumGetPointer(texts[i])),
							 VARSIZE_ANY_EXHDR(DatumGetPointer(texts[i])), uuid.data))
			(void) accumArrayResult(uuids, UUIDPGetDatum(&uuid), false, UUIDOID,
									CurrentMemoryContext);
	}
	*nuuids = uuids->nelems;
	return makeArrayResult(uuids, CurrentMemoryContext);
}

/*
 * name, id, status, container_format, disk_format: [eq:|in:]value.
 *
 * Text before the first colon is the operator, always; only IMS reads an
 * unknown one before a name as part of the name.
 */
static void
add_operator_filter(ImgcatListRequest *request,
					const ImgcatAttribute *attribute,
					const ImgcatListParameter *parameter)
{
	const char *value;
	size_t		length;
	Datum	   *values;
	int			nvalues;

	switch (imgcat_text_operator_parse(parameter->value,
									   parameter->value_length,
									   &value, &length))
	{
		case IMGCAT_TEXT_IN:
			values = in_list_values(request, parameter, value, length, &nvalues);
			break;
		case IMGCAT_TEXT_UNKNOWN:
			if (request->dialect != IMGCAT_DIALECT_IMS ||
				attribute->column != IMGCAT_COL_NAME)
				imgcat_refuse_list(request, ERRCODE_INVALID_PARAMETER_VALUE, IMS_BAD_VALUE,
								   psprintf("unknown operator in parameter \"%s\"", parameter->name),
								   psprintf("The value is \"%s\".", parameter->value),
								   "The operators are eq: and in:.  A value with a colon is written eq:value.");
			value = parameter->value;
			length = parameter->value_length;
			pg_fallthrough;
		case IMGCAT_TEXT_EQ:
		default:
			values = palloc(sizeof(Datum));
			values[0] = PointerGetDatum(cstring_to_text_with_len(value, length));
			nvalues = 1;
			break;
	}

	if (attribute->values != NULL)
		check_enum_values(request, attribute, parameter, values, nvalues);
	for (int i = 0; i < nvalues && attribute->column == IMGCAT_COL_STATUS &&
		 request->dialect == IMGCAT_DIALECT_IMS; i++)
	{
		char	   *status = TextDatumGetCString(values[i]);

		request->deleted |= strcmp(status, "deleted") == 0 || strcmp(status, "killed") == 0;
	}

	if (attribute->type == IMGCAT_ATTR_UUID)
	{
		Datum		uuids = uuid_array(values, nvalues, &nvalues);

		imgcat_add_condition(request, nvalues > 0 ? IMGCAT_COND_UUID : IMGCAT_COND_NEVER,
							 attribute->column)->uuids = uuids;
	}
	else
		(void) imgcat_add_text_condition(request, IMGCAT_COND_TEXT, attribute->column,
										 values, nvalues);
}

/*
 * A number that a column is to compare with.  With one beyond int8 it either
 * never compares, or always does as with the nearest int8.
 */
static void
add_number_filter(ImgcatListRequest *request, const ImgcatAttribute *attribute,
				  const ImgcatListParameter *parameter, ImgcatComparison op)
{
	int64_t		number;
	bool		out_of_range = false;

	if (!imgcat_parse_integer(parameter->value, parameter->value_length,
							  &number, &out_of_range))
		imgcat_bad_value(request, parameter,
						 (attribute->column == IMGCAT_COL_MIN_DISK ||
						  attribute->column == IMGCAT_COL_MIN_RAM)
						 ? IMS_BAD_SIZE : IMS_BAD_VALUE,
						 "Give a whole number.");
	if (out_of_range && op != (number < 0 ? IMGCAT_GTE : IMGCAT_LTE))
		(void) imgcat_add_condition(request, IMGCAT_COND_NEVER, attribute->column);
	else
		imgcat_add_range_condition(request, attribute->column,
								   op == IMGCAT_LTE ? PG_INT64_MIN : number,
								   op == IMGCAT_GTE ? PG_INT64_MAX : number);
}

/*
 * created_at, updated_at: [operator:]time.
 */
static void
add_time_filter(ImgcatListRequest *request, const ImgcatAttribute *attribute,
				const ImgcatListParameter *parameter)
{
	ImgcatTimeFilter filter;
	size_t		position = 0;
	ImgcatTimeFilterResult result;
	ImgcatCondition *outside;
	TimestampTz low = PG_INT64_MIN;
	TimestampTz high = PG_INT64_MAX;
	TimestampTz last;

	result = imgcat_time_filter_parse(parameter->value,
									  parameter->value_length,
									  &filter, &position);
	if (result == IMGCAT_TIME_BAD_OPERATOR)
		imgcat_bad_value(request, parameter, IMS_BAD_VALUE,
						 "The operators are eq, neq, gt, gte, lt and lte, as in gt:2018-10-28T10:00:00Z.");
	if (result == IMGCAT_TIME_OUT_OF_RANGE)
		imgcat_refuse_list(request, ERRCODE_DATETIME_FIELD_OVERFLOW, IMS_BAD_VALUE,
						   psprintf("time of parameter \"%s\" is out of range", parameter->name),
						   psprintf("The value is \"%s\".", parameter->value),
						   "In UTC the year must be 1 to 9999.");
	if (result != IMGCAT_TIME_OK)
		imgcat_refuse_list(request, ERRCODE_INVALID_DATETIME_FORMAT, IMS_BAD_VALUE,
						   psprintf("invalid time in parameter \"%s\"", parameter->name),
						   psprintf("The value is \"%s\", wrong at character %d.",
									parameter->value, (int) position + 1),
						   "Write a time as 2018-10-28T10:00:00Z, with an operator before it if need be: gt:2018-10-28T10:00:00Z.");

	/*
	 * A literal without a fraction stands for its whole second: that is what
	 * answers print.  One with a fraction stands for its microsecond.
	 */
	last = filter.microseconds + (filter.has_fraction ? 0 : USECS_PER_SEC - 1);
	if (filter.op == IMGCAT_EQ || filter.op == IMGCAT_NEQ ||
		filter.op == IMGCAT_GTE)
		low = filter.microseconds;
	else if (filter.op == IMGCAT_GT)
		low = last + 1;
	if (filter.op == IMGCAT_EQ || filter.op == IMGCAT_NEQ ||
		filter.op == IMGCAT_LTE)
		high = last;
	else if (filter.op == IMGCAT_LT)
		high = filter.microseconds - 1;

	if (filter.op != IMGCAT_NEQ)
	{
		imgcat_add_range_condition(request, attribute->column, low, high);
		return;
	}
	outside = imgcat_add_condition(request, IMGCAT_COND_OUTSIDE, attribute->column);
	outside->low = low;
	outside->high = high;
}

/*
 * May the caller read a property of that name?
 */
bool
imgcat_may_read_property(const char *name, size_t length)
{
	return !imgcat_property_is_internal(name, length) &&
		imgcat_property_allowed(IMGCAT_PROPERTY_READ, name, length);
}

/*
 * A property of the parameter's name and value.  One that the caller may not
 * read is not there, whatever its value.
 */
static void
add_property_condition(ImgcatListRequest *request,
					   const ImgcatListParameter *parameter)
{
	bool		may_read = imgcat_may_read_property(parameter->name,
													parameter->name_length);
	text	   *facet = imgcat_facet_of_property(parameter->name, parameter->name_length,
												 parameter->value, parameter->value_length);
	Datum		value = PointerGetDatum(facet);

	imgcat_add_text_condition(request, may_read ? IMGCAT_COND_FACET : IMGCAT_COND_NEVER,
							  IMGCAT_COL_PROPERTIES, &value, 1)->property = parameter;
}

/*
 * A parameter that is taken for a custom property, because it is no other.
 */
void
imgcat_add_property_filter(ImgcatListRequest *request,
						   const ImgcatListParameter *parameter)
{
	request->properties = lappend(request->properties,
								  unconstify(ImgcatListParameter *, parameter));
	add_property_condition(request, parameter);
}

/*
 * tag: blanks around it do not count.  In IMS a=b also finds the old spelling
 * a.b, and a= the bare key.
 */
void
imgcat_add_tag_filter(ImgcatListRequest *request,
					  const ImgcatListParameter *parameter)
{
	const char *tag = parameter->value;
	size_t		length = parameter->value_length;
	const char *equals;
	Datum		facets[3];
	int			nfacets = 0;

	imgcat_strip_blanks(&tag, &length);
	facets[nfacets++] = PointerGetDatum(imgcat_facet_of_tag(tag, length));
	equals = memchr(tag, '=', length);
	if (request->dialect == IMGCAT_DIALECT_IMS && equals != NULL)
	{
		char	   *spelling = pnstrdup(tag, length);

		spelling[equals - tag] = '.';
		facets[nfacets++] = PointerGetDatum(imgcat_facet_of_tag(spelling, length));
		if (equals == tag + length - 1)
			facets[nfacets++] = PointerGetDatum(imgcat_facet_of_tag(tag, length - 1));
	}
	(void) imgcat_add_text_condition(request, IMGCAT_COND_FACET, IMGCAT_COL_PROPERTIES,
									 facets, nfacets);
}

/*
 * Which of the words, NULL at their end, is the value?  None is refused.
 */
int
imgcat_read_word(const ImgcatListRequest *request, const ImgcatListParameter *parameter,
				 const char *const *words, const char *code, const char *hint)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(parameter->value, words[i]) == 0)
			return i;
	imgcat_bad_value(request, parameter, code, hint);
}

/*
 * The parameters that only IMS knows; false: not one of them.
 */
static bool
add_ims_filter(ImgcatListRequest *request, const ImgcatListParameter *parameter)
{
	static const char *const types[] = {"gold", "private", "shared", "market", NULL};
	static const char *const architectures[] = {"x86", "arm", NULL};

	if (imgcat_is_named(parameter, "__imagetype"))
		(void) imgcat_read_word(request, parameter, types, IMS_BAD_IMAGE_TYPE,
								"The image types are gold, private, shared and market.");
	else if (imgcat_is_named(parameter, "architecture"))
		(void) imgcat_read_word(request, parameter, architectures, IMS_BAD_ARCHITECTURE,
								"The architectures are x86 and arm.");
	else if (imgcat_is_named(parameter, "flavor_id"))
		return true;			/* flavors are not known here */
	else if (imgcat_is_named(parameter, "enterprise_project_id"))
	{
		if (strcmp(parameter->value, "all_granted_eps") == 0)
			return true;
		if (strcmp(parameter->value, "0") == 0)
		{
			if (!imgcat_may_read_property(parameter->name, parameter->name_length))
				return true;	/* to the caller, no image has another one */
			(void) imgcat_add_condition(request, IMGCAT_COND_DEFAULT_ENTERPRISE,
										IMGCAT_COL_PROPERTIES);
			return true;
		}
	}
	else
		return false;

	add_property_condition(request, parameter);
	return true;
}

/*
 * <column>_min and <column>_max; false: the name ends otherwise.
 */
static bool
add_bound_filter(ImgcatListRequest *request, const ImgcatListParameter *parameter)
{
	const ImgcatAttribute *attribute;
	const char *suffix;
	ImgcatComparison op;

	if (parameter->name_length < 4)
		return false;
	suffix = parameter->name + parameter->name_length - 4;
	if (memcmp(suffix, "_min", 4) == 0)
		op = IMGCAT_GTE;
	else if (memcmp(suffix, "_max", 4) == 0)
		op = IMGCAT_LTE;
	else
		return false;

	attribute = imgcat_attribute_find(parameter->name, parameter->name_length - 4);
	if (attribute == NULL || attribute->filter != IMGCAT_FILTER_NUMBER)
		imgcat_refuse_list(request, ERRCODE_INVALID_PARAMETER_VALUE, IMS_BAD_VALUE,
						   psprintf("parameter \"%s\" bounds no number", parameter->name),
						   "No numeric attribute has that name without its last four characters.",
						   "Bounds are taken on size, virtual_size, min_disk and min_ram.");
	add_number_filter(request, attribute, parameter, op);
	return true;
}

/*
 * Names of parts of an image that are no text to compare with.  A filter on
 * one of them is refused: taken for a custom property it would find nothing,
 * and say nothing.
 */
static void
refuse_unfilterable(const ImgcatListRequest *request,
					const ImgcatListParameter *parameter)
{
	static const char *const names[] = {
		"deleted_at", "locations", "members", "properties"
	};

	for (int i = 0; i < (int) lengthof(names); i++)
		if (imgcat_is_named(parameter, names[i]))
			imgcat_refuse_list(request, ERRCODE_INVALID_PARAMETER_VALUE, IMS_BAD_VALUE,
							   psprintf("images cannot be filtered by \"%s\"", names[i]),
							   "It is no text that a filter compares with.",
							   "Filter by an attribute, a tag or a custom property.");
}

/*
 * One filter parameter, the last of its name.
 */
void
imgcat_add_filter(ImgcatListRequest *request,
				  const ImgcatListParameter *parameter)
{
	/* in the order of ImgcatVisibilityFilter */
	static const char *const visibilities[] = {"all", "public", "community", "shared", "private", NULL};
	static const char *const booleans[] = {"false", "true", NULL};
	const ImgcatAttribute *attribute;
	Datum		value;

	attribute = imgcat_attribute_find(parameter->name, parameter->name_length);
	if (attribute != NULL)
	{
		switch (attribute->filter)
		{
			case IMGCAT_FILTER_OPERATOR:
				add_operator_filter(request, attribute, parameter);
				return;
			case IMGCAT_FILTER_EQUAL:
				value = PointerGetDatum(cstring_to_text_with_len(parameter->value,
																 parameter->value_length));
				(void) imgcat_add_text_condition(request, IMGCAT_COND_TEXT, attribute->column,
												 &value, 1);
				if (attribute->column == IMGCAT_COL_OWNER)
					request->owner = parameter->value;
				return;
			case IMGCAT_FILTER_NUMBER:
				add_number_filter(request, attribute, parameter, IMGCAT_EQ);
				return;
			case IMGCAT_FILTER_TIME:
				add_time_filter(request, attribute, parameter);
				return;
			default:
				break;
		}
	}

	if (imgcat_is_named(parameter, "visibility"))
		request->visibility = IMGCAT_VISIBLE_ALL +
			imgcat_read_word(request, parameter, visibilities, IMS_BAD_VALUE,
							 "The values are public, private, community, shared and all.");
	else if (imgcat_is_named(parameter, "protected"))
	{
		int			is_true = imgcat_read_word(request, parameter, booleans, IMS_BAD_VALUE,
											   "The values are true and false.");

		imgcat_add_range_condition(request, IMGCAT_COL_PROTECTED, is_true, is_true);
	}
	else if (imgcat_is_named(parameter, "os_hidden"))
	{
		request->hidden = (pg_strcasecmp(parameter->value, "true") == 0);
		if (!request->hidden && pg_strcasecmp(parameter->value, "false") != 0)
			imgcat_bad_value(request, parameter, IMS_BAD_VALUE,
							 "The values are true and false, in any case.");
	}
	else if (imgcat_is_named(parameter, "deleted"))
		 /* deleted images are not listed, whatever the value */ ;
	else if (imgcat_is_named(parameter, "changes-since"))
		imgcat_refuse_list(request, ERRCODE_INVALID_PARAMETER_VALUE, IMS_BAD_VALUE,
						   "parameter \"changes-since\" is not available",
						   "It belonged to version 1 of the API.", "Use updated_at=gte:time.");
	else if (add_bound_filter(request, parameter))
		return;
	else if (request->dialect != IMGCAT_DIALECT_IMS ||
			 !add_ims_filter(request, parameter))
	{
		refuse_unfilterable(request, parameter);
		imgcat_add_property_filter(request, parameter);
	}
}
