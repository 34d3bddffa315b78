/*-------------------------------------------------------------------------
 *
 * vmdk_descriptor.c
 *		The descriptor of a VMDK: where it says that the data lies.
 *
 * It is a text, and may say that the data lies in any file or device.  Safe is
 * only one that describes the very file that it is in.
 *
 * src/query/vmdk_descriptor.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>
#include <strings.h>

#include "query/vmdk_descriptor.h"

/* What is known of a descriptor. */
typedef struct Descriptor
{
	int			nextents;
	bool		has_type;
	const char *danger;			/* NULL: none */
} Descriptor;

/*
 * Note the first reason why the image is unsafe.
 */
static void
endanger(Descriptor *descriptor, const char *danger)
{
	if (descriptor->danger == NULL)
		descriptor->danger = danger;
}

/*
 * Is it a descriptor on its own?  See vmdk_descriptor.h.
 */
bool
imgcat_vmdk_is_descriptor(const char *text, size_t length)
{
	const char *at = text;
	const char *end = text +length;

	while (at < end)
	{
		const char *newline = memchr(at, '\n', end - at);
		const char *first = at;

		if (newline == NULL)
			return false;
		while (first < newline && *first == ' ')
			first++;
		if (*at != '#' && first < newline && *first != '\r')
			return newline - at >= 9 && memcmp(at, "version=", 8) == 0 &&
				at[8] >= '1' && at[8] <= '3';
		at = newline + 1;
	}
	return false;
}

/*
 * Is a parent named anywhere?  See vmdk_descriptor.h.
 */
bool
imgcat_vmdk_names_parent(const char *text, size_t length)
{
	static const char hint[] = "parentFileNameHint";

	for (size_t i = 0; i + sizeof(hint) - 1 <= length; i++)
		if (strncasecmp(text +i, hint, sizeof(hint) - 1) == 0)
			return true;
	return false;
}

/*
 * The value of "key=value" or "key = value" if the line is one, without quotes
 * around it; NULL if it is not.  length is that of the value.
 */
static const char *
value_of(const char *line, size_t line_length, const char *key, size_t *length)
{
	size_t		key_length = strlen(key);
	const char *at = line + key_length;
	const char *end = line + line_length;

	if (line_length < key_length || strncasecmp(line, key, key_length) != 0)
		return NULL;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (at == end || *at++ != '=')
		return NULL;
	while (at < end && (*at == ' ' || *at == '\t' || *at == '"'))
		at++;
	while (end > at && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '"'))
		end--;
	*length = end - at;
	return at;
}

/*
 * Is the value that word?
 */
static bool
value_is(const char *value, size_t length, const char *word)
{
	return length == strlen(word) && strncasecmp(value, word, length) == 0;
}

/*
 * Is the line one of an extent?  Those of the image itself are sparse, and are
 * named without a folder.
 */
static bool
is_extent(const char *line, size_t length, bool *is_own)
{
	static const char *const access[] = {"RW ", "RDONLY ", "NOACCESS "};

	for (int i = 0; i < 3; i++)
	{
		const char *at = line + strlen(access[i]);
		const char *end = line + length;

		if (length < strlen(access[i]) ||
			strncasecmp(line, access[i], strlen(access[i])) != 0)
			continue;
		while (at < end && *at >= '0' && *at <= '9')
			at++;
		*is_own = end - at > 8 && memcmp(at, " SPARSE ", 8) == 0 &&
			memchr(at, '/', end - at) == NULL &&
			memchr(at, '\\', end - at) == NULL;
		return true;
	}
	return false;
}

/*
 * Read a line.
 */
static void
read_line(Descriptor *descriptor, const char *line, size_t length)
{
	const char *value;
	size_t		value_length;
	bool		is_own;

	if ((value = value_of(line, length, "createType", &value_length)) != NULL)
	{
		descriptor->has_type = true;
		if (!value_is(value, value_length, "monolithicSparse") &&
			!value_is(value, value_length, "streamOptimized"))
			endanger(descriptor, "its data lies in other files");
	}
	else if ((value = value_of(line, length, "parentCID",
							   &value_length)) != NULL)
	{
		if (!value_is(value, value_length, "ffffffff"))
			endanger(descriptor, "it depends on another image");
	}
	else if (is_extent(line, length, &is_own))
	{
		descriptor->nextents++;
		if (!is_own)
			endanger(descriptor, "its data lies in other files");
	}
}

/*
 * Why a VMDK with this descriptor is unsafe: see vmdk_descriptor.h.
 */
const char *
imgcat_vmdk_descriptor_danger(const char *text, size_t length)
{
	const char *at = text;
	const char *end = memchr(text, '\0', length);
	Descriptor	descriptor = {0};

	if (imgcat_vmdk_names_parent(text, length))
		endanger(&descriptor, "it depends on another image");
	if (end == NULL)
		end = text +length;

	while (at < end)
	{
		const char *newline = memchr(at, '\n', end - at);
		const char *line_end = newline == NULL ? end : newline;
		size_t		line_length;

		while (at < line_end && (*at == ' ' || *at == '\t'))
			at++;
		line_length = line_end - at;
		while (line_length > 0 && at[line_length - 1] == '\r')
			line_length--;
		read_line(&descriptor, at, line_length);
		at = line_end + 1;
	}
	if (!descriptor.has_type || descriptor.nextents != 1)
		endanger(&descriptor, "its descriptor does not describe it");
	return descriptor.danger;
}
