/*-------------------------------------------------------------------------
 *
 * container_request.h
 *		The query parameters of the container image API.
 *
 * src/container/container_request.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_REQUEST_H
#define IMGCAT_CONTAINER_REQUEST_H

#include "container/container_listing.h"

/* One parameter of the URL, decoded. */
typedef struct ImgcatContainerParameter
{
	const char *name;
	const char *value;
	bool		of_marker;		/* says where the page starts */
} ImgcatContainerParameter;

/* query, pagination.limit, pagination.sortOption..., marker, as they came. */
typedef struct ImgcatContainerRequest
{
	bool		scoped;			/* some parameter with the prefix was there */
	const char *query;			/* "" when absent */
	int32		limit;			/* 0 when absent */
	int32		offset;			/* 0 when absent */
	ImgcatContainerSort sort;
	ImgcatContainerMarker marker;
	int			nparameters;	/* all of them, for links */
	int			max_parameters;
	ImgcatContainerParameter *parameters;
} ImgcatContainerRequest;

extern void imgcat_read_container_request(ImgcatContainerRequest *request,
										  const char *url_query,
										  size_t length, const char *prefix);
extern const char *imgcat_container_text_parameter(const ImgcatContainerRequest *request,
												   const char *camel);
extern bool imgcat_container_bool_parameter(const ImgcatContainerRequest *request,
											const char *camel);
extern int32 imgcat_container_integer_parameter(const ImgcatContainerRequest *request,
												const char *camel);
extern void imgcat_append_container_next(StringInfo out, const char *path,
										 const ImgcatContainerRequest *request,
										 const ImgcatContainerMarker *marker);

#endif							/* IMGCAT_CONTAINER_REQUEST_H */
