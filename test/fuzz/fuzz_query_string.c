/*-------------------------------------------------------------------------
 *
 * fuzz_query_string.c
 *		Any query is read to its end; any pair survives encoding.
 *
 * test/fuzz/fuzz_query_string.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/query_string.h"
#include "query/utf8.h"

/*
 * Encode a string, the buffer being exactly as large as it needs.
 */
static size_t
encode(const char *str, size_t length, char **out)
{
	size_t		needed = imgcat_url_encode(NULL, 0, str, length);

	*out = malloc(needed + 1);
	CHECK(*out != NULL);
	CHECK(imgcat_url_encode(*out, needed, str, length) == needed);
	(*out)[needed] = '\0';
	return needed;
}

/*
 * A pair, encoded and read again, is the same pair.
 */
static void
check_round_trip(const ImgcatQueryParameter *parameter)
{
	char	   *name;
	char	   *value;
	size_t		name_length = encode(parameter->name, parameter->name_length,
									 &name);
	size_t		value_length = encode(parameter->value,
									  parameter->value_length, &value);
	char	   *query = malloc(name_length + value_length + 2);
	ImgcatQueryString reader;
	ImgcatQueryParameter again;

	CHECK(query != NULL);
	sprintf(query, "%s=%s", name, value);
	imgcat_query_string_init(&reader, query, name_length + value_length + 1);
	CHECK(imgcat_query_string_next(&reader, &again) == IMGCAT_QUERY_PARAMETER);
	CHECK(again.name_length == parameter->name_length);
	CHECK(memcmp(again.name, parameter->name, again.name_length) == 0);
	CHECK(again.value_length == parameter->value_length);
	CHECK(memcmp(again.value, parameter->value, again.value_length) == 0);
	CHECK(imgcat_query_string_next(&reader, &again) == IMGCAT_QUERY_END);
	free(query);
	free(value);
	free(name);
}

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	char	   *str = malloc(size + 1);
	ImgcatQueryString reader;
	ImgcatQueryParameter parameter;
	ImgcatQueryResult result;
	char	   *encoded;

	CHECK(str != NULL);
	memcpy(str, data, size);
	imgcat_query_string_init(&reader, str, size);
	while ((result = imgcat_query_string_next(&reader, &parameter)) !=
		   IMGCAT_QUERY_END)
	{
		CHECK(parameter.name >= str);
		CHECK(parameter.value + parameter.value_length <= str + size);
		CHECK(parameter.name[parameter.name_length] == '\0');
		CHECK(parameter.value[parameter.value_length] == '\0');
		if (result == IMGCAT_QUERY_PARAMETER)
		{
			CHECK(imgcat_utf8_valid(parameter.name, parameter.name_length));
			CHECK(imgcat_utf8_valid(parameter.value, parameter.value_length));
			CHECK(strlen(parameter.name) == parameter.name_length);
			CHECK(strlen(parameter.value) == parameter.value_length);
			check_round_trip(&parameter);
		}
	}
	free(str);

	CHECK(encode((const char *) data, size, &encoded) >= size);
	CHECK(strspn(encoded, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				 "0123456789-._~+%") == strlen(encoded));
	free(encoded);
	return 0;
}
