/*-------------------------------------------------------------------------
 *
 * list_request.h
 *		What a caller asks of a listing of disk images, read and checked.
 *
 * Parameters go in one by one, in the order of the request; finishing turns
 * them into conditions, an order, a limit and a marker.  No SQL is known here.
 *
 * src/listing/list_request.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_REQUEST_H
#define IMGCAT_LIST_REQUEST_H

#include "context.h"
#include "datatype/timestamp.h"
#include "image/attribute.h"
#include "nodes/pg_list.h"
#include "query/sort_spec.h"
#include "query/time_filter.h"

typedef enum ImgcatConditionKind
{
	IMGCAT_COND_NEVER,			/* nothing can match */
	IMGCAT_COND_TEXT,			/* column is this text */
	IMGCAT_COND_TEXT_IN,		/* column is one of these texts */
	IMGCAT_COND_UUID_IN,		/* column is one of these uuids */
	IMGCAT_COND_BOOL,			/* column is true, or false */
	IMGCAT_COND_NUMBER,			/* column compares with the int8 */
	IMGCAT_COND_TIME_RANGE,		/* column is from low on, and before high */
	IMGCAT_COND_TIME_OUTSIDE,	/* column is not in that range */
	IMGCAT_COND_FACET,			/* has this facet */
	IMGCAT_COND_ANY_FACET,		/* has one of these facets */
	IMGCAT_COND_NOT_FACET,		/* has not this facet */
	IMGCAT_COND_DEFAULT_ENTERPRISE	/* belongs to no enterprise project */
} ImgcatConditionKind;

typedef struct ImgcatListParameter
{
	const char *name;
	size_t		name_length;
	const char *value;
	size_t		value_length;
} ImgcatListParameter;

typedef struct ImgcatCondition
{
	ImgcatConditionKind kind;
	int			column;			/* ImgcatImageColumn */
	ImgcatComparison op;		/* of NUMBER */
	TimestampTz low;			/* of TIME; PG_INT64_MIN: no bound */
	TimestampTz high;			/* of TIME; PG_INT64_MAX: no bound */
	Datum		value;			/* by kind: text, text[], uuid[], bool, int8 */
	const ImgcatListParameter *property;	/* of FACET: what it is made of;
											 * or NULL */
} ImgcatCondition;

/* One key of an order. */
typedef struct ImgcatKey
{
	int			column;			/* ImgcatImageColumn */
	bool		descending;
} ImgcatKey;

#define IMGCAT_KEYS_MAX (IMGCAT_SORT_KEYS_MAX + 2)

typedef enum ImgcatVisibilityFilter
{
	IMGCAT_VISIBLE_DEFAULT,		/* none given: no foreign community images */
	IMGCAT_VISIBLE_ALL,
	IMGCAT_VISIBLE_PUBLIC,
	IMGCAT_VISIBLE_COMMUNITY,
	IMGCAT_VISIBLE_SHARED,
	IMGCAT_VISIBLE_PRIVATE
} ImgcatVisibilityFilter;

typedef struct ImgcatListRequest
{
	ImgcatDialect dialect;
	int			nparameters;
	int			max_parameters;
	ImgcatListParameter *parameters;

	/* what finishing finds */
	int			nconditions;
	int			max_conditions;
	ImgcatCondition *conditions;
	List	   *properties;		/* ImgcatListParameters taken for custom
								 * properties */
	const char *owner;			/* value of the owner condition, or NULL */
	TimestampTz created_from;	/* range of created_at, as of a condition */
	TimestampTz created_before;
	ImgcatVisibilityFilter visibility;
	const char *member_status;	/* NULL: all */
	bool		member_status_given;
	bool		hidden;			/* only hidden images, else only others */
	bool		deleted;		/* deleted or killed ones were asked for */
	int64		limit;			/* -1: not given */
	const char *marker;			/* as given, or NULL */
	int			nkeys;			/* of the order, which ends with the id */
	ImgcatKey	keys[IMGCAT_KEYS_MAX];
} ImgcatListRequest;

extern void imgcat_list_request_begin(ImgcatListRequest *request,
									  ImgcatDialect dialect);
extern void imgcat_list_request_add(ImgcatListRequest *request,
									const char *name, size_t name_length,
									const char *value, size_t value_length);
extern void imgcat_list_request_finish(ImgcatListRequest *request,
									   const ImgcatCaller *caller);
extern bool imgcat_sorts_by_creation(const ImgcatListRequest *request);

/* parameters that filter (list_filter.c) */
extern bool imgcat_is_named(const ImgcatListParameter *parameter,
							const char *name);
extern void imgcat_bad_value(const ImgcatListRequest *request,
							 const ImgcatListParameter *parameter,
							 const char *code, const char *hint);
extern ImgcatCondition *imgcat_add_condition(ImgcatListRequest *request,
											 ImgcatConditionKind kind,
											 int column, Datum value);
extern bool imgcat_has_condition(const ImgcatListRequest *request,
								 ImgcatConditionKind kind);
extern bool imgcat_is_facet(const ImgcatCondition *condition);
extern void imgcat_add_filter(ImgcatListRequest *request,
							  const ImgcatListParameter *parameter);
extern bool imgcat_may_read_property(const char *name, size_t length);
extern void imgcat_add_property_filter(ImgcatListRequest *request,
									   const ImgcatListParameter *parameter);
extern void imgcat_add_tag_filter(ImgcatListRequest *request,
								  const ImgcatListParameter *parameter);

/* parameters that no image can answer to (list_unknown.c) */
extern void imgcat_tell_unknown(const ImgcatListRequest *request,
								const ImgcatCaller *caller, bool notices);

#endif							/* IMGCAT_LIST_REQUEST_H */
