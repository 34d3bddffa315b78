/*-------------------------------------------------------------------------
 *
 * list_filter.c
 *		The parameters of a list request, read to conditions.
 *
 * Which parameter takes which operators and values, and which of a repeated one
 * counts.  The parsers of query/ read the values.
 *
 * src/request/list_filter.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "image/errors.h"
#include "image/facet.h"
#include "image/image_row.h"
#include "image/protection.h"
#include "query/blank.h"
#include "query/in_list.h"
#include "query/number.h"
#include "query/uuid.h"
#include "request/list_request.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/*
 * The values of an in: list as texts.
 */
static Datum *
in_list_values(const ImgcatListRequest *request,
			   const ImgcatListParameter *parameter,
			   const char *str, size_t length, int *nvalues)
{
	ImgcatInList list;
	ImgcatInListResult result;
	const char *item;
	size_t		item_length;
	Datum	   *values = palloc(sizeof(Datum) * (length + 1));

	*nvalues = 0;
	imgcat_in_list_init(&list, str, length);
	while ((result = imgcat_in_list_next(&list, &item, &item_length)) == IMGCAT_IN_ITEM)
		values[(*nvalues)++] = PointerGetDatum(cstring_to_text_with_len(item, item_length));
	if (result == IMGCAT_IN_MALFORMED)
		imgcat_bad_value(request, parameter, IMS_BAD_VALUE,
						 "In an in: list a quoted item ends before a comma or the end, and starts at the beginning or after a comma.");
	return values;
}

/*
 * Refuse what no image can have: a misspelt status would find nothing, and not
 * say why.  A format of the other dialect is none that cannot be.
 */
