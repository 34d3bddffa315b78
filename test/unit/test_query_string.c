/*-------------------------------------------------------------------------
 *
 * test_query_string.c
 *		Pairs of a query, and the encoding of values.
 *
 * test/unit/test_query_string.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/query_string.h"
#include "tap.h"

/*
 * A query, and its pairs as one string: <name>=<value> each, a '!' instead of
 * a pair that is badly encoded.
 */
static const struct
{
	const char *query;
	const char *pairs;
}			cases[] = {
	{"", ""},
	{"&", ""},
	{"&&&", ""},
	{"a=b", "<a>=<b>"},
	{"a=b&c=d", "<a>=<b><c>=<d>"},
	{"&a=b&&c=d&", "<a>=<b><c>=<d>"},
	{"a", "<a>=<>"},
	{"a&b=1", "<a>=<><b>=<1>"},
	{"a=", "<a>=<>"},
	{"=b", "<>=<b>"},
	{"=", "<>=<>"},
	{"==", "<>=<=>"},
	{"tag=a=b", "<tag>=<a=b>"},
	{"tag=a%3Db", "<tag>=<a=b>"},
	{"a%3Db=c", "<a=b>=<c>"},
	{"a%26b=c%26d", "<a&b>=<c&d>"},
	{"a=b;c=d", "<a>=<b;c=d>"},
	{"a=b?c#d/e", "<a>=<b?c#d/e>"},
	{"name=a+b%2Bc", "<name>=<a b+c>"},
	{"a+b=c", "<a b>=<c>"},
	{"+=+", "< >=< >"},
	{"tag=a&tag=b&tag=a", "<tag>=<a><tag>=<b><tag>=<a>"},
	{"trait%3ACUSTOM=required", "<trait:CUSTOM>=<required>"},
	{"created_at=gt%3A2018-10-28T10%3A00%3A00%2B02%3A00",
	"<created_at>=<gt:2018-10-28T10:00:00+02:00>"},
	{"a=%41%6a%6A", "<a>=<Ajj>"},
	{"a=%c3%A9", "<a>=<\xC3\xA9>"},
	{"a=\xC3\xA9", "<a>=<\xC3\xA9>"},
	{"a=%F0%9F%98%80", "<a>=<\xF0\x9F\x98\x80>"},
	/* bad escapes stand for themselves */
	{"a=%", "<a>=<%>"},
	{"a=%&b=%4", "<a>=<%><b>=<%4>"},
	{"a=%4", "<a>=<%4>"},
	{"a=%4&1=x", "<a>=<%4><1>=<x>"},
	{"a=%zz", "<a>=<%zz>"},
	{"a=%4g", "<a>=<%4g>"},
	{"a=%g4", "<a>=<%g4>"},
	{"a=%%41", "<a>=<%A>"},
	{"a=%2541", "<a>=<%41>"},
	{"a=100%", "<a>=<100%>"},
	{"%=%", "<%>=<%>"},
	{"a=% 41", "<a>=<% 41>"},
	{"a=%+1", "<a>=<% 1>"},
	/* bad encodings, and reading on after them */
	{"name=%FF", "!"},
	{"%FF=a", "!"},
	{"%FF", "!"},
	{"a=%00", "!"},
	{"a%00b=1", "!"},
	{"a=%C3", "!"},
	{"a=%C3&b=%A9", "!!"},
	{"a=%ED%A0%80", "!"},
	{"a=%C0%AF", "!"},
	{"a=%F4%90%80%80", "!"},
	{"a=%FF&b=1", "!<b>=<1>"},
};

/*
 * Read a query from memory of exactly its size and print its pairs to out.
 * Returns false when a string is not ended by a NUL where it should be.
 */