static void
check_enum_value(const ImgcatListRequest *request, const ImgcatAttribute *attribute,
				 const ImgcatListParameter *parameter, const char *value)
{
	StringInfoData possible;

	if (imgcat_attribute_allows(attribute, value, strlen(value), true))
		return;
	initStringInfo(&possible);
	for (int word = 0; attribute->values[word] != NULL; word++)
		if (imgcat_attribute_offers(attribute, attribute->values[word],
									request->dialect == IMGCAT_DIALECT_IMS))
			appendStringInfo(&possible, "%s%s", possible.len > 0 ? ", " : "",
							 attribute->values[word]);
	imgcat_bad_value(request, parameter, IMS_BAD_VALUE,
					 psprintf("The values are %s.", possible.data));
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
	int			nvalues = 1;
	ImgcatTextOperator op = imgcat_text_operator_parse(parameter->value, parameter->value_length,
													   &value, &length);

	if (op == IMGCAT_TEXT_UNKNOWN &&
		(request->dialect != IMGCAT_DIALECT_IMS || attribute->column != IMGCAT_COL_NAME))
		imgcat_refuse_list(request, ERRCODE_INVALID_PARAMETER_VALUE, IMS_BAD_VALUE,
						   psprintf("unknown operator in parameter \"%s\"", parameter->name),
						   psprintf("The value is \"%s\".", parameter->value),
						   "The operators are eq: and in:.  A value with a colon is written eq:value.");
	if (op == IMGCAT_TEXT_IN)
		values = in_list_values(request, parameter, value, length, &nvalues);
	else
	{
		values = palloc(sizeof(Datum));
		values[0] = PointerGetDatum(cstring_to_text_with_len(value, length));
	}

	for (int i = 0; i < nvalues && attribute->values != NULL; i++)
	{
		const char *word = TextDatumGetCString(values[i]);

		check_enum_value(request, attribute, parameter, word);
		if (request->dialect == IMGCAT_DIALECT_IMS)
			request->deleted |= strcmp(word, "deleted") == 0 || strcmp(word, "killed") == 0;
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
static void
add_property_filter(ImgcatListRequest *request,
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
static void
add_tag_filter(ImgcatListRequest *request, const ImgcatListParameter *parameter)
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
 * Which of the words, NULL at their end, is it?  -1: none.
 */
static int
word_number(const char *const *words, const char *word)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

/*
 * The number of the word that is the value.  Another value is refused.
 */
static int
read_word(const ImgcatListRequest *request, const ImgcatListParameter *parameter,
		  const char *const *words, const char *code, const char *hint)
{
	int			number = word_number(words, parameter->value);

	if (number < 0)
		imgcat_bad_value(request, parameter, code, hint);
	return number;
}

/*
 * limit: a whole number, not negative.
 */
static void
set_limit(ImgcatListRequest *request, const ImgcatListParameter *parameter)
{
	int64_t		limit;
	bool		out_of_range = false;

	if (!imgcat_parse_integer(parameter->value, parameter->value_length,
							  &limit, &out_of_range))
		imgcat_bad_value(request, parameter, IMS_BAD_VALUE,
						 "The limit must be an integer.");
	if (limit < 0)
		imgcat_bad_value(request, parameter, IMS_BAD_VALUE,
						 "The limit must not be negative.");
	request->limit = limit;
}

/*
 * <column>_min and <column>_max; false: the name ends otherwise.
 */
static bool
add_bound_filter(ImgcatListRequest *request, const ImgcatListParameter *parameter)
{
	const ImgcatAttribute *attribute;
	size_t		length = Max(parameter->name_length, 4) - 4;
	bool		is_min = strcmp(parameter->name + length, "_min") == 0;

	if (!is_min && strcmp(parameter->name + length, "_max") != 0)
		return false;
	attribute = imgcat_attribute_find(parameter->name, length);
	if (attribute == NULL || attribute->filter != IMGCAT_FILTER_NUMBER)
		imgcat_refuse_list(request, ERRCODE_INVALID_PARAMETER_VALUE, IMS_BAD_VALUE,
						   psprintf("parameter \"%s\" bounds no number", parameter->name),
						   "No numeric attribute has that name without its last four characters.",
						   "Bounds are taken on size, virtual_size, min_disk and min_ram.");
	add_number_filter(request, attribute, parameter, is_min ? IMGCAT_GTE : IMGCAT_LTE);
	return true;
}

/*
 * The parameters that only IMS knows; false: not one of them.
 */
static bool
add_ims_filter(ImgcatListRequest *request, const ImgcatListParameter *parameter)
{
	static const char *const types[] = {"gold", "private", "shared", "market", NULL};
	static const char *const architectures[] = {"x86", "arm", NULL};
	const char *name = parameter->name;

	if (strcmp(name, "__imagetype") == 0)
		(void) read_word(request, parameter, types, IMS_BAD_IMAGE_TYPE,
						 "The image types are gold, private, shared and market.");
	else if (strcmp(name, "architecture") == 0)
		(void) read_word(request, parameter, architectures, IMS_BAD_ARCHITECTURE,
						 "The architectures are x86 and arm.");
	else if (strcmp(name, "flavor_id") == 0)
		return true;			/* flavors are not known here */
	else if (strcmp(name, "enterprise_project_id") != 0)
		return false;
	else if (strcmp(parameter->value, "all_granted_eps") == 0)
		return true;
	else if (strcmp(parameter->value, "0") == 0)
	{
		/* to a caller who may not read it, no image has another one */
		if (imgcat_may_read_property(name, parameter->name_length))
			(void) imgcat_add_condition(request, IMGCAT_COND_DEFAULT_ENTERPRISE,
										IMGCAT_COL_PROPERTIES);
		return true;
	}
	add_property_condition(request, parameter);
	return true;
}

/*
 * A parameter by the kind of its attribute; false: it has none, or one that has
 * a rule of its own.
 */
static bool
add_attribute_filter(ImgcatListRequest *request, const ImgcatListParameter *parameter)
{
	const ImgcatAttribute *attribute = imgcat_attribute_find(parameter->name,
															 parameter->name_length);
	Datum		value;

	switch (attribute != NULL ? attribute->filter : IMGCAT_FILTER_NONE)
	{
		case IMGCAT_FILTER_OPERATOR:
			add_operator_filter(request, attribute, parameter);
			return true;
		case IMGCAT_FILTER_EQUAL:
			value = PointerGetDatum(cstring_to_text_with_len(parameter->value,
															 parameter->value_length));
			(void) imgcat_add_text_condition(request, IMGCAT_COND_TEXT, attribute->column,
											 &value, 1);
			if (attribute->column == IMGCAT_COL_OWNER)
				request->owner = parameter->value;
			return true;
		case IMGCAT_FILTER_NUMBER:
			add_number_filter(request, attribute, parameter, IMGCAT_EQ);
			return true;
		case IMGCAT_FILTER_TIME:
			add_time_filter(request, attribute, parameter);
			return true;
		default:
			return false;
	}
}

/*
 * What a parameter that counts means.
 */
static void
read_parameter(ImgcatListRequest *request, const ImgcatListParameter *parameter)
{
	/* the order is read as a whole; deleted images are listed in no case */
	static const char *const ignored[] = {"sort", "sort_key", "sort_dir", "deleted", NULL};

	/* parts of an image: taken for properties they would find nothing */
	static const char *const unfilterable[] = {"deleted_at", "locations", "members", "properties", NULL};

	/* in the order of ImgcatVisibilityFilter */
	static const char *const visibilities[] = {"all", "public", "community", "shared", "private", NULL};
	static const char *const statuses[] = {"all", "accepted", "pending", "rejected", NULL};
	static const char *const booleans[] = {"false", "true", NULL};
	const char *name = parameter->name;
	int			word;

	if (word_number(ignored, name) >= 0 || add_attribute_filter(request, parameter))
		return;
	if (strcmp(name, "limit") == 0)
		set_limit(request, parameter);
	else if (strcmp(name, "marker") == 0)
		request->marker = parameter->value;
	else if (strcmp(name, "tag") == 0)
		add_tag_filter(request, parameter);
	else if (strcmp(name, "member_status") == 0)
	{
		word = read_word(request, parameter, statuses, IMS_BAD_VALUE,
						 "The values are accepted, pending, rejected and all.");
		request->member_status = word > 0 ? statuses[word] : NULL;
		request->member_status_given = true;
	}
	else if (strcmp(name, "visibility") == 0)
		request->visibility = IMGCAT_VISIBLE_ALL +
			read_word(request, parameter, visibilities, IMS_BAD_VALUE,
					  "The values are public, private, community, shared and all.");
	else if (strcmp(name, "protected") == 0)
	{
		word = read_word(request, parameter, booleans, IMS_BAD_VALUE,
						 "The values are true and false.");
		imgcat_add_range_condition(request, IMGCAT_COL_PROTECTED, word, word);
	}
	else if (strcmp(name, "os_hidden") == 0)
	{
		request->hidden = (pg_strcasecmp(parameter->value, "true") == 0);
		if (!request->hidden && pg_strcasecmp(parameter->value, "false") != 0)
			imgcat_bad_value(request, parameter, IMS_BAD_VALUE,
							 "The values are true and false, in any case.");
	}
	else if (strcmp(name, "changes-since") == 0)
		imgcat_refuse_list(request, ERRCODE_INVALID_PARAMETER_VALUE, IMS_BAD_VALUE,
						   "parameter \"changes-since\" is not available",
						   "It belonged to version 1 of the API.", "Use updated_at=gte:time.");
	else if (word_number(unfilterable, name) >= 0)
		imgcat_refuse_list(request, ERRCODE_INVALID_PARAMETER_VALUE, IMS_BAD_VALUE,
						   psprintf("images cannot be filtered by \"%s\"", name),
						   "It is no text that a filter compares with.",
						   "Filter by an attribute, a tag or a custom property.");
	else if (!add_bound_filter(request, parameter) &&
			 (request->dialect != IMGCAT_DIALECT_IMS || !add_ims_filter(request, parameter)))
		add_property_filter(request, parameter);
}

/*
 * Is one of the parameters from .. to - 1 of the name?
 */
static bool
is_given(const ImgcatListRequest *request, const char *name, int from, int to)
{
	for (int i = from; i < to; i++)
		if (strcmp(request->parameters[i].name, name) == 0)
			return true;
	return false;
}

/*
 * Read all parameters but the order: which of a repeated one counts, and what
 * they mean.  Of most the last counts.
 */
void
imgcat_read_parameters(ImgcatListRequest *request)
{
	/* the first counts; a further one filters by a property of that name */
	static const char *const taken_once[] = {"limit", "marker", "member_status", "sort", NULL};

	/* each counts */
	static const char *const repeatable[] = {"tag", "created_at", "updated_at", NULL};

	for (int i = 0; i < request->nparameters; i++)
	{
		const ImgcatListParameter *parameter = &request->parameters[i];
		const char *name = parameter->name;
		bool		once = word_number(taken_once, name) >= 0;
		bool		is_property = once && is_given(request, name, 0, i);

		if ((is_property || (!once && word_number(repeatable, name) < 0)) &&
			is_given(request, name, i + 1, request->nparameters))
			continue;
		if (is_property)
			add_property_filter(request, parameter);
		else
			read_parameter(request, parameter);
	}
}