static bool
read_pairs(const char *query, size_t length, char *out)
{
	char	   *copy = malloc(length + 1);
	ImgcatQueryString reader;
	ImgcatQueryParameter parameter;
	ImgcatQueryResult result;
	bool		terminated = true;

	if (copy == NULL)
		abort();
	memcpy(copy, query, length);
	copy[length] = 'x';
	imgcat_query_string_init(&reader, copy, length);
	*out = '\0';
	while ((result = imgcat_query_string_next(&reader, &parameter)) !=
		   IMGCAT_QUERY_END)
	{
		if (parameter.name[parameter.name_length] != '\0' ||
			parameter.value[parameter.value_length] != '\0')
			terminated = false;
		if (result == IMGCAT_QUERY_BAD_ENCODING)
			out += sprintf(out, "!");
		else
			out += sprintf(out, "<%s>=<%s>", parameter.name, parameter.value);
	}
	if (imgcat_query_string_next(&reader, &parameter) != IMGCAT_QUERY_END)
		terminated = false;
	free(copy);
	return terminated;
}

/* A value, and how it is encoded. */
static const struct
{
	const char *str;
	const char *encoded;
}			encodings[] = {
	{"", ""},
	{"abcXYZ0189", "abcXYZ0189"},
	{"-._~", "-._~"},
	{" ", "+"},
	{"a b", "a+b"},
	{"+", "%2B"},
	{"%", "%25"},
	{":,\"", "%3A%2C%22"},
	{"&=?#/;", "%26%3D%3F%23%2F%3B"},
	{"!*'()", "%21%2A%27%28%29"},
	{"\xC3\xA9\xF0\x9F\x98\x80", "%C3%A9%F0%9F%98%80"},
	{"\x01\x1F\x7F\n", "%01%1F%7F%0A"},
	{"gt:2018-10-28T10:00:00+02:00", "gt%3A2018-10-28T10%3A00%3A00%2B02%3A00"},
};

/*
 * Whatever the size of the buffer, what is written is a prefix of the whole,
 * and no escape is cut.
 */
static bool
encodes_into_any_size(const char *str, const char *encoded)
{
	size_t		whole = strlen(encoded);
	size_t		size;

	for (size = 0; size <= whole + 1; size++)
	{
		char	   *out = malloc(size > 0 ? size : 1);
		size_t		expected = 0;
		bool		good;

		if (out == NULL)
			abort();
		while (expected < whole)
		{
			size_t		width = encoded[expected] == '%' ? 3 : 1;

			if (expected + width > size)
				break;
			expected += width;
		}
		memset(out, '#', size);
		good = imgcat_url_encode(out, size, str, strlen(str)) == whole &&
			memcmp(out, encoded, expected) == 0;
		for (; expected < size; expected++)
			good = good && out[expected] == '#';
		free(out);
		if (!good)
			return false;
	}
	return true;
}

int
main(void)
{
	size_t		i;
	int			c;
	int			nwrong = 0;
	char		pairs[1024];

	for (i = 0; i < lengthof_array(cases); i++)
	{
		bool		terminated;

		terminated = read_pairs(cases[i].query, strlen(cases[i].query), pairs);
		ok(terminated && strcmp(pairs, cases[i].pairs) == 0,
		   "\"%s\": %s", cases[i].query, pairs);
	}
	read_pairs("a=b\0&c=d", 8, pairs);
	ok(strcmp(pairs, "!<c>=<d>") == 0, "a NUL that is not encoded: %s", pairs);

	for (i = 0; i < lengthof_array(encodings); i++)
	{
		const char *str = encodings[i].str;
		const char *encoded = encodings[i].encoded;

		ok(encodes_into_any_size(str, encoded), "encode \"%s\"", str);
		ok(imgcat_url_encode(NULL, 0, str, strlen(str)) == strlen(encoded),
		   "length of \"%s\"", str);
	}

	for (c = 1; c < 0x80; c++)
	{
		char		str[2] = {(char) c, '\0'};
		char		query[16] = "k=";
		size_t		length = imgcat_url_encode(query + 2, 3, str, 1);
		char		expected[16];

		sprintf(expected, "<k>=<%s>", str);
		if (!read_pairs(query, 2 + length, pairs) ||
			strcmp(pairs, expected) != 0)
			nwrong++;
	}
	ok(nwrong == 0, "every ASCII byte survives encoding: %d wrong", nwrong);
	return done_testing();
}
